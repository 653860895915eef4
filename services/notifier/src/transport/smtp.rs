//! A mail server (RFC 5321), over sockets of our own: without Nagle's delay, and
//! step by step, so that "before the final dot" and "after it" are told apart.
//! The protocol's words and replies are lettre's.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, timeout};

use super::{Envelope, Refused, Undelivered};

mod session;
mod tls;
mod url;

pub use url::SmtpUrl;

use session::{Broken, Session, Step};

/// How long each step may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// From the first packet to "go ahead".
    pub begin: Duration,
    /// Handing over the message.
    pub data: Duration,
    /// The reply to the final dot, as long as RFC 5321, 4.5.3.2.6 asks for:
    /// whoever gives up earlier gets letters twice.
    pub last: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { begin: Duration::from_secs(45), data: Duration::from_secs(60), last: Duration::from_secs(600) }
    }
}

/// How long an unused connection is kept; servers end theirs after five minutes.
const KEEP: Duration = Duration::from_secs(60);

/// How long the first look may keep the notifier from its work.
const FIRST_LOOK: Duration = Duration::from_secs(5);

/// A mail server and the connections to it that are at rest.
pub(crate) struct Smtp {
    url: SmtpUrl,
    tls: tls::Connector,
    hello: String,
    patience: Patience,
    resting: Mutex<Vec<(Session, Instant)>>,
}

/// A server that said "go ahead" and waits for the message.
pub(crate) struct Ready<'a> {
    smtp: &'a Smtp,
    session: Session,
}

impl Smtp {
    /// For a server, introducing ourselves as `hello`.
    pub(super) fn new(url: SmtpUrl, hello: &str, patience: Patience) -> anyhow::Result<Self> {
        let tls = tls::Connector::new(&url)?;
        Ok(Self { url, tls, hello: hello.to_owned(), patience, resting: Mutex::default() })
    }

    /// Looks at the server once, before any letter waits for it: one that offers less than letters need is the operator's
    /// to mend. One that is away, or does not answer in time, may be there when a letter is due.
    pub(super) async fn look(&self) -> anyhow::Result<()> {
        let connecting = Session::connect(&self.url, &self.tls, &self.hello);
        match timeout(self.patience.begin.min(FIRST_LOOK), connecting).await {
            Ok(Err(why @ Broken::Lacks(_))) => anyhow::bail!(
                "{why}: letters leave this machine encrypted or not at all. Use smtps://, a server that encrypts, or one \
                 on this machine (smtp://localhost)"
            ),
            Ok(Ok(session)) => self.rest(session),
            Ok(Err(_)) | Err(_) => {}
        }
        Ok(())
    }

    /// Says from whom and to whom, up to the server's "go ahead".
    pub(super) async fn begin(&self, envelope: &Envelope) -> Result<Ready<'_>, Refused> {
        match timeout(self.patience.begin, self.address(envelope)).await {
            Ok(begun) => begun,
            Err(_) => Err(Refused::for_now("the mail server did not answer in time")),
        }
    }

    async fn address(&self, envelope: &Envelope) -> Result<Ready<'_>, Refused> {
        if let Some(mut session) = self.take_resting() {
            match session.address(envelope).await {
                Ok(()) => return Ok(Ready { smtp: self, session }),
                Err(why) if !why.is_about_the_connection() => return Err(self.give_up(session, why).await),
                // It ended while it rested: no reason to make the letter wait.
                Err(_) => {}
            }
        }
        let mut session = Session::connect(&self.url, &self.tls, &self.hello).await.map_err(Refused::from)?;
        match session.address(envelope).await {
            Ok(()) => Ok(Ready { smtp: self, session }),
            Err(why) => Err(self.give_up(session, why).await),
        }
    }

    /// Keeps the connection for the next letter where only this one was refused.
    async fn give_up(&self, mut session: Session, why: Broken) -> Refused {
        if !why.is_about_the_connection() && session.reset().await.is_ok() {
            self.rest(session);
        }
        why.into()
    }

    fn take_resting(&self) -> Option<Session> {
        let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        resting.retain(|(_, since)| since.elapsed() < KEEP);
        resting.pop().map(|(session, _)| session)
    }

    /// There are never more than letters that were sent at the same time.
    fn rest(&self, session: Session) {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner).push((session, Instant::now()));
    }
}

impl Ready<'_> {
    /// Hands the message over. Until the final dot has left, nothing is delivered.
    pub(super) async fn finish(mut self, message: &[u8]) -> Result<(), Undelivered> {
        let Patience { data, last, .. } = self.smtp.patience;
        match timeout(data, self.session.hand_over(message)).await {
            Ok(Ok(())) => {}
            Ok(Err(why)) => return Err(Undelivered::Refused(why.into())),
            Err(_) => {
                return Err(Undelivered::Refused(Refused::for_now("the mail server took no more of the message")));
            }
        }
        match timeout(last, self.session.reply(Step::Message)).await {
            Ok(Ok(_)) => {
                self.smtp.rest(self.session);
                Ok(())
            }
            Ok(Err(why @ Broken::Replied { .. })) => {
                Err(Undelivered::Refused(self.smtp.give_up(self.session, why).await))
            }
            Ok(Err(why)) => Err(Undelivered::Unknown(why.to_string())),
            Err(_) => Err(Undelivered::Unknown("no reply to the final dot in time".to_owned())),
        }
    }
}

impl From<Broken> for Refused {
    fn from(why: Broken) -> Self {
        Self { for_good: why.is_for_good(), deferred: why.is_deferral(), why: why.to_string() }
    }
}

#[cfg(test)]
pub(crate) mod faulty_server;
#[cfg(test)]
pub(crate) mod scripted_server;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tls_tests;
