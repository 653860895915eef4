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
        // Somebody has talked with them, and no further call is fixed.
        _ if matter.calls.reached_at.is_some() && matter.calls.next.is_none() => false,
        Some(CaseState::BeforeStaff) => true,
        Some(CaseState::Closed) | None => false,
        Some(_) => matter.to_second_partner,
    },
    calendar: None,
    waits: false,
};
