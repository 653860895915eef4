//! Scales: one figure from several answers, always computed here. Totals that
//! came with the answers are never looked at.

mod bounds;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Deserialize;

use super::expression::{Expression, Facts, ItemRef, Scored};
use crate::screening::{
    Item, Kind, Questionnaire, Value,
    questionnaire::{Bound, code_of},
};

/// A checked scale.
#[derive(Debug, Clone)]
pub(super) struct Scale {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) measure: Measure,
    /// Every item that bears on it, those of the scales in its formula too.
    pub(super) items: Vec<ItemRef>,
    /// Ascending; the first holds the lowest score.
    pub(super) bands: Vec<Band>,
    pub(super) minimum: f64,
    pub(super) maximum: f64,
}

/// A range of a scale, up to the next one.
#[derive(Debug, Clone)]
pub(super) struct Band {
    pub(super) id: String,
    /// What staff read; else its id.
    pub(super) label: Option<String>,
    pub(super) from: f64,
}

/// A band as staff read it, within the bounds of its scale.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreBand {
    /// Its name in words.
    pub label: String,
    /// The lowest score in it.
    pub begin: f64,
    /// Where the next one begins, which no longer belongs to it; of the last one the scale's highest score.
    pub end: f64,
}

/// How a score comes about.
#[derive(Debug, Clone)]
pub(super) enum Measure {
    Tally(Tally),
    /// An expression over items and the scales before it; absent where any of it is.
    Formula(Expression),
}

/// A figure from what each of several items counts.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    pub(super) method: Method,
    pub(super) entries: Vec<Entry>,
    /// Weights that the scale itself gives, by code; else the options' own count.
    pub(super) weights: BTreeMap<String, f64>,
    /// An item answered with one of these counts one, with anything else nothing.
    pub(super) codes: Option<Vec<String>>,
    pub(super) missing: Missing,
    /// With fewer answers there is no score.
    pub(super) at_least: usize,
}

/// An item of a tally.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) item: ItemRef,
    /// What its value is multiplied by.
    pub(super) weight: f64,
    /// It counts the other way round: its highest value as its lowest.
    pub(super) reverse: bool,
    /// The lowest and highest value that its answer can have, before its weight.
    pub(super) range: (f64, f64),
}

/// How the items come to one figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Sum,
    Mean,
    Max,
}

/// What an item without an answer, or with one that weighs nothing, does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Missing {
    /// One is enough for no score at all.
    NoScore,
    /// It counts nothing.
    Zero,
    /// It counts as the mean of those that are there.
    Prorate,
}

impl Scale {
    /// The score, where enough was answered; the scales before it stand in `facts`.
    pub(super) fn score<'s>(&'s self, instruments: &[Questionnaire], facts: &Facts<'_>) -> Scored<'s> {
        let scored = match &self.measure {
            Measure::Tally(tally) => {
                // Rounding must not carry a score past what the bands were held against.
                let value = tally.score(instruments, facts).map(|score| score.clamp(self.minimum, self.maximum));
                Scored { value, ..Scored::default() }
            }
            Measure::Formula(formula) => formula.score(facts),
        };
        match scored.value {
            Some(value) if value < self.minimum || value > self.maximum => Scored { failed: true, ..Scored::default() },
            Some(value) => Scored { band: self.band(value), ..scored },
            None => scored,
        }
    }

    /// The band that a score falls into.
    fn band(&self, score: f64) -> Option<&Band> {
        self.bands.iter().rfind(|band| band.from <= score)
    }

    /// Its bands from the lowest score to the highest. A stored protocol's may reach further than its bounds.
    pub(super) fn score_bands(&self) -> Vec<ScoreBand> {
        let within = |score: f64| score.max(self.minimum).min(self.maximum);
        let ends = self.bands.iter().skip(1).map(|next| next.from).chain([self.maximum]);
        let band = |(band, end): (&Band, f64)| {
            let (begin, end) = (within(band.from), within(end));
            ScoreBand { label: band.words().to_owned(), begin, end }
        };
        self.bands.iter().zip(ends).map(band).collect()
    }

    /// A score as a share of what is possible, from 0 to 1.
    pub(super) fn share(&self, score: f64) -> f64 {
        let width = self.maximum - self.minimum;
        if width > 0.0 { ((score - self.minimum) / width).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// The most steps that scoring takes; `options` says how many values and options an item has.
    pub(super) fn cost(&self, items: &impl Fn(ItemRef) -> (usize, usize)) -> usize {
        let steps = match &self.measure {
            Measure::Tally(tally) => {
                let codes = tally.codes.as_ref().map_or(0, Vec::len);
                let entries = tally.entries.iter().map(|entry| {
                    let (values, options) = items(entry.item);
                    values.saturating_mul(options.max(codes).saturating_add(1))
                });
                entries.fold(0, usize::saturating_add)
            }
            Measure::Formula(formula) => formula.cost(&|item| items(item).0),
        };
        steps.saturating_add(self.bands.len())
    }
}

impl Band {
    /// What staff read.
    pub(super) fn words(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.id)
    }
}

impl Tally {
    fn score(&self, instruments: &[Questionnaire], facts: &Facts<'_>) -> Option<f64> {
        self.total(self.entries.iter().map(|entry| self.value(entry, instruments, facts)))
    }

    /// One figure from what each item counts; none where it is missing.
    fn total(&self, values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
        let (mut total, mut most, mut answered) = (0.0, f64::NEG_INFINITY, 0_usize);
        for value in values.flatten() {
            (total, most, answered) = (total + value, f64::max(most, value), answered + 1);
        }
        let asked = self.entries.len();
        if answered < self.least() {
            return None;
        }
        let score = match (self.method, self.missing) {
            (Method::Max, Missing::Zero) if answered < asked => most.max(0.0),
            (Method::Max, _) => most,
            (Method::Mean, Missing::Zero) => total / count(asked),
            (Method::Mean, _) => total / count(answered),
            (Method::Sum, Missing::Prorate) => total / count(answered) * count(asked),
            (Method::Sum, _) => total,
        };
        score.is_finite().then_some(score)
    }

    /// With fewer answers there is no score.
    fn least(&self) -> usize {
        match self.missing {
            Missing::NoScore => self.entries.len(),
            Missing::Zero | Missing::Prorate => self.at_least.max(1),
        }
    }

    fn value(&self, entry: &Entry, instruments: &[Questionnaire], facts: &Facts<'_>) -> Option<f64> {
        let values = facts.sheets.get(entry.item.instrument)?.state(entry.item.item).values();
        let item = instruments.get(entry.item.instrument)?.items().get(entry.item.item)?;
        let mut weighed = values.iter().filter_map(|value| self.weight(item, value));
        let first = weighed.next()?;
        let value = match &self.codes {
            Some(_) => weighed.fold(first, f64::max),
            None => weighed.fold(first, |sum, weight| sum + weight),
        };
        let (lowest, highest) = entry.range;
        Some(entry.weight * if entry.reverse { lowest + highest - value } else { value })
    }

    fn weight(&self, item: &Item, value: &Value) -> Option<f64> {
        if let Some(codes) = &self.codes {
            let counts = code_of(value).is_some_and(|code| codes.iter().any(|one| one == code));
            return Some(if counts { 1.0 } else { 0.0 });
        }
        match (item.kind, value) {
            (Kind::Choice | Kind::OpenChoice, _) if !self.weights.is_empty() => {
                code_of(value).and_then(|code| self.weights.get(code)).copied()
            }
            (Kind::Choice | Kind::OpenChoice, _) => item.choice(value).and_then(|choice| choice.weight),
            (_, Value::Boolean(yes)) => Some(f64::from(u8::from(*yes))),
            (Kind::Integer | Kind::Decimal, _) => match Bound::of(value) {
                Some(Bound::Number(number)) => Some(number),
                _ => None,
            },
            _ => None,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a scale has a handful of items")]
const fn count(items: usize) -> f64 {
    items as f64
}
