//! What staff may do about a letter, by where it stands.

use super::{LedgerState, LetterKind};
use crate::contact::Mailbox;

/// What became of a letter that no machine can tell about, or that staff dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LetterOutcome {
    /// It arrived.
    Arrived,
    /// It did not arrive.
    NotArrived,
    /// Its recipient was reached in another way.
    DoneOtherwise,
}

/// The letter's state does not take that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the letter's state does not take that")]
pub struct NotOpen;

/// What follows from a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// It waits already: its next try is now.
    Hurry,
    /// It is tried anew, for as long as a new one.
    Again,
    /// It counts as sent.
    Sent,
    /// It stays as it is, and nobody has to do anything about it.
    Settled,
    /// Somebody decided the same before.
    Already,
}

/// Somebody wants it sent again. While it is in hand it cannot be stopped, and what is no longer true is never sent.
///
/// # Errors
/// Where it is in hand or superseded.
pub const fn resend(state: LedgerState) -> Result<Then, NotOpen> {
    match state {
        LedgerState::Queued | LedgerState::Retry => Ok(Then::Hurry),
        LedgerState::Sent | LedgerState::Failed | LedgerState::Unknown => Ok(Then::Again),
        LedgerState::Claimed | LedgerState::Sending | LedgerState::Superseded => Err(NotOpen),
    }
}

/// Somebody says what became of it; `settled` is whether somebody did so before.
///
/// # Errors
/// Where its state leaves nothing to say.
pub const fn resolve(state: LedgerState, settled: bool, outcome: LetterOutcome) -> Result<Then, NotOpen> {
    match (outcome, state) {
        (LetterOutcome::Arrived, LedgerState::Unknown) => Ok(Then::Sent),
        (LetterOutcome::Arrived, LedgerState::Sent) => Ok(Then::Already),
        (LetterOutcome::NotArrived, LedgerState::Unknown) => Ok(Then::Again),
        (LetterOutcome::DoneOtherwise, LedgerState::Failed | LedgerState::Unknown) => {
            Ok(if settled { Then::Already } else { Then::Settled })
        }
        _ => Err(NotOpen),
    }
}

/// Whether a second copy of a letter does no harm, so that one which may have arrived may be sent again without asking:
/// calendars know an entry by its id, and the rest only says twice what is true. Never where somebody else reads the
/// mailbox, who would wonder, and never to somebody who agreed to nothing yet.
#[must_use]
pub fn may_come_twice(kind: LetterKind, mailbox: Mailbox) -> bool {
    mailbox == Mailbox::Private && kind != LetterKind::Invitation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_does_no_harm_may_come_twice() {
        for kind in LetterKind::ALL {
            assert!(!may_come_twice(kind, Mailbox::Shared));
            assert_eq!(may_come_twice(kind, Mailbox::Private), kind != LetterKind::Invitation);
        }
    }

    /// One column per state, in the order of [`LedgerState::ALL`]: hurry, again, sent, settled, already, or no.
    fn row(decide: impl Fn(LedgerState) -> Result<Then, NotOpen>) -> String {
        LedgerState::ALL
            .into_iter()
            .map(|state| match decide(state) {
                Ok(Then::Hurry) => 'h',
                Ok(Then::Again) => 'a',
                Ok(Then::Sent) => 's',
                Ok(Then::Settled) => 'o',
                Ok(Then::Already) => '=',
                Err(NotOpen) => '.',
            })
            .collect()
    }

    #[test]
    fn what_staff_may_do_about_a_letter_hangs_on_where_it_stands() {
        // Queued, claimed, sending, sent, retry, failed, unknown, superseded.
        assert_eq!(row(resend), "h..ahaa.");
        let told = |outcome| row(move |state| resolve(state, false, outcome));
        assert_eq!(told(LetterOutcome::Arrived), "...=..s.");
        assert_eq!(told(LetterOutcome::NotArrived), "......a.");
        assert_eq!(told(LetterOutcome::DoneOtherwise), ".....oo.");
        assert_eq!(row(|state| resolve(state, true, LetterOutcome::DoneOtherwise)), ".....==.");
    }
}
