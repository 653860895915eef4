//! One person's request for care, as it was submitted.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    calendar::week::WeeklyWindow,
    contact::{Client, Contact, Language},
    id::{CaseId, IntakeId, TherapistId},
    screening::Answers,
};

/// Whom the care is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Care {
    /// Two partners together.
    Couple,
    /// The client alone.
    Individual,
}

/// What the client wants done when the partner has not answered by the deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IfPartnerSilent {
    /// See the client alone.
    SeeMeAlone,
    /// Hold another joint time.
    KeepLooking,
    /// Call the client.
    CallMe,
}

/// Whom the care is for, with what a couple's client wants when the partner stays silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CareWish {
    /// Two partners together.
    Couple(IfPartnerSilent),
    /// The client alone.
    Individual,
}

impl CareWish {
    /// Whom the care is for.
    #[must_use]
    pub const fn care(self) -> Care {
        match self {
            Self::Couple(_) => Care::Couple,
            Self::Individual => Care::Individual,
        }
    }
}

/// How a session takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// In one of the practice's rooms.
    InPerson,
    /// By video.
    Video,
}

/// What the client would like; an empty list means "any".
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Preferences {
    /// Possible formats.
    pub formats: Vec<Format>,
    /// Ids of possible locations, for sessions in person.
    pub locations: Vec<String>,
    /// When the client can come, in the practice's zone.
    pub windows: Vec<WeeklyWindow>,
    /// Languages for sessions, BCP 47.
    pub languages: Vec<String>,
    /// Payer id of practice.toml; `None` pays themselves.
    pub payer: Option<String>,
    /// A wish: "woman", "man", "nonbinary".
    pub therapist_gender: Option<String>,
    /// A wish.
    pub therapist: Option<TherapistId>,
    /// Never offered.
    pub avoid: Vec<TherapistId>,
}

/// A consent that was given: the text's id and the version that was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// The text's id in practice.toml.
    pub id: String,
    /// The version that was shown.
    pub version: String,
}

/// What one person submitted: everything that is told in confidence, kept
/// encrypted as one piece under that person's own key.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    /// Who they are.
    pub client: Client,
    /// How to reach them without harm.
    pub contact: Contact,
    /// What they would like.
    pub preferences: Preferences,
    /// What they agreed to.
    pub consents: Vec<Consent>,
    /// What they answered.
    pub answers: Answers,
    /// They asked to be called before any question: nothing above but how to call them was asked.
    #[serde(default)]
    pub asked_for_a_call: bool,
}

impl Submission {
    /// The language for pages and letters.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.client.language
    }
}

/// One person's intake.
#[derive(Clone, PartialEq)]
pub struct Intake {
    /// Its id.
    pub id: IntakeId,
    /// The case that it belongs to.
    pub case: CaseId,
    /// Whom the care is for.
    pub care: CareWish,
    /// Digest of the protocol that it was answered under and is decided by.
    pub protocol: String,
    /// When it was received.
    pub received_at: Timestamp,
    /// What was told in confidence.
    pub submission: Submission,
}
