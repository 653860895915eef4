//! What triage found: enough to explain a case years later.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Booking, Urgency};

/// What the safety rules alone say, inline, when an intake is submitted. It tells of
/// answers, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Safety {
    /// The highest that fired; [`Urgency::Routine`] where nothing did.
    pub urgency: Urgency,
    /// The strictest that fired.
    pub booking: Booking,
    /// Whether a safety rule fired that keeps a machine from booking.
    pub flagged: bool,
    /// Whether only a clinician may decide.
    pub clinician_only: bool,
    /// Whether the person is under 18.
    pub under_18: bool,
    /// Ids of crisis lines in practice.toml: those of the highest urgency first, none twice.
    pub lines: Vec<String>,
    /// Ids of those in practice.toml who are to be told by name.
    pub notify: BTreeSet<String>,
    /// Kinds of report that staff must complete; no machine sends one.
    pub reports: BTreeSet<String>,
}

/// The whole result of one intake. The same answers and the same digest give
/// the same bytes: every collection in here is ordered.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct TriageResult {
    /// Digest of the protocol that decided.
    pub protocol: String,
    /// The highest that fired.
    pub urgency: Urgency,
    /// The strictest that fired.
    pub booking: Booking,
    /// Whether a safety rule fired that keeps a machine from booking.
    pub flagged: bool,
    /// Whether only a clinician may decide.
    pub clinician_only: bool,
    /// Whether the person is under 18.
    pub under_18: bool,
    /// Competences that a therapist must have.
    pub needs: BTreeSet<String>,
    /// Every rule that fired: safety first, then by urgency, then as the file has them.
    pub fired: Vec<FiredRule>,
    /// Every scale, as the file has them.
    pub scores: Vec<Score>,
    /// How strongly each driver shows, from 0 to 1. A driver without a score is absent.
    pub drivers: BTreeMap<String, f64>,
    /// Small steps that fit, as the file has them.
    #[serde(default)]
    pub advice: Vec<Advice>,
    /// Ids of those in practice.toml who are to be told by name.
    #[serde(default)]
    pub notify: BTreeSet<String>,
    /// Kinds of report that staff must complete; no machine sends one.
    #[serde(default)]
    pub reports: BTreeSet<String>,
}

impl TriageResult {
    /// The highest that safety rules asked for: only a clinician puts a case below it.
    #[must_use]
    pub fn safety_urgency(&self) -> Urgency {
        let safety = self.fired.iter().filter(|rule| rule.safety);
        safety.map(|rule| rule.urgency).fold(Urgency::Routine, Urgency::max)
    }

    /// The small steps to hand on in a case. Where either partner is flagged, none that needs the other or brings into
    /// touch: the one who answered need not be the one in danger.
    pub fn advice_in_case(&self, either_flagged: bool) -> impl Iterator<Item = &Advice> {
        self.advice.iter().filter(move |advice| !(either_flagged && advice.closeness))
    }
}

/// A small step that fits this person, for a clinician to hand on.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advice {
    /// Its id.
    pub step: String,
    /// It in the practice's words.
    pub label: String,
    /// Whether it needs the partner or brings into touch: not to be handed on where the other one is flagged either.
    pub closeness: bool,
    /// Ids of the rules that advise it, as the file has them.
    pub because: Vec<String>,
}

/// A rule that fired.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct FiredRule {
    /// Its id.
    pub rule: String,
    /// The urgency that it asks for.
    pub urgency: Urgency,
    /// Why, in the practice's words.
    pub because: String,
    /// Whether it is about safety, and so for clinicians alone.
    pub safety: bool,
    /// What it looked at.
    pub evidence: Vec<Evidence>,
}

/// One answer or score that a rule looked at.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// `instrument.linkId`, `scales.id` or `client.age`.
    pub source: String,
    /// The question, or the scale's name.
    pub label: String,
    /// What was answered or scored, in words; "not answered", "not asked".
    pub value: String,
}

/// A scale's score.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The scale's id.
    pub scale: String,
    /// Its name in words.
    pub label: String,
    /// The score; absent where too little was answered.
    pub value: Option<f64>,
    /// The lowest possible score.
    pub minimum: f64,
    /// The highest possible score.
    pub maximum: f64,
    /// The id of the band that it falls into.
    pub band: Option<String>,
    /// That band's name in words.
    #[serde(default)]
    pub band_label: Option<String>,
}
