//! What inputs are made from: good documents, and those made from them that
//! brought something new. Without instrumentation the compiler tells us nothing
//! about branches, so what a reader would see is the guide: another reason for a
//! refusal, another rule that fired.

use std::collections::BTreeSet;

use proptest::{prelude::*, sample::Index};

use crate::{
    change::{Change, Noise, Words, changes, noise, some_noise},
    target::{Input, Seen, Target},
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
    /// Among the good documents, or among the grown ones.
    grown: bool,
    base: Index,
    /// Keep it as somebody wrote it, with comments and all.
    as_written: bool,
    changes: Vec<Change>,
    noise: Vec<Noise>,
    style: u64,
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
    good: Vec<Document>,
    grown: Vec<Document>,
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
        // Where there are no trees there is only noise.
        let as_written =
            if self.format == Format::Csv { Just(true).boxed() } else { proptest::bool::weighted(0.08).boxed() };
        (
            any::<bool>(),
            any::<Index>(),
            as_written,
            changes(self.format, &words),
            noise(&words),
            some_noise(&words),
            any::<u64>(),
        )
            .prop_map(move |(grown, base, as_written, changes, noise, some_noise, style)| {
                let noise = if as_written { some_noise } else { noise };
                Recipe { ground, grown, base, as_written, changes, noise, style }
            })
            .boxed()
    }

    fn words(&self, ground: usize, target: &dyn Target) -> Vec<String> {
        let mut words: BTreeSet<&str> = target.words().iter().copied().collect();
        for document in self.grounds.get(ground).into_iter().flat_map(|shelf| &shelf.good) {
            let mut found = Vec::new();
            match &document.tree {
                Some(tree) => tree.words(&mut found),
                None => found.extend(document.text.split([',', ';', ' ', '\n'])),
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
        let documents = if recipe.grown && !shelf.grown.is_empty() { &shelf.grown } else { &shelf.good };
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
        let fresh = seen.signs.iter().filter(|sign| !self.signs.contains(*sign)).count() > 0;
        if !fresh {
            return;
        }
        self.signs.extend(seen.signs.iter().cloned());
        if input.text.len() > LONGEST_BASE {
            return;
        }
        let document = Document { tree: Node::read(self.format, &input.text), text: input.text.clone() };
        let usable = document.tree.as_ref().is_none_or(|tree| tree.depth() < 40);
        if let Some(shelf) = self.grounds.get_mut(input.ground).filter(|_| usable) {
            if shelf.grown.len() == MOST_GROWN {
                shelf.grown.remove(self.grown % MOST_GROWN);
            }
            shelf.grown.push(document);
            self.grown += 1;
        }
    }

    /// How many different things inputs brought about.
    pub(crate) fn signs(&self) -> usize {
        self.signs.len()
    }
}
