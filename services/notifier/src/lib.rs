//! Writes letters and sends them, each once.
//!
//! The mail ledger is its queue: a use case puts a row there in the transaction
//! that makes the letter due, and events only wake this service.
//!
//! Read `letters` (which letters there are: what each tells, when it is no
//! longer true, what it puts into a calendar), [`texts`] (the practice's words
//! for them, checked when they are loaded), `write_letter` (from words to the
//! message's bytes; [`mod@preview`] writes each with sample data), `send_letters` and `send_letter` (the ledger's loop and one
//! letter's way through it), then [`transport`] (a folder, or SMTP) and `webhook` (alerts to programs of somebody else's).

use std::sync::Arc;

use rapport_domain::practice::Practice;
use rapport_messaging::{Transport, topology};
use rapport_runtime::Clock;
use rapport_store::{Store, Topic};
use serde::Deserialize;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

mod calendar_part;
mod letters;
pub mod preview;
mod retry;
mod sample;
mod send_letter;
mod send_letters;
pub mod texts;
pub mod transport;
mod values;
mod webhook;
mod write_letter;

pub use texts::LetterTexts;
pub use transport::MailUrl;
pub use webhook::WebhookSettings;

use letters::Letterhead;
use send_letter::Sender;
use send_letters::{WakeNotifier, send_letters};
use transport::MailTransport;
use webhook::Webhooks;

/// Settings, section `mail`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where letters go: `file:DIR`, `smtps://user:password@host` or `smtp://host`.
    pub url: MailUrl,
    /// How many letters are sent at the same time, each over a connection of its own.
    #[serde(default = "default_connections")]
    pub connections: usize,
    /// How webhooks are signed, and whom they trust.
    pub webhooks: WebhookSettings,
}

const fn default_connections() -> usize {
    8
}

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
    let mail = MailTransport::open(config.url, calendar_part::domain_of(&letterhead.sender_email)).await?;
    config
        .webhooks
        .check(practice.on_call.iter().filter_map(|person| person.webhook.as_ref()))
        .map_err(anyhow::Error::msg)?;
    let webhooks = Webhooks::new(config.webhooks)?;
    let wake = store.wakes().subscribe(Topic::Letters);
    let nudge = Arc::new(Notify::new());
    let events = Arc::clone(&transport);
    let sender = Arc::new(Sender { store, practice, letterhead, texts, clock, transport: mail, events, webhooks });
    let handler = Arc::new(WakeNotifier(Arc::clone(&nudge)));
    tokio::join!(
        send_letters(sender, config.connections, wake, nudge, stop.clone()),
        transport.consume(&topology::WAKE_NOTIFIER, 1, handler, stop),
    );
    Ok(())
}

#[cfg(test)]
mod tests;
