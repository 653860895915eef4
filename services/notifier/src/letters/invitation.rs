//! To somebody who is no client yet, at an address that another person gave:
//! the invitation's own words and its link. Nobody knows who reads that mailbox,
//! so the letter holds nothing else of anybody.

use rapport_domain::letter::LetterKind;

use super::{Audience, Letter, Tells};

pub(super) const LETTER: Letter = Letter {
    kind: LetterKind::Invitation,
    audience: Audience::Invited,
    tells: &[Tells::Invitation],
    by: |matter| matter.queued_at,
    still_true: |matter| matter.invitation.is_some_and(|invitation| invitation.stands),
    calendar: None,
    waits: true,
};
