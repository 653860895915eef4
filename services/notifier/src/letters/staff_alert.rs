//! To somebody on call: a case needs a person. Claiming a case does not silence
//! it; whoever is on call acknowledges, and an ended case needs nobody.

use rapport_domain::{case::CaseState, letter::LetterKind};

use super::{Audience, Letter, Tells};

/// Told by: when the case must be answered.
pub(super) const LETTER: Letter = Letter {
    kind: LetterKind::StaffAlert,
    audience: Audience::Staff,
    tells: &[Tells::Case, Tells::By],
    by: |matter| matter.case.map_or(matter.queued_at, |case| case.respond_by),
    still_true: |matter| matter.case_state().is_some_and(|state| state != CaseState::Closed) && !matter.acknowledged,
    calendar: None,
    waits: false,
};
