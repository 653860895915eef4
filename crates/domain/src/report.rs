//! What the law asks of a practice that learns of harm to a child or a
//! dependent adult: a record that a clinician completes. Nothing is sent by a machine.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    case::Note,
    contact::Line,
    id::{CaseId, IntakeId, ReportId},
};

/// Where a report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReportState {
    /// A clinician must decide; until then the case cannot close.
    Open,
    /// Decided, and written down.
    Completed,
}

impl ReportState {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Open, Self::Completed];

    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Completed => "completed",
        }
    }

    /// Reads [`ReportState::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A report that one intake's answers ask for; a kind is asked for once per intake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its id.
    pub id: ReportId,
    /// The case.
    pub case: CaseId,
    /// Whose answers ask for it.
    pub intake: IntakeId,
    /// Which: an id of `reports` in triage.yaml.
    pub kind: String,
    /// Where it stands.
    pub state: ReportState,
    /// When it was opened.
    pub created_at: Timestamp,
}

/// The report is completed, and what was written stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the report is completed")]
pub struct AlreadyCompleted;

impl Report {
    /// A clinician has decided; once and for all.
    ///
    /// # Errors
    /// Where it is completed.
    pub const fn complete(&mut self) -> Result<(), AlreadyCompleted> {
        match self.state {
            ReportState::Open => {
                self.state = ReportState::Completed;
                Ok(())
            }
            ReportState::Completed => Err(AlreadyCompleted),
        }
    }
}

/// What a clinician did about a report. Kept encrypted, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRecord {
    /// What was done.
    pub decision: ReportDecision,
    /// What colleagues call whoever did it.
    pub by: String,
    /// When it was written down.
    pub at: Timestamp,
}

/// Whether a report was made.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ReportDecision {
    /// It was made.
    Made {
        /// To whom.
        agency: Line<100>,
        /// When.
        at: Timestamp,
        /// The agency's own number for it.
        reference: Option<Line<60>>,
        /// More about it.
        note: Option<Note>,
    },
    /// The law does not ask for one here.
    NotRequired {
        /// Why.
        note: Note,
    },
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::{AlreadyCompleted, Report, ReportState};
    use crate::id::{CaseId, IntakeId, ReportId};

    /// Red when [`Report::complete`] looks at no state: what was written could be written over.
    #[test]
    fn a_report_is_completed_once() {
        let id = Uuid::nil();
        let (case, intake) = (CaseId::new(id), IntakeId::new(id));
        let kind = "child_or_dependent_adult".to_owned();
        let created_at = Timestamp::UNIX_EPOCH;
        let mut report = Report { id: ReportId::new(id), case, intake, kind, state: ReportState::Open, created_at };
        assert_eq!(report.complete(), Ok(()));
        assert_eq!(report.state, ReportState::Completed);
        assert_eq!(report.complete(), Err(AlreadyCompleted));
    }
}
