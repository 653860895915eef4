//! Conditions that tell no intakes apart: no answers meet them, or all do.

use cel::common::ast::{Expr, IdedExpr, operators};

use super::{Checker, Refusal};
use crate::triage::expression::{
    Expression, Source,
    possible::{self, Truth},
};

/// Why a condition is idle, at the part of it that is to blame.
pub(super) fn find(root: &IdedExpr, condition: &Expression, checker: &mut Checker<'_>) -> Option<Refusal> {
    match possible::truth(condition, checker.vocabulary) {
        Truth::Depends => None,
        Truth::Always => Some(Refusal {
            at: checker.place(root),
            what: "this is true whatever is answered".to_owned(),
            hint: "a rule must tell some intakes from others".to_owned(),
        }),
        Truth::Never => {
            let (at, part) = blamed(root, condition, checker);
            Some(Refusal {
                at: checker.place(at),
                what: "no answers can make this true".to_owned(),
                hint: hint(part, checker),
            })
        }
    }
}

/// Goes down through `&&` and `||`, whose trees look alike before and after the check.
fn blamed<'e>(at: &'e IdedExpr, part: &'e Expression, checker: &Checker<'_>) -> (&'e IdedExpr, &'e Expression) {
    let never = |part| possible::truth(part, checker.vocabulary) == Truth::Never;
    let (Expr::Call(call), Expression::And(left, right) | Expression::Or(left, right)) = (&at.expr, part) else {
        return (at, part);
    };
    match (call.func_name.as_str(), call.args.as_slice()) {
        (operators::LOGICAL_AND | operators::LOGICAL_OR, [first, _]) if never(left) => blamed(first, left, checker),
        (operators::LOGICAL_AND | operators::LOGICAL_OR, [_, second]) if never(right) => blamed(second, right, checker),
        _ => (at, part),
    }
}

fn hint(part: &Expression, checker: &Checker<'_>) -> String {
    match part {
        Expression::And(..) => "its two sides rule one another out".to_owned(),
        Expression::Compare(_, left, right) => {
            let named = [left, right].into_iter().find_map(|side| match &**side {
                Expression::Of(source) => checker.name(*source),
                _ => None,
            });
            let named = named.unwrap_or_else(|| "one side of it".to_owned());
            let ranges = [left, right].map(|side| possible::ends(side, checker.vocabulary));
            match ranges {
                [Some((from, to)), Some((low, high))] if low == high => format!("{named} goes from {from} to {to}"),
                [Some((low, high)), Some((from, to))] if low == high => format!("{named} goes from {from} to {to}"),
                _ => String::new(),
            }
        }
        _ => "check it against what can be answered".to_owned(),
    }
}

impl Checker<'_> {
    /// What a rule calls a source.
    fn name(&self, source: Source) -> Option<String> {
        let Self { vocabulary, .. } = self;
        match source {
            Source::Item(item) => {
                let instrument = vocabulary.instruments.get(item.instrument)?;
                Some(format!("{}.{}", instrument.name(), instrument.items().get(item.item)?.link_id))
            }
            Source::Scale(scale) => vocabulary.scales.get(scale).map(|scale| format!("scales.{}", scale.id)),
            Source::Band(scale) => vocabulary.scales.get(scale).map(|scale| format!("bands.{}", scale.id)),
            Source::Age => Some("client.age".to_owned()),
            Source::Care => Some("client.care".to_owned()),
            Source::Element => None,
        }
    }
}
