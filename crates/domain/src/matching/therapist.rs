//! Somebody who treats.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    calendar::timetable::Timetable,
    contact::UsState,
    id::TherapistId,
    intake::{Care, Format},
    practice::BookingPolicy,
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
    /// What stands behind the name: "PhD, LP"; may be empty.
    #[serde(default)]
    pub credentials: String,
    /// Where they may treat.
    pub licences: Vec<Licence>,
    /// Who signs for a supervised associate.
    pub supervised_by: Option<String>,
    /// The kinds of care.
    pub treats: BTreeSet<Care>,
    /// Ids of matching.yaml, with how far they were trained.
    pub methods: BTreeMap<String, Training>,
    /// Ids of matching.yaml.
    pub competences: BTreeSet<String>,
    /// BCP 47.
    pub languages: BTreeSet<String>,
    /// Payer ids of practice.toml, per kind of care. Whoever pays themselves is always welcome.
    pub payers: BTreeMap<Care, BTreeSet<String>>,
    /// What somebody who pays themselves pays for a session, in dollars; unknown where it does not stand here.
    #[serde(default)]
    pub fees: BTreeMap<Care, u32>,
    /// Minutes of their sessions, where they are not the practice's.
    #[serde(default)]
    pub session_minutes: BTreeMap<Care, u32>,
    /// When, how and where.
    pub hours: Timetable,
    /// Sessions in a week, Monday to Sunday, at most.
    pub weekly_capacity: u32,
    /// Whether anybody is offered to them.
    #[serde(default = "is_active")]
    pub active: bool,
}

/// How far somebody was trained in a method; a later one is more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Training {
    /// Learning it, under supervision.
    Learning,
    /// Trained.
    Trained,
    /// Certified by those who teach it.
    Certified,
    /// Teaches or supervises others in it.
    Supervisor,
}

/// The right to treat whoever sits in a state.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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

impl Training {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Learning, Self::Trained, Self::Certified, Self::Supervisor];

    /// The name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Learning => "learning",
            Self::Trained => "trained",
            Self::Certified => "certified",
            Self::Supervisor => "supervisor",
        }
    }

    /// Reads [`Training::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

impl Therapist {
    /// How long their sessions take.
    #[must_use]
    pub fn session(&self, care: Care, policy: &BookingPolicy) -> SignedDuration {
        let own = self.session_minutes.get(&care).map(|minutes| SignedDuration::from_mins(i64::from(*minutes)));
        own.unwrap_or_else(|| policy.session(care))
    }

    /// The last day on which they may treat whoever sits in a state; `None` where they may not at all. By video a
    /// telehealth registration will do.
    #[must_use]
    pub fn licensed_until(&self, state: UsState, format: Format) -> Option<Date> {
        let holds = |licence: &&Licence| licence.state == state && (format == Format::Video || !licence.video_only);
        self.licences.iter().filter(holds).map(|licence| licence.expires).max()
    }
}

const fn is_active() -> bool {
    true
}
