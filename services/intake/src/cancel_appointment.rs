//! A client gives a time back.

use rapport_domain::{
    appointment::Changed,
    case::StaffReason,
    event::Fact,
    id::{AppointmentId, IntakeId},
    letter::{Cause, DueLetter, LetterKind, Recipient},
    triage::Booking,
};
use rapport_proto::intake as pb;
use rapport_store::{Tx, appointments, audit, calendar, cases, letters, outbox};

use crate::{
    Deps,
    own_appointment::{OwnAppointment, event},
    policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    trail,
};

/// Frees the time, writes to the client who asked, and puts the case before
/// staff. Nothing is sent to anybody else who was to come.
#[tracing::instrument(skip_all, fields(intake.id = %own, appointment.id = %asked))]
pub(crate) async fn run(
    deps: &Deps,
    own: IntakeId,
    asked: AppointmentId,
    etag: String,
    repeatable: Repeatable,
) -> Result<pb::CancelAppointmentResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let etag = etag.clone();
        Box::pin(async move {
            Ok(pb::CancelAppointmentResponse { appointment: Some(cancel(deps, tx, own, asked, &etag).await?) })
        })
    })
    .await
}

async fn cancel(
    deps: &Deps,
    tx: &Tx,
    own: IntakeId,
    asked: AppointmentId,
    etag: &str,
) -> Result<pb::Appointment, Refusal> {
    let mut it = OwnAppointment::read(tx, own, asked).await?;
    if it.appointment.cancel().map_err(|_| Refusal::AppointmentNotOpen)? == Changed::Now {
        it.check_etag(etag)?;
        appointments::save(tx, &it.appointment, it.read_sequence).await?;
        calendar::free(tx, it.appointment.id).await?;
        let fact = Fact::AppointmentCancelled { appointment: it.appointment.id, case: it.case.id };
        outbox::add(tx, &event(deps, fact)).await?;
        letters::queue(tx, &[it.letter(LetterKind::Cancelled)], deps.clock.now()).await?;
        put_before_staff(deps, tx, &mut it).await?;
    }
    let resources = vec![it.appointment.id.to_string(), it.case.id.to_string()];
    audit::write(tx, &trail::by_client(deps, own, policy::CANCEL_APPOINTMENT, resources)).await?;
    it.message(deps, tx).await
}

async fn put_before_staff(deps: &Deps, tx: &Tx, it: &mut OwnAppointment) -> Result<(), Refusal> {
    if !it.case.refer() {
        return Ok(());
    }
    let now = deps.clock.now();
    let case = it.case.id;
    // The promise was kept with the session that is gone; from now on a call is owed.
    it.case.respond_by = deps.practice.respond_by(it.case.urgency, Booking::AloneByStaff, it.case.care.care(), now);
    cases::save(tx, &it.case).await?;
    let mut detail = cases::detail(tx, case).await?.unwrap_or_default();
    // A reason that no machine may override stays: it weighs more than a time given back.
    if !matches!(detail.staff_reason, Some(StaffReason::RulesForbidBooking | StaffReason::Under18)) {
        detail.staff_reason = Some(StaffReason::CancelledByClient);
    }
    cases::save_detail(tx, case, &detail).await?;
    let referred = event(deps, Fact::CaseReferred { case });
    outbox::add(tx, &referred).await?;
    let alert = DueLetter {
        // Not the case: staff may have been alerted to that before.
        cause: Cause::Event(referred.id),
        recipient: Recipient::OnCall(0),
        kind: LetterKind::StaffAlert,
        case,
        appointment: None,
    };
    letters::queue(tx, &[alert], now).await?;
    Ok(())
}
