//! Which answers can make a condition true.
//!
//! A [`World`] holds for each source what it can still be. Narrowing a world by a
//! condition keeps every combination of answers that meets it and takes out some
//! of those that do not; so where nothing is left, nothing can meet it. It may keep
//! too much – it minds neither that a scale hangs on its items nor that a score
//! leaps – and never too little, so that a rule that can fire is never refused.
//! Where a condition branches too widely it stops and takes out nothing more.

mod asked;
mod domain;
mod numbers;
mod range;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use domain::Domain;
pub(in crate::triage) use domain::most_values;
use range::Range;

use super::{Comparison, Expression, ItemRef, Source, Vocabulary};
use crate::screening::Item;

/// How many ways to meet a condition are kept apart.
const MOST_WORLDS: usize = 32;
/// After so many parts were looked at, nothing more is taken out.
const MOST_STEPS: usize = 4_000;

/// What each source can still be; one that is not in here can be anything.
type World<'a> = BTreeMap<Source, Domain<'a>>;

/// What a condition is to come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Want {
    Yes,
    No,
    /// Neither, for want of an answer.
    Blank,
}

/// How a condition tells intakes apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    /// No answers meet it.
    Never,
    /// All answers meet it.
    Always,
    /// For all that is known here, it tells them apart.
    Depends,
}

/// Whether a condition can be met, and can be missed.
pub(super) fn truth(condition: &Expression, vocabulary: Vocabulary<'_>) -> Truth {
    let can = |want| !Possible { vocabulary, steps: 0 }.meet(condition, want, &World::new()).is_empty();
    match (can(Want::Yes), can(Want::No) || can(Want::Blank)) {
        (false, _) => Truth::Never,
        (true, false) => Truth::Always,
        (true, true) => Truth::Depends,
    }
}

/// From which number to which a formula can come; `None` where it always fails.
pub(in crate::triage) fn ends(formula: &Expression, vocabulary: Vocabulary<'_>) -> Option<(f64, f64)> {
    let (range, _) = Possible { vocabulary, steps: 0 }.number(formula, &World::new());
    range.map(Range::ends)
}

struct Possible<'a> {
    vocabulary: Vocabulary<'a>,
    steps: usize,
}

impl<'a> Possible<'a> {
    /// The worlds, within this one, in which a condition comes to what is wanted.
    fn meet(&mut self, condition: &Expression, want: Want, world: &World<'a>) -> Vec<World<'a>> {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return vec![world.clone()];
        }
        let worlds = match condition {
            Expression::Bool(value) => kept(want == Want::of(*value), world),
            Expression::Of(source) => self.narrow(*source, world, |domain| match want {
                Want::Yes => domain.flag(true),
                Want::No => domain.flag(false),
                Want::Blank => domain.blank(),
            }),
            Expression::OneOf(Source::Band(scale), names) => self.band(*scale, names, want, world),
            Expression::OneOf(source, names) => self.narrow(*source, world, |domain| match want {
                Want::Blank => domain.blank(),
                _ => domain.named(want == Want::Yes, |name| names.iter().any(|one| one == name)),
            }),
            Expression::NumberIn(number, numbers) => self.number_in(number, numbers, want, world),
            Expression::Has(source) => self.narrow(*source, world, |domain| match want {
                Want::Yes => domain.there(),
                Want::No => domain.blank(),
                Want::Blank => None,
            }),
            Expression::Contains(item, code) => {
                let code = self.code(*item, code);
                self.narrow(Source::Item(*item), world, |domain| match (want, code) {
                    (Want::Blank, _) => domain.blank(),
                    (_, Some(code)) => domain.holding(code, want == Want::Yes),
                    (_, None) => Some(domain),
                })
            }
            Expression::Each { item, all, body } => self.each(*item, *all, body, want, world),
            Expression::Not(inner) => self.meet(inner, want.flipped(), world),
            Expression::And(left, right) => self.both(left, right, want, Want::No, world),
            Expression::Or(left, right) => self.both(left, right, want, Want::Yes, world),
            Expression::If(condition, yes, no) => {
                let mut worlds = self.then(condition, Want::Yes, yes, want, world);
                worlds.extend(self.then(condition, Want::No, no, want, world));
                if want == Want::Blank {
                    worlds.extend(self.meet(condition, Want::Blank, world));
                }
                worlds
            }
            Expression::Compare(comparison, left, right) if self.is_flag(left, world) => {
                self.flags(*comparison, left, right, want, world)
            }
            Expression::Compare(comparison, left, right) => self.numbers(*comparison, left, right, want, world),
            // These are numbers, which the checker lets stand only beside an operator.
            Expression::Int(_)
            | Expression::Double(_)
            | Expression::Size(_)
            | Expression::Calculate(..)
            | Expression::Negate(_) => vec![world.clone()],
        };
        if worlds.len() > MOST_WORLDS { vec![world.clone()] } else { worlds }
    }

    /// One condition, and in what is left of the world another one.
    fn then(
        &mut self,
        first: &Expression,
        wanted: Want,
        next: &Expression,
        want: Want,
        world: &World<'a>,
    ) -> Vec<World<'a>> {
        let worlds = self.meet(first, wanted, world);
        worlds.iter().flat_map(|world| self.meet(next, want, world)).collect()
    }

    /// `&&`, which a No decides, and `||`, which a Yes decides.
    fn both(
        &mut self,
        left: &Expression,
        right: &Expression,
        want: Want,
        deciding: Want,
        world: &World<'a>,
    ) -> Vec<World<'a>> {
        let other = deciding.flipped();
        if want == deciding {
            let mut worlds = self.meet(left, want, world);
            worlds.extend(self.meet(right, want, world));
            worlds
        } else if want == other {
            self.then(left, other, right, other, world)
        } else {
            let mut worlds = self.then(left, Want::Blank, right, Want::Blank, world);
            worlds.extend(self.then(left, Want::Blank, right, other, world));
            worlds.extend(self.then(left, other, right, Want::Blank, world));
            worlds
        }
    }

    /// `exists` and `all`: some value decides, or none does.
    fn each(&mut self, item: ItemRef, all: bool, body: &Expression, want: Want, world: &World<'a>) -> Vec<World<'a>> {
        if want == Want::Blank {
            return vec![world.clone()];
        }
        let mut found = self.narrow(Source::Item(item), world, Domain::there);
        // Whichever way it is decided, there is a value of which the body says so.
        let decided = if all { Want::No } else { Want::Yes };
        let body_says = if want == decided { decided } else { decided.flipped() };
        found.retain_mut(|world| {
            let Some(value) = self.of(item).map(Domain::value) else { return true };
            world.insert(Source::Element, value);
            let possible = !self.meet(body, body_says, world).is_empty();
            world.remove(&Source::Element);
            possible
        });
        found
    }

    fn flags(
        &mut self,
        comparison: Comparison,
        left: &Expression,
        right: &Expression,
        want: Want,
        world: &World<'a>,
    ) -> Vec<World<'a>> {
        if want == Want::Blank {
            let mut worlds = self.meet(left, Want::Blank, world);
            worlds.extend(self.meet(right, Want::Blank, world));
            return worlds;
        }
        let alike = (comparison == Comparison::Equal) == (want == Want::Yes);
        let mut worlds = Vec::new();
        for one in [Want::Yes, Want::No] {
            worlds.extend(self.then(left, one, right, if alike { one } else { one.flipped() }, world));
        }
        worlds
    }

    /// A band is where its scale's score lies.
    fn band(&mut self, scale: usize, names: &[String], want: Want, world: &World<'a>) -> Vec<World<'a>> {
        let source = Source::Scale(scale);
        if want == Want::Blank {
            return self.narrow(source, world, Domain::blank);
        }
        let bands = self.vocabulary.scales.get(scale).map_or(&[][..], |scale| &scale.bands);
        let mut worlds = Vec::new();
        for (index, band) in bands.iter().enumerate() {
            if names.contains(&band.id) != (want == Want::Yes) {
                continue;
            }
            let next = bands.get(index + 1).map_or(f64::MAX, |next| next.from.next_down());
            // The first one holds whatever lies below it too.
            let from = if index == 0 { f64::MIN } else { band.from };
            let band = Range::Decimal(from, next);
            worlds.extend(self.narrow(source, world, |domain| domain.standing(Comparison::Equal, band)));
        }
        worlds
    }

    /// Whether a comparison's side is yes or no, instead of a number.
    fn is_flag(&self, side: &Expression, world: &World<'a>) -> bool {
        match side {
            Expression::Of(source) => matches!(self.domain(*source, world), Some(Domain::Flag { .. })),
            Expression::If(_, yes, _) => self.is_flag(yes, world),
            Expression::Int(_)
            | Expression::Double(_)
            | Expression::Size(_)
            | Expression::Calculate(..)
            | Expression::Negate(_) => false,
            _ => true,
        }
    }

    /// The world with one source narrowed; none where nothing of that source is left.
    fn narrow(
        &mut self,
        source: Source,
        world: &World<'a>,
        narrowed: impl FnOnce(Domain<'a>) -> Option<Domain<'a>>,
    ) -> Vec<World<'a>> {
        // A band is there where its score is.
        let source = if let Source::Band(scale) = source { Source::Scale(scale) } else { source };
        let Some(before) = self.domain(source, world) else { return vec![world.clone()] };
        let was_blank = before.may_be_blank();
        let Some(after) = narrowed(before) else { return Vec::new() };
        let answered = was_blank && !after.may_be_blank();
        let mut world = world.clone();
        world.insert(source, after);
        match source {
            Source::Item(item) if answered && !self.vocabulary.as_if_asked => {
                self.asked(item, world).into_iter().collect()
            }
            _ => vec![world],
        }
    }

    fn domain(&self, source: Source, world: &World<'a>) -> Option<Domain<'a>> {
        world.get(&source).cloned().or_else(|| self.anything(source))
    }

    /// All that a source can be. The value that `exists` is at stands in the world.
    fn anything(&self, source: Source) -> Option<Domain<'a>> {
        match source {
            Source::Item(item) => self.of(item).map(Domain::item),
            Source::Scale(scale) | Source::Band(scale) => {
                self.vocabulary.scales.get(scale).map(|scale| Domain::scale(scale.minimum, scale.maximum))
            }
            Source::Age => Some(Domain::age()),
            Source::Care => Some(Domain::care()),
            Source::Element => None,
        }
    }

    fn of(&self, item: ItemRef) -> Option<&'a Item> {
        self.vocabulary.instruments.get(item.instrument)?.items().get(item.item)
    }

    fn code(&self, item: ItemRef, code: &str) -> Option<&'a str> {
        self.of(item)?.options.iter().find_map(|option| option.code().filter(|one| *one == code))
    }
}

impl Want {
    const fn of(value: bool) -> Self {
        if value { Self::Yes } else { Self::No }
    }

    const fn flipped(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Blank => Self::Blank,
        }
    }
}

impl Comparison {
    /// What holds where it does not.
    const fn negated(self) -> Self {
        match self {
            Self::Equal => Self::Unequal,
            Self::Unequal => Self::Equal,
            Self::Less => Self::AtLeast,
            Self::AtMost => Self::Greater,
            Self::Greater => Self::AtMost,
            Self::AtLeast => Self::Less,
        }
    }

    /// The same, seen from the other side.
    const fn flipped(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::AtMost => Self::AtLeast,
            Self::Greater => Self::Less,
            Self::AtLeast => Self::AtMost,
            same => same,
        }
    }
}

fn kept<'a>(it: bool, world: &World<'a>) -> Vec<World<'a>> {
    if it { vec![world.clone()] } else { Vec::new() }
}
