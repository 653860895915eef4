//! A session's time: held, fixed, moved, freed or given back. [`moving`] says who may have another one,
//! [`attendance`] who came.

pub mod attendance;
pub mod moving;

use jiff::Timestamp;

use crate::{
    id::{AppointmentId, CaseId, TherapistId},
    intake::{Care, Format, IfPartnerSilent},
};

pub use attendance::{Attendance, Mark};
pub use moving::{Move, MoveRequest, Proposal};

/// Where an appointment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AppointmentState {
    /// Held until the release step.
    Held,
    /// Fixed.
    Confirmed,
    /// Freed at the release step.
    Released,
    /// Given back by the client or staff.
    Cancelled,
}

impl AppointmentState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Held, Self::Confirmed, Self::Released, Self::Cancelled];

    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Confirmed => "confirmed",
            Self::Released => "released",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads [`AppointmentState::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether its time is taken in the calendar.
    #[must_use]
    pub const fn takes_time(self) -> bool {
        matches!(self, Self::Held | Self::Confirmed)
    }
}

/// An appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    /// Its id, which is also the calendar part's UID.
    pub id: AppointmentId,
    /// The case it is for.
    pub case: CaseId,
    /// Who treats.
    pub therapist: TherapistId,
    /// For both, or for one alone.
    pub care: Care,
    /// In a room, or by video.
    pub format: Format,
    /// Id of the practice's room; `None` for video.
    pub room: Option<String>,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// Where it stands.
    pub state: AppointmentState,
    /// When a hold is confirmed or freed.
    pub release_at: Option<Timestamp>,
    /// Rises with every change of state or time: the calendar part's SEQUENCE and the etag.
    pub sequence: u32,
}

/// What one client says to a time that is held: their own, known to staff and weighed at the release step, never shown
/// to anybody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientWish {
    /// They would come.
    Accepted,
    /// They would not.
    Declined,
}

impl ClientWish {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Accepted, Self::Declined];

    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Declined => "declined",
        }
    }

    /// Reads [`ClientWish::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wish| wish.name() == name)
    }
}

/// The change that an appointment's state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the appointment is no longer open")]
pub struct NotOpen;

/// What a change did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// The state is a new one.
    Now,
    /// It had been so before; nothing is told again.
    Already,
}

/// What a client's yes does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Yes {
    /// The time is fixed by it, or was before.
    Fixes(Changed),
    /// It is their wish, and changes nothing that anybody else can see.
    Noted,
}

impl Appointment {
    /// A client says yes. It fixes a time that was held for them alone, unless their own answers call for somebody of
    /// the practice to say so (`needs_staff`); in a joint one it is their wish, which the release step weighs.
    ///
    /// # Errors
    /// Where the time was freed or given back.
    pub fn accept(&mut self, needs_staff: bool) -> Result<Yes, NotOpen> {
        match (self.state, self.care) {
            (AppointmentState::Confirmed, _) => Ok(Yes::Fixes(Changed::Already)),
            (AppointmentState::Held, Care::Individual) if !needs_staff => self.confirm().map(Yes::Fixes),
            (AppointmentState::Held, _) => Ok(Yes::Noted),
            _ => Err(NotOpen),
        }
    }

    /// Fixes the time.
    ///
    /// # Errors
    /// Where it was freed or given back.
    pub fn confirm(&mut self) -> Result<Changed, NotOpen> {
        self.change(AppointmentState::Held, AppointmentState::Confirmed)
    }

    /// Gives the time back.
    ///
    /// # Errors
    /// Where it was freed at the release step.
    pub fn cancel(&mut self) -> Result<Changed, NotOpen> {
        match self.state {
            AppointmentState::Confirmed => self.change(AppointmentState::Confirmed, AppointmentState::Cancelled),
            _ => self.change(AppointmentState::Held, AppointmentState::Cancelled),
        }
    }

    /// Frees a hold at the release step.
    ///
    /// # Errors
    /// Where it is not held.
    pub fn release(&mut self) -> Result<Changed, NotOpen> {
        self.change(AppointmentState::Held, AppointmentState::Released)
    }

    fn change(&mut self, from: AppointmentState, to: AppointmentState) -> Result<Changed, NotOpen> {
        if self.state == to {
            return Ok(Changed::Already);
        }
        if self.state != from {
            return Err(NotOpen);
        }
        self.state = to;
        self.release_at = None;
        self.sequence += 1;
        Ok(Changed::Now)
    }
}

/// What the release step does with a joint hold whose deadline has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// Both screenings are in, neither is flagged: the time is fixed.
    Confirm,
    /// The time is freed; the first partner is seen alone.
    SeeAlone,
    /// The time is freed; another joint one is looked for.
    LookAgain,
    /// The time is freed; somebody calls the first partner.
    Call,
}

/// What the release step sees of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JointStanding {
    /// How many of the two screenings are in and not flagged.
    pub screenings_in: u32,
    /// Whether a safety rule fired for either.
    pub either_flagged: bool,
    /// What the first partner asked for.
    pub if_partner_silent: IfPartnerSilent,
    /// How often a hold was freed before.
    pub silent_rounds: u32,
    /// How often the practice looks again at most.
    pub most_rounds: u32,
}

/// The one decision on a joint hold. A flagged partner and a silent one lead to
/// the same outcome, so that neither can be told from the other.
#[must_use]
pub const fn release(standing: JointStanding) -> Release {
    if standing.screenings_in >= 2 && !standing.either_flagged {
        return Release::Confirm;
    }
    match standing.if_partner_silent {
        IfPartnerSilent::SeeMeAlone => Release::SeeAlone,
        IfPartnerSilent::KeepLooking if standing.silent_rounds < standing.most_rounds => Release::LookAgain,
        IfPartnerSilent::KeepLooking | IfPartnerSilent::CallMe => Release::Call,
    }
}

#[cfg(test)]
mod tests {
    use super::{JointStanding, Release, release};
    use crate::intake::IfPartnerSilent::{CallMe, KeepLooking, SeeMeAlone};

    #[test]
    fn a_hold_is_fixed_only_when_both_screenings_are_in_and_neither_is_flagged() {
        let standing = |screenings_in, either_flagged| JointStanding {
            screenings_in,
            either_flagged,
            if_partner_silent: SeeMeAlone,
            silent_rounds: 0,
            most_rounds: 2,
        };
        assert_eq!(release(standing(2, false)), Release::Confirm);
        for (screenings_in, either_flagged) in [(0, false), (1, false), (1, true), (2, true)] {
            assert_eq!(release(standing(screenings_in, either_flagged)), Release::SeeAlone);
        }
    }

    /// Red when flagged partners are treated in any way of their own.
    #[test]
    fn a_flagged_partner_and_a_silent_one_never_lead_to_different_outcomes() {
        for if_partner_silent in [SeeMeAlone, KeepLooking, CallMe] {
            for silent_rounds in 0..4 {
                let standing = |screenings_in, either_flagged| {
                    release(JointStanding {
                        screenings_in,
                        either_flagged,
                        if_partner_silent,
                        silent_rounds,
                        most_rounds: 2,
                    })
                };
                assert_eq!(standing(2, true), standing(1, false));
                assert_eq!(standing(1, true), standing(1, false));
            }
        }
    }

    #[test]
    fn looking_again_ends_with_a_call() {
        let standing = |silent_rounds| JointStanding {
            screenings_in: 1,
            either_flagged: false,
            if_partner_silent: KeepLooking,
            silent_rounds,
            most_rounds: 2,
        };
        assert_eq!(
            [0, 1, 2].map(|rounds| release(standing(rounds))),
            [Release::LookAgain, Release::LookAgain, Release::Call]
        );
    }
}
