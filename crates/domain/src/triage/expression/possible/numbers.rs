//! Comparisons, and what the numbers in them can come to.

use super::{Comparison, Domain, Expression, Possible, Source, Want, World, domain, kept, range::Range};

impl<'a> Possible<'a> {
    pub(super) fn numbers(
        &mut self,
        comparison: Comparison,
        left: &Expression,
        right: &Expression,
        want: Want,
        world: &World<'a>,
    ) -> Vec<World<'a>> {
        let ((left_range, left_blank), (right_range, right_blank)) =
            (self.number(left, world), self.number(right, world));
        let comparison = match want {
            Want::Yes => comparison,
            Want::No => comparison.negated(),
            Want::Blank => return kept(left_blank || right_blank, world),
        };
        let Some((left_range, right_range)) = left_range.zip(right_range) else { return Vec::new() };
        if left_range.standing(comparison, right_range).is_none() {
            return Vec::new();
        }
        let narrowed = self.standing(left, comparison, right_range, vec![world.clone()]);
        self.standing(right, comparison.flipped(), left_range, narrowed)
    }

    /// Where one side is a source itself, it can be only what stands so to the other side.
    fn standing(
        &mut self,
        side: &Expression,
        comparison: Comparison,
        other: Range,
        worlds: Vec<World<'a>>,
    ) -> Vec<World<'a>> {
        let source = match side {
            Expression::Of(source) => *source,
            Expression::Size(item) => Source::Item(*item),
            _ => return worlds,
        };
        let mut narrow = |world: &World<'a>| self.narrow(source, world, |domain| domain.standing(comparison, other));
        worlds.iter().flat_map(&mut narrow).collect()
    }

    pub(super) fn number_in(
        &mut self,
        number: &Expression,
        numbers: &[Expression],
        want: Want,
        world: &World<'a>,
    ) -> Vec<World<'a>> {
        match want {
            Want::Yes => {
                let mut met = |one| self.numbers(Comparison::Equal, number, one, Want::Yes, world);
                numbers.iter().flat_map(&mut met).collect()
            }
            Want::No => numbers.iter().fold(vec![world.clone()], |worlds, one| {
                let mut missed = |world| self.numbers(Comparison::Equal, number, one, Want::No, world);
                worlds.iter().flat_map(&mut missed).collect()
            }),
            Want::Blank => {
                let (_, blank) = self.number(number, world);
                let any = numbers.iter().any(|one| self.number(one, world).1);
                kept(blank || any, world)
            }
        }
    }

    /// From which number to which a part can come here – nowhere, where it always fails or is
    /// blank – and whether it may be blank.
    pub(super) fn number(&mut self, part: &Expression, world: &World<'a>) -> (Option<Range>, bool) {
        match part {
            Expression::Int(value) => (Some(Range::Whole((*value).into(), (*value).into())), false),
            Expression::Double(value) => (Some(Range::Decimal(*value, *value)), false),
            Expression::Of(source) => match self.domain(*source, world) {
                Some(Domain::Number { range, blank }) => (range, blank),
                _ => (None, true),
            },
            Expression::Size(item) => match self.domain(Source::Item(*item), world) {
                Some(Domain::Many { least, most, .. }) => (Some(domain::size(least, most)), false),
                _ => (None, true),
            },
            Expression::Calculate(operation, left, right) => {
                let ((left, left_blank), (right, right_blank)) = (self.number(left, world), self.number(right, world));
                let range = left.zip(right).and_then(|(left, right)| left.calculate(*operation, right));
                (range, left_blank || right_blank)
            }
            Expression::Negate(inner) => {
                let (range, blank) = self.number(inner, world);
                (range.and_then(Range::negated), blank)
            }
            Expression::If(condition, yes, no) => {
                let mut found = (None, !self.meet(condition, Want::Blank, world).is_empty());
                for (want, branch) in [(Want::Yes, yes), (Want::No, no)] {
                    for world in self.meet(condition, want, world) {
                        let (range, blank) = self.number(branch, &world);
                        found = (hull(found.0, range), found.1 || blank);
                    }
                }
                found
            }
            _ => (None, true),
        }
    }
}

fn hull(one: Option<Range>, other: Option<Range>) -> Option<Range> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.hull(other)),
        (one, other) => one.or(other),
    }
}
