//! From which number to which.

use crate::triage::expression::{Comparison, Operation};

/// Whole numbers are reckoned exactly; decimal ones as the run does it, whose rounding never turns an order around.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Range {
    Whole(i128, i128),
    Decimal(f64, f64),
}

/// Up to here a whole number and its decimal are the same.
const EXACT: i128 = 1 << 53;

impl Range {
    /// Its ends as decimals.
    pub(super) const fn ends(self) -> (f64, f64) {
        match self {
            Self::Whole(low, high) => (decimal(low), decimal(high)),
            Self::Decimal(low, high) => (low, high),
        }
    }

    /// Around both.
    pub(super) fn hull(self, other: Self) -> Self {
        match (self, other) {
            (Self::Whole(low, high), Self::Whole(from, to)) => Self::Whole(low.min(from), high.max(to)),
            (one, other) => {
                let ((low, high), (from, to)) = (one.ends(), other.ends());
                Self::Decimal(low.min(from), high.max(to))
            }
        }
    }

    /// `None` where it holds nothing.
    fn checked(self) -> Option<Self> {
        let empty = match self {
            Self::Whole(low, high) => low > high,
            // Not a number is in no order, and so in no range.
            Self::Decimal(low, high) => !matches!(low.partial_cmp(&high), Some(order) if order.is_le()),
        };
        (!empty).then_some(self)
    }

    /// The values of this one that stand so to some value of the other one.
    pub(super) fn standing(self, comparison: Comparison, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Whole(low, high), Self::Whole(from, to)) => match comparison {
                Comparison::Equal => Self::Whole(low.max(from), high.min(to)),
                Comparison::Less => Self::Whole(low, high.min(to - 1)),
                Comparison::AtMost => Self::Whole(low, high.min(to)),
                Comparison::Greater => Self::Whole(low.max(from + 1), high),
                Comparison::AtLeast => Self::Whole(low.max(from), high),
                Comparison::Unequal if from != to => self,
                Comparison::Unequal => {
                    Self::Whole(if low == from { low + 1 } else { low }, if high == from { high - 1 } else { high })
                }
            },
            (Self::Whole(low, high), Self::Decimal(from, to)) => {
                if low < -EXACT || high > EXACT {
                    return Some(self);
                }
                match comparison {
                    Comparison::Equal => Self::Whole(low.max(whole(from.ceil())), high.min(whole(to.floor()))),
                    Comparison::Less => Self::Whole(low, high.min(whole(to.ceil()) - 1)),
                    Comparison::AtMost => Self::Whole(low, high.min(whole(to.floor()))),
                    Comparison::Greater => Self::Whole(low.max(whole(from.floor()) + 1), high),
                    Comparison::AtLeast => Self::Whole(low.max(whole(from.ceil())), high),
                    Comparison::Unequal if low == high && from == to && decimal(low) == from => return None,
                    Comparison::Unequal => self,
                }
            }
            (Self::Decimal(low, high), other) => {
                let (from, to) = other.ends();
                match comparison {
                    Comparison::Equal => Self::Decimal(low.max(from), high.min(to)),
                    Comparison::Less => Self::Decimal(low, high.min(to.next_down())),
                    Comparison::AtMost => Self::Decimal(low, high.min(to)),
                    Comparison::Greater => Self::Decimal(low.max(from.next_up()), high),
                    Comparison::AtLeast => Self::Decimal(low.max(from), high),
                    Comparison::Unequal if from != to => self,
                    Comparison::Unequal => Self::Decimal(
                        if low == from { low.next_up() } else { low },
                        if high == from { high.next_down() } else { high },
                    ),
                }
            }
        }
        .checked()
    }

    /// What a calculation can come to; `None` where it always fails.
    pub(super) fn calculate(self, operation: Operation, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Whole(low, high), Self::Whole(from, to)) => whole_range(operation, (low, high), (from, to)),
            (one, other) => decimal_range(operation, one.ends(), other.ends()),
        }
    }

    pub(super) fn negated(self) -> Option<Self> {
        match self {
            Self::Whole(low, high) => Self::Whole(-high, (-low).min(i64::MAX.into())).checked(),
            Self::Decimal(low, high) => Some(Self::Decimal(-high, -low)),
        }
    }
}

fn whole_range(operation: Operation, (low, high): (i128, i128), (from, to): (i128, i128)) -> Option<Range> {
    let corners = |of: fn(i128, i128) -> Option<i128>| {
        let values = [of(low, from), of(low, to), of(high, from), of(high, to)];
        let found = values.into_iter().flatten();
        found.clone().min().zip(found.max()).map(|(low, high)| Range::Whole(low, high))
    };
    let range = match operation {
        Operation::Add => corners(i128::checked_add),
        Operation::Subtract => corners(i128::checked_sub),
        Operation::Multiply => corners(i128::checked_mul),
        // Only a number that is not zero can stand behind these two.
        Operation::Divide => corners(i128::checked_div),
        Operation::Remainder if low == high && from == to => corners(i128::checked_rem),
        Operation::Remainder => {
            let most = from.abs().max(to.abs()) - 1;
            Some(Range::Whole(low.min(0).max(-most), high.max(0).min(most)))
        }
    };
    match range? {
        // What leaves these 64 bits fails.
        Range::Whole(low, high) => Range::Whole(low.max(i64::MIN.into()), high.min(i64::MAX.into())).checked(),
        range @ Range::Decimal(..) => Some(range),
    }
}

fn decimal_range(operation: Operation, (low, high): (f64, f64), (from, to): (f64, f64)) -> Option<Range> {
    let corners = |of: fn(f64, f64) -> f64| {
        let values = [of(low, from), of(low, to), of(high, from), of(high, to)];
        let start = (f64::INFINITY, f64::NEG_INFINITY);
        values.into_iter().fold(start, |(low, high), value| (low.min(value), high.max(value)))
    };
    let (low, high) = match operation {
        Operation::Add => corners(|left, right| left + right),
        Operation::Subtract => corners(|left, right| left - right),
        Operation::Multiply => corners(|left, right| left * right),
        Operation::Divide => corners(|left, right| left / right),
        Operation::Remainder if low == high && from == to => corners(|left, right| left % right),
        Operation::Remainder => {
            let most = from.abs().max(to.abs());
            (low.min(0.0).max(-most), high.max(0.0).min(most))
        }
    };
    // What is infinite fails.
    Range::Decimal(low.max(f64::MIN), high.min(f64::MAX)).checked()
}

#[expect(clippy::cast_precision_loss, reason = "as the run compares: both round alike")]
const fn decimal(value: i128) -> f64 {
    value as f64
}

#[expect(clippy::cast_possible_truncation, reason = "it saturates, beyond every whole number here")]
const fn whole(value: f64) -> i128 {
    // One less than what fits: the callers add and take away one.
    let value = value as i128;
    if value == i128::MAX {
        value - 1
    } else if value == i128::MIN {
        value + 1
    } else {
        value
    }
}
