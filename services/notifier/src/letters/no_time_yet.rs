//! No time fits within the promise yet; staff look for one.

use rapport_domain::{case::CaseState, letter::LetterKind};

use super::{Audience, Letter, Tells};

/// Told by: when somebody calls.
pub(super) const LETTER: Letter = Letter {
    kind: LetterKind::NoTimeYet,
    audience: Audience::Client,
    tells: &[Tells::Name, Tells::By],
    by: |matter| matter.call_by,
    still_true: |matter| matter.case_state() == Some(CaseState::BeforeStaff),
    calendar: None,
    waits: false,
};
