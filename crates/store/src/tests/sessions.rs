//! The link in a client's letters.

use super::{database, sample};
use crate::{Store, intakes};

async fn revoke(store: &Store, id: rapport_domain::id::IntakeId) {
    store.transact(move |tx| Box::pin(async move { intakes::revoke_session_token(tx, id).await })).await.unwrap();
}

/// Guards: the token is derived, and its hash written where no letter had carried it yet.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_letter_carries_the_same_token_and_it_opens_its_own_intake() {
    database::on_each(async |store| {
        let ((_, one), (_, other)) = (sample::stored(&store).await, sample::stored(&store).await);
        let token = intakes::session_token(&store, one.id).await.unwrap();
        assert_eq!(intakes::session_token(&store, one.id).await.unwrap().hash(), token.hash());
        assert_ne!(intakes::session_token(&store, other.id).await.unwrap().hash(), token.hash());
        assert_eq!(intakes::by_token(&store, token.hash()).await, Ok(Some(one.id)));
    })
    .await;
}

/// Guard: `revoke_session_token` raises the epoch; the status token is another matter and stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_token_opens_nothing_and_the_next_one_does() {
    database::on_each(async |store| {
        let new = sample::intake();
        let (id, status) = (new.intake.id, new.status_token_hash);
        store.accept(new).await.unwrap();
        let before = intakes::session_token(&store, id).await.unwrap();
        revoke(&store, id).await;
        assert_eq!(intakes::by_token(&store, before.hash()).await, Ok(None));
        let after = intakes::session_token(&store, id).await.unwrap();
        assert_eq!(intakes::by_token(&store, before.hash()).await, Ok(None));
        assert_eq!(intakes::by_token(&store, after.hash()).await, Ok(Some(id)));
        assert_eq!(intakes::by_token(&store, status).await, Ok(Some(id)));
    })
    .await;
}
