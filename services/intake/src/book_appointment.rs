//! Staff book a session for a case.

use std::sync::Arc;

use jiff::SignedDuration;
use rapport_domain::{
    appointment::{Appointment, AppointmentState},
    calendar::busy::blocks,
    case::{CaseState, StaffReason},
    event::Fact,
    id::AppointmentId,
    intake::Care,
    letter::LetterKind,
};
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{Blocked, Tx, appointments, audit, calendar, intakes, letters, outbox};

use crate::{
    Deps,
    own_appointment::event,
    parse::BookAppointment,
    policy,
    protocols::Protocols,
    refusal::Refusal,
    repeat::{self, Repeatable},
    staff_case::{StaffCase, clients_of, letters_to},
    staff_time::weigh,
    trail,
};

/// Takes the time, fixes or holds it, and writes to the clients it is for.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, case.id = %asked.case))]
pub(crate) async fn run(
    deps: &Deps,
    protocols: &Arc<Protocols>,
    staff: StaffPrincipal,
    asked: BookAppointment,
    repeatable: Repeatable,
) -> Result<pb::BookAppointmentResponse, Refusal> {
    let (protocols, asked) = (Arc::clone(protocols), Arc::new(asked));
    repeat::change(deps, repeatable, move |deps, tx| {
        let (protocols, staff, asked) = (Arc::clone(&protocols), staff.clone(), Arc::clone(&asked));
        Box::pin(async move { book(deps, &protocols, tx, &staff, &asked).await })
    })
    .await
}

async fn book(
    deps: &Deps,
    protocols: &Protocols,
    tx: &Tx,
    staff: &StaffPrincipal,
    asked: &BookAppointment,
) -> Result<pb::BookAppointmentResponse, Refusal> {
    let now = deps.clock.now();
    let mut it = StaffCase::read(tx, asked.case).await?;
    let care = asked.care.unwrap_or_else(|| it.case.next_session_for());
    if care == Care::Couple && it.case.care.care() == Care::Individual {
        return Err(Refusal::field("care", "must be CARE_INDIVIDUAL: the case is one person's"));
    }
    if asked.client.is_some() && (care == Care::Couple || intakes::first_of_case(tx, it.case.id).await? != asked.client)
    {
        return Err(Refusal::field("client", "must be the case's first client, for a session alone"));
    }
    if !policy::may_book(staff.role, &it.case, care) {
        return Err(Refusal::RoleForbidden);
    }
    if it.case.state == CaseState::Closed {
        return Err(Refusal::CaseClosed);
    }
    it.check_etag(&asked.etag)?;
    let latest = appointments::current_of_case(tx, it.case.id).await?;
    if latest.is_some_and(|latest| latest.state.takes_time() && latest.ends_at > now) {
        return Err(Refusal::SessionOpen);
    }
    let weighed = weigh(deps, protocols, tx, staff, (&it.case, care), &asked.time, None).await?;
    let (starts_at, ends_at) = (weighed.slot.starts_at, weighed.slot.ends_at);
    let release_at = hold_ends(deps, asked, care, now)?;
    let session = Appointment {
        id: AppointmentId::new(deps.ids.uuid()),
        case: it.case.id,
        therapist: asked.time.choice.therapist,
        care,
        format: weighed.slot.format,
        room: weighed.slot.room,
        starts_at,
        ends_at,
        state: if release_at.is_some() { AppointmentState::Held } else { AppointmentState::Confirmed },
        release_at,
        sequence: 0,
    };
    appointments::insert(tx, &session).await?;
    if calendar::block(tx, &blocks(&session, &deps.practice), session.id).await? == Blocked::Taken {
        return Err(Refusal::TakenMeanwhile);
    }
    it.case.follow(session.state)?;
    it.detail.match_because = weighed.because;
    it.detail.fallback = String::new();
    it.detail.staff_reason = it.detail.staff_reason.take().filter(StaffReason::outlives_a_session);
    it.save(tx).await?;
    tell(deps, tx, &it, &session).await?;
    let resources = vec![it.case.id.to_string(), session.id.to_string()];
    audit::write(tx, &trail::by_staff(deps, staff, policy::BOOK_APPOINTMENT, resources)).await?;
    let appointment = it.appointment_message(deps, tx, &session, staff.role).await?;
    Ok(pb::BookAppointmentResponse { appointment: Some(appointment), summary: Some(it.summary(staff.role)) })
}

/// When a hold for two ends that staff want; it must leave the partners time to answer.
fn hold_ends(
    deps: &Deps,
    asked: &BookAppointment,
    care: Care,
    now: jiff::Timestamp,
) -> Result<Option<jiff::Timestamp>, Refusal> {
    if !asked.hold {
        return Ok(None);
    }
    if care == Care::Individual {
        return Err(Refusal::field("hold", "must be false for a session alone"));
    }
    let ends = deps.practice.booking.hold_ends(care, asked.time.choice.starts_at, now);
    if ends <= now + SignedDuration::from_hours(1) {
        return Err(Refusal::field("hold", "must be false: the release step would come before anybody can answer"));
    }
    Ok(Some(ends))
}

async fn tell(deps: &Deps, tx: &Tx, it: &StaffCase, session: &Appointment) -> Result<(), Refusal> {
    let (appointment, case) = (session.id, it.case.id);
    let (fact, kind) = match session.state {
        AppointmentState::Held => (Fact::AppointmentHeld { appointment, case }, LetterKind::Held),
        _ => (Fact::AppointmentConfirmed { appointment, case }, LetterKind::Confirmed),
    };
    outbox::add(tx, &event(deps, fact)).await?;
    let clients = clients_of(tx, &it.case, session).await?;
    letters::queue(tx, &letters_to(&clients, kind, session), deps.clock.now()).await?;
    Ok(())
}
