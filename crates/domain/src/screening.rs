//! Questions and answers: FHIR R4 Questionnaires of the practice, and what one
//! person answered to them.

pub mod answers;
pub mod questionnaire;

pub use answers::{Answers, Value};
pub use questionnaire::Questionnaire;
