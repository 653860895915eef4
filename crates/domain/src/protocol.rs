//! The protocol: those of the practice's files that decide about an intake.
//!
//! An intake pins the digest of the protocol that it was answered under, and
//! every worker decides by that bundle, never by its own folder.

use std::collections::BTreeMap;

use crate::{
    intake::Care,
    matching::Weights,
    problem::{FieldProblems, FileProblem, Loaded},
    screening::{Answers, Questionnaire, Value},
    triage::{Safety, TriageResult},
};

/// The practice's files: path in its folder → text.
pub type Files = BTreeMap<String, String>;

/// One questionnaire's answers as they came: `canonical|version`, then per linkId its values.
pub type GivenAnswers = (String, Vec<(String, Vec<Value>)>);

/// Instruments, scales, rules and weights, checked as a whole.
#[derive(Debug, Clone)]
pub struct Protocol {
    digest: String,
    bundle: Vec<u8>,
    instruments: Vec<Questionnaire>,
    weights: Weights,
}

/// A stored bundle that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the stored protocol bundle cannot be read: {0}")]
pub struct BundleError(String);

/// Whom triage looks at.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// What was answered.
    pub answers: &'a Answers,
    /// In whole years, on the day of submission in the practice's zone.
    pub age: i16,
    /// Whom the care is for.
    pub care: Care,
}

#[expect(clippy::todo, reason = "signatures first")]
impl Protocol {
    /// Reads `instruments/*.json`, `triage.yaml` and `matching.yaml`.
    ///
    /// # Errors
    /// Everything that is wrong in any of them.
    pub fn load(_files: &Files) -> Result<Loaded<Self>, Vec<FileProblem>> {
        todo!()
    }

    /// Reads what [`Protocol::bundle`] gave.
    ///
    /// # Errors
    /// Where it is not such a bundle, or no longer understood.
    pub fn from_bundle(_bundle: &[u8]) -> Result<Self, BundleError> {
        todo!()
    }

    /// Canonical bytes of everything that decides.
    #[must_use]
    pub fn bundle(&self) -> &[u8] {
        &self.bundle
    }

    /// SHA-256 of the bundle, in hex.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The questionnaires in the order in which they are asked.
    #[must_use]
    pub fn instruments(&self) -> &[Questionnaire] {
        &self.instruments
    }

    /// What the matcher weighs by.
    #[must_use]
    pub const fn weights(&self) -> &Weights {
        &self.weights
    }

    /// Checks answers against the instruments and drops those of items that are switched off.
    /// A missing safety answer is no problem here: it is stored, and triage sends it to a person.
    pub fn check_answers(&self, _given: Vec<GivenAnswers>, _problems: &mut FieldProblems) -> Option<Answers> {
        todo!()
    }

    /// The safety rules alone.
    #[must_use]
    pub fn screen_safety(&self, _subject: &Subject<'_>) -> Safety {
        todo!()
    }

    /// Everything; never less strict than [`Protocol::screen_safety`].
    #[must_use]
    pub fn triage(&self, _subject: &Subject<'_>) -> TriageResult {
        todo!()
    }
}
