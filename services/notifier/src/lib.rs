//! Writes letters and sends them, each once.
//!
//! The mail ledger is its queue: a use case puts a row there in the transaction
//! that makes the letter due, and events only wake this service.
//!
//! Read `letters` (which letters there are: what each tells, when it is no
//! longer true, what it puts into a calendar), [`texts`] (the practice's words
//! for them, checked when they are loaded), `write_letter` (from words to the
//! message's bytes; [`mod@preview`] writes each with sample data), `send_letters` and `send_letter` (the ledger's loop
//! and one letter's way through it), `retry` and [`pace`] (when it is tried again, and how fast a mail domain is written
//! to), `tend` (what becomes of letters that nobody can tell about), then [`transport`] (a folder, or SMTP) and `webhook`
//! (alerts to programs of somebody else's).

use std::sync::Arc;

use rapport_domain::practice::Practice;
use rapport_messaging::{Transport, topology};
use rapport_runtime::Clock;
use rapport_security::BounceTag;
use rapport_store::{Store, Topic};
use serde::Deserialize;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

mod calendar_part;
mod letters;
pub mod pace;
pub mod preview;
mod retry;
mod sample;
mod send_letter;
mod send_letters;
mod tend;
pub mod texts;
pub mod transport;
mod values;
mod webhook;
mod write_letter;

pub use pace::Limits;
pub use texts::LetterTexts;
pub use transport::{MailUrl, Patience};
pub use webhook::WebhookSettings;

use letters::Letterhead;
use pace::Pace;
use send_letter::Sender;
use send_letters::{WakeNotifier, send_letters};
use transport::MailTransport;
use webhook::Webhooks;

/// How letters are sent.
#[derive(Clone)]
pub struct Config {
    /// Where letters go: `file:DIR`, `smtps://user:password@host` or `smtp://host`.
    pub url: MailUrl,
    /// How many letters are sent at the same time, each over a connection of its own.
    pub connections: usize,
    /// How webhooks are signed, and whom they trust.
    pub webhooks: WebhookSettings,
    /// How much one mail domain is sent.
    pub per_domain: Limits,
    /// Whether a bounce tells which letter came back.
    pub bounces: Bounces,
    /// How long a mail server may take.
    pub patience: Patience,
}

impl Config {
    /// The usual way to send letters there.
    #[must_use]
    pub fn to(url: MailUrl) -> Self {
        let per_domain = Limits { connections: 4, per_minute: 600 };
        let (webhooks, patience) = (WebhookSettings::default(), Patience::default());
        Self { url, connections: 8, webhooks, per_domain, bounces: Bounces::Plus, patience }
    }
}

/// Where bounces go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bounces {
    /// To an address behind a plus that names the letter: `office+b.…@example.com`.
    Plus,
    /// To the practice's own address, for a mail server that takes no other sender.
    Off,
}

/// The longest part before the @ that mail servers take (RFC 5321, 4.5.3.1.1).
const LONGEST_LOCAL_PART: usize = 64;

/// What the notifier works with.
#[derive(Clone)]
pub struct Deps {
    /// The ledger, and what letters tell of.
    pub store: Store,
    /// Brings the events that wake it.
    pub transport: Arc<dyn Transport>,
    /// Whose letters they are.
    pub practice: Arc<Practice>,
    /// Its words.
    pub texts: Arc<LetterTexts>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

/// Sends what is due until `stop`.
///
/// # Errors
/// Where the mail URL cannot be used (a folder that cannot be made, an authority that cannot be read), or a webhook's
/// secret is missing.
pub async fn run(config: Config, deps: Deps, stop: CancellationToken) -> anyhow::Result<()> {
    let Deps { store, transport, practice, texts, clock } = deps;
    let letterhead = Letterhead::of(&practice);
    check_sender(config.bounces, &letterhead)?;
    let mail =
        MailTransport::open(config.url, calendar_part::domain_of(&letterhead.sender_email), config.patience).await?;
    config
        .webhooks
        .check(practice.on_call.iter().filter_map(|person| person.webhook.as_ref()))
        .map_err(anyhow::Error::msg)?;
    let webhooks = Webhooks::new(config.webhooks)?;
    let wake = store.wakes().subscribe(Topic::Letters);
    let nudge = Arc::new(Notify::new());
    let events = Arc::clone(&transport);
    let (pace, bounces) = (Pace::new(config.per_domain), config.bounces);
    let sender = Arc::new(Sender {
        store,
        practice,
        letterhead,
        texts,
        clock,
        transport: mail,
        pace,
        bounces,
        events,
        webhooks,
    });
    let handler = Arc::new(WakeNotifier(Arc::clone(&nudge)));
    tokio::join!(
        send_letters(sender, config.connections, wake, nudge, stop.clone()),
        transport.consume(&topology::WAKE_NOTIFIER, 1, handler, stop),
    );
    Ok(())
}

/// A bounce address that a mail server cuts would be nobody's.
fn check_sender(bounces: Bounces, letterhead: &Letterhead) -> anyhow::Result<()> {
    let most = LONGEST_LOCAL_PART - BounceTag::LENGTH - 1;
    let local = letterhead.sender_email.as_str().rsplit_once('@').map_or(0, |(local, _)| local.len());
    anyhow::ensure!(
        bounces == Bounces::Off || local <= most,
        "sender_email in practice.toml has {local} characters before the @: bounce addresses leave room for {most}. \
         Choose a shorter one, or set RAPPORT__MAIL__BOUNCES=off"
    );
    Ok(())
}

#[cfg(test)]
mod tests;
