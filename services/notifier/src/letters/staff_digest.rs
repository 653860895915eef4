//! To the practice, once a day: numbers of what is open and of what stands still,
//! and nobody's name.

use rapport_domain::letter::LetterKind;

use super::{Audience, Letter, Tells};

/// Yesterday's numbers help nobody.
pub(super) const LETTER: Letter = Letter {
    kind: LetterKind::StaffDigest,
    audience: Audience::Staff,
    tells: &[Tells::Digest],
    by: |matter| matter.queued_at,
    still_true: |matter| matter.day(matter.now) == matter.day(matter.queued_at),
    calendar: None,
    waits: false,
};
