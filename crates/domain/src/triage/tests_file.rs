//! `triage.tests.yaml`: cases with the outcome that the practice expects.

use crate::{problem::FileProblem, protocol::Protocol};

/// What running the tests showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestReport {
    /// How many ran.
    pub ran: usize,
    /// Those whose outcome differs, each at its place in the file.
    pub failures: Vec<FileProblem>,
    /// Rules that no test fired.
    pub untested: Vec<String>,
}

impl TestReport {
    /// Whether everything came out as expected and every rule was fired.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty() && self.untested.is_empty()
    }
}

/// Runs the practice's own tests against its own rules.
///
/// # Errors
/// Where the file itself is wrong: unknown items, impossible codes, unknown rules.
#[expect(clippy::todo, reason = "signature first")]
pub fn run_tests(_protocol: &Protocol, _text: &str) -> Result<TestReport, Vec<FileProblem>> {
    todo!()
}
