//! A rule: when it fires, and what it then asks for.

use super::{
    Booking, Urgency,
    expression::{Expression, Source},
};

/// A checked rule.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) id: String,
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
}
