//! What an invitation says, and where it leads.
//!
//! It goes to somebody who has agreed to nothing yet, over a mailbox that nobody
//! knows: its words are held to what a letter's are.

use toml::Spanned;

use super::{
    Text, paragraph,
    section::{Section, Source},
};
use crate::{contact::Language, letter::telling};

/// The words, in both languages.
pub(super) fn text(source: &Source<'_>, mut section: Section<'_, '_>) -> Option<Text> {
    let text = section.required::<Text>("text");
    section.finish();
    let text = text?;
    let at = text.span();
    paragraph::check(source, &at, text.get_ref());
    for language in Language::ALL {
        let words = text.get_ref().get(language);
        let wrong = |what: String, hint: &str| source.error(&at, format!("`{}` {what}", language.tag()), hint);
        if ["http:", "https:", "www."].iter().any(|link| words.to_lowercase().contains(link)) {
            wrong("holds a link".to_owned(), "the invitation's own link stands below the words");
        }
        for word in telling(words) {
            wrong(format!("says \"{word}…\""), "somebody else may see it: stay neutral");
        }
    }
    Some(text.into_inner())
}

/// Where clients' pages stand. A link is this and a path that ends in a token: it may bring neither query nor
/// fragment of its own.
pub(super) fn pages_url(source: &Source<'_>, url: &Spanned<String>) -> Option<String> {
    let text = url.get_ref().trim_end_matches('/');
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/[]%".contains(c);
    let host = text.strip_prefix("https://").map(|rest| rest.split('/').next().unwrap_or_default());
    if host.is_none_or(str::is_empty) || text.len() > 200 || !text.chars().all(plain) {
        source.error(&url.span(), "must be an address like https://intake.example.com", "letters hold it as it stands");
        return None;
    }
    if let Some(word) = telling(text).next() {
        let hint = "letters hold it as it stands, and somebody else may see them";
        source.error(&url.span(), format!("says \"{word}…\""), hint);
        return None;
    }
    Some(text.to_owned())
}
