//! A rule's condition, checked and ready to run.
//!
//! The text is CEL and is parsed by the `cel` crate; [`mod@check`] turns its AST into
//! the few forms below, or says at which character it cannot. We run these forms
//! ourselves instead of the crate's interpreter: codes are compared with the
//! item's own options and never become values that an error could print, a blank
//! answer has a meaning of its own, both sides of `&&` and `||` are always
//! looked at so that neither can hide an error of the other, and the cost is one
//! step per node and repeated value.
//!
//! A blank or unasked answer makes a comparison *absent*, neither true nor
//! false: `absent || true` is true, `absent && false` is false, everything else
//! stays absent, and a rule whose condition is absent does not fire. That a
//! safety answer is missing is found by [`super::engine`], apart from any rule.
//!
//! [`possible`] finds conditions that no answers can make true, or that all do, and
//! the range of a scale that is an expression; `cost` counts the steps above.

mod check;
mod cost;
mod possible;
mod run;

pub(super) use check::{Checked, Refusal, Unread, Vocabulary, check, check_number, nearest};
pub(super) use possible::{ends as formula_ends, most_values};
pub(super) use run::{Facts, Outcome, Scored, care_name};

/// Index of an instrument, and of an item in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ItemRef {
    pub(super) instrument: usize,
    pub(super) item: usize,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    Item(ItemRef),
    /// The value that `exists` or `all` is at.
    Element,
    Scale(usize),
    Band(usize),
    Age,
    Care,
}

/// A checked condition, or a part of one.
#[derive(Debug, Clone)]
pub(super) enum Expression {
    Bool(bool),
    Int(i64),
    Double(f64),
    /// A boolean or a number.
    Of(Source),
    /// Whether a code, band or kind of care is one of these.
    OneOf(Source, Vec<String>),
    Has(Source),
    /// Whether a number is one of these.
    NumberIn(Box<Self>, Vec<Self>),
    /// How many values a repeated item has; none where it was left blank.
    Size(ItemRef),
    /// Whether a repeated item has this code among its values.
    Contains(ItemRef, String),
    /// `exists`, or `all`, over the values of a repeated item.
    Each {
        item: ItemRef,
        all: bool,
        body: Box<Self>,
    },
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    If(Box<Self>, Box<Self>, Box<Self>),
    Compare(Comparison, Box<Self>, Box<Self>),
    Calculate(Operation, Box<Self>, Box<Self>),
    Negate(Box<Self>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}
