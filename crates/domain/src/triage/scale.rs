//! Scales: one figure from several answers, always computed here. Totals that
//! came with the answers are never looked at.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::expression::ItemRef;
use crate::screening::{
    Item, Kind, Questionnaire, Value,
    questionnaire::{Bound, Sheet, code_of},
};

/// A checked scale.
#[derive(Debug, Clone)]
pub(super) struct Scale {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) method: Method,
    pub(super) items: Vec<ItemRef>,
    /// Weights that the scale itself gives, by code; else the options' own count.
    pub(super) weights: BTreeMap<String, f64>,
    pub(super) missing: Missing,
    /// With fewer answers there is no score.
    pub(super) at_least: usize,
    /// Ascending; the first holds the lowest score.
    pub(super) bands: Vec<Band>,
    pub(super) minimum: f64,
    pub(super) maximum: f64,
}

/// A range of a scale, up to the next one.
#[derive(Debug, Clone)]
pub(super) struct Band {
    pub(super) id: String,
    pub(super) from: f64,
}

/// How the items come to one figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    /// The score, where enough was answered.
    pub(super) fn score(&self, instruments: &[Questionnaire], sheets: &[Sheet<'_>]) -> Option<f64> {
        let values: Vec<f64> = self.items.iter().filter_map(|item| self.value(*item, instruments, sheets)).collect();
        let (asked, answered) = (self.items.len(), values.len());
        if answered < self.at_least.max(1) || (self.missing == Missing::NoScore && answered < asked) {
            return None;
        }
        let total: f64 = values.iter().sum();
        let score = match (self.method, self.missing) {
            (Method::Max, _) => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            (Method::Mean, Missing::Zero) => total / count(asked),
            (Method::Mean, _) => total / count(answered),
            (Method::Sum, Missing::Prorate) => total / count(answered) * count(asked),
            (Method::Sum, _) => total,
        };
        score.is_finite().then_some(score)
    }

    /// The band that a score falls into.
    pub(super) fn band(&self, score: f64) -> Option<&str> {
        self.bands.iter().rfind(|band| band.from <= score).map(|band| band.id.as_str())
    }

    /// A score as a share of what is possible, from 0 to 1.
    pub(super) fn share(&self, score: f64) -> f64 {
        let width = self.maximum - self.minimum;
        if width > 0.0 { ((score - self.minimum) / width).clamp(0.0, 1.0) } else { 0.0 }
    }

    fn value(&self, item: ItemRef, instruments: &[Questionnaire], sheets: &[Sheet<'_>]) -> Option<f64> {
        let values = sheets.get(item.instrument)?.state(item.item).values();
        let item = instruments.get(item.instrument)?.items().get(item.item)?;
        let weighed: Vec<f64> = values.iter().filter_map(|value| self.weight(item, value)).collect();
        (!weighed.is_empty()).then(|| weighed.iter().sum())
    }

    fn weight(&self, item: &Item, value: &Value) -> Option<f64> {
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

    /// The lowest and highest that one answered item can count; `None` where nothing bounds it.
    pub(super) fn range(&self, item: &Item) -> Option<(f64, f64)> {
        let weights: Vec<f64> = match item.kind {
            Kind::Boolean => vec![0.0, 1.0],
            Kind::Integer | Kind::Decimal => match (item.minimum, item.maximum) {
                (Some(Bound::Number(minimum)), Some(Bound::Number(maximum))) => vec![minimum, maximum],
                _ => return None,
            },
            Kind::Choice | Kind::OpenChoice if !self.weights.is_empty() && item.options.is_empty() => {
                self.weights.values().copied().collect()
            }
            Kind::Choice | Kind::OpenChoice => {
                item.options.iter().filter_map(|option| self.weight(item, &option.value)).collect()
            }
            _ => return None,
        };
        let lowest = weights.iter().copied().reduce(f64::min)?;
        let highest = weights.iter().copied().reduce(f64::max)?;
        if !item.repeats {
            return Some((lowest, highest));
        }
        let below: f64 = weights.iter().filter(|weight| **weight < 0.0).sum();
        let above: f64 = weights.iter().filter(|weight| **weight > 0.0).sum();
        Some((if below < 0.0 { below } else { lowest }, if above > 0.0 { above } else { highest }))
    }

    /// The lowest and highest possible score, from those of the items.
    pub(super) fn bounds(&self, ranges: &[(f64, f64)]) -> (f64, f64) {
        let lowest = ranges.iter().map(|(low, _)| if self.missing == Missing::Zero { low.min(0.0) } else { *low });
        let highest = ranges.iter().map(|(_, high)| *high);
        match self.method {
            Method::Sum => (lowest.sum(), highest.sum()),
            Method::Mean => {
                let items = count(ranges.len().max(1));
                (lowest.sum::<f64>() / items, highest.sum::<f64>() / items)
            }
            Method::Max => {
                let most = |values: &mut dyn Iterator<Item = f64>| values.reduce(f64::max).unwrap_or(0.0);
                (ranges.iter().map(|(low, _)| *low).reduce(f64::min).unwrap_or(0.0), most(&mut highest.into_iter()))
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a scale has a handful of items")]
fn count(items: usize) -> f64 {
    items as f64
}
