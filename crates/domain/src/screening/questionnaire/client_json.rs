//! The questionnaire as front ends get it.
//!
//! Extensions are kept by a list of what helps to render a form; whatever else
//! a file carries (weights, formulas, prefixes that mirror a score) stays here.

use serde_json::Value as Json;

use super::Item;

const KEPT_EXTENSIONS: [&str; 13] = [
    "http://hl7.org/fhir/StructureDefinition/minValue",
    "http://hl7.org/fhir/StructureDefinition/maxValue",
    "http://hl7.org/fhir/StructureDefinition/minLength",
    "http://hl7.org/fhir/StructureDefinition/maxDecimalPlaces",
    "http://hl7.org/fhir/StructureDefinition/entryFormat",
    "http://hl7.org/fhir/StructureDefinition/translation",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-choiceOrientation",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-displayCategory",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-supportLink",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-unit",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption",
];

/// What of the resource itself a front end needs.
const KEPT_FIELDS: [&str; 16] = [
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
    "copyright",
    "subjectType",
    "language",
    "contained",
    "item",
];

pub(super) fn of(root: &Json, items: &[Item]) -> String {
    let mut json = root.clone();
    if let Some(fields) = json.as_object_mut() {
        fields.retain(|key, _| KEPT_FIELDS.contains(&key.as_str()));
        if let Some(Json::Array(contained)) = fields.get_mut("contained") {
            contained.retain(|resource| resource.get("resourceType").and_then(Json::as_str) == Some("ValueSet"));
        }
    }
    strip(&mut json, items);
    json.to_string()
}

fn strip(json: &mut Json, items: &[Item]) {
    match json {
        Json::Object(fields) => {
            if let Some(Json::Array(below)) = fields.get_mut("item") {
                below.retain(|item| !closed(item, items));
            }
            if let Some(Json::Array(extensions)) = fields.get_mut("extension") {
                extensions.retain(kept);
                if extensions.is_empty() {
                    fields.remove("extension");
                }
            }
            fields.values_mut().for_each(|value| strip(value, items));
        }
        Json::Array(values) => values.iter_mut().for_each(|value| strip(value, items)),
        _ => {}
    }
}

fn kept(extension: &Json) -> bool {
    extension.get("url").and_then(Json::as_str).is_some_and(|url| KEPT_EXTENSIONS.contains(&url))
}

fn closed(item: &Json, items: &[Item]) -> bool {
    let link_id = item.get("linkId").and_then(Json::as_str);
    items.iter().any(|item| item.closed && Some(item.link_id.as_str()) == link_id)
}
