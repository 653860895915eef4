//! Why a case is before staff.

use serde::{Deserialize, Serialize};

use crate::calendar::outside::Outside;

/// Why a case is before staff. Kept encrypted: some of it tells of answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum StaffReason {
    /// The rules let no machine book.
    RulesForbidBooking,
    /// The client is under 18.
    Under18,
    /// They asked to be called before any question.
    AskedForACall,
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
    /// A client gave a fixed time back within the notice that the practice asks for.
    CancelledLateByClient,
    /// Somebody of the practice cancelled the session.
    CancelledByStaff,
    /// A session alone was held for the client's yes, which did not come.
    HoldLapsed,
    /// A session alone was held until somebody of the practice says yes, and nobody did.
    NotConfirmedByStaff,
    /// A session that is booked no longer stands within its therapist's hours; it is taken all the same.
    OutsideHours {
        /// What is in its way.
        why: Outside,
    },
    /// A time was held, its client said yes, and it could not take place any more: it is free again.
    HoldFell {
        /// What is in its way.
        why: Outside,
    },
    /// It had ended, and somebody of the practice reopened it.
    Reopened,
}

impl StaffReason {
    /// Whether it stays what keeps machines from booking, whatever becomes of a session.
    #[must_use]
    pub const fn outlives_a_session(&self) -> bool {
        matches!(self, Self::RulesForbidBooking | Self::Under18 | Self::AskedForACall)
    }

    /// In words, for those who may read it.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::RulesForbidBooking => "The rules let no machine book: a person decides.".to_owned(),
            Self::Under18 => "Under 18: nothing is booked by machine.".to_owned(),
            Self::AskedForACall => {
                "They would rather talk, and were asked nothing yet: call, and take their intake by phone.".to_owned()
            }
            Self::NobodyMatches { filter, .. } => format!("Nobody matches: {filter}."),
            Self::NoTimeLeft => "No time is free within the promise.".to_owned(),
            Self::SamePersonElsewhere => "An open case has the same address or phone.".to_owned(),
            Self::PartnerSilent => {
                "The time for two was not confirmed by its deadline: the client is to be called.".to_owned()
            }
            Self::CancelledByClient => "The client gave their time back.".to_owned(),
            Self::CancelledLateByClient => {
                "The client gave their time back within the notice: the late fee may apply.".to_owned()
            }
            Self::CancelledByStaff => "The session was cancelled by the practice: another time is owed.".to_owned(),
            Self::HoldLapsed => "The client did not confirm the held time.".to_owned(),
            Self::Reopened => "The case was reopened: the client is to be called.".to_owned(),
            Self::NotConfirmedByStaff => "Nobody of the practice confirmed the held time: it is free again.".to_owned(),
            Self::HoldFell { why } => {
                format!("The client said yes to the held time, and {}: it was freed, another one is owed.", why.text())
            }
            Self::OutsideHours { why } => {
                format!("The session is booked, and {}: find another time or therapist.", why.text())
            }
        }
    }
}
