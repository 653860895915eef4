//! Whose time is taken; the database itself refuses an overlap.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rapport_domain::{
    appointment::AppointmentState,
    calendar::busy::{Busy, is_room},
    id::AppointmentId,
};
use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    prelude::{DateTimeUtc, Uuid},
    sea_query::OnConflict,
};

use crate::{
    Conn, StoreError, Tx,
    closures::{self, Closure},
    column,
    entity::{appointments, calendar_blocks as table},
    store::sealed::Sealed,
};

/// Whether a time could be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocked {
    /// Every resource is taken now.
    All,
    /// At least one was taken already: roll back, and try another time.
    Taken,
}

/// Everything that is taken within `[from, to)`, in part or whole, and the rooms that are closed.
///
/// # Errors
/// Where the database fails.
pub async fn busy(conn: &impl Conn, from: Timestamp, to: Timestamp) -> Result<Vec<Busy>, StoreError> {
    read(conn, None, from, to).await
}

/// As [`busy`], of these resources alone.
///
/// # Errors
/// Where the database fails.
pub async fn busy_of(
    conn: &impl Conn,
    resources: &BTreeSet<String>,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Busy>, StoreError> {
    read(conn, Some(resources), from, to).await
}

/// A resource, from when to when it is taken, and the appointment that takes it with its state.
type Row = (String, DateTimeUtc, DateTimeUtc, Option<Uuid>, Option<String>);

async fn read(
    conn: &impl Conn,
    resources: Option<&BTreeSet<String>>,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Busy>, StoreError> {
    let rows: Vec<Row> = table::Entity::find()
        .select_only()
        .columns([table::Column::Resource, table::Column::StartsAt, table::Column::EndsAt])
        .column(table::Column::AppointmentId)
        .column(appointments::Column::State)
        .left_join(appointments::Entity)
        .apply_if(resources, |find, resources| find.filter(table::Column::Resource.is_in(resources)))
        .filter(table::Column::StartsAt.lt(column::from_time(to)))
        .filter(table::Column::EndsAt.gt(column::from_time(from)))
        .order_by_asc(table::Column::Resource)
        .order_by_asc(table::Column::StartsAt)
        .into_tuple()
        .all(conn.db())
        .await?;
    let taken = rows.into_iter().map(|(resource, starts_at, ends_at, appointment, state)| {
        Ok(Busy {
            resource,
            starts_at: column::to_time(starts_at)?,
            ends_at: column::to_time(ends_at)?,
            appointment: appointment.map(AppointmentId::new),
            held: state.as_deref() == Some(AppointmentState::Held.name()),
        })
    });
    let mut busy = taken.collect::<Result<Vec<_>, StoreError>>()?;
    // Nothing closes but rooms.
    if resources.is_none_or(|resources| resources.iter().any(|resource| is_room(resource))) {
        let closed = closures::within(conn, from, to).await?;
        let closed = closed.iter().map(Closure::busy);
        busy.extend(closed.filter(|closed| resources.is_none_or(|resources| resources.contains(&closed.resource))));
    }
    Ok(busy)
}

/// Takes the time of an appointment, all of it or none: on [`Blocked::Taken`] roll back.
///
/// # Errors
/// Where the database fails.
pub async fn block(tx: &Tx, blocks: &[Busy], appointment: AppointmentId) -> Result<Blocked, StoreError> {
    let mut blocks: Vec<&Busy> = blocks.iter().collect();
    // Every transaction takes therapists/… before rooms/…: two that want the same
    // pair wait for one another in turn, never crosswise.
    blocks.sort_by(|a, b| b.resource.cmp(&a.resource).then(a.starts_at.cmp(&b.starts_at)));
    let rows = blocks.iter().map(|block| {
        table::Model {
            resource: block.resource.clone(),
            starts_at: column::from_time(block.starts_at),
            ends_at: column::from_time(block.ends_at),
            appointment_id: Some(appointment.uuid()),
        }
        .into_active_model()
    });
    // DO NOTHING, not an error: a plain insert against an exclusion constraint
    // deadlocks under load, and would abort the transaction.
    let taken = table::Entity::insert_many(rows)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.db())
        .await?;
    Ok(if usize::try_from(taken) == Ok(blocks.len()) { Blocked::All } else { Blocked::Taken })
}

/// Takes, beside the time that an appointment has, whatever of another one it does not have yet: all of it or none. On
/// [`Blocked::Taken`] roll back. Then write the appointment, and then [`settle`]: a move holds no row of the calendar
/// while it waits for the appointment's, and so never crosswise with a cancel of the same one.
///
/// # Errors
/// Where the database fails.
pub async fn claim(tx: &Tx, blocks: &[Busy], appointment: AppointmentId) -> Result<Blocked, StoreError> {
    let own = of_appointment(tx, appointment).await?;
    let mut missing = Vec::new();
    for wanted in blocks {
        let (starts_at, ends_at) = (column::from_time(wanted.starts_at), column::from_time(wanted.ends_at));
        let mine =
            own.iter().find(|it| it.resource == wanted.resource && it.starts_at < ends_at && starts_at < it.ends_at);
        let pieces = match mine {
            None => [Some((wanted.starts_at, wanted.ends_at)), None],
            // Only what lies before and behind it may be somebody else's.
            Some(mine) => [
                (starts_at < mine.starts_at).then_some((wanted.starts_at, column::to_time(mine.starts_at)?)),
                (mine.ends_at < ends_at).then_some((column::to_time(mine.ends_at)?, wanted.ends_at)),
            ],
        };
        let pieces = pieces.into_iter().flatten();
        missing.extend(pieces.map(|(starts_at, ends_at)| Busy { starts_at, ends_at, ..wanted.clone() }));
    }
    if missing.is_empty() { Ok(Blocked::All) } else { block(tx, &missing, appointment).await }
}

/// Frees whatever an appointment has beside these blocks, all of which [`claim`] took.
///
/// # Errors
/// Where the database fails, or the time was never claimed.
pub async fn settle(tx: &Tx, blocks: &[Busy], appointment: AppointmentId) -> Result<(), StoreError> {
    let is_of = |row: &table::Model, it: &Busy| {
        row.resource == it.resource
            && row.starts_at == column::from_time(it.starts_at)
            && row.ends_at == column::from_time(it.ends_at)
    };
    let own = of_appointment(tx, appointment).await?;
    for row in own.iter().filter(|row| !blocks.iter().any(|it| is_of(row, it))) {
        table::Entity::delete_by_id((row.resource.clone(), row.starts_at)).exec(tx.db()).await?;
    }
    let missing: Vec<_> = blocks.iter().filter(|it| !own.iter().any(|row| is_of(row, it))).cloned().collect();
    if !missing.is_empty() && block(tx, &missing, appointment).await? == Blocked::Taken {
        return Err(StoreError::Conflict);
    }
    Ok(())
}

/// Gives an appointment's time back.
///
/// # Errors
/// Where the database fails.
pub async fn free(tx: &Tx, appointment: AppointmentId) -> Result<(), StoreError> {
    table::Entity::delete_many().filter(table::Column::AppointmentId.eq(appointment.uuid())).exec(tx.db()).await?;
    Ok(())
}

async fn of_appointment(tx: &Tx, appointment: AppointmentId) -> Result<Vec<table::Model>, StoreError> {
    Ok(table::Entity::find().filter(table::Column::AppointmentId.eq(appointment.uuid())).all(tx.db()).await?)
}
