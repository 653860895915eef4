//! A FHIR R4 Questionnaire, as the practice may ask it.

use crate::problem::{FileProblem, Loaded};

/// A checked questionnaire.
#[derive(Debug, Clone)]
pub struct Questionnaire {
    name: String,
    canonical: String,
    title: String,
    client_json: String,
}

impl Questionnaire {
    /// Reads and checks one file.
    ///
    /// # Errors
    /// Everything that is wrong with it, each at its place.
    #[expect(clippy::todo, reason = "signature first")]
    pub fn load(_file: &str, _json: &str) -> Result<Loaded<Self>, Vec<FileProblem>> {
        todo!()
    }

    /// Its name in rules: the file's stem.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `url|version`, as answers name it.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// The title a person reads.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The Questionnaire as JSON text for front ends: no weights, scores or hidden items.
    #[must_use]
    pub fn client_json(&self) -> &str {
        &self.client_json
    }
}
