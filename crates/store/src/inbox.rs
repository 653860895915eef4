//! Which consumer has seen which event.

use jiff::Timestamp;
use rapport_domain::id::EventId;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, TryInsertResult};

use crate::{Conn, StoreError, Tx, column, entity::inbox as table, store::sealed::Sealed};

/// Notes that a consumer works on an event; `false` where it has done so before.
/// Commit it with the work: a rolled back transaction has not seen the event.
///
/// # Errors
/// Where the database fails.
pub async fn first_time(tx: &Tx, event: EventId, consumer: &str, now: Timestamp) -> Result<bool, StoreError> {
    let row = table::Model { consumer: consumer.to_owned(), event_id: event.uuid(), seen_at: column::from_time(now) };
    let noted = table::Entity::insert(row.into_active_model())
        .on_conflict_do_nothing_on([table::Column::Consumer, table::Column::EventId])
        .exec_without_returning(tx.db())
        .await?;
    Ok(matches!(noted, TryInsertResult::Inserted(1)))
}

/// Forgets what was noted before this time; returns how many.
///
/// # Errors
/// Where the database fails.
pub async fn purge_before(conn: &impl Conn, before: Timestamp) -> Result<u64, StoreError> {
    let gone = table::Entity::delete_many()
        .filter(table::Column::SeenAt.lt(column::from_time(before)))
        .exec(conn.db())
        .await?;
    Ok(gone.rows_affected)
}
