//! Who came to a session.

use rapport_domain::{
    appointment::{Attendance, Mark},
    id::{AppointmentId, IntakeId},
};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, sea_query::OnConflict};

use crate::{Conn, StoreError, Topic, Tx, column, entity::attendance as table, store::sealed::Sealed};

/// Marks a client's attendance, in the place of an earlier mark.
///
/// # Errors
/// Where the database fails.
pub async fn put(tx: &Tx, mark: &Mark) -> Result<(), StoreError> {
    use table::Column::{AppointmentId, At, IntakeId, Staff};
    let row = table::Model {
        appointment_id: mark.appointment.uuid(),
        intake_id: mark.intake.uuid(),
        attendance: mark.attendance.name().to_owned(),
        staff: mark.by.clone(),
        at: column::from_time(mark.at),
    };
    let again = OnConflict::columns([AppointmentId, IntakeId])
        .update_columns([table::Column::Attendance, Staff, At])
        .to_owned();
    table::Entity::insert(row.into_active_model()).on_conflict(again).exec_without_returning(tx.db()).await?;
    tx.touch(Topic::Cases);
    Ok(())
}

/// Every mark of a session, the earliest intake's first.
///
/// # Errors
/// Where the database fails.
pub async fn of_appointment(conn: &impl Conn, appointment: AppointmentId) -> Result<Vec<Mark>, StoreError> {
    let rows = table::Entity::find()
        .filter(table::Column::AppointmentId.eq(appointment.uuid()))
        .order_by_asc(table::Column::IntakeId)
        .all(conn.db())
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Mark {
                appointment,
                intake: IntakeId::new(row.intake_id),
                attendance: Attendance::from_name(&row.attendance).ok_or(StoreError::Unreadable("an attendance"))?,
                by: row.staff,
                at: column::to_time(row.at)?,
            })
        })
        .collect()
}
