//! What is done to a document: values swapped for others of any type, keys
//! doubled, branches moved and nested, text lengthened, and noise on top.

mod values;

use proptest::{prelude::*, sample::Index};

use crate::tree::{Format, Node};
use values::{text, value};

/// One change to a tree.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// Which value.
    place: Index,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Put(Node),
    Leave,
    /// The element or key stands there twice.
    Twice,
    /// Changes places with another value.
    Swap(Index),
    /// Becomes a copy of another value, perhaps one around it.
    Graft(Index),
    /// Becomes a copy of a value of another document.
    Donate(Index, Index),
    /// The place is among its keys.
    Rename(Index, String),
    /// Within lists or maps.
    Wrap(bool, u8),
    /// A list of so many of it.
    Many(u16),
    /// Its text, or its number's, goes on like this.
    Append(String),
    /// Stands under this key wherever the document has one.
    Fill(String, String),
}

/// A change to what is written.
#[derive(Debug, Clone)]
pub(crate) struct Noise {
    at: Index,
    what: Splatter,
}

#[derive(Debug, Clone)]
enum Splatter {
    Insert(String),
    Cut(u8),
    Flip(char),
    LineTwice,
    End,
}

/// The words of a format, of its documents, and what is filled in by key.
#[derive(Clone)]
pub(crate) struct Words {
    pub(crate) words: Vec<String>,
    /// Texts for the values of one key: conditions.
    pub(crate) fill: Option<(String, BoxedStrategy<String>)>,
}

/// A document that grows beyond these stays as it was.
const MOST_VALUES: usize = 20_000;
const MOST_BYTES: usize = 1_000_000;
/// Our own walks recurse; what goes deeper is written as raw text.
const DEEPEST: usize = 60;

/// From one to five changes.
pub(crate) fn changes(format: Format, words: &Words) -> BoxedStrategy<Vec<Change>> {
    let place = any::<Index>();
    let change = (place, what(format, words)).prop_map(|(place, what)| Change { place, what });
    prop_oneof![
        4 => proptest::collection::vec(change.clone(), 1),
        2 => proptest::collection::vec(change.clone(), 2),
        1 => proptest::collection::vec(change, 3..6),
    ]
    .boxed()
}

/// Most documents that were changed already are left alone.
pub(crate) fn noise(words: &Words) -> BoxedStrategy<Vec<Noise>> {
    prop_oneof![16 => Just(Vec::new()), 1 => some_noise(words)].boxed()
}

/// From one to three places.
pub(crate) fn some_noise(words: &Words) -> BoxedStrategy<Vec<Noise>> {
    let splatter = prop_oneof![
        4 => text(words).prop_map(Splatter::Insert),
        2 => any::<u8>().prop_map(Splatter::Cut),
        2 => any::<char>().prop_map(Splatter::Flip),
        1 => Just(Splatter::LineTwice),
        1 => Just(Splatter::End),
    ];
    let noise = (any::<Index>(), splatter).prop_map(|(at, what)| Noise { at, what });
    proptest::collection::vec(noise, 1..4).boxed()
}

fn what(format: Format, words: &Words) -> BoxedStrategy<What> {
    let index = || any::<Index>();
    let plain = prop_oneof![
        6 => value(format, words).prop_map(What::Put),
        3 => Just(What::Leave),
        2 => Just(What::Twice),
        2 => index().prop_map(What::Swap),
        4 => index().prop_map(What::Graft),
        4 => (index(), index()).prop_map(|(document, place)| What::Donate(document, place)),
        2 => (index(), text(words)).prop_map(|(key, name)| What::Rename(key, name)),
        1 => (any::<bool>(), 1_u8..40).prop_map(|(list, deep)| What::Wrap(list, deep)),
        1 => prop_oneof![8 => 2_u16..20, 1 => 100_u16..2_000].prop_map(What::Many),
        2 => text(words).prop_map(What::Append),
    ];
    match &words.fill {
        Some((key, texts)) => {
            let key = key.clone();
            prop_oneof![2 => plain, 1 => texts.clone().prop_map(move |text| What::Fill(key.clone(), text))].boxed()
        }
        None => plain.boxed(),
    }
}

impl Change {
    /// Changes a tree; what does not fit it leaves it as it was.
    pub(crate) fn apply(&self, root: &mut Node, others: &[&Node]) {
        let place = self.place.index(root.size());
        let pick = |index: &Index, root: &Node| root.at(index.index(root.size())).cloned();
        match &self.what {
            What::Put(value) => put(root, place, value.clone()),
            What::Leave => with_parent(root, place, |siblings, position| siblings.remove(position)),
            What::Twice => with_parent(root, place, |siblings, position| siblings.twice(position)),
            What::Swap(other) => {
                let other = other.index(root.size());
                if let (Some(one), Some(two)) = (root.at(place).cloned(), root.at(other).cloned()) {
                    put(root, place, two);
                    // Where the first held the second there is nothing left to swap with.
                    put(root, other, one);
                }
            }
            What::Graft(other) => {
                if let Some(copy) = pick(other, root) {
                    put(root, place, copy);
                }
            }
            What::Donate(document, at) => {
                let donor = others.get(document.index(others.len().max(1)));
                if let Some(copy) = donor.and_then(|donor| pick(at, donor)) {
                    put(root, place, copy);
                }
            }
            What::Rename(key, name) => {
                if let Some(Node::Map(fields)) = root.at_mut(place)
                    && !fields.is_empty()
                    && let position = key.index(fields.len())
                    && let Some((key, _)) = fields.get_mut(position)
                {
                    key.clone_from(name);
                }
            }
            What::Wrap(list, deep) => {
                if let Some(mut node) = root.at(place).cloned() {
                    for _ in 0..*deep {
                        node = if *list { Node::List(vec![node]) } else { Node::Map(vec![("item".to_owned(), node)]) };
                    }
                    put(root, place, node);
                }
            }
            What::Many(times) => {
                if let Some(node) = root.at(place).cloned()
                    && node.size() * usize::from(*times) <= MOST_VALUES
                    && node.bytes() * usize::from(*times) <= MOST_BYTES
                {
                    put(root, place, Node::List(vec![node; usize::from(*times)]));
                }
            }
            What::Append(more) => {
                if let Some(Node::Text(text) | Node::Number(text)) = root.at_mut(place) {
                    text.push_str(more);
                }
            }
            What::Fill(key, text) => {
                let mut found = Vec::new();
                root.under_key(key, &mut found);
                let which = self.place.index(found.len().max(1));
                if let Some(node) = found.get_mut(which) {
                    **node = Node::Text(text.clone());
                }
            }
        }
    }
}

/// Puts a value in its place, unless the document would grow too large.
fn put(root: &mut Node, place: usize, value: Node) {
    let too_long = root.bytes() + value.bytes() > MOST_BYTES;
    if too_long || root.size() + value.size() > MOST_VALUES || root.depth() + value.depth() > DEEPEST {
        return;
    }
    if let Some(node) = root.at_mut(place) {
        *node = value;
    }
}

/// The elements of a list, or the fields of a map.
enum Siblings<'n> {
    List(&'n mut Vec<Node>),
    Map(&'n mut Vec<(String, Node)>),
}

impl Siblings<'_> {
    fn remove(&mut self, position: usize) {
        match self {
            Self::List(values) => drop(values.remove(position)),
            Self::Map(fields) => drop(fields.remove(position)),
        }
    }

    fn twice(&mut self, position: usize) {
        match self {
            Self::List(values) => values.extend_from_within(position..=position),
            Self::Map(fields) => fields.extend_from_within(position..=position),
        }
    }
}

/// Changes the list or map at a place; the position in it is the place's own remainder.
fn with_parent(root: &mut Node, place: usize, change: impl FnOnce(&mut Siblings<'_>, usize)) {
    // The nearest one before the place that holds anything.
    let holder = (0..=place).rev().find(|at| match root.at(*at) {
        Some(Node::List(values)) => !values.is_empty(),
        Some(Node::Map(fields)) => !fields.is_empty(),
        _ => false,
    });
    match holder.and_then(|at| root.at_mut(at)) {
        Some(Node::List(values)) => {
            let position = place % values.len();
            change(&mut Siblings::List(values), position);
        }
        Some(Node::Map(fields)) => {
            let position = place % fields.len();
            change(&mut Siblings::Map(fields), position);
        }
        _ => {}
    }
}

impl Noise {
    /// Changes a text at a place between two characters.
    pub(crate) fn apply(&self, text: &mut String) {
        let mut at = self.at.index(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let (before, after) = text.split_at(at);
        *text = match &self.what {
            Splatter::Insert(inserted) => format!("{before}{inserted}{after}"),
            Splatter::Cut(many) => before.chars().chain(after.chars().skip(usize::from(*many))).collect(),
            Splatter::Flip(char) => before.chars().chain([*char]).chain(after.chars().skip(1)).collect(),
            Splatter::LineTwice => {
                let line = after.split_inclusive('\n').next().unwrap_or_default();
                format!("{before}{line}{after}")
            }
            Splatter::End => before.to_owned(),
        };
    }
}
