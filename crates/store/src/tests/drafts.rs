use futures::future::join_all;
use rapport_domain::id::DraftId;
use rapport_domain::screening::Answers;
use sea_orm::{EntityTrait, PaginatorTrait};

use super::{database, sample};
use crate::{Accepted, Draft, NewIntake, Store, StoreError, drafts, entity, store::sealed::Sealed};

async fn begun(store: &Store) -> Draft {
    let draft = sample::draft();
    let stored = draft.clone();
    store
        .transact(move |tx| {
            Box::pin(async move { drafts::create(tx, &stored, sample::hash_of(stored.id.uuid())).await })
        })
        .await
        .unwrap();
    draft
}

async fn save(store: &Store, id: DraftId, revision: i64, answers: Answers) -> Result<i64, StoreError> {
    let expires_at = sample::later(200);
    store.transact(move |tx| Box::pin(async move { drafts::save(tx, id, revision, &answers, expires_at).await })).await
}

/// How many drafts there are, and how many keys.
async fn left(store: &Store) -> (u64, u64) {
    let db = store.db();
    (
        entity::drafts::Entity::find().count(db).await.unwrap(),
        entity::data_keys::Entity::find().count(db).await.unwrap(),
    )
}

/// Guard: `save` filters by revision. Taken out, both writers won and this went red.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_pages_that_save_one_draft_the_second_is_told() {
    database::on_each(async |store| {
        let draft = begun(&store).await;
        let found = drafts::by_token(&store, sample::hash_of(draft.id.uuid()), sample::now()).await;
        assert_eq!(found, Ok(Some(draft.id)));
        let more = sample::submission().answers;
        assert_eq!(save(&store, draft.id, 1, more.clone()).await, Ok(2));
        assert_eq!(save(&store, draft.id, 1, Answers::default()).await, Err(StoreError::Conflict));
        let kept = drafts::get(&store, draft.id, sample::now()).await.unwrap().unwrap();
        assert!(kept == Draft { revision: 2, answers: more, expires_at: sample::later(200), ..draft });
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_whose_time_is_over_is_not_found_and_its_purge_destroys_row_and_key() {
    database::on_each(async |store| {
        let (over, young) = (begun(&store).await, begun(&store).await);
        assert_eq!(save(&store, young.id, 1, Answers::default()).await, Ok(2));
        assert_eq!(left(&store).await, (2, 2));
        let then = over.expires_at;
        assert!(drafts::get(&store, over.id, then).await.unwrap().is_none());
        assert_eq!(drafts::by_token(&store, sample::hash_of(over.id.uuid()), then).await, Ok(None));
        assert_eq!(drafts::purge_expired(&store, then).await, Ok(1));
        assert_eq!(left(&store).await, (1, 1));
        assert!(drafts::get(&store, young.id, then).await.unwrap().is_some());
        assert_eq!(save(&store, over.id, 1, Answers::default()).await, Err(StoreError::Conflict));
        let id = young.id;
        assert_eq!(store.transact(move |tx| Box::pin(drafts::delete(tx, id))).await, Ok(true));
        assert_eq!(store.transact(move |tx| Box::pin(drafts::delete(tx, id))).await, Ok(false));
        assert_eq!(left(&store).await, (0, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_intake_destroys_the_draft_that_it_was_finished_from_and_can_be_repeated() {
    database::on_each(async |store| {
        let draft = Some(begun(&store).await.id);
        let new = NewIntake { draft, ..sample::intake() };
        let request = new.request.clone();
        let mut other = NewIntake { draft, request: request.clone(), ..sample::intake() };
        other.request.digest = [8; 32];
        assert_eq!(store.accept(new).await, Ok(Accepted::Stored));
        // The keys of the person and of the case; the draft's is gone.
        assert_eq!(left(&store).await, (0, 2));
        let again = NewIntake { draft, request, ..sample::intake() };
        assert_eq!(store.accept(again).await, Ok(Accepted::Repeated(sample::RESPONSE.to_vec())));
        assert_eq!(store.accept(other).await, Ok(Accepted::OtherBody));
        assert_eq!(store.accept(NewIntake { draft, ..sample::intake() }).await, Ok(Accepted::DraftGone));
        assert_eq!(left(&store).await, (0, 2));
    })
    .await;
}

/// Guard: the request's row hangs on the draft's key, locked. With the first insert independent of
/// the draft, as the others are, all of these were stored and this went red.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_draft_sent_twenty_times_at_once_becomes_one_intake() {
    database::on_each(async |store| {
        let draft = Some(begun(&store).await.id);
        let sent = join_all((0..20).map(|_| store.accept(NewIntake { draft, ..sample::intake() }))).await;
        assert_eq!(sent.iter().filter(|outcome| **outcome == Ok(Accepted::Stored)).count(), 1);
        assert_eq!(sent.iter().filter(|outcome| **outcome == Ok(Accepted::DraftGone)).count(), 19);
        assert_eq!(left(&store).await, (0, 2));
    })
    .await;
}

/// The request id came before with another request: the draft is still its client's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_intake_that_is_not_stored_leaves_its_draft() {
    database::on_each(async |store| {
        let first = sample::intake();
        let mut second = NewIntake { draft: Some(begun(&store).await.id), ..sample::intake() };
        second.request = crate::RequestKey { digest: [8; 32], ..first.request.clone() };
        assert_eq!(store.accept(first).await, Ok(Accepted::Stored));
        assert_eq!(store.accept(second).await, Ok(Accepted::OtherBody));
        assert_eq!(left(&store).await, (1, 3));
    })
    .await;
}
