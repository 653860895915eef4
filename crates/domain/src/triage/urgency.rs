//! How soon, and what a machine may book: both only ever tighten.

use serde::{Deserialize, Serialize};

/// How soon a case must be answered; the highest that any rule asks for stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Urgency {
    /// Within the practice's usual promise.
    Routine,
    /// Within days.
    Priority,
    /// A clinician calls within hours.
    Urgent,
    /// On-call, now.
    Immediate,
}

impl Urgency {
    /// All of them, lowest first.
    pub const ALL: [Self; 4] = [Self::Routine, Self::Priority, Self::Urgent, Self::Immediate];

    /// The name everywhere: files, database, API, terminal.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Routine => "ROUTINE",
            Self::Priority => "PRIORITY",
            Self::Urgent => "URGENT",
            Self::Immediate => "IMMEDIATE",
        }
    }

    /// Reads [`Urgency::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|urgency| urgency.name() == name)
    }
}

/// What a machine may book; the strictest that any rule asks for stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Booking {
    /// Alone: confirmed. Joint: held until the release step.
    Auto,
    /// Nothing joint; alone by staff only.
    AloneByStaff,
    /// Nothing.
    Never,
}

impl Booking {
    /// Whether a machine may book at all.
    #[must_use]
    pub const fn by_machine(self) -> bool {
        matches!(self, Self::Auto)
    }
}
