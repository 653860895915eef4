//! matching.yaml: which driver asks for which method, and what counts how much.

use std::collections::BTreeMap;

use crate::problem::FileProblem;

/// matching.yaml.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// Methods and what a person reads for each: `gottman` → "Gottman-trained".
    pub methods: BTreeMap<String, String>,
    /// Competences that rules may need, and what a person reads.
    pub competences: BTreeMap<String, String>,
    /// What drives the distance.
    pub drivers: BTreeMap<String, Driver>,
    /// What counts how much.
    pub terms: TermWeights,
}

/// A driver and the method that the practice answers it with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Driver {
    /// What a person reads.
    pub label: String,
    /// Id of a method.
    pub method: String,
}

/// What counts how much; only the proportions matter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TermWeights {
    /// Methods that fit the leading drivers.
    pub drivers: f64,
    /// Wishes that are no filters.
    pub preferences: f64,
    /// Time to the first session.
    pub soon: f64,
    /// The same therapist as before.
    pub continuity: f64,
    /// Even load.
    pub even_load: f64,
}

#[expect(clippy::todo, reason = "signatures first")]
impl Weights {
    /// Reads matching.yaml.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(_file: &str, _text: &str) -> Result<Self, Vec<FileProblem>> {
        todo!()
    }
}
