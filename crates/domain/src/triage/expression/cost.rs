//! How many steps a condition can take.

use super::{Expression, ItemRef};

impl Expression {
    /// The most steps of one run: one per part, and per code or value that a part looks through.
    /// `values` says how many values an item can have.
    pub(in crate::triage) fn cost(&self, values: &impl Fn(ItemRef) -> usize) -> usize {
        let inner = match self {
            Self::Bool(_) | Self::Int(_) | Self::Double(_) | Self::Of(_) | Self::Has(_) | Self::Size(_) => 0,
            Self::OneOf(_, names) => names.len(),
            Self::NumberIn(number, numbers) => {
                numbers.iter().map(|one| one.cost(values)).fold(number.cost(values), usize::saturating_add)
            }
            Self::Contains(item, _) => values(*item),
            Self::Each { item, body, .. } => values(*item).saturating_mul(body.cost(values)),
            Self::Not(inner) | Self::Negate(inner) => inner.cost(values),
            Self::And(left, right) | Self::Or(left, right) | Self::Compare(_, left, right) => {
                left.cost(values).saturating_add(right.cost(values))
            }
            Self::Calculate(_, left, right) => left.cost(values).saturating_add(right.cost(values)),
            Self::If(condition, yes, no) => {
                condition.cost(values).saturating_add(yes.cost(values)).saturating_add(no.cost(values))
            }
        };
        inner.saturating_add(1)
    }
}
