//! Staff write down who came.

use std::sync::Arc;

use rapport_domain::appointment::{AppointmentState, Mark};
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{Tx, appointments, attendance, audit, intakes};

use crate::{
    Deps,
    parse::MarkAttendance,
    policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    staff_case::StaffCase,
    trail,
};

/// Marks each client of the session; marking again corrects.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, appointment.id = %asked.session))]
pub(crate) async fn run(
    deps: &Deps,
    staff: StaffPrincipal,
    asked: MarkAttendance,
    repeatable: Repeatable,
) -> Result<pb::MarkAttendanceResponse, Refusal> {
    let asked = Arc::new(asked);
    repeat::change(deps, repeatable, move |deps, tx| {
        let (staff, asked) = (staff.clone(), Arc::clone(&asked));
        Box::pin(async move { mark(deps, tx, &staff, &asked).await })
    })
    .await
}

async fn mark(
    deps: &Deps,
    tx: &Tx,
    staff: &StaffPrincipal,
    asked: &MarkAttendance,
) -> Result<pb::MarkAttendanceResponse, Refusal> {
    let now = deps.clock.now();
    let session = appointments::get(tx, asked.session).await?.ok_or(Refusal::NotFound)?;
    let mut it = StaffCase::read(tx, session.case).await?;
    if !policy::may_claim(staff.role, &it.case) {
        return Err(Refusal::RoleForbidden);
    }
    it.check_etag(&asked.etag)?;
    if session.state != AppointmentState::Confirmed || session.starts_at > now {
        return Err(Refusal::SessionNotBegun);
    }
    let clients = intakes::of_case(tx, it.case.id).await?;
    for (n, (intake, attendance)) in asked.marks.iter().enumerate() {
        if !clients.iter().any(|client| client.id == *intake) {
            return Err(Refusal::field(&format!("attendance[{n}].intake"), "must be an intake of this case"));
        }
        let (appointment, by) = (session.id, staff.label.clone());
        attendance::put(tx, &Mark { appointment, intake: *intake, attendance: *attendance, by, at: now }).await?;
    }
    it.save(tx).await?;
    let marked = asked.marks.iter().map(|(intake, _)| intake.to_string());
    let resources = [session.id.to_string(), it.case.id.to_string()].into_iter().chain(marked).collect();
    audit::write(tx, &trail::by_staff(deps, staff, policy::MARK_ATTENDANCE, resources)).await?;
    let appointment = it.appointment_message(deps, tx, &session, staff.role).await?;
    Ok(pb::MarkAttendanceResponse { appointment: Some(appointment), summary: Some(it.summary(staff.role)) })
}
