//! A draft as far as it may be read, and what it opens.

use std::collections::BTreeMap;

use rapport_domain::screening::{Answers, Questionnaire, Value};
use rapport_proto::intake as pb;
use sha2::{Digest, Sha256};

use super::{Screening, Step};

/// The answers that the intake service gives back; safety answers never.
pub(crate) fn answers(given: Vec<pb::QuestionnaireAnswers>) -> Answers {
    let of_part = |answers: Vec<pb::Answer>| {
        let values =
            |answer: pb::Answer| (answer.link_id, answer.values.into_iter().filter_map(from_message).collect());
        answers.into_iter().map(values).collect::<BTreeMap<String, Vec<Value>>>()
    };
    Answers(given.into_iter().map(|part| (part.questionnaire, of_part(part.answers))).collect())
}

fn from_message(value: pb::Value) -> Option<Value> {
    use pb::value::Kind;
    Some(match value.kind? {
        Kind::Boolean(it) => Value::Boolean(it),
        Kind::Integer(it) => Value::Integer(it),
        Kind::Decimal(it) => Value::Decimal(it),
        Kind::Text(it) => Value::Text(it),
        Kind::Code(it) => Value::Code { system: it.system, code: it.code },
        Kind::Date(it) => Value::Date(it),
        Kind::DateTime(it) => Value::DateTime(it),
        Kind::Time(it) => Value::Time(it),
        Kind::Quantity(it) => Value::Quantity { value: it.value, unit: it.unit },
    })
}

/// A value on its way to the intake service.
pub(crate) fn to_message(value: Value) -> pb::Value {
    use pb::value::Kind;
    let kind = match value {
        Value::Boolean(it) => Kind::Boolean(it),
        Value::Integer(it) => Kind::Integer(it),
        Value::Decimal(it) => Kind::Decimal(it),
        Value::Text(it) => Kind::Text(it),
        Value::Code { system, code } => Kind::Code(pb::Coding { system, code }),
        Value::Date(it) => Kind::Date(it),
        Value::DateTime(it) => Kind::DateTime(it),
        Value::Time(it) => Kind::Time(it),
        Value::Quantity { value, unit } => Kind::Quantity(pb::Quantity { value, unit }),
    };
    pb::Value { kind: Some(kind) }
}

/// Which way somebody goes through the form: which steps stand open that hang on answers which nobody gets back, and
/// which notice they have read. A browser keeps it until it is closed; it holds no answer and no text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Way {
    open: BTreeMap<usize, bool>,
    /// The last step that somebody went on from.
    passed: usize,
    pub(crate) read: String,
}

impl Way {
    /// Reads a cookie; what it cannot be is nothing.
    pub(crate) fn parse(text: &str) -> Self {
        let mut way = Self::default();
        for part in text.split('~') {
            match part.split_once('.') {
                Some(("r", hash)) => hash.clone_into(&mut way.read),
                Some(("p", step)) => way.passed = step.parse().unwrap_or_default(),
                Some((step, open)) => {
                    way.open.extend(step.parse::<usize>().ok().map(|step| (step, open == "1")));
                }
                None => {}
            }
        }
        way
    }

    /// What an earlier page decided about a step.
    pub(super) fn opens(&self, number: usize) -> Option<bool> {
        self.open.get(&number).copied()
    }

    /// Notes that somebody went on from a step.
    pub(crate) fn pass(&mut self, number: usize) {
        self.passed = self.passed.max(number);
    }

    /// Whether somebody went on from a step before: what it must know is kept, whether it is shown again or not.
    pub(crate) const fn has_passed(&self, number: usize) -> bool {
        number <= self.passed
    }

    /// As a cookie keeps it.
    pub(crate) fn text(&self) -> String {
        let steps = self.open.iter().map(|(step, open)| format!("{step}.{}", u8::from(*open)));
        let passed = (self.passed > 0).then(|| format!("p.{}", self.passed));
        steps
            .chain(passed)
            .chain((!self.read.is_empty()).then(|| format!("r.{}", self.read)))
            .collect::<Vec<_>>()
            .join("~")
    }
}

/// What a notice is known by, once it was read.
pub(crate) fn notice_mark(notice: &pb::SafetyNotice) -> String {
    let mut hash = Sha256::new();
    let names = notice.lines.iter().map(|line| &line.name);
    for text in [&notice.headline, &notice.call_promise].into_iter().chain(names) {
        hash.update(text);
        hash.update([0]);
    }
    hash.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

impl Screening {
    /// Whether a step has anything to ask, by its number.
    pub(crate) fn is_open(&self, number: usize, answers: &Answers, way: &Way) -> bool {
        if let Some(open) = way.opens(number) {
            return open;
        }
        self.step(number).is_some_and(|(step, form)| {
            let shown = form.shown(answers);
            step.items.iter().any(|item| asks(form, *item) && shown.get(*item) == Some(&true))
        })
    }

    /// Notes which later steps of the same questionnaire the answers on this page open or close.
    pub(crate) fn decide(&self, number: usize, answers: &Answers, way: &mut Way) {
        let Some((step, form)) = self.step(number) else { return };
        let shown = form.shown(answers);
        for (other, candidate) in self.steps.iter().enumerate().filter(|(_, candidate)| candidate.part == step.part) {
            let hangs_here = hangs_on(form, candidate).any(|decider| step.items.contains(&decider));
            if hangs_here && *candidate != *step {
                let open = candidate.items.iter().any(|item| asks(form, *item) && shown.get(*item) == Some(&true));
                way.open.insert(other + 1, open);
            }
        }
    }

    /// The open step after this one; `None` where it is the last.
    pub(crate) fn next(&self, number: usize, answers: &Answers, way: &Way) -> Option<usize> {
        (number + 1..=self.steps.len()).find(|next| self.is_open(*next, answers, way))
    }

    /// The open step before this one.
    pub(crate) fn back(&self, number: usize, answers: &Answers, way: &Way) -> Option<usize> {
        (1..number).rev().find(|back| self.is_open(*back, answers, way))
    }

    /// The first open step with something that must be answered and is not, or with nothing answered at all.
    pub(crate) fn first_unanswered(&self, answers: &Answers, way: &Way) -> Option<usize> {
        (1..=self.steps.len()).filter(|number| self.is_open(*number, answers, way)).find(|number| {
            self.step(*number).is_some_and(|(step, form)| {
                let shown = form.shown(answers);
                let given = answers.0.get(form.canonical());
                let blank = |item: &usize| {
                    form.items().get(*item).is_some_and(|it| given.is_none_or(|given| !given.contains_key(&it.link_id)))
                };
                let mut asked = step.items.iter().filter(|item| asks(form, **item) && shown.get(**item) == Some(&true));
                let must = |item: &usize| form.items().get(*item).is_some_and(|it| it.required);
                asked.clone().all(blank) || asked.any(|item| must(item) && blank(item))
            })
        })
    }
}

/// Whether somebody answers it.
pub(crate) fn asks(form: &Questionnaire, item: usize) -> bool {
    form.items().get(item).is_some_and(|item| item.answerable())
}

fn hangs_on<'a>(form: &'a Questionnaire, step: &'a Step) -> impl Iterator<Item = usize> + 'a {
    step.items.iter().filter_map(|item| form.items().get(*item)).flat_map(|item| item.asks_about())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_reads_back_as_it_was_written_and_nonsense_is_nothing() {
        let way = Way::parse("12.1~13.0~p.14~r.0a1b2c3d");
        assert_eq!(way.text(), "12.1~13.0~p.14~r.0a1b2c3d");
        for nonsense in ["", "~~", "x.1", "-1.1", "p.-1", "99999999999999999999.1", "é"] {
            assert_eq!(Way::parse(nonsense), Way::default(), "{nonsense}");
        }
    }
}
