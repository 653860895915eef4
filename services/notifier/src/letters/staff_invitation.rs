//! To a colleague whose account is new or was reset: the link by which they choose a password. It opens nothing once it
//! was used, or another one was made.

use rapport_domain::letter::{LetterKind, SIGN_IN_LASTS};

use super::{Audience, Letter, Tells};

/// Told by: until when the link is good.
pub(super) const LETTER: Letter = Letter {
    kind: LetterKind::StaffInvitation,
    audience: Audience::Staff,
    tells: &[Tells::Link, Tells::By],
    by: |matter| matter.queued_at + SIGN_IN_LASTS,
    still_true: |matter| matter.signs_in,
    calendar: None,
    waits: false,
};
