//! What a person tells of themselves: who they are, how to reach them, what they
//! would like, what they agree to.
//!
//! It stays in their browser, in a cookie that ends with it, until they send the
//! form: a draft at the practice knows no name. `check` says what is wrong with
//! a page, in words; `message` makes the request of it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{cookies::Cookie, form::Form, visitor::Visitor};

pub(crate) mod check;
pub(crate) mod message;

/// The most that the fields hold in all: as base64 a cookie that every browser keeps (4,096 bytes with its name).
const MOST_BYTES: usize = 3_000;
/// Between fields, and between a field's name and its value; no field holds either.
const BETWEEN: [char; 2] = ['\u{1e}', '\u{1f}'];

/// The fields of each page; on a page of its own each stands in its place.
pub(crate) const PAGES: [&[&str]; 5] = [
    &["given_name", "family_name", "pronouns", "month", "day", "year", "state"],
    &["email", "mailbox", "phone", "voicemail", "introduce_as", "pin", "safe"],
    &["care", "silent"],
    &["format", "location", "window", "language", "payer", "gender", "therapist", "avoid"],
    &["consent"],
];

/// Fields and values, as they were typed. It tells who somebody is, so it has no `Debug`.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct About(Vec<(String, String)>);

impl About {
    /// What the visitor's browser keeps.
    pub(crate) fn of(visitor: &Visitor) -> Self {
        visitor.cookies.get(Cookie::About).map(Self::parse).unwrap_or_default()
    }

    /// Reads it back; what it cannot be is nothing.
    pub(crate) fn parse(text: &str) -> Self {
        let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
        let text = String::from_utf8(bytes).unwrap_or_default();
        let pairs = text.split(BETWEEN[0]).filter_map(|pair| pair.split_once(BETWEEN[1]));
        Self(
            pairs.filter(|(name, _)| is_field(name)).map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        )
    }

    /// As a cookie keeps it; `None` where it is too much.
    pub(crate) fn text(&self) -> Option<String> {
        let pair = |(name, value): &(String, String)| format!("{name}{}{value}", BETWEEN[1]);
        let text = self.0.iter().map(pair).collect::<Vec<_>>().join(&BETWEEN[0].to_string());
        (text.len() <= MOST_BYTES).then(|| URL_SAFE_NO_PAD.encode(text))
    }

    /// A page's fields as they were sent, in place of those that were there.
    #[must_use]
    pub(crate) fn with_page(mut self, page: &[&str], sent: &Form) -> Self {
        self.0.retain(|(name, _)| !page.contains(&name.as_str()));
        for name in page {
            // One line each: a control character could end the field, or a header.
            let line = |value: &str| value.replace(|char: char| char.is_control(), " ").trim().to_owned();
            let values = sent.all(name).map(line).filter(|value| !value.is_empty());
            self.0.extend(values.map(|value| ((*name).to_owned(), value)));
        }
        self
    }

    /// A field's first value; empty where there is none.
    pub(crate) fn text_of(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// Every value of a field.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Whether a field has this value.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|given| given == value)
    }
}

fn is_field(name: &str) -> bool {
    PAGES.iter().any(|page| page.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Form;

    #[test]
    fn what_was_typed_reads_back_whatever_it_is() {
        let hostile = "\u{1e}safe\u{1f}mon\r\nSet-Cookie: x; <script>é\u{202e}";
        let sent = Form::of(&[("given_name", hostile), ("pronouns", "they"), ("consent", "x")]);
        let about = About::default().with_page(PAGES[0], &sent);
        let kept = About::parse(&about.text().unwrap());
        assert!(kept == about);
        assert_eq!(kept.text_of("given_name"), "safe mon  Set-Cookie: x; <script>é\u{202e}");
        assert_eq!(kept.all("safe").count() + kept.all("consent").count(), 0);
    }

    #[test]
    fn a_page_that_is_sent_again_takes_the_place_of_what_was_there() {
        let about = About::default().with_page(PAGES[4], &Form::of(&[("consent", "a"), ("consent", "b")]));
        let about = about.with_page(PAGES[0], &Form::of(&[("given_name", "Sam")]));
        let about = about.with_page(PAGES[4], &Form::of(&[("consent", "b")]));
        assert_eq!(about.all("consent").collect::<Vec<_>>(), ["b"]);
        assert_eq!(about.text_of("given_name"), "Sam");
    }

    #[test]
    fn nonsense_in_the_cookie_is_nothing_and_too_much_is_not_kept() {
        for text in ["", "%", "AAAA", "gIGC"] {
            assert!(About::parse(text) == About::default(), "{text}");
        }
        let long = About::default().with_page(PAGES[0], &Form::of(&[("given_name", &"é".repeat(1_500))]));
        assert!(long.text().is_none());
    }
}
