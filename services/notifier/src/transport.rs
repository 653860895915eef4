//! Where letters go: a folder, or a mail server.
//!
//! A letter is sent in two steps, because the ledger must know between them.
//! `MailTransport::begin` goes as far as it can without delivering anything;
//! what fails there may be tried again. `Begun::finish` delivers; only its
//! last moment can leave open whether the letter arrived.

use std::{path::PathBuf, str::FromStr};

use rapport_domain::id::LetterId;
use serde::Deserialize;

mod folder;
pub(crate) mod smtp;

pub use smtp::{Patience, SmtpUrl};

use folder::Folder;
use smtp::{Ready, Smtp};

/// Where letters go.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub enum MailUrl {
    /// `file:DIR`: one `.eml` a letter.
    Folder(PathBuf),
    /// `smtp://HOST` or `smtps://HOST`.
    Smtp(SmtpUrl),
}

/// Why a mail URL was refused. It never repeats the URL, which may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MailUrlError(&'static str);

impl FromStr for MailUrl {
    type Err = MailUrlError;

    fn from_str(text: &str) -> Result<Self, MailUrlError> {
        match text.split_once(':') {
            Some(("file", folder)) if !folder.is_empty() => Ok(Self::Folder(PathBuf::from(folder))),
            Some(("smtp" | "smtps", _)) => SmtpUrl::parse(text).map(Self::Smtp),
            _ => Err(MailUrlError("must be file:DIR, smtp://HOST or smtps://HOST")),
        }
    }
}

impl TryFrom<String> for MailUrl {
    type Error = MailUrlError;

    fn try_from(text: String) -> Result<Self, MailUrlError> {
        text.parse()
    }
}

/// From whom to whom: one recipient a message.
#[derive(Clone)]
pub(crate) struct Envelope {
    /// Names the letter.
    pub(crate) letter: LetterId,
    /// Where a bounce goes.
    pub(crate) from: String,
    /// Where the letter goes.
    pub(crate) to: String,
}

/// It was not delivered, and this is certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    /// Whether trying again is of no use.
    pub(crate) for_good: bool,
    /// Whether the server said "later" to this letter: it may mind how much it is sent.
    pub(crate) deferred: bool,
    /// A code and a step; never a server's words, which may repeat an address.
    pub(crate) why: String,
}

impl Refused {
    /// Something that may pass.
    pub(crate) fn for_now(why: impl Into<String>) -> Self {
        Self { for_good: false, deferred: false, why: why.into() }
    }

    /// Something that will not.
    pub(crate) fn for_good(why: impl Into<String>) -> Self {
        Self { for_good: true, deferred: false, why: why.into() }
    }
}

/// How a delivery ended that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Undelivered {
    /// It did not arrive.
    Refused(Refused),
    /// The whole letter was handed over and no reply came.
    Unknown(String),
}

/// A way to send letters.
pub(crate) enum MailTransport {
    /// Into a folder.
    Folder(Folder),
    /// To a mail server.
    Smtp(Box<Smtp>),
}

/// A delivery that was begun; dropping it delivers nothing.
pub(crate) enum Begun<'a> {
    /// Into a folder.
    Folder(&'a Folder, LetterId),
    /// To a server that said "go ahead".
    Smtp(Ready<'a>),
}

impl MailTransport {
    /// Gets ready to send; a mail server that would get letters unencrypted is refused.
    pub(crate) async fn open(url: MailUrl, hello: &str, patience: Patience) -> anyhow::Result<Self> {
        Ok(match url {
            MailUrl::Folder(path) => Self::Folder(Folder::open(path).await?),
            MailUrl::Smtp(url) => {
                let smtp = Smtp::new(url, hello, patience)?;
                smtp.look().await?;
                Self::Smtp(Box::new(smtp))
            }
        })
    }

    /// Goes as far as it can without delivering anything.
    pub(crate) async fn begin(&self, envelope: &Envelope) -> Result<Begun<'_>, Refused> {
        match self {
            Self::Folder(folder) => Ok(Begun::Folder(folder, envelope.letter)),
            Self::Smtp(smtp) => smtp.begin(envelope).await.map(Begun::Smtp),
        }
    }
}

impl Begun<'_> {
    /// Delivers.
    pub(crate) async fn finish(self, message: &[u8]) -> Result<(), Undelivered> {
        match self {
            Self::Folder(folder, letter) => folder.put(letter, message).await,
            Self::Smtp(ready) => ready.finish(message).await,
        }
    }
}
