//! What staff decided about a case, and why. Kept encrypted: their words may
//! tell of answers, so none of it has `Debug`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{contact::ContactError, triage::Urgency};

/// Why a person judged otherwise, as staff write it: trimmed, 1 to 2,000
/// characters, line breaks and tabs but no other control characters.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Note(String);

impl Note {
    /// How long it may be, in characters: a page, and no file.
    pub const MOST: usize = 2000;

    /// Reads it.
    ///
    /// # Errors
    /// Where it is empty, too long or has control characters.
    pub fn parse(text: &str) -> Result<Self, ContactError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ContactError("must not be empty"));
        }
        if text.chars().count() > Self::MOST {
            return Err(ContactError("must be at most 2000 characters"));
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(ContactError("must have no control characters but line breaks"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Note {
    type Error = ContactError;

    fn try_from(text: String) -> Result<Self, ContactError> {
        Self::parse(&text)
    }
}

impl From<Note> for String {
    fn from(note: Note) -> Self {
        note.0
    }
}

/// A person judged the urgency otherwise.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// What it had been.
    pub from: Urgency,
    /// What it became.
    pub to: Urgency,
    /// Why.
    pub reason: Note,
    /// What colleagues call whoever did it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// How a case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// Care has begun: from here it is the therapist's.
    CareBegan,
    /// Somebody else's help fits better, and the client knows whose.
    ReferredOn,
    /// The client wants nothing more.
    ClientWithdrew,
    /// Nobody could be reached.
    Unreachable,
    /// Another case is the same person's.
    Duplicate,
    /// The note says how.
    Other,
}

impl CloseReason {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::CareBegan, Self::ReferredOn, Self::ClientWithdrew, Self::Unreachable, Self::Duplicate, Self::Other];
}

/// A person ended the case.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// How.
    pub reason: CloseReason,
    /// More about it; always there for a safety case and for [`CloseReason::Other`].
    pub note: Option<Note>,
    /// What colleagues call whoever did it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}
