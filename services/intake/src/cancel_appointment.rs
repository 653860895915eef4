//! A client gives a time back.

use std::sync::Arc;

use jiff::Timestamp;
use rapport_domain::{
    appointment::{AppointmentState, Changed, ClientWish},
    case::StaffReason,
    event::Fact,
    id::AppointmentId,
    letter::{Cause, DueLetter, LetterKind, Recipient},
    triage::Booking,
};
use rapport_proto::intake as pb;
use rapport_store::{Tx, appointments, audit, calendar, cases, letters, outbox};

use crate::{
    Deps,
    own_appointment::{OwnAppointment, event},
    own_intake::OwnIntake,
    policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    staff_case::{clients_of, letters_to},
    trail,
};

/// Frees the time, writes to the client who asked, and puts the case before
/// staff. Their partner, where one was to come, is told that the session will
/// not take place: never by whom, never why. A second partner's no to a time
/// that is only held is noted for the release step, and nothing else happens.
#[tracing::instrument(skip_all, fields(intake.id = %own.intake.id, appointment.id = %asked))]
pub(crate) async fn run(
    deps: &Deps,
    own: Arc<OwnIntake>,
    asked: AppointmentId,
    etag: String,
    repeatable: Repeatable,
) -> Result<pb::CancelAppointmentResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (own, etag) = (Arc::clone(&own), etag.clone());
        Box::pin(async move {
            Ok(pb::CancelAppointmentResponse { appointment: Some(cancel(deps, tx, own, asked, &etag).await?) })
        })
    })
    .await
}

async fn cancel(
    deps: &Deps,
    tx: &Tx,
    own: Arc<OwnIntake>,
    asked: AppointmentId,
    etag: &str,
) -> Result<pb::Appointment, Refusal> {
    let mut it = OwnAppointment::read(deps, tx, own, asked).await?;
    let now = deps.clock.now();
    let reason = reason(deps, &it, now);
    if it.no_is_only_a_word() {
        if it.said.wish != Some(ClientWish::Declined) {
            it.check_etag(etag)?;
            it.say(tx, ClientWish::Declined, now).await?;
        }
    } else if it.appointment.cancel().map_err(|_| Refusal::AppointmentNotOpen)? == Changed::Now {
        it.check_etag(etag)?;
        // What tells the two partners apart afterwards: one gave it back, to the other it was taken.
        it.note(tx, ClientWish::Declined, now).await?;
        appointments::save(tx, &it.appointment, it.read_sequence).await?;
        calendar::free(tx, it.appointment.id).await?;
        let fact = Fact::AppointmentCancelled { appointment: it.appointment.id, case: it.case.id };
        outbox::add(tx, &event(deps, fact)).await?;
        letters::queue(tx, &it.letter(LetterKind::Cancelled), now).await?;
        tell_partner(tx, &it, now).await?;
        put_before_staff(deps, tx, &mut it, reason).await?;
    }
    let resources = vec![it.appointment.id.to_string(), it.case.id.to_string()];
    audit::write(tx, &trail::by_client(deps, it.own.intake.id, policy::CANCEL_APPOINTMENT, resources)).await?;
    it.message(deps, tx).await
}

/// Late is told to staff alone: whether the fee applies is for a person to say.
fn reason(deps: &Deps, it: &OwnAppointment, now: Timestamp) -> StaffReason {
    let changes = &deps.practice.changes;
    let fixed = it.appointment.state == AppointmentState::Confirmed;
    match fixed && changes.late_cancel_fee > 0 && now >= changes.cancels_until(it.appointment.starts_at) {
        true => StaffReason::CancelledLateByClient,
        false => StaffReason::CancelledByClient,
    }
}

async fn tell_partner(tx: &Tx, it: &OwnAppointment, now: Timestamp) -> Result<(), Refusal> {
    let mut partner = clients_of(tx, &it.case, &it.appointment).await?;
    partner.retain(|client| client.id != it.own.intake.id);
    letters::queue(tx, &letters_to(&partner, LetterKind::WillNotTakePlace, &it.appointment), now).await?;
    Ok(())
}

/// Puts the case before staff, who are told.
pub(crate) async fn put_before_staff(
    deps: &Deps,
    tx: &Tx,
    it: &mut OwnAppointment,
    reason: StaffReason,
) -> Result<(), Refusal> {
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
    let weightier = detail.staff_reason.take().filter(StaffReason::outlives_a_session);
    detail.staff_reason = weightier.or(Some(reason));
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
