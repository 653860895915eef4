//! Where letters go: a folder, or a mail server.

use std::{path::PathBuf, str::FromStr};

use serde::Deserialize;

/// Where letters go.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub enum MailUrl {
    /// `file:DIR`: one `.eml` a letter.
    Folder(PathBuf),
}

/// Why a mail URL was refused. It never repeats the URL, which may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MailUrlError(&'static str);

impl FromStr for MailUrl {
    type Err = MailUrlError;

    fn from_str(text: &str) -> Result<Self, MailUrlError> {
        match text.strip_prefix("file:") {
            Some(folder) if !folder.is_empty() => Ok(Self::Folder(PathBuf::from(folder))),
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
