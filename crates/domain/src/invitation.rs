//! One partner's word to the other: come and answer for yourself.

use jiff::Timestamp;

use crate::id::{CaseId, IntakeId, InvitationId};

/// Where an invitation stands. The inviter never learns it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InvitationState {
    /// Given, not answered.
    Open,
    /// The partner said yes, and has sent no screening yet.
    Accepted,
    /// The partner said no, and is never written to again.
    Declined,
    /// The partner's screening is in the case.
    Joined,
    /// Its inviter is not contacted any more, and nobody on their behalf.
    Withdrawn,
}

impl InvitationState {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Open, Self::Accepted, Self::Declined, Self::Joined, Self::Withdrawn];

    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Joined => "joined",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Reads [`InvitationState::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether a screening may still come through it.
    #[must_use]
    pub const fn lets_in(self) -> bool {
        matches!(self, Self::Open | Self::Accepted)
    }
}

/// An invitation. There is one per inviter, ever: asking again gives the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// The case that the partner's screening joins.
    pub case: CaseId,
    /// Whose partner is invited.
    pub inviter: IntakeId,
    /// Where it stands.
    pub state: InvitationState,
    /// When it was first asked for.
    pub created_at: Timestamp,
}
