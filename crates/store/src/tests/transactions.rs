use std::time::Duration;

use futures::future::join_all;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::{database, sample};
use crate::{Store, StoreError, Topic, cases, store::sealed::Sealed};

/// Guard: `Store::uncancelled`. With the transaction run in the caller's own
/// task, a connection goes back to the pool with a transaction open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_that_go_away_leave_no_transaction_open() {
    database::on_each(async |store| {
        let store = &store;
        let (case, _) = sample::stored(store).await;
        for round in 0..625 {
            let callers = (0..16).map(|n| async move {
                let read = store.transact(move |tx| Box::pin(async move { cases::get(tx, case.id).await }));
                // Dropped before BEGIN is sent, while it is answered, or later; some finish.
                tokio::select! {
                    biased;
                    read = read => assert!(read.unwrap().is_some()),
                    () = turns((round + n) % 50) => {}
                }
            });
            join_all(callers).await;
            let mut left = 200;
            // Asked with a plain statement: another transaction would end one that was left open.
            while store.is_postgres() && idle_in_transaction(store).await > 0 {
                left -= 1;
                assert!(left > 0, "a session stays idle in a transaction");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    })
    .await;
}

/// Lets everything else run so many times; finer than any clock.
async fn turns(count: u32) {
    for _ in 0..count {
        tokio::task::yield_now().await;
    }
}

async fn idle_in_transaction(store: &Store) -> i64 {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in %'";
    let row = store.db().query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap();
    row.unwrap().try_get_by_index(0).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_that_fails_is_rolled_back_and_wakes_nobody() {
    database::on_each(async |store| {
        let (case, _) = sample::stored(&store).await;
        let mut news = store.wakes().subscribe(Topic::Cases);
        let change = |keep: bool| {
            let mut case = case.clone();
            case.assignee = Some("Alex".to_owned());
            store.transact(move |tx| {
                Box::pin(async move {
                    cases::save(tx, &case).await?;
                    if keep { Ok(()) } else { Err(StoreError::CutOff) }
                })
            })
        };
        assert_eq!(change(false).await, Err(StoreError::CutOff));
        assert_eq!(cases::get(&store, case.id).await.unwrap().unwrap(), case);
        assert!(tokio::time::timeout(Duration::from_millis(50), news.changed()).await.is_err());
        assert_eq!(change(true).await, Ok(()));
        news.changed().await;
    })
    .await;
}

/// Guard: BEGIN IMMEDIATE behind one writer's queue. A deferred transaction that reads and then writes fails with "database is locked".
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_that_read_and_then_write_all_come_through() {
    database::on_each(async |store| {
        let mut cases_stored = Vec::new();
        for _ in 0..50 {
            cases_stored.push(sample::stored(&store).await.0.id);
        }
        let changes = cases_stored.into_iter().map(|id| {
            store.transact(move |tx| {
                Box::pin(async move {
                    let case = cases::get(tx, id).await?.ok_or(StoreError::Missing("the case"))?;
                    cases::save(tx, &case).await
                })
            })
        });
        for version in join_all(changes).await {
            assert_eq!(version, Ok(2));
        }
    })
    .await;
}
