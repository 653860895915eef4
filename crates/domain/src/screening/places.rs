//! Where the values of a JSON text stand: JSON pointer → line and column.
//!
//! serde_json tells places of syntax errors only; a practice wants them for an
//! unknown code as well.

use std::collections::BTreeMap;

/// Where each value begins. A tree, as the text itself: pointers of their own for every value
/// would grow with the length of the keys around them.
pub(super) struct Places(Place);

#[derive(Default)]
struct Place {
    at: (u32, u32),
    below: BTreeMap<String, Place>,
}

impl Places {
    /// Reads a text that serde_json has accepted.
    pub(super) fn of(json: &str) -> Self {
        Self(Scanner { rest: json.chars().peekable(), line: 1, column: 1 }.value())
    }

    /// The place of a value, or of the nearest one around it.
    pub(super) fn at(&self, pointer: &str) -> (u32, u32) {
        let mut place = &self.0;
        for key in pointer.split('/').skip(1) {
            match place.below.get(key) {
                Some(below) => place = below,
                None => break,
            }
        }
        place.at
    }
}

struct Scanner<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    line: u32,
    column: u32,
}

impl Scanner<'_> {
    fn next(&mut self) -> Option<char> {
        let char = self.rest.next()?;
        if char == '\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
        Some(char)
    }

    /// Skips blanks and separators; what comes next is the start of something.
    fn peek(&mut self) -> Option<char> {
        while let Some(&char) = self.rest.peek() {
            if !(char.is_whitespace() || char == ',' || char == ':') {
                return Some(char);
            }
            self.next();
        }
        None
    }

    /// Reads one value. Its depth is bounded: serde_json refused anything deeper than 128.
    fn value(&mut self) -> Place {
        let Some(first) = self.peek() else { return Place::default() };
        let mut place = Place { at: (self.line, self.column), below: BTreeMap::new() };
        match first {
            '{' => {
                self.next();
                while let Some('"') = self.peek() {
                    let key = self.string();
                    place.below.insert(key, self.value());
                }
                self.next();
            }
            '[' => {
                self.next();
                while self.peek().is_some_and(|char| char != ']') {
                    place.below.insert(place.below.len().to_string(), self.value());
                }
                self.next();
            }
            '"' => {
                self.string();
            }
            _ => {
                while self.rest.peek().is_some_and(|&char| char.is_ascii_alphanumeric() || "+-.".contains(char)) {
                    self.next();
                }
            }
        }
        place
    }

    /// Reads a string; escapes stay as they are written, which is enough for keys of FHIR.
    fn string(&mut self) -> String {
        let mut text = String::new();
        self.next();
        while let Some(char) = self.next() {
            match char {
                '"' => break,
                '\\' => {
                    text.push(char);
                    text.extend(self.next());
                }
                _ => text.push(char),
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::Places;

    #[test]
    fn a_value_is_found_at_its_line_and_column_and_a_missing_one_at_its_parent() {
        let places = Places::of(
            "{\n  \"item\": [\n    {\"linkId\": \"a\\\"}\"},\n    {\"linkId\": \"ü\", \"x\": -1.5e3}\n  ]\n}",
        );
        assert_eq!(places.at(""), (1, 1));
        assert_eq!(places.at("/item/0/linkId"), (3, 16));
        assert_eq!(places.at("/item/1"), (4, 5));
        assert_eq!(places.at("/item/1/x"), (4, 26));
        assert_eq!(places.at("/item/1/type"), (4, 5));
        assert_eq!(places.at("/item/7/type"), (2, 11));
    }
}
