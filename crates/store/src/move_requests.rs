//! Another time that each client asked for: one's own, shown to the other where it waits for their yes.

use rapport_domain::{
    appointment::{MoveRequest, Proposal},
    id::{AppointmentId, IntakeId, TherapistId},
    matching::Choice,
};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, sea_query::OnConflict};

use crate::{Conn, StoreError, Topic, Tx, column, entity::move_requests as table, store::sealed::Sealed};

/// Keeps what a client asked for, in the place of what they asked before.
///
/// # Errors
/// Where the database fails.
pub async fn put(tx: &Tx, request: &MoveRequest) -> Result<(), StoreError> {
    use table::Column::{
        AppointmentId, Asked, Declined, EndsAt, ExpiresAt, Format, IntakeId, Location, Sequence, StartsAt, TherapistId,
    };
    let proposal = request.proposal.as_ref();
    let row = table::Model {
        appointment_id: request.appointment.uuid(),
        intake_id: request.intake.uuid(),
        asked: column::from_count(request.asked),
        therapist_id: proposal.map(|it| it.choice.therapist.uuid()),
        starts_at: proposal.map(|it| column::from_time(it.choice.starts_at)),
        ends_at: proposal.map(|it| column::from_time(it.ends_at)),
        format: proposal.map(|it| column::from_format(it.choice.format).to_owned()),
        location: proposal.and_then(|it| it.choice.location.clone()),
        sequence: column::from_count(proposal.map_or(0, |it| it.sequence)),
        expires_at: proposal.map(|it| column::from_time(it.expires_at)),
        declined: proposal.is_some_and(|it| it.declined),
    };
    let rest = [Asked, TherapistId, StartsAt, EndsAt, Format, Location, Sequence, ExpiresAt, Declined];
    table::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns([AppointmentId, IntakeId]).update_columns(rest).to_owned())
        .exec_without_returning(tx.db())
        .await?;
    tx.touch(Topic::Cases);
    Ok(())
}

/// What the clients of a session asked for, the earliest intake's first.
///
/// # Errors
/// Where the database fails.
pub async fn of_appointment(conn: &impl Conn, appointment: AppointmentId) -> Result<Vec<MoveRequest>, StoreError> {
    let rows = table::Entity::find()
        .filter(table::Column::AppointmentId.eq(appointment.uuid()))
        .order_by_asc(table::Column::IntakeId)
        .all(conn.db())
        .await?;
    rows.into_iter().map(read).collect()
}

fn read(row: table::Model) -> Result<MoveRequest, StoreError> {
    let (appointment, intake) = (AppointmentId::new(row.appointment_id), IntakeId::new(row.intake_id));
    let asked = column::to_count(row.asked);
    let (Some(therapist), Some(starts_at), Some(ends_at), Some(format), Some(expires_at)) =
        (row.therapist_id, row.starts_at, row.ends_at, row.format, row.expires_at)
    else {
        return Ok(MoveRequest { asked, ..MoveRequest::none(appointment, intake) });
    };
    let choice = Choice {
        starts_at: column::to_time(starts_at)?,
        therapist: TherapistId::new(therapist),
        format: column::to_format(&format)?,
        location: row.location,
    };
    let proposal = Proposal {
        choice,
        ends_at: column::to_time(ends_at)?,
        sequence: column::to_count(row.sequence),
        expires_at: column::to_time(expires_at)?,
        declined: row.declined,
    };
    Ok(MoveRequest { appointment, intake, asked, proposal: Some(proposal) })
}
