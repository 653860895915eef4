//! To the practice: a licence ends within 60 days, so that somebody asks for the renewed one.

use rapport_domain::letter::LetterKind;

use super::{Audience, Letter, Tells};

/// One that was renewed meanwhile ends on another day.
pub(super) const LETTER: Letter = Letter {
    kind: LetterKind::LicenceEnds,
    audience: Audience::Staff,
    tells: &[Tells::Licence],
    by: |matter| matter.queued_at,
    still_true: |matter| matter.licence.is_some(),
    calendar: None,
    waits: true,
};
