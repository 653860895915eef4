//! How urgent a case is, and why.
//!
//! Read [`urgency`], then [`result`] (what comes out), `scale` and `rule` (what
//! the practice states), `expression` (how a rule's condition is checked and
//! run), `file` (triage.yaml), `engine` (which runs it all), [`joint`] (two
//! partners' views side by side), and [`tests_file`] (the practice's own tests of
//! its rules).

pub(crate) mod engine;
mod expression;
pub(crate) mod file;
pub mod joint;
pub mod result;
mod rule;
mod scale;
pub mod tests_file;
pub mod urgency;

pub use engine::REVIEW;
pub(crate) use engine::words as in_words;
pub use joint::{JointView, Partner};
pub use result::{Advice, Evidence, FiredRule, Safety, Score, TriageResult};
pub use scale::ScoreBand;
pub use tests_file::{TestReport, run_tests, unreadable_tests};
pub use urgency::{Booking, Urgency};
