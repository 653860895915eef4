//! One letter's way through the ledger; [`subject`] is what it is about.

mod subject;

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use rapport_domain::{
    contact::{EmailAddress, Language, Mailbox},
    id::{AccountId, CaseId, LetterId},
    intake::Intake,
    letter::{LedgerState, LetterKind, Recipient},
    practice::Practice,
};
use rapport_messaging::Transport;
use rapport_runtime::Clock;
use rapport_security::{BounceTag, Token};
use rapport_store::{ClaimedLetter, Store, StoreError, accounts, intakes, invitations::InvitationLetter, letters};

use crate::{
    Bounces,
    letters::{Letter, Letterhead, Matter},
    pace::{Pace, Turn},
    retry::{jitter, next_try},
    send_letters::LEASE,
    texts::LetterTexts,
    transport::{Envelope, MailTransport, Refused, Undelivered},
    webhook::Webhooks,
    write_letter::{Addressee, write_letter},
};

pub(crate) use subject::Subject;

/// How often a letter's end is written when the database is away just then: a
/// letter that arrived and cannot be noted as sent would be `unknown`.
const TRIES_TO_NOTE: u32 = 6;

/// How long before a time its client must have read what is said of it: the way there, and a little more.
const NOTICE: SignedDuration = SignedDuration::from_hours(3);

/// Writes and sends letters.
pub(crate) struct Sender {
    pub(crate) store: Store,
    pub(crate) practice: Arc<Practice>,
    pub(crate) letterhead: Letterhead,
    pub(crate) texts: Arc<LetterTexts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) transport: MailTransport,
    pub(crate) webhooks: Webhooks,
    /// How fast letters go to each mail domain.
    pub(crate) pace: Pace,
    /// Whether a bounce tells which letter came back.
    pub(crate) bounces: Bounces,
    /// What carries events: the digest tells how many nobody could handle.
    pub(crate) events: Arc<dyn Transport>,
}

/// How a letter's turn ended.
enum End {
    Sent,
    /// A receiver took it.
    Posted,
    Later(Timestamp),
    Superseded,
    Refused(Refused),
    Unknown(String),
    /// Its turn is not yet.
    Waits(Timestamp),
}

impl Sender {
    /// Takes a claimed letter as far as it goes; says where it stands then.
    pub(crate) async fn send_letter(&self, letter: &ClaimedLetter) -> Result<LedgerState, StoreError> {
        let end = self.deliver(letter).await?;
        let mut wait = Duration::from_millis(100);
        for _ in 1..TRIES_TO_NOTE {
            match self.note(letter, &end).await {
                Err(StoreError::Unavailable | StoreError::Interrupted(_) | StoreError::CutOff) => {}
                noted => return noted,
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        self.note(letter, &end).await
    }

    async fn deliver(&self, letter: &ClaimedLetter) -> Result<End, StoreError> {
        let subject = self.read_subject(letter).await?;
        if !self.still_true(letter, &subject) {
            return Ok(End::Superseded);
        }
        if let (Recipient::Webhook(position), Some(case)) = (&letter.recipient, letter.case) {
            return Ok(self.post(*position, letter.id, case).await);
        }
        if let Some(morning) = self.waits_until(letter, &subject) {
            return Ok(End::Later(morning));
        }
        let message = match &letter.bytes {
            Some(kept) => kept.clone(),
            None => match self.write(letter, &subject).await? {
                Ok(written) => {
                    letters::keep_bytes(&self.store, letter, &written).await?;
                    written
                }
                Err(why) => return Ok(End::Refused(Refused::for_good(why))),
            },
        };
        let Some(to) = addressee_of(&message) else {
            return Ok(End::Refused(Refused::for_good("the message has no addressee")));
        };
        let place = match self.turn(letter, &to) {
            Turn::Now(place) => place,
            Turn::Later(then) => return Ok(End::Waits(then)),
        };
        let envelope = Envelope { letter: letter.id, from: self.envelope_sender(letter), to };
        let end = self.hand_over(letter, &envelope, &message).await?;
        match &end {
            End::Sent => place.went(),
            End::Refused(Refused { deferred: true, .. }) => place.deferred(self.clock.now()),
            _ => {}
        }
        Ok(end)
    }

    async fn hand_over(&self, letter: &ClaimedLetter, envelope: &Envelope, message: &[u8]) -> Result<End, StoreError> {
        let begun = match self.transport.begin(envelope).await {
            Ok(begun) => begun,
            Err(refused) => return Ok(End::Refused(refused)),
        };
        // A server may have kept us waiting: whether the letter is true is asked as late as can be.
        if !self.still_true(letter, &self.read_subject(letter).await?) {
            return Ok(End::Superseded);
        }
        letters::sending(&self.store, letter, self.clock.now(), LEASE).await?;
        Ok(match begun.finish(message).await {
            Ok(()) => End::Sent,
            Err(Undelivered::Refused(refused)) => End::Refused(refused),
            Err(Undelivered::Unknown(why)) => End::Unknown(why),
        })
    }

    /// Tells somebody's receiver. The letter stays claimed meanwhile: where this notifier dies, another one tells it
    /// again, under the same key.
    async fn post(&self, position: u32, letter: LetterId, case: CaseId) -> End {
        let person = self.practice.on_call.get(position as usize);
        let Some(hook) = person.and_then(|person| person.webhook.as_ref()) else {
            return End::Refused(Refused::for_good("practice.toml has no webhook for that place of the on-call chain"));
        };
        match self.webhooks.post(hook, letter, case, self.clock.now()).await {
            Ok(()) => End::Posted,
            Err(refused) => End::Refused(refused),
        }
    }

    /// An alert waits for nobody, and a folder takes whatever comes.
    fn turn(&self, letter: &ClaimedLetter, to: &str) -> Turn<'_> {
        let now = self.clock.now();
        match (&self.transport, letter.kind) {
            (MailTransport::Folder(_), _) | (_, LetterKind::StaffAlert) => Turn::Now(self.pace.beside(to, now)),
            _ => self.pace.turn(to, now),
        }
    }

    /// Where a bounce of this very try goes. The message itself is from the practice's own address.
    fn envelope_sender(&self, letter: &ClaimedLetter) -> String {
        let sender = self.letterhead.sender_email.as_str();
        match (self.bounces, sender.rsplit_once('@'), u16::try_from(letter.attempts)) {
            (Bounces::Plus, Some((local, domain)), Ok(attempt)) => {
                let tag = self.store.keyring().bounce_tag(BounceTag { letter: letter.id.uuid(), attempt });
                format!("{local}+{tag}@{domain}")
            }
            _ => sender.to_owned(),
        }
    }

    async fn note(&self, letter: &ClaimedLetter, end: &End) -> Result<LedgerState, StoreError> {
        let now = self.clock.now();
        match end {
            End::Sent => letters::sent(&self.store, letter, now).await.map(|()| LedgerState::Sent),
            End::Posted => letters::posted(&self.store, letter, now).await.map(|()| LedgerState::Sent),
            End::Later(morning) => {
                letters::postpone(&self.store, letter, *morning, now).await.map(|()| LedgerState::Queued)
            }
            End::Waits(until) => {
                letters::put_back(&self.store, letter, *until, now).await.map(|()| LedgerState::Queued)
            }
            End::Superseded => letters::superseded(&self.store, letter, now).await.map(|()| LedgerState::Superseded),
            End::Unknown(why) => {
                tracing::error!(letter.id = %letter.id, why, "nobody can tell whether a letter arrived; staff decide");
                letters::unknown(&self.store, letter, why, now).await.map(|()| LedgerState::Unknown)
            }
            End::Refused(refused) => self.note_refused(letter, refused, now).await,
        }
    }

    async fn note_refused(
        &self,
        letter: &ClaimedLetter,
        refused: &Refused,
        now: Timestamp,
    ) -> Result<LedgerState, StoreError> {
        let why = refused.why.as_str();
        let chance = jitter(letter.id, letter.attempts);
        let next = next_try(letter.kind, letter.tried_from, letter.tries, now, chance);
        if let Some(next) = next.filter(|_| !refused.for_good) {
            tracing::warn!(letter.id = %letter.id, why, again = %next, "a letter was refused for now");
            return letters::retry(&self.store, letter, next, why, now).await.map(|()| LedgerState::Retry);
        }
        tracing::error!(letter.id = %letter.id, why, "a letter could not be sent; staff must reach its recipient otherwise");
        let (letter, why, practice) = (letter.clone(), why.to_owned(), Arc::clone(&self.practice));
        let refuse = self
            .store
            .transact(move |tx| Box::pin(async move { letters::refuse(tx, &letter, &why, &practice, now).await }));
        refuse.await.map(|()| LedgerState::Failed)
    }

    /// Until when a letter waits that may not come in the night. One about a time so near that its client would read it
    /// too late does not wait.
    fn waits_until(&self, letter: &ClaimedLetter, subject: &Subject) -> Option<Timestamp> {
        let policy = Letter::of(letter.kind).waits.then_some(&self.practice.letters)?;
        let morning = policy.quiet_until(&self.practice.zone, self.clock.now())?;
        let is_near = subject.appointment.as_ref().is_some_and(|it| it.starts_at < morning + NOTICE);
        (!is_near).then_some(morning)
    }

    fn sign_in_token(&self, account: AccountId, letter: &ClaimedLetter) -> Token {
        self.store.keyring().sign_in_token(account.uuid(), letter.queued_at.as_microsecond())
    }

    fn still_true(&self, letter: &ClaimedLetter, subject: &Subject) -> bool {
        // Whoever is not contacted any more is written nothing, whatever it is about.
        subject.calls.stopped_at.is_none() && (Letter::of(letter.kind).still_true)(&self.matter(letter, subject, None))
    }

    /// The message, or why there can be none.
    pub(crate) async fn write(
        &self,
        letter: &ClaimedLetter,
        subject: &Subject,
    ) -> Result<Result<Vec<u8>, String>, StoreError> {
        let written = |to: &Addressee<'_>, intake: Option<&Intake>, link: Option<&str>| {
            let matter = Matter { link, ..self.matter(letter, subject, intake) };
            write_letter(&self.texts, letter.id, Letter::of(letter.kind), to, &matter).map_err(|why| why.to_string())
        };
        let language = self.practice.languages.first().copied().unwrap_or(Language::En);
        let staff =
            |email: &EmailAddress| written(&Addressee { email, mailbox: Mailbox::Private, language }, None, None);
        match &letter.recipient {
            Recipient::Client(id) => {
                let Some(intake) = intakes::get(&self.store, *id).await? else {
                    return Ok(Err("the client's intake is gone".to_owned()));
                };
                let Some(email) = &intake.submission.client.email else {
                    return Ok(Err("the client gave no mail address".to_owned()));
                };
                let (mailbox, language) = (intake.submission.contact.mailbox, intake.submission.language());
                let link = match Letter::of(letter.kind).has_link(mailbox) {
                    true => self.practice.session_link(&intakes::session_token(&self.store, *id).await?.text()),
                    false => None,
                };
                Ok(written(&Addressee { email, mailbox, language }, Some(&intake), link.as_deref()))
            }
            Recipient::OnCall(position) => Ok(match self.on_call(*position) {
                Some(email) => staff(email),
                None => Err("the on-call chain is shorter than that".to_owned()),
            }),
            Recipient::Webhook(_) => Ok(Err("a webhook has no message to be written".to_owned())),
            Recipient::Notified(id) => Ok(match self.practice.notified(id) {
                Some(somebody) => staff(&somebody.email),
                None => Err("practice.toml has nobody of this id under [[notify]]".to_owned()),
            }),
            Recipient::Digest(position) => Ok(match self.practice.digest_to(*position) {
                Some(email) => staff(email),
                None => Err("practice.toml names fewer addresses under digest_to".to_owned()),
            }),
            Recipient::Staff(id) => {
                let link = self.practice.welcome_link(&self.sign_in_token(*id, letter).text());
                Ok(match (accounts::get(&self.store, *id).await?, link) {
                    (Some(account), Some(link)) => {
                        let to = Addressee { email: &account.email, mailbox: Mailbox::Private, language };
                        written(&to, None, Some(&link))
                    }
                    (None, _) => Err("the account is gone".to_owned()),
                    (_, None) => Err("practice.toml has no pages_url that the letter could lead to".to_owned()),
                })
            }
            Recipient::Invited(_) => Ok(match &subject.invited {
                Some(InvitationLetter { email, language }) => {
                    written(&Addressee { email, mailbox: Mailbox::Private, language: *language }, None, None)
                }
                None => Err("the invitation names no address".to_owned()),
            }),
        }
    }

    fn on_call(&self, position: u32) -> Option<&EmailAddress> {
        let position = usize::try_from(position).ok()?;
        self.practice.on_call.get(position).map(|person| &person.email)
    }

    fn matter<'a>(&'a self, letter: &ClaimedLetter, subject: &'a Subject, intake: Option<&'a Intake>) -> Matter<'a> {
        let submission = intake.map(|intake| &intake.submission);
        // Only a letter that is being written tells when somebody calls.
        let call_by = submission.map_or(letter.queued_at, |told| {
            let (safe_hours, language) = (&told.contact.safe_hours, told.language());
            let promised = || self.practice.call_promise(subject.urgency, safe_hours, language, letter.queued_at).0;
            // What somebody fixed goes before what was promised at first: as on the page.
            subject.calls.told_of(self.clock.now()).map_or_else(promised, |next| next.by)
        });
        Matter {
            queued_at: letter.queued_at,
            now: self.clock.now(),
            case: subject.case.as_ref(),
            appointment: subject.appointment.as_ref(),
            sequence: letter.appointment.map(|(_, sequence)| sequence),
            in_calendar: subject.in_calendar,
            awaits_answer: subject.awaits_answer,
            link: None,
            invitation: subject.invitation.as_ref(),
            to_second_partner: subject.to_second_partner,
            digest: subject.digest.as_ref(),
            licence: subject.licence.as_ref(),
            signs_in: subject.signs_in,
            acknowledged: subject.acknowledged,
            calls: subject.calls,
            given_name: submission.map(|told| told.client.given_name.as_str()),
            call_by,
            letterhead: &self.letterhead,
        }
    }
}

/// Where the message says that it goes: every try goes where the first one went.
fn addressee_of(message: &[u8]) -> Option<String> {
    let head =
        message.split(|byte| *byte == b'\n').map_while(|line| line.strip_suffix(b"\r").filter(|it| !it.is_empty()));
    let mut to = head.skip_while(|line| !line.starts_with(b"To:"));
    let first = to.next()?.strip_prefix(b"To:")?;
    // A long address stands on the line below its name.
    let folded = to.take_while(|line| line.starts_with(b" "));
    let whole: Vec<u8> = std::iter::once(first).chain(folded).flatten().copied().filter(|byte| *byte != b' ').collect();
    String::from_utf8(whole).ok().filter(|address| !address.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addressee_is_read_from_the_message_itself() {
        let read = |message: &[u8]| addressee_of(message);
        assert_eq!(
            read(b"From: a@example.com\r\nTo: b@example.com\r\nDate: x\r\n\r\n").as_deref(),
            Some("b@example.com")
        );
        assert_eq!(read(b"To:\r\n b@example.com\r\nDate: x\r\n\r\n").as_deref(), Some("b@example.com"));
        assert_eq!(read(b"From: a@example.com\r\n\r\nTo: b@example.com\r\n"), None);
    }
}
