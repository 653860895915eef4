//! With whom: therapists, filters, ranking.

use crate::problem::FileProblem;

/// How much each soft term counts, read from matching.yaml.
#[derive(Debug, Clone)]
pub struct Weights;

impl Weights {
    /// Reads matching.yaml.
    ///
    /// # Errors
    /// Everything that is wrong with it, each at its place.
    pub fn load(_file: &str, _text: &str) -> Result<Self, Vec<FileProblem>> {
        Ok(Self)
    }
}
