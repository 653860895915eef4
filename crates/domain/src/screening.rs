//! Questions and answers: FHIR R4 Questionnaires of the practice, and what one
//! person answered to them.
//!
//! Read [`questionnaire`] (what may be asked), [`answers`] (what came back), then
//! `check`, which holds the one against the other.

pub mod answers;
pub(crate) mod check;
pub mod questionnaire;

pub use answers::{Answers, Value};
pub use questionnaire::{Item, Kind, Questionnaire};
