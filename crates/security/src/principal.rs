//! Who calls, and in which role.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a member of staff may see and do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the queue; sees no safety answer, rule, reason or score.
    Coordinator,
    /// Sees and decides everything clinical.
    Clinician,
    /// Runs the installation.
    Admin,
    /// Reads the audit trail.
    Auditor,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Coordinator, Self::Clinician, Self::Admin, Self::Auditor];

    /// The name in the database and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Coordinator => "coordinator",
            Self::Clinician => "clinician",
            Self::Admin => "admin",
            Self::Auditor => "auditor",
        }
    }

    /// Reads [`Role::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// A member of staff, by the token that they came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffPrincipal {
    /// What colleagues call them; stands on the cases that they claim.
    pub label: String,
    /// What they may do.
    pub role: Role,
    /// The account, or the row of a token that was made on the command line.
    pub token_id: Uuid,
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// Somebody without a token, who may submit and read what is public.
    Anonymous,
    /// The client of this intake.
    Client(Uuid),
    /// Whoever began this draft.
    Draft(Uuid),
    /// Whoever was handed this invitation.
    Invitation(Uuid),
    /// Whoever signs in to this account, or holds its one-time sign-in.
    Newcomer(Uuid),
    /// The program that subscribes to this calendar feed.
    Feed(Uuid),
    /// What reports letters that came back.
    Bounces,
    /// A member of staff.
    Staff(StaffPrincipal),
}

/// The text that stands in `request_ids` and in the audit trail.
impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("anonymous"),
            Self::Client(intake) => write!(f, "intakes/{intake}"),
            Self::Draft(draft) => write!(f, "drafts/{draft}"),
            Self::Invitation(invitation) => write!(f, "invitations/{invitation}"),
            Self::Newcomer(account) => write!(f, "accounts/{account}"),
            Self::Feed(feed) => write!(f, "calendarFeeds/{feed}"),
            Self::Bounces => f.write_str("bounces"),
            Self::Staff(staff) => write!(f, "staff/{}", staff.token_id),
        }
    }
}

impl Principal {
    /// The role's name for the audit trail.
    #[must_use]
    pub const fn role_name(&self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Client(_) => "client",
            Self::Draft(_) => "draft",
            Self::Invitation(_) => "invitation",
            Self::Newcomer(_) => "newcomer",
            Self::Feed(_) => "calendar_feed",
            Self::Bounces => "bounces",
            Self::Staff(staff) => staff.role.name(),
        }
    }
}
