//! What staff decided about a case, and why. Kept encrypted: their words may
//! tell of answers, so none of it has `Debug`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    calls::StopReason,
    contact::{ContactError, Line},
    id::{IntakeId, NoteId},
    triage::Urgency,
};

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

/// Whose help fits better, and why: the case ends with it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referred {
    /// To whom.
    pub to: Line<100>,
    /// Why.
    pub reason: Note,
    /// What colleagues call whoever did it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A case that had ended goes on.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopened {
    /// Why.
    pub reason: Note,
    /// How it had ended.
    pub closed: Closed,
    /// What colleagues call whoever did it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A client is not contacted any more, or may be again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactStop {
    /// Whom it is about.
    pub intake: IntakeId,
    /// Why they are not contacted any more; `None` where they may be again.
    pub stopped: Option<StopReason>,
    /// More about it; always there where they may be contacted again.
    pub note: Option<Note>,
    /// What colleagues call whoever did it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Whose eyes a note is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// Clinicians': it may tell of answers.
    Clinical,
    /// The whole desk's.
    Coordination,
}

impl NoteKind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Clinical, Self::Coordination];
}

/// What somebody of the desk wrote about a case.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseNote {
    /// Its id.
    pub id: NoteId,
    /// For whom.
    pub kind: NoteKind,
    /// The words.
    pub text: Note,
    /// What colleagues call whoever wrote it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}
