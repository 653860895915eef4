//! A client says yes to a held time.

use std::sync::Arc;

use rapport_domain::{
    appointment::{Changed, ClientWish, Yes},
    calendar::outside::Outside,
    case::StaffReason,
    event::Fact,
    id::AppointmentId,
    letter::LetterKind,
};
use rapport_proto::intake as pb;
use rapport_store::{Tx, appointments, audit, calendar, cases, letters, move_requests, outbox, outside};

use crate::{
    Deps,
    cancel_appointment::put_before_staff,
    own_appointment::{OwnAppointment, event},
    own_intake::OwnIntake,
    policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    trail,
};

/// Records the yes. A time held for two stays held until its release step; one
/// held for the client alone is fixed, with its event and letter, where it can still take place.
#[tracing::instrument(skip_all, fields(intake.id = %own.intake.id, appointment.id = %asked))]
pub(crate) async fn run(
    deps: &Deps,
    own: Arc<OwnIntake>,
    asked: AppointmentId,
    etag: String,
    repeatable: Repeatable,
) -> Result<pb::ConfirmAppointmentResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (own, etag) = (Arc::clone(&own), etag.clone());
        Box::pin(async move {
            Ok(pb::ConfirmAppointmentResponse { appointment: Some(confirm(deps, tx, own, asked, &etag).await?) })
        })
    })
    .await
}

async fn confirm(
    deps: &Deps,
    tx: &Tx,
    own: Arc<OwnIntake>,
    asked: AppointmentId,
    etag: &str,
) -> Result<pb::Appointment, Refusal> {
    let mut it = OwnAppointment::read(deps, tx, own, asked).await?;
    let now = deps.clock.now();
    let needs_staff = it.own.found.booking.needs_staff();
    match it.appointment.accept(needs_staff).map_err(|_| Refusal::AppointmentNotOpen)? {
        Yes::Fixes(Changed::Already) => keep_as_it_is(tx, &mut it).await?,
        Yes::Noted if it.said.wish == Some(ClientWish::Accepted) => {}
        Yes::Noted => {
            it.check_etag(etag)?;
            it.say(tx, ClientWish::Accepted, now).await?;
        }
        Yes::Fixes(Changed::Now) => {
            it.check_etag(etag)?;
            it.note(tx, ClientWish::Accepted, now).await?;
            let why = outside::of(tx, &deps.practice, &it.appointment).await?;
            if let Some(why) = why.filter(|why| why.forbids_a_yes()) {
                let_go(deps, tx, &mut it, why).await?;
                return answer(deps, tx, it).await;
            }
            appointments::save(tx, &it.appointment, it.read_sequence).await?;
            it.case.follow(it.appointment.state).map_err(|_| Refusal::AppointmentNotOpen)?;
            let fact = Fact::AppointmentConfirmed { appointment: it.appointment.id, case: it.case.id };
            outbox::add(tx, &event(deps, fact)).await?;
            letters::queue(tx, &it.letter(LetterKind::Confirmed), now).await?;
            cases::save(tx, &it.case).await?;
        }
    }
    answer(deps, tx, it).await
}

async fn answer(deps: &Deps, tx: &Tx, it: OwnAppointment) -> Result<pb::Appointment, Refusal> {
    let resources = vec![it.appointment.id.to_string(), it.case.id.to_string()];
    audit::write(tx, &trail::by_client(deps, it.own.intake.id, policy::CONFIRM_APPOINTMENT, resources)).await?;
    it.message(deps, tx).await
}

/// A held time that cannot take place any more: it is freed instead of fixed, its client reads that it will not take
/// place and that somebody calls, and staff owe another one.
async fn let_go(deps: &Deps, tx: &Tx, it: &mut OwnAppointment, why: Outside) -> Result<(), Refusal> {
    let _ = it.appointment.cancel().map_err(|_| Refusal::AppointmentNotOpen)?;
    appointments::save(tx, &it.appointment, it.read_sequence).await?;
    calendar::free(tx, it.appointment.id).await?;
    let fact = Fact::AppointmentCancelled { appointment: it.appointment.id, case: it.case.id };
    outbox::add(tx, &event(deps, fact)).await?;
    letters::queue(tx, &it.letter(LetterKind::WillNotTakePlace), deps.clock.now()).await?;
    put_before_staff(deps, tx, it, StaffReason::HoldFell { why }).await
}

/// A yes to a session that is fixed, while another time is proposed for it: it stays as it is. Whoever proposed learns
/// that when their proposal ends, as they would from silence.
async fn keep_as_it_is(tx: &Tx, it: &mut OwnAppointment) -> Result<(), Refusal> {
    let Some(mut request) = it.said.other.take() else { return Ok(()) };
    if let Some(proposal) = &mut request.proposal {
        proposal.declined = true;
    }
    move_requests::put(tx, &request).await?;
    cases::save(tx, &it.case).await?;
    Ok(())
}
