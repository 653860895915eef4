//! Two partners' views side by side, for a clinician alone.
//!
//! What is compared is what the practice's file names under `couple`: signs and
//! red flags of drift, the drivers, and who pursues while the other withdraws.
//! Nothing of safety can stand in here. A question that one of them was not asked
//! or left blank is no view, and so never a difference.

use super::{Score, TriageResult, engine::words, expression::ItemRef};
use crate::{
    protocol::Protocol,
    screening::{
        Answers,
        questionnaire::{Sheet, code_of},
    },
};

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
#[derive(Clone, PartialEq, Eq, Default)]
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
    /// `instrument.linkId`, or a driver's id.
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

/// What a practice compares, checked.
#[derive(Debug, Clone)]
pub(super) struct Couple {
    pub(super) signs: Vec<ItemRef>,
    pub(super) red_flags: Vec<ItemRef>,
    /// What one says of oneself, and what the other then says of their partner.
    pub(super) mirrored: Vec<(String, String)>,
    pub(super) pursues: Stance,
    pub(super) withdraws: Stance,
}

/// A scale, and the bands of it that count.
#[derive(Debug, Clone)]
pub(super) struct Stance {
    pub(super) scale: String,
    pub(super) bands: Vec<String>,
}

/// What one partner says: by its code, and in words.
type View = Option<(String, String)>;

/// Sets two partners' views side by side; swapping the two gives the mirrored view.
///
/// Where they answered under different protocols, the one with the greater digest says what is compared and what it is
/// called: any rule does, as long as it minds no order. What the other protocol does not ask was not answered.
#[must_use]
pub fn compare(first: Partner<'_>, second: Partner<'_>) -> JointView {
    let named = [first.protocol, second.protocol].into_iter().filter(|protocol| protocol.engine().couple().is_some());
    let Some(asked_by) = named.max_by_key(|protocol| protocol.digest()) else { return JointView::default() };
    let Some(couple) = asked_by.engine().couple() else { return JointView::default() };
    let question = |item: &ItemRef, mirror: bool| {
        let instrument = asked_by.instruments().get(item.instrument)?;
        let item = instrument.items().get(item.item)?;
        let view = |partner: Partner<'_>| partner.answered(instrument.name(), &item.link_id);
        let (first, second) = (view(first), view(second));
        let agree = first.as_ref().zip(second.as_ref()).map(|((one, _), (other, _))| {
            if mirror { couple.seen_from_the_other_side(one) == other } else { one == other }
        });
        let id = format!("{}.{}", instrument.name(), item.link_id);
        Some(Row::new(id, &item.text, first, second, agree))
    };
    let drivers = asked_by.engine().drivers().into_iter().map(|driver| {
        let (first, second) = (first.driver(driver), second.driver(driver));
        let agree = first.as_ref().zip(second.as_ref()).map(|((one, _), (other, _))| one == other);
        let label = asked_by.weights().drivers.get(driver).map_or(driver, |known| known.label.as_str());
        Row::new(driver.to_owned(), label, first, second, agree)
    });
    JointView {
        signs: couple.signs.iter().filter_map(|item| question(item, true)).collect(),
        drivers: drivers.collect(),
        red_flags: couple.red_flags.iter().filter_map(|item| question(item, false)).collect(),
        pursue_and_withdraw: pursuit(first, second),
    }
}

/// Where both do both, whoever does so more clearly; where they do it alike, nobody is named.
fn pursuit(first: Partner<'_>, second: Partner<'_>) -> Option<Pursuit> {
    let meeting = |one: Partner<'_>, other: Partner<'_>| {
        let pursues = one.stands(|couple| &couple.pursues)?;
        Some(pursues + other.stands(|couple| &couple.withdraws)?)
    };
    let pursuer = match (meeting(first, second), meeting(second, first)) {
        (None, None) => return None,
        (Some(one), Some(other)) if one == other => return None,
        (one, other) if one > other => Side::First,
        _ => Side::Second,
    };
    Some(Pursuit { pursuer })
}

impl Partner<'_> {
    fn answered(self, instrument: &str, link_id: &str) -> View {
        let instrument = self.protocol.instruments().iter().find(|one| one.name() == instrument)?;
        let (index, item) = instrument.item(link_id)?;
        let sheet = Sheet::fill(instrument, self.answers);
        let value = sheet.state(index).values().first()?;
        let words = words(item, value).into_owned();
        Some((code_of(value).map_or_else(|| words.clone(), str::to_owned), words))
    }

    fn driver(self, driver: &str) -> View {
        let score = self.score(self.protocol.engine().driver_scale(driver)?)?;
        let band = score.band.clone()?;
        let words = score.band_label.clone().unwrap_or_else(|| band.clone());
        Some((band, words))
    }

    fn score(&self, scale: &str) -> Option<&Score> {
        self.result.scores.iter().find(|score| score.scale == scale)
    }

    /// How clearly somebody stands so, from 0 to 1; absent where they do not.
    fn stands(self, stance: impl Fn(&Couple) -> &Stance) -> Option<f64> {
        let stance = stance(self.protocol.engine().couple()?);
        let score = self
            .score(&stance.scale)
            .filter(|score| score.band.as_ref().is_some_and(|band| stance.bands.contains(band)))?;
        let width = score.maximum - score.minimum;
        Some(if width > 0.0 { (score.value? - score.minimum) / width } else { 1.0 })
    }
}

impl Couple {
    /// What the other partner says who sees it alike: "it is me" there is "it is my partner" here.
    fn seen_from_the_other_side<'c>(&'c self, code: &'c str) -> &'c str {
        let pair = self.mirrored.iter().find_map(|(own, partners)| match code {
            code if code == own => Some(partners),
            code if code == partners => Some(own),
            _ => None,
        });
        pair.map_or(code, String::as_str)
    }
}

impl Row {
    fn new(id: String, label: &str, first: View, second: View, agree: Option<bool>) -> Self {
        let words = |view: View| view.map(|(_, words)| words);
        Self { id, label: label.to_owned(), first: words(first), second: words(second), agree }
    }
}
