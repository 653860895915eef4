//! Staff move a session.

use std::sync::Arc;

use rapport_domain::{
    appointment::{AppointmentState, Changed},
    letter::LetterKind,
};
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{Tx, appointments, audit, letters};

use crate::{
    Deps,
    parse::StaffReschedule,
    policy,
    protocols::Protocols,
    refusal::Refusal,
    relocate,
    repeat::{self, Repeatable},
    staff_case::{StaffCase, clients_of, letters_to},
    staff_time::weigh,
    trail,
};

/// Moves it at once, and writes to the clients it is for. What is fixed for two moves too: whoever does this has spoken
/// with both. What is held stays held, until a release step of its new time.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, appointment.id = %asked.session))]
pub(crate) async fn run(
    deps: &Deps,
    protocols: &Arc<Protocols>,
    staff: StaffPrincipal,
    asked: StaffReschedule,
    repeatable: Repeatable,
) -> Result<pb::RescheduleAppointmentResponse, Refusal> {
    let (protocols, asked) = (Arc::clone(protocols), Arc::new(asked));
    repeat::change(deps, repeatable, move |deps, tx| {
        let (protocols, staff, asked) = (Arc::clone(&protocols), staff.clone(), Arc::clone(&asked));
        Box::pin(async move { reschedule(deps, &protocols, tx, &staff, &asked).await })
    })
    .await
}

async fn reschedule(
    deps: &Deps,
    protocols: &Protocols,
    tx: &Tx,
    staff: &StaffPrincipal,
    asked: &StaffReschedule,
) -> Result<pb::RescheduleAppointmentResponse, Refusal> {
    let now = deps.clock.now();
    let mut session = appointments::get(tx, asked.session).await?.ok_or(Refusal::NotFound)?;
    let mut it = StaffCase::read(tx, session.case).await?;
    if !policy::may_book(staff.role, &it.case, session.care) {
        return Err(Refusal::RoleForbidden);
    }
    if !session.state.takes_time() || session.starts_at <= now {
        return Err(Refusal::AppointmentNotOpen);
    }
    if session.choice(&deps.practice) != asked.time.choice {
        it.check_etag(&asked.etag)?;
        let choice = &asked.time.choice;
        let weighed =
            weigh(deps, protocols, tx, staff, (&it.case, session.care), &asked.time, Some(session.id)).await?;
        let read_sequence = session.sequence;
        let hold_ends = deps.practice.booking.hold_ends(session.care, choice.starts_at, now);
        let moved = session.move_to(choice.therapist, &weighed.slot, hold_ends);
        if moved.map_err(|_| Refusal::AppointmentNotOpen)? == Changed::Now {
            relocate::write(deps, tx, &session, read_sequence).await?;
            it.case.follow(session.state)?;
            it.detail.match_because = weighed.because;
            it.save(tx).await?;
            let kind = match session.state {
                AppointmentState::Held => LetterKind::Held,
                _ => LetterKind::Moved,
            };
            let clients = clients_of(tx, &it.case, &session).await?;
            letters::queue(tx, &letters_to(&clients, kind, &session), now).await?;
        }
    }
    let resources = vec![session.id.to_string(), it.case.id.to_string()];
    audit::write(tx, &trail::by_staff(deps, staff, policy::STAFF_RESCHEDULE_APPOINTMENT, resources)).await?;
    let appointment = it.appointment_message(deps, tx, &session, staff.role).await?;
    Ok(pb::RescheduleAppointmentResponse { appointment: Some(appointment), summary: Some(it.summary(staff.role)) })
}
