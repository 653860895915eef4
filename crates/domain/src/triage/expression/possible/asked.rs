//! What an answer says of others: it was asked, so whatever switches its question on holds.
//! Only a safety rule hears answers to what was not asked; for such a rule nothing follows.

use super::{Comparison, Domain, ItemRef, Possible, Source, World, range::Range};
use crate::screening::{
    Item, Value,
    questionnaire::{Bound, Condition, Order, Test, code_of},
};

impl<'a> Possible<'a> {
    /// The world in which an item was asked; none where that cannot be.
    pub(super) fn asked(&mut self, item: ItemRef, mut world: World<'a>) -> Option<World<'a>> {
        let mut next = Some(item.item);
        while let Some(index) = next {
            let Some(asked) = self.of(ItemRef { item: index, ..item }) else { break };
            // One of several is left open: that would branch, and costs nothing but a refusal.
            if !asked.enable_any || asked.enable_when.len() == 1 {
                for condition in &asked.enable_when {
                    world = self.switched_on(item.instrument, condition, world)?;
                }
            }
            next = asked.parent;
        }
        Some(world)
    }

    fn switched_on(&mut self, instrument: usize, condition: &Condition, world: World<'a>) -> Option<World<'a>> {
        let item = ItemRef { instrument, item: condition.question };
        // What a person cannot answer is not known here.
        if !self.of(item).is_some_and(Item::answerable) {
            return Some(world);
        }
        let narrowed = self.narrow(Source::Item(item), &world, |domain| match &condition.test {
            Test::Exists(true) => domain.there(),
            Test::Exists(false) => domain.blank(),
            Test::Is(Value::Boolean(value)) => domain.flag(*value),
            Test::Is(value) => match (domain, code_of(value), Bound::of(value)) {
                (domain @ Domain::Names { .. }, Some(code), _) => is(domain, code),
                (domain @ Domain::Number { .. }, _, Some(Bound::Number(number))) => {
                    domain.standing(Comparison::Equal, Range::Decimal(number, number))
                }
                (domain, ..) => domain.there(),
            },
            // No answer is another one than that.
            Test::IsNot(_) => Some(domain),
            Test::Compares(order, Bound::Number(number), _) => {
                let comparison = match order {
                    Order::Below => Comparison::Less,
                    Order::AtMost => Comparison::AtMost,
                    Order::Above => Comparison::Greater,
                    Order::AtLeast => Comparison::AtLeast,
                };
                domain.there()?.standing(comparison, Range::Decimal(*number, *number))
            }
            Test::Compares(..) => domain.there(),
        });
        narrowed.into_iter().next()
    }
}

/// A code that is an option, or a text of one's own.
fn is<'a>(domain: Domain<'a>, code: &str) -> Option<Domain<'a>> {
    match domain {
        Domain::Names { ref names, .. } if names.contains(code) => domain.named(true, |name| name == code),
        Domain::Names { other: true, .. } => domain.there(),
        _ => None,
    }
}
