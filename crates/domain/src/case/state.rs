//! Where a case stands.

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
