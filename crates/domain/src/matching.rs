//! With whom, and when: therapists, hard filters, ranking.
//!
//! [`therapist`] is somebody who treats, [`weights`] the practice's choice of
//! what counts how much. [`mod@rank`] takes everybody through the filters (those of
//! the person, then those of the calendar), scores the times that are left and
//! orders them; every candidate says why, everybody left out by which filter.
//! [`asked_for`] keeps who is much asked for.
//! [`best`] is the first of them alone, and
//! [`line_up`] does the same for a person who chooses: everybody once. Where nobody
//! passes, [`fallback`] lets go of one wish after the other.
//! [`offer`] leaves the choice to a person: times within reach, and whether one may be had.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;

use crate::{
    contact::UsState,
    id::TherapistId,
    intake::{Care, Format, Preferences, Submission},
    triage::{TriageResult, Urgency},
};

pub mod asked_for;
pub mod fallback;
mod filter;
mod free;
mod offer;
mod rank;
mod score;
#[cfg(test)]
mod tests;
pub mod therapist;
pub mod weights;

pub use crate::calendar::{
    busy::{Busy, blocks},
    taken::Taken,
};
pub use fallback::{Outcome, with_fallback};
pub use filter::is_in_question;
pub use offer::{Choice, Objection, Offer, Offering, Tried, offer_span, offer_weeks, offers, try_choice};
pub use rank::{best, line_up, rank, span};
pub use therapist::{Licence, Therapist, Training};
pub use weights::Weights;

/// What a session must fit.
#[derive(Debug, Clone)]
pub struct Wish<'a> {
    /// For both, or for one alone.
    pub care: Care,
    /// Where each client sits during the session; absent where nobody was asked, and then no licence covers it.
    pub states: Vec<Option<UsState>>,
    /// Of every client whose preferences may be weighed: a joint hold is computed from the first alone.
    pub preferences: Vec<&'a Preferences>,
    /// Competences that the triage result calls for.
    pub needs: &'a BTreeSet<String>,
    /// What drives the distance, from 0 to 1.
    pub drivers: &'a BTreeMap<String, f64>,
    /// How soon.
    pub urgency: Urgency,
    /// The present.
    pub now: Timestamp,
    /// Who has treated this couple or person before.
    pub continuity: Option<TherapistId>,
    /// Who may not treat them: whoever treats one partner alone.
    pub conflicts: Vec<TherapistId>,
    /// Whether something that they asked for was let go of: such a time waits for their yes.
    pub outside: bool,
}

impl<'a> Wish<'a> {
    /// Of one client alone, by their own intake and what triage found in it.
    #[must_use]
    pub fn of(care: Care, submission: &'a Submission, found: &'a TriageResult, now: Timestamp) -> Self {
        Self {
            care,
            states: vec![submission.client.residence_state],
            preferences: vec![&submission.preferences],
            needs: &found.needs,
            drivers: &found.drivers,
            urgency: found.urgency,
            now,
            continuity: None,
            conflicts: Vec::new(),
            outside: false,
        }
    }
}

/// Who could treat, best first, and who could not, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// Best first: of [`rank`](fn@rank) at most [`MOST_CANDIDATES`].
    pub candidates: Vec<Candidate>,
    /// Everybody left out, in the roster's order by id.
    pub excluded: Vec<Excluded>,
    /// The filter that emptied the list.
    pub emptied_by: Option<EmptiedBy>,
}

/// The filter that left nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmptiedBy {
    /// In words: "no therapist is licensed for AK".
    pub text: String,
    /// Whether the words tell what the answers call for, which not all staff may read.
    pub tells_of_answers: bool,
}

/// As many times a ranking names.
pub const MOST_CANDIDATES: usize = 64;

/// A therapist at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Who.
    pub therapist: TherapistId,
    /// As clients read it.
    pub name: String,
    /// When and where.
    pub slot: Slot,
    /// From 0 to 1.
    pub score: f64,
    /// What the score is made of.
    pub because: Vec<Term>,
}

/// A time that could be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends, without the buffer.
    pub ends_at: Timestamp,
    /// In a room, or by video.
    pub format: Format,
    /// Id of the room; `None` for video.
    pub room: Option<String>,
    /// Id of the location; `None` for video.
    pub location: Option<String>,
}

/// One part of a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Its name in matching.yaml.
    pub term: String,
    /// Its share of the whole; all shares make 1.
    pub weight: f64,
    /// From 0 to 1.
    pub value: f64,
    /// In words.
    pub text: String,
    /// Whether value and words tell what was answered, which not all staff may read.
    pub tells_of_answers: bool,
}

/// A therapist who was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excluded {
    /// Who.
    pub therapist: TherapistId,
    /// As clients read it.
    pub name: String,
    /// The first filter that did not let them pass, in words: "is not licensed for AK". Many are left out by the same.
    pub filter: Arc<str>,
    /// The same for whoever may read nothing that tells of answers: for the competence that answers call for, and for a
    /// conflict, so that it does not give the first away, what else is against them, or one sentence.
    pub discreet: Arc<str>,
}
