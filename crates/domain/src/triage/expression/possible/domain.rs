//! What one source of answers can still be.

use std::collections::BTreeSet;

use super::range::Range;
use crate::{
    screening::{
        Item, Kind, Value,
        questionnaire::{Bound, code_of},
    },
    triage::expression::Comparison,
};

/// The oldest that a date of birth is taken for.
const OLDEST: i128 = 120;
/// Answers are whole numbers of 32 bits, or decimal numbers of 30 characters.
const WHOLE: (i128, i128) = (i32::MIN as i128, i32::MAX as i128);
const DECIMAL: (f64, f64) = (-1e30, 1e30);
/// An item that repeats takes at most this many values.
pub(in crate::triage) const MOST_VALUES: usize = 100;

/// Everything that is not ruled out yet; `blank` where it may be unanswered, or a scale unscored.
#[derive(Debug, Clone)]
pub(super) enum Domain<'a> {
    Flag {
        yes: bool,
        no: bool,
        blank: bool,
    },
    /// A code; `other` is text of one's own, or a code that no rule can name.
    Names {
        names: BTreeSet<&'a str>,
        other: bool,
        blank: bool,
    },
    Number {
        range: Option<Range>,
        blank: bool,
    },
    /// Several values: which are among them for certain, which are not, and how many there are.
    Many {
        there: BTreeSet<&'a str>,
        gone: BTreeSet<&'a str>,
        /// How many codes there are, where nothing else can be answered.
        codes: Option<usize>,
        least: usize,
        most: usize,
    },
    /// Something that only `has` asks about.
    Opaque {
        there: bool,
        blank: bool,
    },
}

impl<'a> Domain<'a> {
    pub(super) fn age() -> Self {
        Self::Number { range: Some(Range::Whole(0, OLDEST)), blank: false }
    }

    pub(super) fn care() -> Self {
        Self::Names { names: BTreeSet::from(["couple", "individual"]), other: false, blank: false }
    }

    pub(super) const fn scale(minimum: f64, maximum: f64) -> Self {
        Self::Number { range: Some(Range::Decimal(minimum, maximum)), blank: true }
    }

    /// Everything that may be answered to an item.
    pub(super) fn item(item: &'a Item) -> Self {
        if item.repeats {
            let (there, gone) = (BTreeSet::new(), BTreeSet::new());
            let most = most_values(item);
            let closed = matches!(Self::value(item), Self::Names { other: false, .. });
            let codes = closed.then_some(item.options.len());
            return Self::Many { there, gone, codes, least: 0, most };
        }
        match Self::value(item) {
            Self::Flag { yes, no, .. } => Self::Flag { yes, no, blank: true },
            Self::Names { names, other, .. } => Self::Names { names, other, blank: true },
            Self::Number { range, .. } => Self::Number { range, blank: true },
            Self::Opaque { there, .. } => Self::Opaque { there, blank: true },
            many @ Self::Many { .. } => many,
        }
    }

    /// Everything that one value of an item may be.
    pub(super) fn value(item: &'a Item) -> Self {
        let blank = false;
        let number = |range| Self::Number { range: Some(range), blank };
        match item.kind {
            Kind::Boolean => Self::Flag { yes: true, no: true, blank },
            Kind::Integer => number(Range::Whole(
                lowest(item).map_or(WHOLE.0, |bound| to_whole(bound.ceil())),
                highest(item).map_or(WHOLE.1, |bound| to_whole(bound.floor())),
            )),
            Kind::Decimal => {
                number(Range::Decimal(lowest(item).unwrap_or(DECIMAL.0), highest(item).unwrap_or(DECIMAL.1)))
            }
            Kind::Choice if !item.options.is_empty() && whole_options(item).count() == item.options.len() => {
                let (low, high) = (whole_options(item).min(), whole_options(item).max());
                Self::Number { range: low.zip(high).map(|(low, high)| Range::Whole(low, high)), blank }
            }
            Kind::Choice | Kind::OpenChoice => {
                let names: BTreeSet<_> = item.options.iter().filter_map(|option| code_of(&option.value)).collect();
                let closed = item.kind == Kind::Choice && names.len() == item.options.len() && !names.is_empty();
                Self::Names { names, other: !closed, blank }
            }
            _ => Self::Opaque { there: true, blank },
        }
    }

    /// Whether it may be unanswered.
    pub(super) const fn may_be_blank(&self) -> bool {
        match self {
            Self::Flag { blank, .. }
            | Self::Names { blank, .. }
            | Self::Number { blank, .. }
            | Self::Opaque { blank, .. } => *blank,
            Self::Many { least, .. } => *least == 0,
        }
    }

    /// It, answered.
    pub(super) fn there(self) -> Option<Self> {
        match self {
            Self::Flag { yes, no, .. } => Self::Flag { yes, no, blank: false },
            Self::Names { names, other, .. } => Self::Names { names, other, blank: false },
            Self::Number { range, .. } => Self::Number { range, blank: false },
            Self::Opaque { there, .. } => Self::Opaque { there, blank: false },
            Self::Many { there, gone, codes, least, most } => {
                Self::Many { there, gone, codes, least: least.max(1), most }
            }
        }
        .checked()
    }

    /// It, unanswered.
    pub(super) fn blank(self) -> Option<Self> {
        match self {
            Self::Flag { blank, .. } => Self::Flag { yes: false, no: false, blank },
            Self::Names { blank, .. } => Self::Names { names: BTreeSet::new(), other: false, blank },
            Self::Number { blank, .. } => Self::Number { range: None, blank },
            Self::Opaque { blank, .. } => Self::Opaque { there: false, blank },
            Self::Many { there, gone, codes, least, .. } => Self::Many { there, gone, codes, least, most: 0 },
        }
        .checked()
    }

    /// It, answered with yes or no.
    pub(super) fn flag(self, wanted: bool) -> Option<Self> {
        match self {
            Self::Flag { yes, no, .. } => Self::Flag { yes: yes && wanted, no: no && !wanted, blank: false }.checked(),
            other => Some(other),
        }
    }

    /// It, answered with one of these, or with none of them.
    pub(super) fn named(self, wanted: bool, is_one: impl Fn(&str) -> bool) -> Option<Self> {
        match self {
            Self::Names { mut names, other, .. } => {
                names.retain(|name| is_one(name) == wanted);
                Self::Names { names, other: other && !wanted, blank: false }.checked()
            }
            other => Some(other),
        }
    }

    /// It, with a number – its own, or how many values it has – that stands so to another.
    pub(super) fn standing(self, comparison: Comparison, other: Range) -> Option<Self> {
        match self {
            Self::Number { range, .. } => {
                Some(Self::Number { range: Some(range?.standing(comparison, other)?), blank: false })
            }
            Self::Many { there, gone, codes, least, most } => match size(least, most).standing(comparison, other)? {
                Range::Whole(low, high) => {
                    let count = |number: i128| usize::try_from(number).unwrap_or(0);
                    Some(Self::Many { there, gone, codes, least: count(low), most: count(high) })
                }
                Range::Decimal(..) => None,
            },
            other => Some(other),
        }
    }

    /// It, answered, with this code among its values or not.
    pub(super) fn holding(self, code: &'a str, wanted: bool) -> Option<Self> {
        match self.there()? {
            Self::Many { mut there, mut gone, codes, least, most } => {
                if wanted {
                    there.insert(code)
                } else {
                    gone.insert(code)
                };
                let least = least.max(there.len());
                let most = codes.map_or(most, |codes| most.min(codes.saturating_sub(gone.len())));
                Self::Many { there, gone, codes, least, most }.checked()
            }
            other => Some(other),
        }
    }

    fn checked(self) -> Option<Self> {
        let empty = match &self {
            Self::Flag { yes, no, blank } => !(*yes || *no || *blank),
            Self::Names { names, other, blank } => names.is_empty() && !(*other || *blank),
            Self::Number { range, blank } => range.is_none() && !*blank,
            Self::Many { there, gone, least, most, .. } => least > most || !there.is_disjoint(gone),
            Self::Opaque { there, blank } => !(*there || *blank),
        };
        (!empty).then_some(self)
    }
}

/// How many values there are.
pub(super) fn size(least: usize, most: usize) -> Range {
    let count = |values| i128::try_from(values).unwrap_or(i128::MAX);
    Range::Whole(count(least), count(most))
}

/// The most values that an item can have: none of its options counts twice.
pub(in crate::triage) fn most_values(item: &Item) -> usize {
    match item.kind {
        _ if !item.repeats => 1,
        Kind::Choice if !item.options.is_empty() => item.options.len().min(MOST_VALUES),
        _ => MOST_VALUES,
    }
}

fn lowest(item: &Item) -> Option<f64> {
    number(item.limits.minimum)
}

fn highest(item: &Item) -> Option<f64> {
    number(item.limits.maximum)
}

fn number(bound: Option<Bound>) -> Option<f64> {
    match bound {
        Some(Bound::Number(number)) => Some(number),
        _ => None,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "it saturates, and answers have 32 bits")]
fn to_whole(bound: f64) -> i128 {
    (bound as i64).into()
}

fn whole_options(item: &Item) -> impl Iterator<Item = i128> {
    item.options.iter().filter_map(|option| match option.value {
        Value::Integer(number) => Some(number.into()),
        _ => None,
    })
}
