//! The practice's words for each letter, checked when they are loaded.

use rapport_domain::{problem::FileProblem, protocol::Files};

/// Every letter's words in every language, and the frame that they stand in.
pub struct LetterTexts {}

impl LetterTexts {
    /// Reads `letters/` of the practice's folder, and writes every letter once with sample data.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    #[expect(clippy::todo, reason = "signatures first")]
    pub fn load(_files: &Files) -> Result<Self, Vec<FileProblem>> {
        todo!()
    }
}
