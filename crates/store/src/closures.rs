//! Rooms that cannot be used for a time.

use jiff::Timestamp;
use rapport_domain::{
    calendar::busy::{Busy, room_resource},
    id::ClosureId,
};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::{Conn, StoreError, Tx, column, entity::room_closures as table, store::sealed::Sealed};

/// A room that cannot be used for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    /// Its row.
    pub id: ClosureId,
    /// Id of the practice's room.
    pub room: String,
    /// Its first moment.
    pub starts_at: Timestamp,
    /// The first moment after it.
    pub ends_at: Timestamp,
}

impl Closure {
    /// As what takes the room's time.
    #[must_use]
    pub fn busy(&self) -> Busy {
        Busy {
            resource: room_resource(&self.room),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            appointment: None,
            held: false,
        }
    }
}

/// Writes a new one.
///
/// # Errors
/// Where the database fails.
pub async fn insert(tx: &Tx, closure: &Closure) -> Result<(), StoreError> {
    let row = table::Model {
        id: closure.id.uuid(),
        room: closure.room.clone(),
        starts_at: column::from_time(closure.starts_at),
        ends_at: column::from_time(closure.ends_at),
    };
    table::Entity::insert(row.into_active_model()).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Opens the room again; repeating it changes nothing.
///
/// # Errors
/// Where the database fails.
pub async fn remove(tx: &Tx, id: ClosureId) -> Result<(), StoreError> {
    table::Entity::delete_by_id(id.uuid()).exec(tx.db()).await?;
    Ok(())
}

/// Everything that touches `[from, to)`, by when it begins.
///
/// # Errors
/// Where the database fails.
pub async fn within(conn: &impl Conn, from: Timestamp, to: Timestamp) -> Result<Vec<Closure>, StoreError> {
    let rows = table::Entity::find()
        .filter(table::Column::StartsAt.lt(column::from_time(to)))
        .filter(table::Column::EndsAt.gt(column::from_time(from)))
        .order_by_asc(table::Column::StartsAt)
        .order_by_asc(table::Column::Id)
        .limit(MOST)
        .all(conn.db())
        .await?;
    rows.into_iter().map(read).collect()
}

/// Above what a practice closes at a time.
const MOST: u64 = 10_000;

fn read(row: table::Model) -> Result<Closure, StoreError> {
    Ok(Closure {
        id: ClosureId::new(row.id),
        room: row.room,
        starts_at: column::to_time(row.starts_at)?,
        ends_at: column::to_time(row.ends_at)?,
    })
}
