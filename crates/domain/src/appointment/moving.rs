//! Another time for a session: who may have it at once, and whose yes it waits for.

use jiff::Timestamp;

use super::{Appointment, AppointmentState, Changed, NotOpen};
use crate::{
    id::{AppointmentId, IntakeId, TherapistId},
    intake::Care,
    matching::{Choice, Slot},
    practice::Practice,
};

/// What a client's wish for another time does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// The session moves.
    AtOnce,
    /// A fixed session for two waits for the other's yes.
    Proposed,
    /// A second partner's word about a time that is only held: staff read it, and nothing changes that the first
    /// partner could see.
    Noted,
}

/// Another time that a client asked for, while it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// What was asked for.
    pub choice: Choice,
    /// When that would end.
    pub ends_at: Timestamp,
    /// The session's sequence at that time: whatever changes it makes the wish a matter of the past.
    pub sequence: u32,
    /// When it is over by itself.
    pub expires_at: Timestamp,
    /// Whether the other partner would rather not. Whoever asked learns that at the end, as from silence.
    pub declined: bool,
}

/// What one client asked for about one session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveRequest {
    /// The session.
    pub appointment: AppointmentId,
    /// Who asked.
    pub intake: IntakeId,
    /// How often, whatever became of it.
    pub asked: u32,
    /// What they asked for last, unless it was done at once.
    pub proposal: Option<Proposal>,
}

impl MoveRequest {
    /// Nobody asked for anything yet.
    #[must_use]
    pub const fn none(appointment: AppointmentId, intake: IntakeId) -> Self {
        Self { appointment, intake, asked: 0, proposal: None }
    }

    /// What waits still.
    #[must_use]
    pub fn open(&self, session: &Appointment, now: Timestamp) -> Option<&Proposal> {
        self.proposal
            .as_ref()
            .filter(|it| it.sequence == session.sequence && session.state.takes_time() && now < it.expires_at)
    }
}

impl Appointment {
    /// What it does when a client asks for another time.
    ///
    /// # Errors
    /// Where the time was freed or given back.
    pub const fn asked_to_move(&self, by_first_partner: bool) -> Result<Move, NotOpen> {
        match (self.state, self.care, by_first_partner) {
            (AppointmentState::Held | AppointmentState::Confirmed, Care::Individual, _)
            | (AppointmentState::Held, Care::Couple, true) => Ok(Move::AtOnce),
            (AppointmentState::Held, Care::Couple, false) => Ok(Move::Noted),
            (AppointmentState::Confirmed, Care::Couple, _) => Ok(Move::Proposed),
            (AppointmentState::Released | AppointmentState::Cancelled, ..) => Err(NotOpen),
        }
    }

    /// The time that it has, as somebody would choose it.
    #[must_use]
    pub fn choice(&self, practice: &Practice) -> Choice {
        let place = self.room.as_deref().and_then(|room| practice.location_of(room));
        Choice {
            starts_at: self.starts_at,
            therapist: self.therapist,
            format: self.format,
            location: place.map(|place| place.id.clone()),
        }
    }

    /// Takes another time under the same id; what is held stays so, until `hold_ends`.
    ///
    /// # Errors
    /// Where the time was freed or given back.
    pub fn move_to(&mut self, therapist: TherapistId, slot: &Slot, hold_ends: Timestamp) -> Result<Changed, NotOpen> {
        if !self.state.takes_time() {
            return Err(NotOpen);
        }
        let same = (self.therapist, self.starts_at, self.ends_at, self.format)
            == (therapist, slot.starts_at, slot.ends_at, slot.format)
            && self.room == slot.room;
        if same {
            return Ok(Changed::Already);
        }
        self.therapist = therapist;
        (self.starts_at, self.ends_at) = (slot.starts_at, slot.ends_at);
        self.format = slot.format;
        self.room.clone_from(&slot.room);
        self.release_at = self.release_at.map(|_| hold_ends);
        self.sequence += 1;
        Ok(Changed::Now)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use uuid::Uuid;

    use super::*;
    use crate::{id::CaseId, intake::Format};

    fn session(state: AppointmentState, care: Care) -> Appointment {
        let at = Timestamp::UNIX_EPOCH;
        Appointment {
            id: AppointmentId::new(Uuid::nil()),
            case: CaseId::new(Uuid::nil()),
            therapist: TherapistId::new(Uuid::nil()),
            care,
            format: Format::Video,
            room: None,
            starts_at: at,
            ends_at: at + SignedDuration::from_mins(50),
            state,
            release_at: (state == AppointmentState::Held).then_some(at),
            sequence: 3,
        }
    }

    #[test]
    fn only_what_nobody_else_counts_on_moves_at_once() {
        use AppointmentState::{Cancelled, Confirmed, Held, Released};
        let check = |state, care, first, expected| {
            assert_eq!(session(state, care).asked_to_move(first), expected, "{state:?} {care:?} {first}");
        };
        check(Held, Care::Individual, true, Ok(Move::AtOnce));
        check(Confirmed, Care::Individual, true, Ok(Move::AtOnce));
        check(Held, Care::Couple, true, Ok(Move::AtOnce));
        check(Held, Care::Couple, false, Ok(Move::Noted));
        check(Confirmed, Care::Couple, true, Ok(Move::Proposed));
        check(Confirmed, Care::Couple, false, Ok(Move::Proposed));
        for state in [Released, Cancelled] {
            check(state, Care::Couple, true, Err(NotOpen));
            check(state, Care::Individual, true, Err(NotOpen));
        }
    }

    #[test]
    fn a_move_keeps_id_and_state_and_raises_the_sequence_by_one() {
        let later = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(48);
        let slot = |room: Option<&str>| Slot {
            starts_at: later,
            ends_at: later + SignedDuration::from_mins(50),
            format: Format::InPerson,
            room: room.map(str::to_owned),
            location: None,
        };
        for (state, release_at) in [(AppointmentState::Held, Some(later)), (AppointmentState::Confirmed, None)] {
            let mut moved = session(state, Care::Couple);
            let therapist = moved.therapist;
            assert_eq!(moved.move_to(therapist, &slot(Some("one")), later), Ok(Changed::Now));
            assert_eq!((moved.state, moved.release_at, moved.sequence), (state, release_at, 4));
            assert_eq!(moved.move_to(therapist, &slot(Some("one")), later), Ok(Changed::Already));
            assert_eq!(moved.move_to(therapist, &slot(Some("two")), later), Ok(Changed::Now));
            assert_eq!(moved.sequence, 5);
        }
        let mut gone = session(AppointmentState::Cancelled, Care::Couple);
        assert_eq!(gone.move_to(gone.therapist, &slot(None), later), Err(NotOpen));
    }

    #[test]
    fn a_proposal_is_over_once_the_session_changes_or_its_time_has_come() {
        let session = session(AppointmentState::Confirmed, Care::Couple);
        let at = |hours| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours);
        let choice = Choice { therapist: session.therapist, starts_at: at(9), format: Format::Video, location: None };
        let proposal = Proposal { choice, ends_at: at(10), sequence: 3, expires_at: at(5), declined: false };
        let asked = MoveRequest {
            asked: 1,
            proposal: Some(proposal),
            ..MoveRequest::none(session.id, IntakeId::new(Uuid::nil()))
        };
        assert!(asked.open(&session, at(4)).is_some());
        assert!(asked.open(&session, at(5)).is_none());
        assert!(asked.open(&Appointment { sequence: 4, ..session.clone() }, at(4)).is_none());
        assert!(asked.open(&Appointment { state: AppointmentState::Cancelled, ..session }, at(4)).is_none());
    }
}
