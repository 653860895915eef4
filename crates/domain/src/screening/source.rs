//! A JSON file of the practice, read whole, and how it says what is wrong in it.

use serde_json::Value as Json;

use super::places::Places;
use crate::problem::FileProblem;

/// A file holds this many bytes at most: ten times the largest form that anybody would fill in.
const MOST_BYTES: usize = 1 << 20;

/// What stands in a file, and where.
pub(super) struct Source<'f> {
    file: &'f str,
    places: Places,
    root: Json,
}

impl<'f> Source<'f> {
    /// Reads a file's text; editors that mark it as UTF-8 are forgiven.
    pub(super) fn read(file: &'f str, text: &str) -> Result<Self, FileProblem> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.len() > MOST_BYTES {
            let what = format!("it is larger than {MOST_BYTES} bytes");
            return Err(FileProblem::error(file, (0, 0), what, "split it"));
        }
        let root = serde_json::from_str(text).map_err(|error| {
            let place = (u32::try_from(error.line()).unwrap_or(0), u32::try_from(error.column()).unwrap_or(0));
            let text = error.to_string();
            // The place stands in front already.
            let why = text.split_once(" at line ").map_or(text.as_str(), |(why, _)| why);
            FileProblem::error(file, place, "this is not JSON", why)
        })?;
        Ok(Self { file, places: Places::of(text), root })
    }

    pub(super) const fn root(&self) -> &Json {
        &self.root
    }

    /// The value at a JSON pointer.
    pub(super) fn json(&self, pointer: &str) -> Option<&Json> {
        self.root.pointer(pointer)
    }

    /// The line and column of a value, or of the nearest one around it.
    pub(super) fn place(&self, pointer: &str) -> (u32, u32) {
        self.places.at(pointer)
    }

    pub(super) fn error(&self, pointer: &str, what: impl Into<String>, hint: impl Into<String>) -> FileProblem {
        FileProblem::error(self.file, self.places.at(pointer), what, hint)
    }

    pub(super) fn warning(&self, pointer: &str, what: impl Into<String>, hint: impl Into<String>) -> FileProblem {
        FileProblem::warning(self.file, self.places.at(pointer), what, hint)
    }
}

/// The text of a property.
pub(super) fn text<'j>(json: &'j Json, key: &str) -> Option<&'j str> {
    json.get(key).and_then(Json::as_str)
}

/// The entries of a property that is a list; none where it is not.
pub(super) fn list<'j>(json: &'j Json, key: &str) -> &'j [Json] {
    json.get(key).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

/// The first of the extensions with one of these addresses.
pub(super) fn extension<'j>(json: &'j Json, urls: &[&str]) -> Option<&'j Json> {
    list(json, "extension").iter().find(|extension| text(extension, "url").is_some_and(|url| urls.contains(&url)))
}
