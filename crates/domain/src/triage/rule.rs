//! A rule: when it fires, and what it then asks for.

use super::{
    Booking, Urgency,
    expression::{Expression, Source},
};

/// A checked rule.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) id: String,
    /// Line and column of its id in the file.
    pub(super) place: (u32, u32),
    /// About safety: evaluated at submission, shown to clinicians alone.
    pub(super) safety: bool,
    pub(super) when: Expression,
    /// What it names: its evidence.
    pub(super) sources: Vec<Source>,
    pub(super) urgency: Urgency,
    pub(super) because: String,
    pub(super) needs: Vec<String>,
    pub(super) book: Booking,
    /// Ids of crisis lines in practice.toml.
    pub(super) lines: Vec<String>,
    pub(super) clinician: bool,
    /// Indices of the small steps that fit, and of those that do not, whatever else fires.
    pub(super) advise: Vec<usize>,
    pub(super) never_advise: Vec<usize>,
    /// Ids of those in practice.toml who are to be told by name.
    pub(super) notify: Vec<String>,
    /// The kind of report that staff must complete.
    pub(super) report: Option<String>,
}

/// Something small that a couple, or one of them, can do at home.
#[derive(Debug, Clone)]
pub(super) struct SmallStep {
    pub(super) id: String,
    pub(super) label: String,
    /// Done by the two together.
    pub(super) joint: bool,
    /// It brings the two into touch.
    pub(super) touch: bool,
}

impl SmallStep {
    /// Whether it must not be asked of anybody who may be in danger.
    pub(super) const fn closeness(&self) -> bool {
        self.joint || self.touch
    }
}
