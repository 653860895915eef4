use futures::future::join_all;
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait};

use super::{database, sample};
use crate::{Accepted, NewIntake, Store, StoreError, Topic, entity, intakes, requests, store::sealed::Sealed};

/// How many rows each table has that an intake writes to.
async fn counts(store: &Store) -> [u64; 7] {
    let db = store.db();
    [
        entity::intakes::Entity::find().count(db).await.unwrap(),
        entity::cases::Entity::find().count(db).await.unwrap(),
        entity::data_keys::Entity::find().count(db).await.unwrap(),
        entity::outbox::Entity::find().count(db).await.unwrap(),
        entity::request_ids::Entity::find().count(db).await.unwrap(),
        entity::audit_log::Entity::find().count(db).await.unwrap(),
        entity::letters::Entity::find().count(db).await.unwrap(),
    ]
}

/// The same request with everything else made anew, as a caller's second try makes it.
fn again(request: &crate::RequestKey) -> NewIntake {
    NewIntake { request: request.clone(), ..sample::intake() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_intake_is_stored_whole_and_reads_back_as_it_was() {
    database::on_each(async |store| {
        let new = sample::intake();
        let (intake, hash) = (new.intake.clone(), new.status_token_hash);
        assert_eq!(store.accept(new).await, Ok(Accepted::Stored));
        assert_eq!(counts(&store).await, [1, 1, 2, 1, 1, 1, 1]);
        assert!(intakes::get(&store, intake.id).await.unwrap() == Some(intake.clone()));
        assert!(intakes::of_case(&store, intake.case).await.unwrap() == vec![intake.clone()]);
        assert_eq!(intakes::by_token(&store, hash).await, Ok(Some(intake.id)));
        assert_eq!(intakes::by_token(&store, [0; 32]).await, Ok(None));
    })
    .await;
}

/// Guard: the primary key of `request_ids`, on which every other insert hangs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_request_fifty_times_at_once_is_stored_once_and_answered_the_same() {
    database::on_each(async |store| {
        let request = sample::request();
        let tries = join_all((0..50).map(|_| store.accept(again(&request)))).await;
        let stored = tries.iter().filter(|outcome| **outcome == Ok(Accepted::Stored)).count();
        let repeated = Ok(Accepted::Repeated(sample::RESPONSE.to_vec()));
        assert_eq!((stored, tries.iter().filter(|outcome| **outcome == repeated).count()), (1, 49));
        assert_eq!(counts(&store).await, [1, 1, 2, 1, 1, 1, 1]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_id_with_another_body_is_told_apart() {
    database::on_each(async |store| {
        let request = sample::request();
        assert_eq!(store.accept(again(&request)).await, Ok(Accepted::Stored));
        let mut other = again(&request);
        other.request.digest = [8; 32];
        assert_eq!(store.accept(other).await, Ok(Accepted::OtherBody));
        assert_eq!(counts(&store).await, [1, 1, 2, 1, 1, 1, 1]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_request_id_gives_way() {
    database::on_each(async |store| {
        let request = sample::request();
        assert_eq!(store.accept(again(&request)).await, Ok(Accepted::Stored));
        let mut next_week = again(&request);
        next_week.now = sample::now() + requests::KEPT;
        assert_eq!(store.accept(next_week).await, Ok(Accepted::Stored));
        assert_eq!(counts(&store).await, [2, 2, 4, 2, 1, 2, 2]);
    })
    .await;
}

/// Guard: one statement, or one transaction. The last insert fails; nothing of the others stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_one_insert_fails_nothing_is_stored() {
    database::on_each(async |store| {
        let first = sample::intake();
        let hash = first.status_token_hash;
        store.accept(first).await.unwrap();
        let before = counts(&store).await;
        let taken_hash = NewIntake { status_token_hash: hash, ..sample::intake() };
        assert!(matches!(store.accept(taken_hash).await, Err(StoreError::Refused(_))));
        store.db().execute_unprepared("DROP TABLE letters").await.unwrap();
        assert!(matches!(store.accept(sample::intake()).await, Err(StoreError::Refused(_))));
        let db = store.db();
        assert_eq!(entity::intakes::Entity::find().count(db).await.unwrap(), before[0]);
        assert_eq!(entity::request_ids::Entity::find().count(db).await.unwrap(), before[4]);
        assert_eq!(entity::outbox::Entity::find().count(db).await.unwrap(), before[3]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waits_for_the_outbox_is_woken_by_an_intake() {
    database::on_each(async |store| {
        let (mut outbox, mut cases) = (store.wakes().subscribe(Topic::Outbox), store.wakes().subscribe(Topic::Cases));
        store.accept(sample::intake()).await.unwrap();
        outbox.changed().await;
        cases.changed().await;
    })
    .await;
}

/// Two stores on one PostgreSQL database are two processes to one another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_is_woken_too() {
    database::on_postgres_at(async |store: Store, url| {
        store.migrate().await.unwrap();
        let other = database::connect(url).await;
        // The first wake says that the other one listens.
        let mut news = other.wakes().subscribe(Topic::Letters);
        news.changed().await;
        store.accept(sample::intake()).await.unwrap();
        news.changed().await;
    })
    .await;
}
