//! Runs a checked condition.

use super::{Comparison, Expression, ItemRef, Operation, Source};
use crate::{
    intake::Care,
    screening::{
        Value,
        questionnaire::{Sheet, code_of},
    },
    triage::scale::Band,
};

/// What a condition is run on.
pub(in crate::triage) struct Facts<'a> {
    pub(in crate::triage) sheets: Vec<Sheet<'a>>,
    /// Per scale what it came to; while scales are scored, those before.
    pub(in crate::triage) scores: Vec<Scored<'a>>,
    /// Absent where nobody was asked: a condition on it is neither true nor false.
    pub(in crate::triage) age: Option<i16>,
    pub(in crate::triage) care: Care,
}

/// What a scale came to.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::triage) struct Scored<'a> {
    pub(in crate::triage) value: Option<f64>,
    pub(in crate::triage) band: Option<&'a Band>,
    /// A number left its range: whatever hangs on this score goes to a person.
    pub(in crate::triage) failed: bool,
}

/// What a condition came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::triage) enum Outcome {
    True,
    False,
    /// It hangs on something that was not answered or not asked.
    Absent,
    /// A number left its range somewhere in it, whatever the rest says.
    Error,
}

#[derive(Clone, Copy, PartialEq)]
enum Term {
    Bool(bool),
    Int(i64),
    Double(f64),
    Absent,
}

impl Expression {
    /// Runs a condition.
    pub(in crate::triage) fn run(&self, facts: &Facts<'_>) -> Outcome {
        let mut run = Run { facts, element: None, failed: false };
        let term = run.term(self);
        match term {
            _ if run.failed => Outcome::Error,
            Term::Bool(true) => Outcome::True,
            Term::Bool(false) => Outcome::False,
            Term::Absent => Outcome::Absent,
            // The checker lets no condition through that is not boolean.
            Term::Int(_) | Term::Double(_) => Outcome::Error,
        }
    }
}

impl Expression {
    /// Runs a formula: its number, none where it hangs on something that was not answered.
    pub(in crate::triage) fn score(&self, facts: &Facts<'_>) -> Scored<'static> {
        let mut run = Run { facts, element: None, failed: false };
        let value = run.term(self).as_double();
        Scored { value: value.filter(|_| !run.failed), band: None, failed: run.failed }
    }
}

struct Run<'a> {
    facts: &'a Facts<'a>,
    element: Option<&'a Value>,
    failed: bool,
}

impl<'a> Run<'a> {
    fn term(&mut self, expression: &Expression) -> Term {
        match expression {
            Expression::Bool(value) => Term::Bool(*value),
            Expression::Int(value) => Term::Int(*value),
            Expression::Double(value) => Term::Double(*value),
            Expression::Of(source) => self.number_or_flag(*source),
            Expression::OneOf(source, names) => self.one_of(*source, names),
            Expression::NumberIn(number, numbers) => self.number_in(number, numbers),
            Expression::Has(source) => Term::Bool(self.has(*source)),
            Expression::Size(item) => Term::Int(i64::try_from(self.values(*item).len()).unwrap_or(i64::MAX)),
            Expression::Contains(item, name) => {
                let values = self.values(*item);
                absent_if(values.is_empty(), || values.iter().any(|value| code_of(value) == Some(name)))
            }
            Expression::Each { item, all, body } => self.each(*item, *all, body),
            Expression::Not(inner) => match self.term(inner) {
                Term::Bool(value) => Term::Bool(!value),
                other => other,
            },
            Expression::And(left, right) => self.both(left, right, false),
            Expression::Or(left, right) => self.both(left, right, true),
            Expression::If(condition, yes, no) => {
                let (condition, yes, no) = (self.term(condition), self.term(yes), self.term(no));
                match condition {
                    Term::Bool(true) => yes,
                    Term::Bool(false) => no,
                    other => other,
                }
            }
            Expression::Compare(comparison, left, right) => {
                let (left, right) = (self.term(left), self.term(right));
                comparison.of(left, right)
            }
            Expression::Calculate(operation, left, right) => {
                let (left, right) = (self.term(left), self.term(right));
                self.in_range(operation.of(left, right))
            }
            Expression::Negate(inner) => {
                let term = match self.term(inner) {
                    Term::Int(value) => value.checked_neg().map(Term::Int),
                    Term::Double(value) => Some(Term::Double(-value)),
                    other => Some(other),
                };
                self.in_range(term)
            }
        }
    }

    /// `&&` and `||`: the deciding value wins, even over an absent other side.
    fn both(&mut self, left: &Expression, right: &Expression, deciding: bool) -> Term {
        match (self.term(left), self.term(right)) {
            (Term::Bool(value), _) | (_, Term::Bool(value)) if value == deciding => Term::Bool(deciding),
            (Term::Bool(_), other) | (other, _) => other,
        }
    }

    /// As `==` with each of them, joined by `||`.
    fn number_in(&mut self, number: &Expression, numbers: &[Expression]) -> Term {
        let number = self.term(number);
        let mut result = Term::Bool(false);
        for one in numbers {
            let one = self.term(one);
            match Comparison::Equal.of(number, one) {
                Term::Absent if result == Term::Bool(false) => result = Term::Absent,
                Term::Bool(true) => result = Term::Bool(true),
                _ => {}
            }
        }
        result
    }

    fn each(&mut self, item: ItemRef, all: bool, body: &Expression) -> Term {
        let values = self.values(item);
        let mut result = if values.is_empty() { Term::Absent } else { Term::Bool(all) };
        for value in values {
            self.element = Some(value);
            match self.term(body) {
                Term::Bool(met) if met != all => result = Term::Bool(!all),
                Term::Absent if result == Term::Bool(all) => result = Term::Absent,
                _ => {}
            }
        }
        self.element = None;
        result
    }

    fn in_range(&mut self, term: Option<Term>) -> Term {
        match term {
            Some(Term::Double(value)) if !value.is_finite() => self.fail(),
            Some(term) => term,
            None => self.fail(),
        }
    }

    fn fail(&mut self) -> Term {
        self.failed = true;
        Term::Absent
    }

    fn values(&self, item: ItemRef) -> &'a [Value] {
        self.facts.sheets.get(item.instrument).map_or(&[], |sheet| sheet.state(item.item).values())
    }

    fn value(&self, source: Source) -> Option<&'a Value> {
        match source {
            Source::Item(item) => self.values(item).first(),
            Source::Element => self.element,
            Source::Scale(_) | Source::Band(_) | Source::Age | Source::Care => None,
        }
    }

    fn score(&mut self, scale: usize) -> Scored<'a> {
        let scored = self.facts.scores.get(scale).copied().unwrap_or_default();
        self.failed |= scored.failed;
        scored
    }

    fn number_or_flag(&mut self, source: Source) -> Term {
        match source {
            Source::Age => self.facts.age.map_or(Term::Absent, |age| Term::Int(age.into())),
            Source::Scale(scale) => self.score(scale).value.map_or(Term::Absent, Term::Double),
            _ => match self.value(source) {
                Some(Value::Boolean(value)) => Term::Bool(*value),
                Some(Value::Integer(value)) => Term::Int(*value),
                Some(Value::Decimal(value)) => self.in_range(value.parse().ok().map(Term::Double)),
                Some(_) => self.fail(),
                None => Term::Absent,
            },
        }
    }

    fn one_of(&mut self, source: Source, names: &[String]) -> Term {
        let name = match source {
            Source::Band(scale) => self.score(scale).band.map(|band| band.id.as_str()),
            Source::Care => Some(care_name(self.facts.care)),
            // A number among the options has no code, and so is none of these.
            _ => self.value(source).map(|value| code_of(value).unwrap_or_default()),
        };
        name.map_or(Term::Absent, |name| Term::Bool(names.iter().any(|one| one == name)))
    }

    fn has(&mut self, source: Source) -> bool {
        match source {
            Source::Scale(scale) => self.score(scale).value.is_some(),
            Source::Band(scale) => self.score(scale).band.is_some(),
            Source::Age => self.facts.age.is_some(),
            Source::Care => true,
            Source::Item(_) | Source::Element => self.value(source).is_some(),
        }
    }
}

/// The name of a kind of care in rules.
pub(in crate::triage) const fn care_name(care: Care) -> &'static str {
    match care {
        Care::Couple => "couple",
        Care::Individual => "individual",
    }
}

fn absent_if(absent: bool, otherwise: impl FnOnce() -> bool) -> Term {
    if absent { Term::Absent } else { Term::Bool(otherwise()) }
}

impl Comparison {
    fn of(self, left: Term, right: Term) -> Term {
        let order = match (left, right) {
            (Term::Absent, _) | (_, Term::Absent) => return Term::Absent,
            (Term::Bool(left), Term::Bool(right)) => left.partial_cmp(&right),
            (Term::Int(left), Term::Int(right)) => left.partial_cmp(&right),
            (left, right) => left.as_double().partial_cmp(&right.as_double()),
        };
        order.map_or(Term::Absent, |order| {
            Term::Bool(match self {
                Self::Equal => order.is_eq(),
                Self::Unequal => order.is_ne(),
                Self::Less => order.is_lt(),
                Self::AtMost => order.is_le(),
                Self::Greater => order.is_gt(),
                Self::AtLeast => order.is_ge(),
            })
        })
    }
}

impl Operation {
    /// `None` where the result leaves the range of numbers.
    fn of(self, left: Term, right: Term) -> Option<Term> {
        match (left, right) {
            (Term::Absent, _) | (_, Term::Absent) => Some(Term::Absent),
            (Term::Int(left), Term::Int(right)) => match self {
                Self::Add => left.checked_add(right),
                Self::Subtract => left.checked_sub(right),
                Self::Multiply => left.checked_mul(right),
                Self::Divide => left.checked_div(right),
                Self::Remainder => left.checked_rem(right),
            }
            .map(Term::Int),
            (left, right) => {
                let (left, right) = (left.as_double()?, right.as_double()?);
                Some(Term::Double(match self {
                    Self::Add => left + right,
                    Self::Subtract => left - right,
                    Self::Multiply => left * right,
                    Self::Divide => left / right,
                    Self::Remainder => left % right,
                }))
            }
        }
    }
}

impl Term {
    #[expect(clippy::cast_precision_loss, reason = "answers are integers of 32 bits; only nonsense is larger")]
    const fn as_double(self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(value as f64),
            Self::Double(value) => Some(value),
            Self::Bool(_) | Self::Absent => None,
        }
    }
}
