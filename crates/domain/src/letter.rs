//! Which letters there are, to whom, and where each stands in the ledger.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{AppointmentId, CaseId, EventId, IntakeId};

/// Every letter that Rapport writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterKind {
    /// A time is held.
    Held,
    /// A time is fixed.
    Confirmed,
    /// A time was given back.
    Cancelled,
    /// No time fits within the promise yet; staff look for one.
    NoTimeYet,
    /// A person of the practice will call.
    WeWillCall,
    /// To staff: a case needs somebody.
    StaffAlert,
}

impl LetterKind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Held, Self::Confirmed, Self::Cancelled, Self::NoTimeYet, Self::WeWillCall, Self::StaffAlert];

    /// The name in the ledger, the API and the file that holds its text.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
            Self::NoTimeYet => "no_time_yet",
            Self::WeWillCall => "we_will_call",
            Self::StaffAlert => "staff_alert",
        }
    }

    /// Reads [`LetterKind::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Why a letter is due; with recipient and kind, it names the letter once and for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Something happened.
    Event(EventId),
    /// A state of an appointment: the same appointment in a later state is another cause.
    Appointment(AppointmentId, u32),
    /// A case was put before staff, or flagged when it came.
    Case(CaseId),
}

/// The text of the ledger's `cause` column.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(event) => write!(f, "{event}"),
            Self::Appointment(appointment, sequence) => write!(f, "{appointment}/{sequence}"),
            Self::Case(case) => write!(f, "{case}"),
        }
    }
}

/// To whom a letter goes. The address is looked up when it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// The client of this intake.
    Client(IntakeId),
    /// The practice's on-call chain, by position from 0.
    OnCall(u32),
}

/// The text of the ledger's `recipient` column.
impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(intake) => write!(f, "{intake}"),
            Self::OnCall(position) => write!(f, "on-call/{position}"),
        }
    }
}

impl Recipient {
    /// Reads its text.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        match text.strip_prefix("on-call/") {
            Some(position) => position.parse().ok().map(Self::OnCall),
            None => text.parse().ok().map(Self::Client),
        }
    }
}

/// A letter that is due, as a use case puts it into the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueLetter {
    /// Why.
    pub cause: Cause,
    /// To whom.
    pub recipient: Recipient,
    /// Which.
    pub kind: LetterKind,
    /// About which case.
    pub case: CaseId,
    /// About which appointment, in which state of it.
    pub appointment: Option<(AppointmentId, u32)>,
}

/// Where a letter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LedgerState {
    /// Due.
    Queued,
    /// A notifier writes it and keeps its bytes.
    Claimed,
    /// The final dot may have been sent: from here no blind second try.
    Sending,
    /// Accepted by the mail server, or written to the folder.
    Sent,
    /// Refused for now; tried again later with the same bytes.
    Retry,
    /// Refused for good.
    Failed,
    /// Nobody can tell whether it was accepted: staff decide.
    Unknown,
    /// No longer true when its turn came; never sent.
    Superseded,
}

impl LedgerState {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Claimed,
        Self::Sending,
        Self::Sent,
        Self::Retry,
        Self::Failed,
        Self::Unknown,
        Self::Superseded,
    ];

    /// The name in the ledger and the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Claimed => "claimed",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Retry => "retry",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Superseded => "superseded",
        }
    }

    /// Reads [`LedgerState::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}
