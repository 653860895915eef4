//! The questionnaire as front ends get it.
//!
//! Extensions are kept by a list of what helps to render a form; whatever else
//! a file carries (weights, formulas, prefixes that mirror a score) stays here.
//! A form needs nothing beside it: options of a value set are written out, and
//! every text stands in the language that was asked for, or in the file's own.

use serde_json::{Map, Value as Json, json};

use super::{Choice, Item};
use crate::{
    contact::Language,
    screening::{Value, source::text, translation},
};

const KEPT_EXTENSIONS: [&str; 18] = [
    "http://hl7.org/fhir/StructureDefinition/minValue",
    "http://hl7.org/fhir/StructureDefinition/maxValue",
    "http://hl7.org/fhir/StructureDefinition/minLength",
    "http://hl7.org/fhir/StructureDefinition/maxDecimalPlaces",
    "http://hl7.org/fhir/StructureDefinition/regex",
    "http://hl7.org/fhir/StructureDefinition/entryFormat",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-choiceOrientation",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-displayCategory",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-minOccurs",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-maxOccurs",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-sliderStepValue",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-supportLink",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-unit",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption",
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-minQuantity",
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-maxQuantity",
];

/// What of the resource itself a front end needs.
const KEPT_FIELDS: [&str; 15] = [
    "resourceType",
    "id",
    "url",
    "version",
    "name",
    "title",
    "_title",
    "status",
    "date",
    "publisher",
    "description",
    "_description",
    "copyright",
    "language",
    "item",
];
/// Texts that people read. The text of an option is its answer, and so in one language.
const READ: [&str; 5] = ["title", "description", "prefix", "text", "display"];

pub(super) fn of(root: &Json, canonical: &str, items: &[Item], language: Language) -> String {
    let mut json = root.clone();
    if let Some(fields) = json.as_object_mut() {
        fields.retain(|key, _| KEPT_FIELDS.contains(&key.as_str()));
        // As answers name it, also where the file does not say.
        if let Some((url, version)) = canonical.split_once('|') {
            fields.insert("url".to_owned(), json!(url));
            fields.insert("version".to_owned(), json!(version));
        }
        if translation::find(&translation::of(root, "title"), language).is_some() {
            fields.insert("language".to_owned(), json!(language.tag()));
        }
    }
    let form = Form { items, language };
    form.items(&mut json);
    form.strip(&mut json);
    json.to_string()
}

struct Form<'a> {
    items: &'a [Item],
    language: Language,
}

impl Form<'_> {
    /// Leaves hidden items out, writes options out, and says which items nobody answers.
    fn items(&self, json: &mut Json) {
        let Some(below) = json.get_mut("item").and_then(Json::as_array_mut) else { return };
        below.retain_mut(|json| {
            let link_id = text(json, "linkId").unwrap_or_default();
            let Some(item) = self.items.iter().find(|item| item.link_id == link_id) else { return false };
            if let (false, Some(fields)) = (item.hidden, json.as_object_mut()) {
                self.write_out(item, fields);
            }
            !item.hidden
        });
        below.iter_mut().for_each(|item| self.items(item));
    }

    fn write_out(&self, item: &Item, fields: &mut Map<String, Json>) {
        if item.closed && item.kind != super::Kind::Display {
            fields.insert("readOnly".to_owned(), json!(true));
        }
        if item.borrowed && !item.options.is_empty() {
            let options = item.options.iter().map(|option| self.option(option)).collect();
            fields.remove("answerValueSet");
            fields.insert("answerOption".to_owned(), Json::Array(options));
        }
    }

    fn option(&self, option: &Choice) -> Json {
        let display = translation::find(&option.translations, self.language).unwrap_or(&option.display);
        match &option.value {
            Value::Code { system, code } if system.is_empty() => {
                json!({"valueCoding": {"code": code, "display": display}})
            }
            Value::Code { system, code } => {
                json!({"valueCoding": {"system": system, "code": code, "display": display}})
            }
            // A value set lists codes alone.
            _ => json!({}),
        }
    }

    /// Puts texts into the language, and leaves out every extension that does not help to render.
    fn strip(&self, json: &mut Json) {
        match json {
            Json::Object(fields) => {
                for key in READ {
                    let translations = translation::beside(fields.get(&format!("_{key}")));
                    if let Some(text) = translation::find(&translations, self.language) {
                        fields.insert(key.to_owned(), json!(text));
                    }
                }
                if let Some(Json::Array(extensions)) = fields.get_mut("extension") {
                    extensions.retain(kept);
                    if extensions.is_empty() {
                        fields.remove("extension");
                    }
                }
                fields.values_mut().for_each(|value| self.strip(value));
                // What stood beside a text, and is empty now.
                fields.retain(|key, value| !(key.starts_with('_') && value.as_object().is_some_and(Map::is_empty)));
            }
            Json::Array(values) => values.iter_mut().for_each(|value| self.strip(value)),
            _ => {}
        }
    }
}

fn kept(extension: &Json) -> bool {
    text(extension, "url").is_some_and(|url| KEPT_EXTENSIONS.contains(&url))
}
