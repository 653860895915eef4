//! A client's own appointment, read within the transaction that changes it.

use std::sync::Arc;

use jiff::Timestamp;
use rapport_domain::{
    appointment::{Appointment, AppointmentState, ClientWish, MoveRequest, Proposal},
    case::Case,
    event::{Event, Fact},
    id::{AppointmentId, EventId, IntakeId},
    intake::Care,
    letter::{DueLetter, LetterKind},
};
use rapport_proto::intake as pb;
use rapport_store::{Conn, StoreError, Tx, appointments, cases, intakes, move_requests, therapists, wishes};

use crate::{Deps, own_intake::OwnIntake, refusal::Refusal, staff_case::letters_to, view};

/// A client's own appointment with what belongs to it.
pub(crate) struct OwnAppointment {
    pub(crate) own: Arc<OwnIntake>,
    pub(crate) case: Case,
    pub(crate) appointment: Appointment,
    /// What this client said to it, and what waits for their answer.
    pub(crate) said: Said,
    /// As the database has it: what a write is checked against.
    pub(crate) read_sequence: u32,
    pub(crate) part: Part,
    read_etag: String,
}

/// A client's part in their case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The case began with them.
    First,
    /// They came by their partner's invitation.
    Second,
}

/// What one client said and asked about a session, and what they are asked: all that they may know of either.
#[derive(Default)]
pub(crate) struct Said {
    /// Their yes or no to it.
    pub(crate) wish: Option<ClientWish>,
    /// What they asked for.
    pub(crate) own: Option<MoveRequest>,
    /// What the other one proposes, while it waits for them. Of a time that is only held nobody learns what the second
    /// partner would like.
    pub(crate) other: Option<MoveRequest>,
    now: Timestamp,
}

impl Said {
    /// Reads it.
    pub(crate) async fn read(
        conn: &impl Conn,
        session: &Appointment,
        own: IntakeId,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let wish = wishes::of(conn, session.id, own).await?;
        let (mut of_own, mut of_other) = (None, None);
        for request in move_requests::of_appointment(conn, session.id).await? {
            if request.intake == own {
                of_own = Some(request);
            } else if session.state == AppointmentState::Confirmed
                && request.open(session, now).is_some_and(|proposal| !proposal.declined)
            {
                of_other = Some(request);
            }
        }
        Ok(Self { wish, own: of_own, other: of_other, now })
    }

    /// What this client proposed, while it waits.
    pub(crate) fn own_proposal(&self, session: &Appointment) -> Option<&Proposal> {
        self.own.as_ref().and_then(|own| own.open(session, self.now))
    }
}

impl OwnAppointment {
    /// Reads it; one of another case is not found, whether it exists or not.
    pub(crate) async fn read(deps: &Deps, tx: &Tx, own: Arc<OwnIntake>, asked: AppointmentId) -> Result<Self, Refusal> {
        let case = cases::get(tx, own.intake.case).await?.ok_or(Refusal::NotFound)?;
        let appointment = appointments::get(tx, asked).await?.ok_or(Refusal::NotFound)?;
        let part = part(tx, &own).await?;
        if !is_for(&appointment, &own, part) {
            return Err(Refusal::NotFound);
        }
        let said = Said::read(tx, &appointment, own.intake.id, deps.clock.now()).await?;
        let (read_sequence, read_etag) = (appointment.sequence, view::appointment_etag(&appointment, &said));
        Ok(Self { own, case, appointment, said, read_sequence, part, read_etag })
    }

    /// Whether a no is only this client's word: of a second partner to a time that is held. What they say changes
    /// nothing that the first can see; the release step weighs it.
    pub(crate) fn no_is_only_a_word(&self) -> bool {
        self.part == Part::Second && self.appointment.state == AppointmentState::Held
    }

    /// Refuses a change that was decided on looking at an older state.
    pub(crate) fn check_etag(&self, etag: &str) -> Result<(), Refusal> {
        if etag.is_empty() || etag == self.read_etag { Ok(()) } else { Err(Refusal::EtagMismatch) }
    }

    /// Notes what this client says to a time that stays as it is. The case is written with it, unchanged: a release step
    /// that did not see this wish has to look again.
    pub(crate) async fn say(&mut self, tx: &Tx, wish: ClientWish, now: Timestamp) -> Result<(), Refusal> {
        self.note(tx, wish, now).await?;
        cases::save(tx, &self.case).await?;
        Ok(())
    }

    /// Notes what this client says, where the case is written for another reason.
    pub(crate) async fn note(&mut self, tx: &Tx, wish: ClientWish, now: Timestamp) -> Result<(), Refusal> {
        wishes::put(tx, self.appointment.id, self.own.intake.id, wish, now).await?;
        self.said.wish = Some(wish);
        Ok(())
    }

    /// The letter about its new state, to the client who changed it and nobody else; none where they gave no address.
    pub(crate) fn letter(&self, kind: LetterKind) -> Vec<DueLetter> {
        letters_to(std::slice::from_ref(&self.own.intake), kind, &self.appointment)
    }

    /// What its client reads of it.
    pub(crate) async fn message(&self, deps: &Deps, tx: &Tx) -> Result<pb::Appointment, Refusal> {
        let therapist = therapists::get(tx, self.appointment.therapist).await?;
        let name = therapist.map(|therapist| therapist.name).unwrap_or_default();
        let language = self.own.intake.submission.language();
        Ok(view::appointment(&self.appointment, &self.said, &name, &deps.practice, language))
    }
}

/// A client's part in their case.
pub(crate) async fn part(conn: &impl Conn, own: &OwnIntake) -> Result<Part, StoreError> {
    let first = intakes::first_of_case(conn, own.intake.case).await?;
    Ok(if first == Some(own.intake.id) { Part::First } else { Part::Second })
}

/// Whether an appointment is for this client. A second partner knows of sessions for two alone, and of none where
/// their own answers ask for a call: then there never was one for them.
pub(crate) fn is_for(appointment: &Appointment, own: &OwnIntake, part: Part) -> bool {
    appointment.case == own.intake.case
        && (part == Part::First || appointment.care == Care::Couple && own.may_meet_together())
}

/// A new event.
pub(crate) fn event(deps: &Deps, fact: Fact) -> Event {
    Event { id: EventId::new(deps.ids.uuid()), occurred_at: deps.clock.now(), fact }
}
