//! A document as a tree, whatever format it is written in.
//!
//! Unlike serde_json's or toml's own trees it can hold what a good document
//! cannot: two equal keys, numbers beyond any type, text that is no value at all.

mod write;

use serde_json::Value as Json;

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Yaml,
    Toml,
    /// A list of lists of cells.
    Csv,
}

impl Format {
    /// How names of files end.
    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Toml => "toml",
            Self::Csv => "csv",
        }
    }
}

/// A value of a document.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    /// As it is written.
    Number(String),
    Text(String),
    /// Stands in the file as it is, whatever that means there.
    Raw(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

/// Whether a text is a document of its format at all, whatever it says.
pub(crate) fn is_document(format: Format, text: &str) -> bool {
    match format {
        Format::Json => serde_json::from_str::<Json>(text).is_ok(),
        Format::Yaml => serde_saphyr::from_str::<Json>(text).is_ok(),
        Format::Toml => toml::from_str::<toml::Table>(text).is_ok(),
        Format::Csv => true,
    }
}

impl Node {
    /// Reads a good document; `None` where it is none.
    pub(crate) fn read(format: Format, text: &str) -> Option<Self> {
        let json: Json = match format {
            Format::Json => serde_json::from_str(text).ok()?,
            Format::Yaml => serde_saphyr::from_str(text).ok()?,
            Format::Toml => toml::from_str(text).ok()?,
            Format::Csv => {
                let row = |line: &str| Self::List(line.split(',').map(|cell| Self::Text(cell.to_owned())).collect());
                return Some(Self::List(text.lines().map(row).collect()));
            }
        };
        Some(Self::of(json))
    }

    fn of(json: Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(value),
            Json::Number(number) => Self::Number(number.to_string()),
            Json::String(text) => Self::Text(text),
            Json::Array(values) => Self::List(values.into_iter().map(Self::of).collect()),
            Json::Object(fields) => Self::Map(fields.into_iter().map(|(key, value)| (key, Self::of(value))).collect()),
        }
    }

    /// How many values it holds, with itself.
    pub(crate) fn size(&self) -> usize {
        1 + self.children().map(Self::size).sum::<usize>()
    }

    /// How long its texts are together.
    pub(crate) fn bytes(&self) -> usize {
        let own = match self {
            Self::Number(text) | Self::Text(text) | Self::Raw(text) => text.len(),
            Self::Map(fields) => fields.iter().map(|(key, _)| key.len()).sum(),
            Self::Null | Self::Bool(_) | Self::List(_) => 0,
        };
        own + self.children().map(Self::bytes).sum::<usize>()
    }

    /// How deep it goes.
    pub(crate) fn depth(&self) -> usize {
        1 + self.children().map(Self::depth).max().unwrap_or(0)
    }

    /// All values in it, itself first, in the order of the document.
    pub(crate) fn at(&self, index: usize) -> Option<&Self> {
        let mut skip = index;
        let mut node = self;
        'down: while skip > 0 {
            skip -= 1;
            for child in node.children() {
                let size = child.size();
                if skip < size {
                    node = child;
                    continue 'down;
                }
                skip -= size;
            }
            return None;
        }
        Some(node)
    }

    /// The same, to be changed.
    pub(crate) fn at_mut(&mut self, index: usize) -> Option<&mut Self> {
        let mut skip = index;
        let mut node = self;
        while skip > 0 {
            skip -= 1;
            let child = node.children_mut().find_map(|child| {
                let size = child.size();
                if skip < size {
                    return Some(child);
                }
                skip -= size;
                None
            });
            node = child?;
        }
        Some(node)
    }

    /// Every value that stands under this key, in the order of the document.
    pub(crate) fn under_key<'n>(&'n mut self, key: &str, found: &mut Vec<&'n mut Self>) {
        match self {
            Self::Map(fields) => {
                for (name, value) in fields {
                    if name == key { found.push(value) } else { value.under_key(key, found) }
                }
            }
            Self::List(values) => values.iter_mut().for_each(|value| value.under_key(key, found)),
            _ => {}
        }
    }

    /// Every key and every text in it.
    pub(crate) fn words<'n>(&'n self, words: &mut Vec<&'n str>) {
        match self {
            Self::Text(text) => words.push(text),
            Self::Map(fields) => words.extend(fields.iter().map(|(key, _)| key.as_str())),
            _ => {}
        }
        self.children().for_each(|child| child.words(words));
    }

    fn children(&self) -> Box<dyn Iterator<Item = &Self> + '_> {
        match self {
            Self::List(values) => Box::new(values.iter()),
            Self::Map(fields) => Box::new(fields.iter().map(|(_, value)| value)),
            _ => Box::new(std::iter::empty()),
        }
    }

    fn children_mut(&mut self) -> Box<dyn Iterator<Item = &mut Self> + '_> {
        match self {
            Self::List(values) => Box::new(values.iter_mut()),
            Self::Map(fields) => Box::new(fields.iter_mut().map(|(_, value)| value)),
            _ => Box::new(std::iter::empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, Node};

    #[test]
    fn a_tree_that_is_written_in_any_style_is_read_as_it_was() {
        let text =
            r##"{"a": [1, "x: # y", {"b c": true}, "two\nlines"], "d": {"e": 0.5, "f": "- 'z'", "g": [{"h": "i"}]}}"##;
        let tree = Node::read(Format::Json, text).unwrap();
        for format in [Format::Json, Format::Yaml, Format::Toml] {
            for style in 0..200 {
                let written = tree.write(format, style);
                let again = Node::read(format, &written).unwrap_or_else(|| panic!("{format:?}: {written}"));
                assert_eq!(again.write(Format::Json, 0), tree.write(Format::Json, 0), "{format:?}: {written}");
            }
        }
    }

    #[test]
    fn every_value_is_found_where_it_is_changed() {
        let mut tree = Node::read(Format::Json, r#"[1, {"a": [2, 3]}, [], 4]"#).unwrap();
        for index in 0..tree.size() {
            let one = tree.at(index).unwrap().write(Format::Json, 0);
            assert_eq!(tree.at_mut(index).unwrap().write(Format::Json, 0), one);
        }
        assert!(tree.at(tree.size()).is_none() && tree.at_mut(tree.size()).is_none());
    }
}
