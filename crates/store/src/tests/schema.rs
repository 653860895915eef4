use sea_orm::ConnectionTrait;
use sea_orm_migration::MigratorTrait;

use super::database;
use crate::{Store, StoreError, migrations::Migrator, store::sealed::Sealed};

async fn told(store: &Store) -> String {
    match store.check_schema().await {
        Err(StoreError::Schema(what)) => what,
        other => format!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_schema_is_refused_and_migrated_once() {
    database::on_each_empty(async |store| {
        assert!(told(&store).await.contains("run `rapport migrate`"));
        let (one, other) = futures::join!(store.migrate(), store.migrate());
        let mut applied = [one.unwrap(), other.unwrap()].concat();
        applied.dedup();
        let all: Vec<_> = Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
        assert_eq!(applied, all);
        assert_eq!(store.check_schema().await, Ok(()));
        assert_eq!(store.migrate().await, Ok(Vec::new()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_schema_is_refused_by_name() {
    database::on_each(async |store| {
        let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_tomorrow', 0)";
        store.db().execute_unprepared(newer).await.unwrap();
        assert!(told(&store).await.contains("m9999_tomorrow"));
        assert!(matches!(store.migrate().await, Err(StoreError::Schema(_))));
    })
    .await;
}
