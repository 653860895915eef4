//! Somebody who treats.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    calendar::week::WeeklyWindow,
    contact::UsState,
    id::TherapistId,
    intake::{Care, Format},
};

/// Somebody who treats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Therapist {
    /// Stable: made from the first licence's number.
    pub id: TherapistId,
    /// As clients read it.
    pub name: String,
    /// "woman", "man", "nonbinary".
    pub gender: String,
    /// Where they may treat.
    pub licences: Vec<Licence>,
    /// Who signs for a supervised associate.
    pub supervised_by: Option<String>,
    /// The kinds of care.
    pub treats: BTreeSet<Care>,
    /// Ids of matching.yaml.
    pub methods: BTreeSet<String>,
    /// Ids of matching.yaml.
    pub competences: BTreeSet<String>,
    /// BCP 47.
    pub languages: BTreeSet<String>,
    /// Payer ids of practice.toml, per kind of care. Whoever pays themselves is always welcome.
    pub payers: BTreeMap<Care, BTreeSet<String>>,
    /// When, how and where.
    pub availability: Vec<Availability>,
    /// Sessions in a week, Monday to Sunday, at most.
    pub weekly_capacity: u32,
}

/// The right to treat whoever sits in a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licence {
    /// Where.
    pub state: UsState,
    /// As the board writes it.
    pub number: String,
    /// The last day on which it holds.
    pub expires: Date,
    /// A telehealth registration: for sessions by video alone.
    pub video_only: bool,
}

/// A weekly stretch of a therapist's time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Availability {
    /// When, in the practice's zone.
    pub window: WeeklyWindow,
    /// Where they sit in person; `None`: not in person.
    pub location: Option<String>,
    /// Whether they see people by video.
    pub video: bool,
}

impl Availability {
    /// Whether a session of this kind can take place in it.
    #[must_use]
    pub const fn offers(&self, format: Format) -> bool {
        match format {
            Format::InPerson => self.location.is_some(),
            Format::Video => self.video,
        }
    }
}
