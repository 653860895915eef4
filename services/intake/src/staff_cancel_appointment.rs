//! Staff give a session's time back.

use rapport_domain::{
    appointment::Changed, case::StaffReason, event::Fact, id::AppointmentId, letter::LetterKind, triage::Booking,
};
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{Tx, appointments, audit, calendar, letters, outbox};

use crate::{
    Deps,
    own_appointment::event,
    policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    staff_case::{StaffCase, clients_of, letters_to},
    trail,
};

/// Frees the time and puts the case before staff, who owe another one. Everybody it was for reads the same: that it will
/// not take place and that somebody calls; never by whom, never why.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, appointment.id = %asked))]
pub(crate) async fn run(
    deps: &Deps,
    staff: StaffPrincipal,
    asked: AppointmentId,
    etag: String,
    repeatable: Repeatable,
) -> Result<pb::CancelAppointmentResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (staff, etag) = (staff.clone(), etag.clone());
        Box::pin(async move { cancel(deps, tx, &staff, asked, &etag).await })
    })
    .await
}

async fn cancel(
    deps: &Deps,
    tx: &Tx,
    staff: &StaffPrincipal,
    asked: AppointmentId,
    etag: &str,
) -> Result<pb::CancelAppointmentResponse, Refusal> {
    let now = deps.clock.now();
    let mut session = appointments::get(tx, asked).await?.ok_or(Refusal::NotFound)?;
    let mut it = StaffCase::read(tx, session.case).await?;
    if !policy::may_book(staff.role, &it.case, session.care) {
        return Err(Refusal::RoleForbidden);
    }
    let read_sequence = session.sequence;
    if session.cancel().map_err(|_| Refusal::AppointmentNotOpen)? == Changed::Now {
        it.check_etag(etag)?;
        if session.starts_at <= now {
            return Err(Refusal::AppointmentNotOpen);
        }
        let clients = clients_of(tx, &it.case, &session).await?;
        appointments::save(tx, &session, read_sequence).await?;
        calendar::free(tx, session.id).await?;
        if it.case.refer() {
            let (urgency, care) = (it.case.urgency, it.case.care.care());
            it.case.respond_by = deps.practice.respond_by(urgency, Booking::AloneByStaff, care, now);
            let weightier = it.detail.staff_reason.take().filter(StaffReason::outlives_a_session);
            it.detail.staff_reason = weightier.or(Some(StaffReason::CancelledByStaff));
        }
        it.save(tx).await?;
        let fact = Fact::AppointmentCancelled { appointment: session.id, case: it.case.id };
        outbox::add(tx, &event(deps, fact)).await?;
        letters::queue(tx, &letters_to(&clients, LetterKind::WillNotTakePlace, &session), now).await?;
    }
    let resources = vec![session.id.to_string(), it.case.id.to_string()];
    audit::write(tx, &trail::by_staff(deps, staff, policy::STAFF_CANCEL_APPOINTMENT, resources)).await?;
    let appointment = it.appointment_message(deps, tx, &session, staff.role).await?;
    Ok(pb::CancelAppointmentResponse { appointment: Some(appointment), summary: Some(it.summary(staff.role)) })
}
