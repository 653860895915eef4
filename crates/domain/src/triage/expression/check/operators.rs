//! Operators with two sides: what may stand on each of them.

use cel::common::ast::{Expr, IdedExpr, operators};

use super::{Checker, Operand};
use crate::triage::expression::{Comparison, Expression, Operation};

impl Checker<'_> {
    pub(super) fn compare(
        &mut self,
        at: &IdedExpr,
        comparison: Comparison,
        left: &IdedExpr,
        right: &IdedExpr,
    ) -> Option<Operand> {
        let (left, right) = (self.operand(left), self.operand(right));
        let same = matches!(comparison, Comparison::Equal | Comparison::Unequal);
        let flag = match (left?, right?) {
            (Operand::Names { source, possible, what }, Operand::Spelled(name))
            | (Operand::Spelled(name), Operand::Names { source, possible, what })
                if same =>
            {
                self.possible(at, &name, &possible, &what)?;
                let is = Expression::OneOf(source, vec![name]);
                if comparison == Comparison::Equal { is } else { Expression::Not(Box::new(is)) }
            }
            (Operand::Flag(left), Operand::Flag(right)) if same => {
                Expression::Compare(comparison, Box::new(left), Box::new(right))
            }
            (Operand::Int(left) | Operand::Double(left), Operand::Int(right) | Operand::Double(right)) => {
                Expression::Compare(comparison, Box::new(left), Box::new(right))
            }
            (Operand::Repeated { what, .. }, _) | (_, Operand::Repeated { what, .. }) => {
                let hint = format!("ask whether it holds a code: \"code\" in {what}");
                return self.refuse(at, format!("{what} may have several values"), hint);
            }
            (Operand::Opaque { what, .. }, _) | (_, Operand::Opaque { what, .. }) => {
                let hint = "rules compare choices, yes or no, and numbers; of other items they ask has(…)";
                return self.refuse(at, format!("{what} cannot be compared"), hint);
            }
            (left, right) => {
                let what = format!("{} cannot be compared with {} like this", left.what(), right.what());
                return self.refuse(at, what, "it would never be true");
            }
        };
        Some(Operand::Flag(flag))
    }

    pub(super) fn calculate(
        &mut self,
        at: &IdedExpr,
        operation: Operation,
        left: &IdedExpr,
        right: &IdedExpr,
    ) -> Option<Operand> {
        let divides = matches!(operation, Operation::Divide | Operation::Remainder);
        let (left, right) = (self.operand(left), self.operand(right));
        let (left, right) = (left?, right?);
        let safe = match &right {
            Operand::Int(Expression::Int(value)) => *value != 0,
            Operand::Double(Expression::Double(value)) => *value != 0.0,
            _ => false,
        };
        if divides && !safe {
            return self.refuse(at, "it divides by something that may be zero", "divide by a number other than zero");
        }
        match (left, right) {
            (Operand::Int(left), Operand::Int(right)) => {
                Some(Operand::Int(Expression::Calculate(operation, Box::new(left), Box::new(right))))
            }
            (Operand::Double(left), Operand::Double(right)) => {
                Some(Operand::Double(Expression::Calculate(operation, Box::new(left), Box::new(right))))
            }
            (Operand::Int(_), Operand::Double(_)) | (Operand::Double(_), Operand::Int(_)) => {
                self.refuse(at, "a whole number meets a decimal one", "scales are decimal: write 1.0 instead of 1")
            }
            (left, right) => self.refuse(at, format!("{} and {} are not both numbers", left.what(), right.what()), ""),
        }
    }

    /// `code in item`, `item in ["a", "b"]`, `number in [1, 2]`.
    pub(super) fn within(&mut self, at: &IdedExpr, left: &IdedExpr, right: &IdedExpr) -> Option<Operand> {
        if let Expr::List(list) = &right.expr {
            return match self.operand(left)? {
                Operand::Names { source, possible, what } => {
                    let mut names = Vec::new();
                    for element in &list.elements {
                        let Operand::Spelled(name) = self.operand(element)? else {
                            return self.refuse(element, "this is no code", format!("{what} is compared with codes"));
                        };
                        self.possible(element, &name, &possible, &what)?;
                        names.push(name);
                    }
                    Some(Operand::Flag(Expression::OneOf(source, names)))
                }
                Operand::Int(number) | Operand::Double(number) => {
                    let mut numbers = Vec::new();
                    for element in &list.elements {
                        let (Operand::Int(one) | Operand::Double(one)) = self.operand(element)? else {
                            return self.refuse(element, "this is no number", "");
                        };
                        numbers.push(one);
                    }
                    Some(Operand::Flag(Expression::NumberIn(Box::new(number), numbers)))
                }
                other => self.refuse(left, format!("{} cannot stand before \"in\" and a list", other.what()), ""),
            };
        }
        let (left, right) = (self.operand(left), self.operand(right));
        match (left?, right?) {
            (Operand::Spelled(name), Operand::Repeated { item, what }) => {
                let possible = self.names_of(item);
                self.possible(at, &name, &possible, &what)?;
                Some(Operand::Flag(Expression::Contains(item, name)))
            }
            (_, right) => {
                self.refuse(at, format!("{} is no list", right.what()), "an item that repeats, or [\"a\", \"b\"]")
            }
        }
    }
}

pub(super) fn comparison(name: &str) -> Option<Comparison> {
    Some(match name {
        operators::EQUALS => Comparison::Equal,
        operators::NOT_EQUALS => Comparison::Unequal,
        operators::LESS => Comparison::Less,
        operators::LESS_EQUALS => Comparison::AtMost,
        operators::GREATER => Comparison::Greater,
        operators::GREATER_EQUALS => Comparison::AtLeast,
        _ => return None,
    })
}

pub(super) fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        operators::ADD => Operation::Add,
        operators::SUBSTRACT => Operation::Subtract,
        operators::MULTIPLY => Operation::Multiply,
        operators::DIVIDE => Operation::Divide,
        operators::MODULO => Operation::Remainder,
        _ => return None,
    })
}
