//! Who came to a session.

use jiff::Timestamp;

use crate::id::{AppointmentId, IntakeId};

/// Whether a client came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Attendance {
    /// In time.
    Attended,
    /// Late.
    Late,
    /// Not at all, and told nobody.
    NoShow,
}

impl Attendance {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Attended, Self::Late, Self::NoShow];

    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Attended => "attended",
            Self::Late => "late",
            Self::NoShow => "no_show",
        }
    }

    /// Reads [`Attendance::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|attendance| attendance.name() == name)
    }
}

/// One client's attendance, as somebody of the practice marked it last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The session.
    pub appointment: AppointmentId,
    /// Whose.
    pub intake: IntakeId,
    /// Whether they came.
    pub attendance: Attendance,
    /// What colleagues call whoever marked it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}
