//! What inputs are made from: good documents, and those made from them that
//! brought something new. Without instrumentation the compiler tells us nothing
//! about branches, so what a reader would see is the guide: another reason for a
//! refusal, another rule that fired.

use std::collections::BTreeSet;

use proptest::{prelude::*, sample::Index};

use crate::{
    change::{Change, Noise, Words, changes, noise, some_noise},
    inputs::{Input, Reach, Seen, Target},
    tree::{Format, Node},
};

/// Grown documents that are kept for each practice; a new one takes the place of an old one.
const MOST_GROWN: usize = 400;
/// A longer document is not built upon.
const LONGEST_BASE: usize = 64 * 1024;
/// Nothing longer is tried: no loader is handed more by a practice.
const LONGEST_INPUT: usize = 256 * 1024;
/// The small practice is this much more often taken than another.
const SMALL_FIRST: u32 = 4;

/// What one input is made by.
#[derive(Debug, Clone)]
pub(crate) enum Draft {
    Made(Input),
    Changed(Recipe),
}

/// A document of a practice, and what is done to it.
#[derive(Debug, Clone)]
pub(crate) struct Recipe {
    ground: usize,
    from: From,
    base: Index,
    /// Keep it as somebody wrote it, with comments and all.
    as_written: bool,
    changes: Vec<Change>,
    noise: Vec<Noise>,
    style: u64,
}

/// Where a recipe's document comes from.
#[derive(Debug, Clone, Copy)]
enum From {
    Good,
    Grown,
    Refused,
}

/// See the module.
pub(crate) struct Corpus {
    format: Format,
    grounds: Vec<Shelf>,
    signs: BTreeSet<String>,
    grown: usize,
}

/// The documents of one practice.
#[derive(Default)]
struct Shelf {
    /// As somebody wrote them.
    good: Vec<Document>,
    /// Made here, and loaded.
    grown: Vec<Document>,
    /// Made here, and refused for a reason that was new: another one may stand behind it.
    refused: Vec<Document>,
}

struct Document {
    text: String,
    tree: Option<Node>,
}

impl Corpus {
    pub(crate) fn new(target: &dyn Target) -> Self {
        let mut corpus = Self { format: target.format(), grounds: Vec::new(), signs: BTreeSet::new(), grown: 0 };
        for base in target.bases() {
            while corpus.grounds.len() <= base.ground {
                corpus.grounds.push(Shelf::default());
            }
            let tree = Node::read(corpus.format, &base.text);
            if let Some(shelf) = corpus.grounds.get_mut(base.ground) {
                shelf.good.push(Document { text: base.text, tree });
            }
        }
        corpus
    }

    /// What inputs are drawn from.
    pub(crate) fn drafts(&self, target: &dyn Target) -> BoxedStrategy<Draft> {
        let recipes = (0..self.grounds.len()).map(|ground| {
            let weight = if ground == 0 { SMALL_FIRST } else { 1 };
            (weight, self.recipes(ground, target).prop_map(Draft::Changed).boxed())
        });
        let changed = proptest::strategy::Union::new_weighted(recipes.collect());
        match target.made() {
            Some(made) => prop_oneof![5 => made.prop_map(Draft::Made), 1 => changed].boxed(),
            None => changed.boxed(),
        }
    }

    fn recipes(&self, ground: usize, target: &dyn Target) -> BoxedStrategy<Recipe> {
        let words = Words { words: self.words(ground, target), fill: target.fill(ground) };
        let from = prop_oneof![4 => Just(From::Good), 4 => Just(From::Grown), 1 => Just(From::Refused)];
        (
            from,
            any::<Index>(),
            proptest::bool::weighted(0.08),
            changes(self.format, &words),
            noise(&words),
            some_noise(&words),
            any::<u64>(),
        )
            .prop_map(move |(from, base, as_written, changes, noise, some_noise, style)| {
                let noise = if as_written { some_noise } else { noise };
                Recipe { ground, from, base, as_written, changes, noise, style }
            })
            .boxed()
    }

    fn words(&self, ground: usize, target: &dyn Target) -> Vec<String> {
        let mut words: BTreeSet<&str> = target.words().iter().copied().collect();
        for document in self.grounds.get(ground).into_iter().flat_map(|shelf| &shelf.good) {
            let mut found = Vec::new();
            if let Some(tree) = &document.tree {
                tree.words(&mut found);
            }
            if self.format == Format::Csv {
                found.extend(document.text.split([',', ';', ' ', '\n']));
            }
            words.extend(found.iter().filter(|word| word.len() <= 80));
        }
        words.into_iter().map(str::to_owned).collect()
    }

    /// Makes the input.
    pub(crate) fn input(&self, draft: &Draft) -> Input {
        match draft {
            Draft::Made(input) => input.clone(),
            Draft::Changed(recipe) => Input { ground: recipe.ground, text: self.changed(recipe) },
        }
    }

    fn changed(&self, recipe: &Recipe) -> String {
        let Some(shelf) = self.grounds.get(recipe.ground) else { return String::new() };
        let documents = match recipe.from {
            From::Grown if !shelf.grown.is_empty() => &shelf.grown,
            From::Refused if !shelf.refused.is_empty() => &shelf.refused,
            From::Good | From::Grown | From::Refused => &shelf.good,
        };
        let Some(document) = documents.get(recipe.base.index(documents.len().max(1))) else { return String::new() };
        let mut text = match &document.tree {
            Some(tree) if !recipe.as_written => {
                let others: Vec<_> =
                    shelf.good.iter().chain(&shelf.grown).filter_map(|one| one.tree.as_ref()).collect();
                let mut tree = tree.clone();
                recipe.changes.iter().for_each(|change| change.apply(&mut tree, &others));
                tree.write(self.format, recipe.style)
            }
            _ => document.text.clone(),
        };
        recipe.noise.iter().for_each(|noise| noise.apply(&mut text));
        while text.len() > LONGEST_INPUT {
            text.truncate(text.floor_char_boundary(text.len() / 2));
        }
        text
    }

    /// Keeps an input that did what none before it did.
    pub(crate) fn learn(&mut self, input: &Input, seen: &Seen) {
        if seen.signs.iter().all(|sign| self.signs.contains(sign)) {
            return;
        }
        self.signs.extend(seen.signs.iter().cloned());
        if input.text.len() > LONGEST_BASE {
            return;
        }
        let document = Document { tree: Node::read(self.format, &input.text), text: input.text.clone() };
        let usable = document.tree.as_ref().is_none_or(|tree| tree.depth() < 40);
        if let Some(shelf) = self.grounds.get_mut(input.ground).filter(|_| usable) {
            let documents = if seen.reach == Reach::Ran { &mut shelf.grown } else { &mut shelf.refused };
            if documents.len() == MOST_GROWN {
                documents.remove(self.grown % MOST_GROWN);
            }
            documents.push(document);
            self.grown += 1;
        }
    }

    /// How many different things inputs brought about.
    pub(crate) fn signs(&self) -> usize {
        self.signs.len()
    }
}
