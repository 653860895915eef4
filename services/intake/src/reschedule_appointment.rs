//! A client would like another time.
//!
//! The new time is taken before the old one is free. What is fixed for two moves
//! only when both said yes; who asked, and why, is told to nobody.

use std::sync::Arc;

use jiff::Timestamp;
use rapport_domain::{
    appointment::{AppointmentState, Changed, ClientWish, Move, MoveRequest, Proposal},
    event::Fact,
    id::{AppointmentId, EventId},
    intake::{Care, Intake},
    letter::{Cause, DueLetter, LetterKind, Recipient},
    matching::{Choice, Slot},
};
use rapport_proto::intake as pb;
use rapport_store::{Tx, audit, cases, intakes, letters, move_requests, outbox};

use crate::{
    Deps,
    openings::Openings,
    own_appointment::{OwnAppointment, Part, event},
    own_intake::OwnIntake,
    policy,
    refusal::Refusal,
    relocate,
    repeat::{self, Repeatable},
    slot::{self, Wanted},
    staff_case::{clients_of, letters_to},
    trail,
};

/// Moves the session, proposes that to the other one, or notes it.
#[tracing::instrument(skip_all, fields(intake.id = %own.intake.id, appointment.id = %asked))]
pub(crate) async fn run(
    deps: &Deps,
    own: Arc<OwnIntake>,
    asked: AppointmentId,
    wanted: Wanted,
    etag: String,
    repeatable: Repeatable,
) -> Result<pb::RescheduleAppointmentResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (own, wanted, etag) = (Arc::clone(&own), wanted.clone(), etag.clone());
        Box::pin(async move {
            let appointment = reschedule(deps, tx, own, asked, &wanted, &etag).await?;
            Ok(pb::RescheduleAppointmentResponse { appointment: Some(appointment) })
        })
    })
    .await
}

async fn reschedule(
    deps: &Deps,
    tx: &Tx,
    own: Arc<OwnIntake>,
    asked: AppointmentId,
    wanted: &Wanted,
    etag: &str,
) -> Result<pb::Appointment, Refusal> {
    let mut it = OwnAppointment::read(deps, tx, own, asked).await?;
    let wanted = what_is_wanted(&it, wanted)?;
    if !is_so_already(deps, &it, &wanted) {
        it.check_etag(etag)?;
        let first = it.part == Part::First;
        match it.appointment.asked_to_move(first).map_err(|_| Refusal::AppointmentNotOpen)? {
            Move::AtOnce => move_now(deps, tx, &mut it, &wanted.choice).await?,
            Move::Proposed if wanted.is_the_others => accept(deps, tx, &mut it, &wanted.choice).await?,
            Move::Proposed => propose(deps, tx, &mut it, wanted.choice).await?,
            Move::Noted => note(deps, tx, &mut it, wanted.choice).await?,
        }
    }
    let resources = vec![it.appointment.id.to_string(), it.case.id.to_string()];
    audit::write(tx, &trail::by_client(deps, it.own.intake.id, policy::RESCHEDULE_APPOINTMENT, resources)).await?;
    it.message(deps, tx).await
}

/// A time that a client wants.
struct Asked {
    choice: Choice,
    /// Whether it is what their partner proposes.
    is_the_others: bool,
}

/// A proposal by its name, as long as it waits, or a slot; one that the partner proposes too is their proposal.
fn what_is_wanted(it: &OwnAppointment, wanted: &Wanted) -> Result<Asked, Refusal> {
    let other = it.said.other.as_ref();
    let proposed = other.and_then(|request| request.proposal.as_ref()).map(|proposal| &proposal.choice);
    match wanted {
        Wanted::Slot(choice) => Ok(Asked { choice: choice.clone(), is_the_others: proposed == Some(choice) }),
        Wanted::Proposal(name) => {
            let choice = proposed.filter(|_| other.map(slot::proposal).as_ref() == Some(name));
            let choice = choice.ok_or(Refusal::SlotTaken)?.clone();
            Ok(Asked { choice, is_the_others: true })
        }
    }
}

/// Whether the session has this time, or this client's proposal of it waits.
fn is_so_already(deps: &Deps, it: &OwnAppointment, wanted: &Asked) -> bool {
    let session = &it.appointment;
    let proposed = it.said.own_proposal(session).map(|proposal| &proposal.choice);
    session.state.takes_time() && wanted.choice == session.choice(&deps.practice)
        || proposed == Some(&wanted.choice) && !wanted.is_the_others
}

async fn move_now(deps: &Deps, tx: &Tx, it: &mut OwnAppointment, choice: &Choice) -> Result<(), Refusal> {
    let now = deps.clock.now();
    let asked = may_ask(deps, it, now)?;
    let slot = seat(deps, tx, it, choice).await?;
    take(deps, tx, it, choice, &slot).await?;
    it.said.own = Some(MoveRequest { proposal: None, ..asked });
    keep_own(tx, it).await?;
    it.note(tx, ClientWish::Accepted, now).await?;
    tell(tx, it, now).await
}

/// The other one said yes: the session moves. Nobody's wishes are weighed again, for both chose this time; the law and
/// the calendar are, and what stands against it there reads like a time that is gone.
async fn accept(deps: &Deps, tx: &Tx, it: &mut OwnAppointment, choice: &Choice) -> Result<(), Refusal> {
    let now = deps.clock.now();
    in_time(deps, it, now)?;
    let clients = intakes::of_case(tx, it.case.id).await?;
    let partner = clients.iter().find(|client| client.id != it.own.intake.id).ok_or(Refusal::SlotTaken)?;
    let openings = Openings::read(deps, tx, &it.own, &it.appointment, Some(choice)).await?;
    let slot = openings.seat_both(deps, choice, partner)?;
    take(deps, tx, it, choice, &slot).await?;
    tell(tx, it, now).await
}

async fn propose(deps: &Deps, tx: &Tx, it: &mut OwnAppointment, choice: Choice) -> Result<(), Refusal> {
    let now = deps.clock.now();
    let expires_at = deps.practice.changes.answer_by(now, it.appointment.starts_at, choice.starts_at);
    ask(deps, tx, it, choice, expires_at).await?;
    let mut partner = clients_of(tx, &it.case, &it.appointment).await?;
    partner.retain(|client| client.id != it.own.intake.id);
    letters::queue(tx, &proposal_letters(deps, it, &partner), now).await?;
    Ok(())
}

/// Nothing of it is seen by anybody but this client and staff.
async fn note(deps: &Deps, tx: &Tx, it: &mut OwnAppointment, choice: Choice) -> Result<(), Refusal> {
    let expires_at = it.appointment.release_at.unwrap_or(it.appointment.starts_at);
    ask(deps, tx, it, choice, expires_at).await
}

async fn ask(
    deps: &Deps,
    tx: &Tx,
    it: &mut OwnAppointment,
    choice: Choice,
    expires_at: Timestamp,
) -> Result<(), Refusal> {
    let asked = may_ask(deps, it, deps.clock.now())?;
    let ends_at = seat(deps, tx, it, &choice).await?.ends_at;
    let proposal = Proposal { choice, ends_at, sequence: it.appointment.sequence, expires_at, declined: false };
    it.said.own = Some(MoveRequest { proposal: Some(proposal), ..asked });
    keep_own(tx, it).await?;
    // Staff who decided on the case without this have to look again, and so has the release step.
    cases::save(tx, &it.case).await?;
    Ok(())
}

async fn keep_own(tx: &Tx, it: &OwnAppointment) -> Result<(), Refusal> {
    if let Some(own) = &it.said.own {
        move_requests::put(tx, own).await?;
    }
    Ok(())
}

/// One more wish of this client about this session, where they have one left and it comes in time.
fn may_ask(deps: &Deps, it: &OwnAppointment, now: Timestamp) -> Result<MoveRequest, Refusal> {
    in_time(deps, it, now)?;
    let none = MoveRequest::none(it.appointment.id, it.own.intake.id);
    let before = it.said.own.clone().unwrap_or(none);
    if before.asked >= deps.practice.changes.most_moves {
        return Err(Refusal::MovesUsedUp);
    }
    Ok(MoveRequest { asked: before.asked + 1, ..before })
}

/// What is only held moves as long as it is held.
fn in_time(deps: &Deps, it: &OwnAppointment, now: Timestamp) -> Result<(), Refusal> {
    let fixed = it.appointment.state == AppointmentState::Confirmed;
    if fixed && now >= deps.practice.changes.moves_until(it.appointment.starts_at) {
        return Err(Refusal::TooLateToMove);
    }
    Ok(())
}

async fn seat(deps: &Deps, tx: &Tx, it: &OwnAppointment, choice: &Choice) -> Result<Slot, Refusal> {
    Openings::read(deps, tx, &it.own, &it.appointment, Some(choice)).await?.seat(deps, choice)
}

/// Takes the new time, writes the session, then frees the old time.
async fn take(deps: &Deps, tx: &Tx, it: &mut OwnAppointment, choice: &Choice, slot: &Slot) -> Result<(), Refusal> {
    let (now, session) = (deps.clock.now(), &mut it.appointment);
    let hold_ends = deps.practice.booking.hold_ends(session.care, slot.starts_at, now);
    let open = |_| Refusal::AppointmentNotOpen;
    session.move_to(choice.therapist, slot, hold_ends).map_err(open)?;
    let alone = session.care == Care::Individual;
    let fixed_by_it = alone && !it.own.found.booking.needs_staff() && session.state == AppointmentState::Held;
    if fixed_by_it && session.confirm().map_err(open)? == Changed::Now {
        // Their choice is their yes, where nobody else's is waited for.
        let fact = Fact::AppointmentConfirmed { appointment: session.id, case: it.case.id };
        outbox::add(tx, &event(deps, fact)).await?;
    }
    relocate::write(deps, tx, session, it.read_sequence).await?;
    it.said.wish = None;
    it.said.other = None;
    it.case.follow(session.state)?;
    cases::save(tx, &it.case).await?;
    Ok(())
}

/// Writes to everybody whom the session is for: of a fixed one that it moved, of a held one that this time is held. To a
/// second partner who said no to the old time it is a new one.
async fn tell(tx: &Tx, it: &OwnAppointment, now: Timestamp) -> Result<(), Refusal> {
    let session = &it.appointment;
    let held = session.state == AppointmentState::Held;
    let kind = match session.sequence - it.read_sequence {
        _ if held => LetterKind::Held,
        1 => LetterKind::Moved,
        _ => LetterKind::Confirmed,
    };
    let clients = clients_of(tx, &it.case, session).await?;
    let mut due = letters_to(&clients, kind, session);
    if held && it.own.found.booking.needs_staff() {
        due.push(staff_alert(it, Cause::Appointment(session.id, session.sequence)));
    }
    letters::queue(tx, &due, now).await?;
    Ok(())
}

fn staff_alert(it: &OwnAppointment, cause: Cause) -> DueLetter {
    let recipient = Recipient::OnCall(0);
    DueLetter { cause, recipient, kind: LetterKind::StaffAlert, case: it.case.id, appointment: None }
}

/// Each proposal has a letter of its own; how many there are is bounded by how often one may ask.
fn proposal_letters(deps: &Deps, it: &OwnAppointment, partner: &[Intake]) -> Vec<DueLetter> {
    let cause = Cause::Event(EventId::new(deps.ids.uuid()));
    let letters = letters_to(partner, LetterKind::TimeProposed, &it.appointment);
    letters.into_iter().map(|letter| DueLetter { cause, ..letter }).collect()
}
