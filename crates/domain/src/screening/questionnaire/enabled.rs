//! Which items are asked, given what was answered: FHIR's enableWhen.

use std::collections::BTreeMap;

use super::{Bound, Condition, Item, Order, Questionnaire, Test, chooses};
use crate::screening::{Answers, Value};

/// One questionnaire, filled in: per item whether it was asked and what was answered.
pub(crate) struct Sheet<'a> {
    states: Vec<State<'a>>,
    /// Which items a form shows, groups and texts included.
    shown: Vec<bool>,
    /// Values of items that are switched off, by their index.
    withheld: BTreeMap<usize, &'a [Value]>,
}

/// What became of one item.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum State<'a> {
    /// Switched off by earlier answers, or nothing that a person answers.
    NotAsked,
    /// Asked, and left blank.
    Blank,
    /// Answered, with at least one value.
    Answered(&'a [Value]),
}

impl<'a> State<'a> {
    /// The values; empty where there are none.
    pub(crate) const fn values(self) -> &'a [Value] {
        match self {
            Self::Answered(values) => values,
            Self::NotAsked | Self::Blank => &[],
        }
    }
}

impl<'a> Sheet<'a> {
    /// Fills a questionnaire in. Answers to items that are switched off count as none.
    pub(crate) fn fill(questionnaire: &Questionnaire, answers: &'a Answers) -> Self {
        let given = answers.0.get(questionnaire.canonical());
        Self::fill_with(questionnaire, |_, item| {
            given.and_then(|items| items.get(&item.link_id)).map_or(&[][..], Vec::as_slice)
        })
    }

    /// The same with what was answered to an item, wherever that stands.
    pub(crate) fn fill_with(questionnaire: &Questionnaire, given: impl Fn(usize, &Item) -> &'a [Value]) -> Self {
        let mut enabled = vec![false; questionnaire.items.len()];
        let mut states = vec![State::NotAsked; questionnaire.items.len()];
        let mut withheld = BTreeMap::new();
        for &index in &questionnaire.deciding_order {
            let Some(item) = questionnaire.items.get(index) else { continue };
            let parent_enabled = item.parent.is_none_or(|parent| enabled.get(parent) == Some(&true));
            let values = given(index, item);
            if !parent_enabled || !holds(&item.enable_when, item.enable_any, &states) {
                if item.answerable() && !values.is_empty() {
                    withheld.insert(index, values);
                }
                continue;
            }
            if let Some(enabled) = enabled.get_mut(index) {
                *enabled = true;
            }
            if let (true, Some(state)) = (item.answerable(), states.get_mut(index)) {
                *state = if values.is_empty() { State::Blank } else { State::Answered(values) };
            }
        }
        Self { states, shown: enabled, withheld }
    }

    /// The same sheet with what was left blank counting as not asked, wherever somebody was not asked.
    pub(crate) fn where_asked(mut self, asked: impl Fn(usize) -> bool) -> Self {
        for (index, state) in self.states.iter_mut().enumerate() {
            if *state == State::Blank && !asked(index) {
                *state = State::NotAsked;
            }
        }
        self
    }

    /// The values of items that are switched off, by their index: nobody was asked, and yet
    /// somebody answered, as in a form that they filled in before they took back what led there.
    pub(crate) const fn withheld(&self) -> &BTreeMap<usize, &'a [Value]> {
        &self.withheld
    }

    /// The same sheet as if what is switched off had been asked wherever it was answered.
    pub(crate) fn with_withheld(&self) -> Self {
        let mut states = self.states.clone();
        for (index, values) in &self.withheld {
            if let Some(state) = states.get_mut(*index) {
                *state = State::Answered(values);
            }
        }
        Self { states, shown: self.shown.clone(), withheld: BTreeMap::new() }
    }

    /// What became of an item.
    pub(crate) fn state(&self, item: usize) -> State<'a> {
        self.states.get(item).copied().unwrap_or(State::NotAsked)
    }
}

impl Questionnaire {
    /// Which of its items a form shows to whoever answered this so far, by their place.
    #[must_use]
    pub fn shown(&self, answers: &Answers) -> Vec<bool> {
        Sheet::fill(self, answers).shown
    }

    /// This form for whoever answered another one in which some of its questions did not stand: what those would have
    /// decided is left open, so that nobody's answer is lost to a question that nobody asked.
    #[must_use]
    pub fn without_deciders(&self, stood: impl Fn(usize) -> bool) -> Self {
        let mut form = self.clone();
        for item in &mut form.items {
            let open = |condition: &Condition| !stood(condition.question);
            if item.enable_any && item.enable_when.iter().any(open) {
                item.enable_when.clear();
            } else {
                item.enable_when.retain(|condition| !open(condition));
            }
        }
        form
    }
}

fn holds(conditions: &[Condition], any: bool, states: &[State<'_>]) -> bool {
    let mut met = conditions.iter().map(|condition| {
        let values = states.get(condition.question).map_or(&[][..], |state| state.values());
        condition.test.holds(values)
    });
    if any { conditions.is_empty() || met.any(|met| met) } else { met.all(|met| met) }
}

impl Test {
    fn holds(&self, values: &[Value]) -> bool {
        match self {
            Self::Exists(expected) => *expected != values.is_empty(),
            Self::Is(expected) => values.iter().any(|value| same(value, expected)),
            Self::IsNot(expected) => !values.iter().any(|value| same(value, expected)),
            Self::Compares(order, bound, unit) => {
                let comparable = values.iter().filter(|value| unit.is_empty() || unit_of(value) == unit);
                comparable.filter_map(Bound::of).any(|value| order.holds(value, *bound))
            }
        }
    }
}

/// Equal as what they mean: 1.0 is 1, but a pound is no kilogram.
fn same(value: &Value, expected: &Value) -> bool {
    match (Bound::of(value), Bound::of(expected)) {
        (Some(number), Some(bound)) => {
            let unit = unit_of(expected);
            number == bound && (unit.is_empty() || unit_of(value) == unit)
        }
        _ => chooses(value, expected),
    }
}

/// The unit of a quantity; empty where there is none.
pub(super) fn unit_of(value: &Value) -> &str {
    match value {
        Value::Quantity { unit, .. } => unit,
        _ => "",
    }
}

impl Order {
    fn holds(self, value: Bound, bound: Bound) -> bool {
        match self {
            Self::Below => value < bound,
            Self::AtMost => value <= bound,
            Self::Above => value > bound,
            Self::AtLeast => value >= bound,
        }
    }
}
