//! A paragraph that a client reads, in both languages.

use std::ops::Range;

use super::{
    Text,
    section::{Section, Source},
};
use crate::contact::Language;

/// As long as a person reads before they decide.
const LONGEST: usize = 600;

/// A paragraph that must be there.
pub(super) fn paragraph(source: &Source<'_>, section: &mut Section<'_, '_>, key: &str) -> Option<Text> {
    let text = section.required::<Text>(key)?;
    check(source, &text.span(), text.get_ref());
    Some(text.into_inner())
}

/// Notes what keeps a text from being one paragraph that a person reads.
pub(super) fn check(source: &Source<'_>, at: &Range<usize>, text: &Text) {
    for language in Language::ALL {
        let words = text.get(language);
        if words.trim().is_empty() || words.chars().count() > LONGEST || words.chars().any(char::is_control) {
            let what = format!("`{}` must be one paragraph of at most {LONGEST} characters", language.tag());
            source.error(at, what, "");
        }
    }
}
