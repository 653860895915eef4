//! A person of the practice will call.

use rapport_domain::{case::CaseState, letter::LetterKind};

use super::{Audience, Letter, Tells};

/// Told by: when somebody calls.
pub(super) const LETTER: Letter = Letter {
    kind: LetterKind::WeWillCall,
    audience: Audience::Client,
    tells: &[Tells::Name, Tells::By],
    by: |matter| matter.call_by,
    still_true: |matter| match matter.case_state() {
        Some(CaseState::BeforeStaff) => true,
        Some(CaseState::Closed) | None => false,
        Some(_) => matter.to_second_partner,
    },
    calendar: None,
};
