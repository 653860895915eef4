//! What the ledger needs beside sending, at every look and whatever waits to be sent: letters whose notifier went away
//! while it was sending become `unknown`, and unknown ones go as the practice has it.

use jiff::Timestamp;
use rapport_domain::{
    contact::Mailbox,
    letter::{Recipient, decision::may_come_twice},
};
use rapport_store::{LetterStanding, StoreError, intakes, letters};

use crate::send_letter::Sender;

/// Unknown letters that are looked at in one go; more wait for the next.
const AT_ONCE: u64 = 100;

impl Sender {
    /// One look.
    pub(crate) async fn tend(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let lost = letters::give_up_lost_sends(&self.store, now).await?;
        if lost > 0 {
            tracing::error!(letters = lost, "nobody can tell whether letters arrived; staff decide");
        }
        match self.practice.letters.resend_unknown_after {
            Some(after) => self.resend_unanswered(now - after, now).await,
            None => Ok(()),
        }
    }

    /// Sends again, once each, what nobody has said anything about since then.
    async fn resend_unanswered(&self, since: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        for letter in letters::unanswered(&self.store, since, AT_ONCE).await? {
            if !may_come_twice(letter.kind, self.mailbox_of(&letter).await?) {
                continue;
            }
            let id = letter.id;
            let again =
                self.store.transact(move |tx| Box::pin(async move { letters::begin_again(tx, &letter, now).await }));
            match again.await {
                Ok(()) => tracing::info!(letter.id = %id, "an unknown letter is sent once more"),
                // Somebody has decided meanwhile.
                Err(StoreError::Conflict) => {}
                Err(why) => return Err(why),
            }
        }
        Ok(())
    }

    /// Who reads where it went. A client who is gone counts as a shared one: nothing more is sent there unasked.
    async fn mailbox_of(&self, letter: &LetterStanding) -> Result<Mailbox, StoreError> {
        match &letter.recipient {
            Recipient::Client(intake) => {
                let intake = intakes::get(&self.store, *intake).await?;
                Ok(intake.map_or(Mailbox::Shared, |intake| intake.submission.contact.mailbox))
            }
            _ => Ok(Mailbox::Private),
        }
    }
}
