//! What a client reads, and in which languages.

use serde_json::Value as Json;

use super::{Reader, Wording};
use crate::{
    contact::Language,
    screening::{source::text, translation},
};

impl Reader<'_> {
    /// Notes a text that clients read.
    pub(super) fn wording(&mut self, json: &Json, pointer: &str, key: &str) {
        if json.get(key).is_some_and(|value| !value.is_string()) {
            self.error(&format!("{pointer}/{key}"), format!("{key} is no text"), "write it in quotes");
        }
        if translation::has_broken(json, key) {
            let hint = "it needs \"lang\" with valueCode and \"content\" with valueString";
            self.warning(&format!("{pointer}/_{key}"), "a translation cannot be read", hint);
        }
        if text(json, key).is_some() {
            let (pointer, translations) = (format!("{pointer}/{key}"), translation::of(json, key));
            self.wordings.push(Wording { pointer, translations, borrowed: false });
        }
    }

    /// Warns where somebody would read two languages in one form.
    pub(super) fn half_translated(&mut self) {
        // FHIR has no default; a file that does not say is taken to be in ours.
        let own = text(self.source.root(), "language").map_or(Ok(Language::default()), Language::parse).ok();
        for language in Language::ALL.into_iter().filter(|language| Some(*language) != own) {
            let is_there = |one: &Wording| translation::find(&one.translations, language).is_some();
            // What a value set brings makes no file a translated one.
            if !self.wordings.iter().any(|one| !one.borrowed && is_there(one)) {
                continue;
            }
            let all = self.wordings.len();
            let mut lacking = self.wordings.iter().filter(|one| !is_there(one)).map(|one| one.pointer.clone());
            let Some(first) = lacking.next() else { continue };
            let count = 1 + lacking.count();
            let what = format!("{count} of {all} texts are not in \"{}\"", language.tag());
            self.warning(&first, what, "this is the first; clients would read two languages in one form");
        }
    }
}
