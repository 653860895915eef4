//! FHIR's translation extension: one text of a file in several languages.
//!
//! `"_text": {"extension": [{"url": ".../translation", "extension": [{"url": "lang",
//! "valueCode": "es"}, {"url": "content", "valueString": "…"}]}]}` stands beside `"text"`.

use serde_json::Value as Json;

use super::source::{list, text};
use crate::contact::Language;

pub(super) const TRANSLATION: &str = "http://hl7.org/fhir/StructureDefinition/translation";

/// A text in other languages than its file's own.
pub(super) type Translations = Vec<(Language, String)>;

/// The translations of a property; those into languages that nobody reads here are left out.
pub(super) fn of(json: &Json, key: &str) -> Translations {
    beside(json.get(format!("_{key}")))
}

/// The translations of what stands beside a text.
pub(super) fn beside(beside: Option<&Json>) -> Translations {
    let Some(beside) = beside else { return Translations::new() };
    let translations = list(beside, "extension").iter().filter(|extension| text(extension, "url") == Some(TRANSLATION));
    translations.filter_map(read).collect()
}

/// A translation of a property that lacks its language or its text.
pub(super) fn has_broken(json: &Json, key: &str) -> bool {
    let beside = json.get(format!("_{key}"));
    let extensions = beside.map_or(&[][..], |beside| list(beside, "extension"));
    extensions.iter().any(|extension| text(extension, "url") == Some(TRANSLATION) && parts(extension).is_none())
}

/// The text in a language, where it is there.
pub(super) fn find(translations: &[(Language, String)], language: Language) -> Option<&str> {
    translations.iter().find(|(other, _)| *other == language).map(|(_, text)| text.as_str())
}

fn read(extension: &Json) -> Option<(Language, String)> {
    let (lang, content) = parts(extension)?;
    Some((Language::parse(lang).ok()?, content.to_owned()))
}

fn parts(extension: &Json) -> Option<(&str, &str)> {
    let part = |url: &str| list(extension, "extension").iter().find(|part| text(part, "url") == Some(url));
    let content = part("content")?;
    let content = text(content, "valueString").or_else(|| text(content, "valueMarkdown"))?;
    Some((text(part("lang")?, "valueCode")?, content)).filter(|_| !content.trim().is_empty())
}
