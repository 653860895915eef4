//! Closing what was written: each batch under a seal, and each seal over the one before it.

use jiff::Timestamp;
use rapport_security::Keyring;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::Expr,
};

use crate::{
    Conn, Store, StoreError, Tx, column,
    entity::{audit_log, audit_seals as table},
    store::sealed::Sealed,
};

/// Entries under one seal at most: what one altered row makes suspect, and what verifying holds in memory.
pub(super) const MOST: u64 = 1_000;

/// Any number will do, as long as every process takes the same; the one of migrations is another.
const SEAL_LOCK: &str = "SELECT pg_advisory_xact_lock(7043550101)";

/// The last seal so far. Whoever keeps it somewhere else can tell that nothing before it was altered or taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its number, from 1.
    pub number: i64,
    /// The seal.
    pub seal: Vec<u8>,
    /// Entries under it.
    pub entries: u64,
    /// When it was made.
    pub sealed_at: Timestamp,
}

impl Head {
    /// In hex, as it stands in the log and on the command line.
    #[must_use]
    pub fn hex(&self) -> String {
        self.seal.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Seals the oldest entries that are not sealed; none where there are none. Several processes may do so at once.
///
/// # Errors
/// Where the database fails.
pub async fn next(store: &Store, now: Timestamp) -> Result<Option<Head>, StoreError> {
    store.transact(move |tx| Box::pin(close(tx, now))).await
}

/// The last seal; none before the first.
///
/// # Errors
/// Where the database fails.
pub async fn head(conn: &impl Conn) -> Result<Option<Head>, StoreError> {
    let last = table::Entity::find().order_by_desc(table::Column::Number).one(conn.db()).await?;
    last.map(read).transpose()
}

async fn close(tx: &Tx, now: Timestamp) -> Result<Option<Head>, StoreError> {
    if tx.store().is_postgres() {
        tx.db().execute_unprepared(SEAL_LOCK).await?;
    }
    let last = head(tx).await?;
    let number = last.as_ref().map_or(0, |last| last.number) + 1;
    let oldest = audit_log::Entity::find()
        .select_only()
        .column(audit_log::Column::Id)
        .filter(audit_log::Column::Seal.is_null())
        .order_by_asc(audit_log::Column::Id)
        .limit(MOST)
        .into_query();
    // Chosen and marked by one statement: what is committed meanwhile is the next seal's.
    let mut rows = audit_log::Entity::update_many()
        .col_expr(audit_log::Column::Seal, Expr::value(number))
        .filter(audit_log::Column::Id.in_subquery(oldest))
        .exec_with_returning(tx.db())
        .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    rows.sort_unstable_by_key(|row| row.id);
    let sealed_at = column::to_time(column::from_time(now))?;
    let previous = last.map(|last| last.seal).unwrap_or_default();
    let seal = of(tx.store().keyring(), &previous, number, sealed_at, &rows).to_vec();
    let entries = i32::try_from(rows.len()).map_err(|_| StoreError::Unreadable("a batch of the audit trail"))?;
    let row = table::Model { number, entries, seal, sealed_at: column::from_time(now), purge_mark: None };
    table::Entity::insert(row.clone().into_active_model()).exec_without_returning(tx.db()).await?;
    read(row).map(Some)
}

pub(super) fn read(row: table::Model) -> Result<Head, StoreError> {
    let entries = u64::try_from(row.entries).map_err(|_| StoreError::Unreadable("a seal"))?;
    Ok(Head { number: row.number, seal: row.seal, entries, sealed_at: column::to_time(row.sealed_at)? })
}

/// The seal over a batch: its number, its time and its rows in the order of their ids.
pub(crate) fn of(
    keyring: &Keyring,
    previous: &[u8],
    number: i64,
    sealed_at: Timestamp,
    rows: &[audit_log::Model],
) -> [u8; 32] {
    let mut batch = Vec::with_capacity(rows.len() * 256);
    batch.extend(number.to_be_bytes());
    batch.extend(sealed_at.as_microsecond().to_be_bytes());
    for row in rows {
        batch.extend(row.id.as_bytes());
        batch.extend(row.at.timestamp_micros().to_be_bytes());
        for text in [&row.principal, &row.role, &row.method, &row.resources, &row.outcome] {
            // With its length, so that nothing moves from one field to the next unseen.
            batch.extend((text.len() as u64).to_be_bytes());
            batch.extend(text.as_bytes());
        }
    }
    keyring.audit_seal(previous, &batch)
}

/// What says that a seal's entries were forgotten by us.
pub(super) fn purge_mark(keyring: &Keyring, seal: &[u8]) -> [u8; 32] {
    keyring.audit_seal(seal, b"forgotten when their time was over")
}
