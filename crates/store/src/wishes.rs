//! What each client of a case said to a joint hold: one's own, for nobody else to read.

use jiff::Timestamp;
use rapport_domain::{
    appointment::ClientWish,
    id::{AppointmentId, IntakeId},
};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, sea_query::OnConflict};

use crate::{Conn, StoreError, Topic, Tx, column, entity::wishes as table, store::sealed::Sealed};

/// Notes a client's wish in the place of an earlier one.
///
/// # Errors
/// Where the database fails.
pub async fn put(
    tx: &Tx,
    appointment: AppointmentId,
    intake: IntakeId,
    wish: ClientWish,
    at: Timestamp,
) -> Result<(), StoreError> {
    use table::Column::{AppointmentId as Appointment, At, IntakeId as Intake, Wish};
    let row = table::Model {
        appointment_id: appointment.uuid(),
        intake_id: intake.uuid(),
        wish: wish.name().to_owned(),
        at: column::from_time(at),
    };
    table::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns([Appointment, Intake]).update_columns([Wish, At]).to_owned())
        .exec_without_returning(tx.db())
        .await?;
    tx.touch(Topic::Cases);
    Ok(())
}

/// Everybody's wishes, the earliest intake's first: for the release step, and for no client.
///
/// # Errors
/// Where the database fails.
pub async fn of_appointment(
    conn: &impl Conn,
    appointment: AppointmentId,
) -> Result<Vec<(IntakeId, ClientWish)>, StoreError> {
    let rows = table::Entity::find()
        .filter(table::Column::AppointmentId.eq(appointment.uuid()))
        .order_by_asc(table::Column::IntakeId)
        .all(conn.db())
        .await?;
    rows.iter().map(|row| Ok((IntakeId::new(row.intake_id), read(row)?))).collect()
}

/// A client's own wish.
///
/// # Errors
/// Where the database fails.
pub async fn of(
    conn: &impl Conn,
    appointment: AppointmentId,
    intake: IntakeId,
) -> Result<Option<ClientWish>, StoreError> {
    let row = table::Entity::find_by_id((appointment.uuid(), intake.uuid())).one(conn.db()).await?;
    row.as_ref().map(read).transpose()
}

/// Forgets what was said to a time that is another one now.
///
/// # Errors
/// Where the database fails.
pub async fn forget(tx: &Tx, appointment: AppointmentId) -> Result<(), StoreError> {
    table::Entity::delete_many().filter(table::Column::AppointmentId.eq(appointment.uuid())).exec(tx.db()).await?;
    tx.touch(Topic::Cases);
    Ok(())
}

fn read(row: &table::Model) -> Result<ClientWish, StoreError> {
    ClientWish::from_name(&row.wish).ok_or(StoreError::Unreadable("a wish"))
}
