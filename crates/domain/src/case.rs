//! A case: what staff work on, and where it stands.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    appointment::AppointmentState,
    id::CaseId,
    intake::CareWish,
    triage::{Booking, Urgency},
};

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CaseState {
    /// Stored, not yet triaged.
    Received,
    /// Triaged, not yet matched.
    Triaged,
    /// A time is held.
    Held,
    /// A session is fixed.
    Confirmed,
    /// Staff decide.
    BeforeStaff,
    /// Ended.
    Closed,
}

impl CaseState {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Received, Self::Triaged, Self::Held, Self::Confirmed, Self::BeforeStaff, Self::Closed];

    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Triaged => "triaged",
            Self::Held => "held",
            Self::Confirmed => "confirmed",
            Self::BeforeStaff => "before_staff",
            Self::Closed => "closed",
        }
    }

    /// Reads [`CaseState::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// Why a case is before staff. Kept encrypted: some of it tells of answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum StaffReason {
    /// The rules let no machine book.
    RulesForbidBooking,
    /// The client is under 18.
    Under18,
    /// No therapist or time is left; the filter that emptied the list, in words.
    NobodyMatches {
        /// "No therapist licensed for AK".
        filter: String,
        /// Whether that tells what the answers call for.
        tells_of_answers: bool,
    },
    /// The machine-held share of the calendar is used up, or every time went to somebody else.
    NoTimeLeft,
    /// An earlier case is open with the same address or phone.
    SamePersonElsewhere,
    /// No joint time was confirmed, and it is for a person to call. The partner may have stayed silent, or answered
    /// what clinicians alone may know: whoever calls must not say which.
    PartnerSilent,
    /// A client gave their time back.
    CancelledByClient,
    /// A session alone was held for the client's yes, which did not come.
    HoldLapsed,
}

impl StaffReason {
    /// In words, for those who may read it.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::RulesForbidBooking => "The rules let no machine book: a person decides.".to_owned(),
            Self::Under18 => "Under 18: nothing is booked by machine.".to_owned(),
            Self::NobodyMatches { filter, .. } => format!("Nobody matches: {filter}."),
            Self::NoTimeLeft => "No time is free within the promise.".to_owned(),
            Self::SamePersonElsewhere => "An open case has the same address or phone.".to_owned(),
            Self::PartnerSilent => {
                "The time for two was not confirmed by its deadline: the client is to be called.".to_owned()
            }
            Self::CancelledByClient => "The client gave their time back.".to_owned(),
            Self::HoldLapsed => "The client did not confirm the held time.".to_owned(),
        }
    }
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// Whom the care is for.
    pub care: CareWish,
    /// Where it stands.
    pub state: CaseState,
    /// How soon it must be answered; only ever rises here.
    pub urgency: Urgency,
    /// What a machine may book; only ever tightens here.
    pub booking: Booking,
    /// Whether only a clinician may decide.
    pub clinician_only: bool,
    /// Whether a safety rule fired.
    pub flagged: bool,
    /// By when it must be answered.
    pub respond_by: Timestamp,
    /// When its first intake came.
    pub created_at: Timestamp,
    /// Who claimed it.
    pub assignee: Option<String>,
    /// How often a joint hold was freed because the partner stayed silent.
    pub silent_rounds: u32,
    /// Rises with every change; the etag.
    pub version: i64,
}

/// A change that the case's state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CaseError {
    /// It has ended.
    #[error("the case is closed")]
    Closed,
    /// Somebody else works on it.
    #[error("somebody else claimed the case")]
    ClaimedByAnother,
}

impl Case {
    /// Raises what triage found; never lowers anything.
    pub fn triage(
        &mut self,
        urgency: Urgency,
        booking: Booking,
        clinician_only: bool,
        flagged: bool,
        respond_by: Timestamp,
    ) {
        if self.state == CaseState::Received {
            self.state = CaseState::Triaged;
        }
        self.urgency = self.urgency.max(urgency);
        self.booking = self.booking.max(booking);
        self.clinician_only |= clinician_only;
        self.flagged |= flagged;
        self.respond_by = self.respond_by.min(respond_by);
    }

    /// Puts it before staff; `false` where it has ended and nothing is left to decide.
    #[must_use]
    pub fn refer(&mut self) -> bool {
        if self.state == CaseState::Closed {
            return false;
        }
        self.state = CaseState::BeforeStaff;
        true
    }

    /// Follows its appointment: a time is held, or fixed.
    ///
    /// # Errors
    /// Where it has ended.
    pub fn follow(&mut self, appointment: AppointmentState) -> Result<(), CaseError> {
        if self.state == CaseState::Closed {
            return Err(CaseError::Closed);
        }
        match appointment {
            AppointmentState::Held => self.state = CaseState::Held,
            AppointmentState::Confirmed => self.state = CaseState::Confirmed,
            AppointmentState::Released | AppointmentState::Cancelled => {}
        }
        Ok(())
    }

    /// Its hold was freed because the partner stayed silent: another time is looked for.
    ///
    /// # Errors
    /// Where it has ended.
    pub fn look_again(&mut self) -> Result<(), CaseError> {
        if self.state == CaseState::Closed {
            return Err(CaseError::Closed);
        }
        self.state = CaseState::Triaged;
        self.silent_rounds += 1;
        Ok(())
    }

    /// Takes it in hand; repeating it succeeds and changes nothing.
    ///
    /// # Errors
    /// Where it has ended, or somebody else took it.
    pub fn claim(&mut self, by: &str) -> Result<(), CaseError> {
        if self.state == CaseState::Closed {
            return Err(CaseError::Closed);
        }
        match self.assignee.as_deref() {
            Some(holder) if holder != by => Err(CaseError::ClaimedByAnother),
            Some(_) => Ok(()),
            None => {
                self.assignee = Some(by.to_owned());
                Ok(())
            }
        }
    }
}
