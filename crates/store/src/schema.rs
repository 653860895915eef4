//! The schema: bringing it up to date, and refusing one that this version does not know.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, EntityTrait};
use sea_orm_migration::{MigratorTrait, seaql_migrations};

use crate::{Conn, Store, StoreError, migrations::Migrator, store::sealed::Sealed};

/// Any number will do, as long as every process takes the same.
const MIGRATION_LOCK: &str = "SELECT pg_advisory_xact_lock(7043550100)";

impl Store {
    /// Applies the migrations that are missing, in one transaction and by one
    /// process at a time, and returns their names.
    ///
    /// # Errors
    /// Where the schema is newer than this version, or a statement is refused; then nothing is applied.
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        self.transact(|tx| {
            Box::pin(async move {
                if tx.store().is_postgres() {
                    tx.db().execute_unprepared(MIGRATION_LOCK).await?;
                }
                Migrator::install(tx.db()).await?;
                let (missing, unknown) = compare(tx).await?;
                refuse_unknown(&unknown)?;
                Migrator::up(tx.db(), None).await?;
                Ok(missing)
            })
        })
        .await
    }

    /// Refuses a schema that this version does not know, and says what to do.
    ///
    /// # Errors
    /// [`StoreError::Schema`] where a migration is missing or unknown.
    pub async fn check_schema(&self) -> Result<(), StoreError> {
        // Without its table nothing was ever applied; any other failure shows at the first statement.
        let (missing, unknown) = match compare(self).await {
            Err(StoreError::Refused(_)) => (known(), Vec::new()),
            other => other?,
        };
        refuse_unknown(&unknown)?;
        if missing.is_empty() {
            return Ok(());
        }
        Err(StoreError::Schema(format!(
            "the database's schema is older than this version ({} missing): run `rapport migrate`",
            missing.join(", ")
        )))
    }
}

fn known() -> Vec<String> {
    Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}

/// Migrations that are missing in the database, and those in it that this version does not know.
async fn compare(conn: &impl Conn) -> Result<(Vec<String>, Vec<String>), StoreError> {
    let applied: BTreeSet<String> =
        seaql_migrations::Entity::find().all(conn.db()).await?.into_iter().map(|row| row.version).collect();
    let known = known();
    let unknown = applied.iter().filter(|name| !known.contains(name)).cloned().collect();
    Ok((known.into_iter().filter(|name| !applied.contains(name)).collect(), unknown))
}

fn refuse_unknown(unknown: &[String]) -> Result<(), StoreError> {
    if unknown.is_empty() {
        return Ok(());
    }
    Err(StoreError::Schema(format!(
        "the database's schema is newer than this version ({} unknown): run the version that made it, or a later one",
        unknown.join(", ")
    )))
}
