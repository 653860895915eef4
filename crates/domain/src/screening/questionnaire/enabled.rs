//! Which items are asked, given what was answered: FHIR's enableWhen.

use super::{Bound, Condition, Order, Questionnaire, Test};
use crate::screening::{Answers, Value};

/// One questionnaire, filled in: per item whether it was asked and what was answered.
pub(crate) struct Sheet<'a> {
    states: Vec<State<'a>>,
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
        let mut enabled = vec![false; questionnaire.items.len()];
        let mut states = vec![State::NotAsked; questionnaire.items.len()];
        for &index in &questionnaire.deciding_order {
            let Some(item) = questionnaire.items.get(index) else { continue };
            let parent_enabled = item.parent.is_none_or(|parent| enabled.get(parent) == Some(&true));
            if !parent_enabled || !holds(&item.enable_when, item.enable_any, &states) {
                continue;
            }
            if let Some(enabled) = enabled.get_mut(index) {
                *enabled = true;
            }
            if let (true, Some(state)) = (item.answerable(), states.get_mut(index)) {
                *state = match given.and_then(|items| items.get(&item.link_id)) {
                    Some(values) if !values.is_empty() => State::Answered(values),
                    _ => State::Blank,
                };
            }
        }
        Self { states }
    }

    /// What became of an item.
    pub(crate) fn state(&self, item: usize) -> State<'a> {
        self.states.get(item).copied().unwrap_or(State::NotAsked)
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
            Self::Compares(order, bound) => values.iter().filter_map(Bound::of).any(|value| order.holds(value, *bound)),
        }
    }
}

/// Equal as what they mean: 1.0 is 1.
fn same(value: &Value, expected: &Value) -> bool {
    match (Bound::of(value), Bound::of(expected)) {
        (Some(value), Some(expected)) => value == expected,
        _ => value == expected,
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
