//! Questions and answers: FHIR R4 Questionnaires of the practice, and what one
//! person answered to them.
//!
//! Read [`questionnaire`] (what may be asked), [`value_set`] (options that several
//! questions share), [`answers`] (what came back), then `check`, which holds the
//! one against the other.

pub mod answers;
pub(crate) mod check;
mod places;
pub mod questionnaire;
mod source;
mod translation;
pub mod value_set;

pub use answers::{Answers, Value};
pub use questionnaire::{Item, Kind, Questionnaire};
pub use value_set::ValueSets;
