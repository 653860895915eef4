//! From which score to which a scale can come, over all that may be answered and left out.

use super::{Entry, Method, Missing, Tally, count};
use crate::screening::{Item, Kind, questionnaire::Bound};

impl Tally {
    /// The lowest and highest that one answered item can count; `None` where nothing bounds it.
    pub(in crate::triage) fn range(&self, item: &Item) -> Option<(f64, f64)> {
        if self.codes.is_some() {
            return Some((0.0, 1.0));
        }
        let weights: Vec<f64> = match item.kind {
            Kind::Boolean => vec![0.0, 1.0],
            Kind::Integer | Kind::Decimal => match (item.limits.minimum, item.limits.maximum) {
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

    /// The lowest and highest possible score.
    pub(in crate::triage) fn bounds(&self) -> (f64, f64) {
        let lowest = self.lowest(self.entries.iter().map(|entry| entry.ends().0).collect());
        // What is highest is lowest seen from below, for all but the highest of several.
        let highest = match self.method {
            Method::Max => {
                let most = self.entries.iter().map(|entry| entry.ends().1).fold(f64::NEG_INFINITY, f64::max);
                if self.may_miss() { most.max(0.0) } else { most }
            }
            Method::Sum | Method::Mean => 0.0 - self.lowest(self.entries.iter().map(|entry| -entry.ends().1).collect()),
        };
        (lowest, highest)
    }

    /// Whether an item may be missing and counts nothing.
    fn may_miss(&self) -> bool {
        self.missing == Missing::Zero && self.least() < self.entries.len()
    }

    /// The lowest possible score, from what each item counts at the lowest.
    fn lowest(&self, mut lows: Vec<f64>) -> f64 {
        lows.sort_by(f64::total_cmp);
        let (asked, least) = (lows.len().max(1), self.least().clamp(1, lows.len().max(1)));
        // Fewest answers, each the lowest that there is.
        let few = |lows: &[f64]| lows.iter().take(least).sum::<f64>();
        let last = |place: usize| lows.get(place - 1).copied().unwrap_or(0.0);
        match (self.method, self.missing) {
            (Method::Max, Missing::Zero) if self.may_miss() => last(least).max(0.0).min(last(asked)),
            (Method::Max, _) => last(least),
            // Whatever counts less than nothing is answered, and as few of the others as may be.
            (Method::Sum | Method::Mean, Missing::Zero) => {
                let negative = lows.iter().filter(|low| **low < 0.0).count();
                let sum: f64 = lows.iter().take(negative.max(least)).sum();
                if self.method == Method::Mean { sum / count(asked) } else { sum }
            }
            (Method::Sum, Missing::Prorate) => few(&lows) / count(least) * count(asked),
            (Method::Sum, Missing::NoScore) => few(&lows),
            (Method::Mean, _) => few(&lows) / count(least),
        }
    }
}

impl Entry {
    /// What it counts at the lowest and at the highest.
    fn ends(&self) -> (f64, f64) {
        let (one, other) = (self.weight * self.range.0, self.weight * self.range.1);
        (one.min(other), one.max(other))
    }
}
