//! How urgent a case is, and why.
//!
//! Read [`urgency`], then [`result`] (what comes out).

pub mod result;
pub mod tests_file;
pub mod urgency;

pub use result::{Evidence, FiredRule, Safety, Score, TriageResult};
pub use tests_file::{TestReport, run_tests};
pub use urgency::{Booking, Urgency};
