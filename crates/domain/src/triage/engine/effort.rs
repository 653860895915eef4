//! The most that one intake can cost by these scales and rules.

use std::collections::BTreeSet;

use super::{Engine, evidence::LONGEST_VALUE};
use crate::{
    screening::{Item, Kind, Questionnaire},
    triage::expression::{ItemRef, Source, most_values},
};

/// A bound, not a guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::triage) struct Effort {
    /// Parts of conditions and formulas, values, options and codes that are looked at.
    pub(in crate::triage) steps: usize,
    /// Bytes of the result.
    pub(in crate::triage) bytes: usize,
}

/// An explained answer or score, without its texts.
const ENTRY_BYTES: usize = 120;

impl Engine {
    /// The most that an intake can cost; what the instruments alone cost is not in it.
    pub(in crate::triage) fn effort(&self, instruments: &[Questionnaire]) -> Effort {
        let item = |item: ItemRef| instruments.get(item.instrument).and_then(|one| one.items().get(item.item));
        let counts = |at: ItemRef| item(at).map_or((0, 0), |item| (most_values(item), item.options.len()));
        let explained = |source: &Source| match source {
            Source::Item(at) => {
                let name = instruments.get(at.instrument).map_or(0, |one| one.name().len());
                let (values, options) = counts(*at);
                let texts = item(*at).map_or(0, |item| name + item.link_id.len() + item.text.len() + longest(item));
                Effort { steps: values.saturating_mul(options + 1), bytes: ENTRY_BYTES + texts }
            }
            Source::Scale(scale) | Source::Band(scale) => {
                let label = self.scales.get(*scale).map_or(0, |scale| scale.label.len() + longest_band(&scale.bands));
                Effort { steps: 1, bytes: 2 * ENTRY_BYTES + label }
            }
            Source::Element | Source::Age | Source::Care => Effort { steps: 1, bytes: ENTRY_BYTES },
        };
        let mut total = Effort { steps: 0, bytes: 0 };
        for scale in &self.scales {
            let bytes = 2 * ENTRY_BYTES + scale.id.len() + scale.label.len() + longest_band(&scale.bands);
            // Scored once more as if everything had been asked.
            total.add(Effort { steps: scale.cost(&counts).saturating_mul(2), bytes });
        }
        for rule in &self.rules {
            let texts = rule.id.len() * (1 + rule.advise.len()) + rule.because.len();
            let named = rule.needs.iter().chain(&rule.lines).chain(&rule.notify).map(|name| ENTRY_BYTES + name.len());
            let runs = if rule.safety { 2 } else { 1 };
            total.add(Effort {
                steps: rule.when.cost(&|at| counts(at).0).saturating_mul(runs),
                bytes: 2 * ENTRY_BYTES + texts + named.sum::<usize>(),
            });
            // A safety rule without an answer asks which of its scales have no score.
            let scored = rule.sources.iter().filter(|_| rule.safety).map(|source| self.items_behind(*source));
            total.steps = scored.fold(total.steps, usize::saturating_add);
            rule.sources.iter().for_each(|source| total.add(explained(source)));
        }
        // What is left open is explained once more, by the built-in rule.
        let named = self.rules.iter().flat_map(|rule| &rule.sources).copied();
        let open: BTreeSet<_> = named.chain(self.safety_items.iter().map(|item| Source::Item(*item))).collect();
        open.iter().for_each(|source| total.add(explained(source)));
        total.bytes += self.steps.iter().map(|step| ENTRY_BYTES + step.id.len() + step.label.len()).sum::<usize>();
        total
    }

    fn items_behind(&self, source: Source) -> usize {
        match source {
            Source::Scale(scale) | Source::Band(scale) => self.scales.get(scale).map_or(0, |scale| scale.items.len()),
            Source::Item(_) | Source::Element | Source::Age | Source::Care => 0,
        }
    }
}

impl Effort {
    const fn add(&mut self, other: Self) {
        self.steps = self.steps.saturating_add(other.steps);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }
}

/// The most bytes of an answer in words.
fn longest(item: &Item) -> usize {
    let shown = item.options.iter().map(|option| option.display.len() + 2);
    let words = match item.kind {
        Kind::Choice if item.repeats => shown.sum(),
        Kind::Choice => shown.max().unwrap_or(0),
        Kind::Boolean | Kind::Integer | Kind::Decimal if !item.repeats => 40,
        _ => LONGEST_VALUE,
    };
    if item.kind == Kind::Choice && item.options.is_empty() { LONGEST_VALUE } else { words.min(LONGEST_VALUE) }
}

fn longest_band(bands: &[crate::triage::scale::Band]) -> usize {
    bands.iter().map(|band| band.id.len() + band.words().len()).max().unwrap_or(0)
}
