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
    /// A time is taken and held, alone or joint; it stands once staff have said yes to it.
    Hold,
    /// Nothing joint; alone by staff only.
    AloneByStaff,
    /// Nothing.
    Never,
}

impl Booking {
    /// All of them, loosest first.
    pub const ALL: [Self; 4] = [Self::Auto, Self::Hold, Self::AloneByStaff, Self::Never];

    /// The name in the practice's files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Hold => "hold",
            Self::AloneByStaff => "alone_by_staff",
            Self::Never => "never",
        }
    }

    /// Reads [`Booking::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|booking| booking.name() == name)
    }

    /// Whether a machine may take a time at all.
    #[must_use]
    pub const fn by_machine(self) -> bool {
        matches!(self, Self::Auto | Self::Hold)
    }

    /// Whether staff must say yes to the time that a machine took.
    #[must_use]
    pub const fn needs_staff(self) -> bool {
        matches!(self, Self::Hold)
    }
}
