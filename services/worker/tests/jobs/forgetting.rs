//! What the worker forgets.

use std::time::Duration;

use jiff::SignedDuration;
use rapport_domain::{id::DraftId, screening::Answers};
use rapport_runtime::{Clock, Ids};
use rapport_store::{Draft, StoreError, drafts};
use rapport_worker::purge::purge;

use crate::house::House;

/// Guard: `drafts::purge_expired` in `purge`. Asked as of before, so that it is the row that is gone and not its time.
#[tokio::test]
async fn a_draft_whose_time_is_over_is_destroyed_and_another_stays() {
    let house = House::open().await;
    let (store, now) = (&house.deps.store, house.clock.now());
    let begin = async |days: i64| {
        let draft = Draft {
            id: DraftId::new(house.deps.ids.uuid()),
            protocol: house.deps.practice.protocol.digest().to_owned(),
            revision: 1,
            answers: Answers::default(),
            created_at: now,
            expires_at: now + SignedDuration::from_hours(24 * days),
        };
        let (id, hash) = (draft.id, [u8::try_from(days).unwrap(); 32]);
        let begun = store.transact(move |tx| Box::pin(async move { drafts::create(tx, &draft, hash).await }));
        begun.await.map_err(|error: StoreError| error).unwrap();
        id
    };
    let (over, young) = (begin(14).await, begin(15).await);
    house.clock.advance(Duration::from_secs(14 * 24 * 3600));
    purge(&house.deps, house.clock.now()).await.unwrap();
    assert!(drafts::get(store, over, now).await.unwrap().is_none());
    assert!(drafts::get(store, young, now).await.unwrap().is_some());
    house.close().await;
}
