//! A database of its own for every test.

use std::panic::{AssertUnwindSafe, resume_unwind};

use futures::FutureExt;
use rapport_security::{Keyring, MasterKey, new_id};
use sqlx::{Connection, PgConnection};

use crate::{Store, StoreSettings};

/// Runs a test on every database that there is, each fresh and migrated.
pub(crate) async fn on_each(test: impl AsyncFn(Store)) {
    on_each_empty(async |store: Store| {
        store.migrate().await.unwrap();
        test(store).await;
    })
    .await;
}

/// Runs a test on every database that there is, each fresh and empty.
pub(super) async fn on_each_empty(test: impl AsyncFn(Store)) {
    let folder = tempfile::tempdir().unwrap();
    test(connect(format!("sqlite:{}", folder.path().join("rapport.db").display())).await).await;
    on_postgres(test).await;
}

/// Runs a test on PostgreSQL, where there is one.
pub(super) async fn on_postgres(test: impl AsyncFn(Store)) {
    on_postgres_at(async |store, _url: String| test(store).await).await;
}

/// Runs a test on PostgreSQL, where there is one, that also needs its address.
#[expect(clippy::disallowed_methods, reason = "which server the tests may use is no setting of Rapport's")]
pub(super) async fn on_postgres_at(test: impl AsyncFn(Store, String)) {
    let Ok(server) = std::env::var("RAPPORT_TEST_POSTGRES") else { return };
    let name = format!("rapport_store_{}", new_id(0).simple());
    let mut admin = PgConnection::connect(&server).await.unwrap();
    run(&mut admin, format!("CREATE DATABASE {name}")).await;
    let (address, _) = server.rsplit_once('/').unwrap();
    let url = format!("{address}/{name}");
    let store = connect(url.clone()).await;
    let outcome = AssertUnwindSafe(test(store, url)).catch_unwind().await;
    run(&mut admin, format!("DROP DATABASE {name} WITH (FORCE)")).await;
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

pub(super) async fn connect(url: String) -> Store {
    let keyring = Keyring::new(&MasterKey::generate());
    Store::connect(&StoreSettings { url, max_connections: 16 }, keyring).await.unwrap()
}

async fn run(admin: &mut PgConnection, sql: String) {
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(admin).await.unwrap();
}
