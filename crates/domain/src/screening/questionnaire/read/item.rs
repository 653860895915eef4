//! One item: its type, its limits, its options with their weights.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{MOST_ITEMS, Reader, extension, text};
use crate::screening::{
    Value,
    questionnaire::{Bound, Choice, Item, Kind},
};

pub(in crate::screening::questionnaire) const WEIGHTS: [&str; 3] = [
    "http://hl7.org/fhir/StructureDefinition/itemWeight",
    "http://hl7.org/fhir/StructureDefinition/ordinalValue",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-ordinalValue",
];
const HIDDEN: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden";
const CALCULATED: [&str; 2] = [
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression",
    "http://hl7.org/fhir/StructureDefinition/cqf-calculatedValue",
];
const ENABLE_EXPRESSION: &str = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression";
const MINIMUM: &str = "http://hl7.org/fhir/StructureDefinition/minValue";
const MAXIMUM: &str = "http://hl7.org/fhir/StructureDefinition/maxValue";
const UNIT: [&str; 2] = [
    "http://hl7.org/fhir/StructureDefinition/questionnaire-unit",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption",
];

impl Reader<'_> {
    /// Reads the items of a list, and those below them.
    pub(super) fn read_items(&mut self, pointer: &str, parent: Option<usize>, closed: bool) {
        let Some(list) = self.json(pointer) else { return };
        let Some(list) = list.as_array() else {
            self.error(pointer, "the items are no list", "write \"item\": [ … ]");
            return;
        };
        for (position, json) in list.iter().enumerate() {
            let pointer = format!("{pointer}/{position}");
            if self.items.len() == MOST_ITEMS {
                self.error(&pointer, format!("there are more than {MOST_ITEMS} items"), "split the questionnaire");
                return;
            }
            if let Some(item) = self.item(json, &pointer, parent, closed) {
                let (index, closed, kind) = (self.items.len(), item.closed, item.kind);
                if self.by_link_id.insert(item.link_id.clone(), index).is_some() {
                    let what = format!("the linkId \"{}\" is taken", item.link_id);
                    self.error(&format!("{pointer}/linkId"), what, "every item needs its own");
                }
                self.items.push(item);
                self.pointers.push(pointer.clone());
                if kind == Kind::Display && json.get("item").is_some() {
                    self.error(&format!("{pointer}/item"), "a display holds items", "use a group");
                }
                self.read_items(&format!("{pointer}/item"), Some(index), closed);
            }
        }
    }

    fn item(&mut self, json: &Json, pointer: &str, parent: Option<usize>, closed: bool) -> Option<Item> {
        let Some(link_id) = text(json, "linkId").filter(|id| !id.trim().is_empty()) else {
            self.error(pointer, "an item has no linkId", "give it one; rules name it by that");
            return None;
        };
        let kind = self.kind(json, pointer, link_id)?;
        let repeats = flag(json, "repeats");
        if repeats && matches!(kind, Kind::Group | Kind::Display) {
            let what = format!("\"{link_id}\" is a repeating group");
            self.error(&format!("{pointer}/repeats"), what, "ask once, or use a choice that repeats");
        }
        if json.get("modifierExtension").is_some() {
            let what = format!("a modifier extension changes what \"{link_id}\" means");
            self.error(&format!("{pointer}/modifierExtension"), what, "leave it out");
        }
        if extension(json, &[ENABLE_EXPRESSION]).is_some() {
            let what = format!("\"{link_id}\" is switched by an expression, which is not read: it is always asked");
            self.warning(&format!("{pointer}/extension"), what, "use enableWhen");
        }
        let hidden = extension(json, &[HIDDEN]).is_some_and(|hidden| flag(hidden, "valueBoolean"));
        let closed = closed || hidden || flag(json, "readOnly") || extension(json, &CALCULATED).is_some();
        let (minimum, maximum) = (self.bound(json, pointer, kind, MINIMUM), self.bound(json, pointer, kind, MAXIMUM));
        if let (Some(minimum), Some(maximum)) = (minimum, maximum)
            && minimum > maximum
        {
            self.error(
                &format!("{pointer}/extension"),
                format!("\"{link_id}\" has no possible value"),
                "minValue lies above maxValue",
            );
        }
        Some(Item {
            link_id: link_id.to_owned(),
            text: text(json, "text").unwrap_or(link_id).to_owned(),
            kind,
            required: flag(json, "required") && !closed && !matches!(kind, Kind::Group | Kind::Display),
            repeats,
            closed,
            minimum,
            maximum,
            max_length: json.get("maxLength").and_then(Json::as_u64).and_then(|length| usize::try_from(length).ok()),
            options: self.options(json, pointer, kind, link_id),
            units: units(json),
            parent,
            enable_when: Vec::new(),
            enable_any: text(json, "enableBehavior") == Some("any"),
        })
    }

    fn kind(&mut self, json: &Json, pointer: &str, link_id: &str) -> Option<Kind> {
        let kind = match text(json, "type") {
            Some("group") => Kind::Group,
            Some("display") => Kind::Display,
            Some("boolean") => Kind::Boolean,
            Some("integer") => Kind::Integer,
            Some("decimal") => Kind::Decimal,
            Some("string" | "text" | "url") => Kind::Text,
            Some("date") => Kind::Date,
            Some("dateTime") => Kind::DateTime,
            Some("time") => Kind::Time,
            Some("choice") => Kind::Choice,
            Some("open-choice") => Kind::OpenChoice,
            Some("quantity") => Kind::Quantity,
            other => {
                let what = match other {
                    Some(other) => format!("\"{link_id}\" is of type \"{other}\", which cannot be asked here"),
                    None => format!("\"{link_id}\" has no type"),
                };
                self.error(&format!("{pointer}/type"), what, "use group, display or one of FHIR's simple answer types");
                return None;
            }
        };
        Some(kind)
    }

    fn options(&mut self, json: &Json, pointer: &str, kind: Kind, link_id: &str) -> Vec<Choice> {
        let is_choice = matches!(kind, Kind::Choice | Kind::OpenChoice);
        let listed = json.get("answerOption").and_then(Json::as_array);
        let value_set = text(json, "answerValueSet");
        match (is_choice, listed, value_set) {
            (false, None, None) => Vec::new(),
            (false, _, _) => {
                self.error(pointer, format!("\"{link_id}\" has options, but is no choice"), "make it a choice");
                Vec::new()
            }
            (true, Some(_), Some(_)) => {
                let what = format!("\"{link_id}\" has both answerOption and answerValueSet");
                self.error(pointer, what, "keep one of them");
                Vec::new()
            }
            (true, Some(listed), None) => self.listed_options(listed, &format!("{pointer}/answerOption"), link_id),
            (true, None, Some(set)) => self.contained_options(set, &format!("{pointer}/answerValueSet"), link_id),
            (true, None, None) => {
                if kind == Kind::Choice {
                    self.error(pointer, format!("\"{link_id}\" has nothing to choose from"), "list its answerOption");
                }
                Vec::new()
            }
        }
    }

    fn listed_options(&mut self, listed: &[Json], pointer: &str, link_id: &str) -> Vec<Choice> {
        let mut options: Vec<Choice> = Vec::new();
        let mut codes = BTreeSet::new();
        for (position, json) in listed.iter().enumerate() {
            let pointer = format!("{pointer}/{position}");
            let Some((value, display)) = option_value(json) else {
                let what = format!("an option of \"{link_id}\" cannot be read");
                self.error(
                    &pointer,
                    what,
                    "use valueCoding with a code, valueString, valueInteger, valueDate or valueTime",
                );
                continue;
            };
            let weight = weight(json).or_else(|| json.get("valueCoding").and_then(weight));
            let option = Choice { value, display, weight };
            if option.code().is_some_and(|code| !codes.insert(code.to_owned())) {
                let what = format!("\"{link_id}\" has two options of one code");
                self.error(&pointer, what, "rules name an option by its code alone");
            }
            options.push(option);
        }
        options
    }

    /// Options of a ValueSet that the file itself contains; one that stands elsewhere is not read.
    fn contained_options(&mut self, set: &str, pointer: &str, link_id: &str) -> Vec<Choice> {
        let Some(id) = set.strip_prefix('#') else {
            let what = format!("the options of \"{link_id}\" stand outside of this file: any code will be taken");
            self.warning(pointer, what, "list them as answerOption, so that rules can be checked against them");
            return Vec::new();
        };
        let contained = self.root.get("contained").and_then(Json::as_array);
        let Some(set) = contained.and_then(|all| all.iter().find(|set| text(set, "id") == Some(id))) else {
            self.error(pointer, format!("the file contains no value set \"{id}\""), "add it under \"contained\"");
            return Vec::new();
        };
        let included = set.pointer("/compose/include").and_then(Json::as_array).into_iter().flatten();
        let concepts = included.flat_map(|include| {
            let system = text(include, "system").unwrap_or_default();
            let concepts = include.get("concept").and_then(Json::as_array).into_iter().flatten();
            concepts.filter_map(move |concept| {
                let code = text(concept, "code")?;
                let value = Value::Code { system: system.to_owned(), code: code.to_owned() };
                let display = text(concept, "display").unwrap_or(code).to_owned();
                Some(Choice { value, display, weight: weight(concept) })
            })
        });
        let options: Vec<_> = concepts.collect();
        if options.is_empty() {
            self.error(pointer, format!("the value set \"{id}\" lists no concept"), "list them under compose.include");
        }
        options
    }

    fn bound(&mut self, json: &Json, pointer: &str, kind: Kind, url: &str) -> Option<Bound> {
        let extension = extension(json, &[url])?;
        let value = extension.as_object()?.iter().find(|(key, _)| key.starts_with("value")).map(|(_, value)| value)?;
        let bound = match kind {
            Kind::Integer | Kind::Decimal | Kind::Quantity => {
                value.as_f64().or_else(|| value.get("value").and_then(Json::as_f64)).map(Bound::Number)
            }
            Kind::Date => value.as_str().and_then(|date| date.parse().ok()).map(Bound::Date),
            Kind::DateTime => value.as_str().and_then(|instant| instant.parse().ok()).map(Bound::DateTime),
            Kind::Time => value.as_str().and_then(|time| time.parse().ok()).map(Bound::Time),
            _ => None,
        };
        if bound.is_none() {
            let what = "minValue or maxValue does not fit the item's type";
            self.error(&format!("{pointer}/extension"), what, "give it a value of that type");
        }
        bound
    }
}

fn flag(json: &Json, key: &str) -> bool {
    json.get(key).and_then(Json::as_bool).unwrap_or(false)
}

fn weight(json: &Json) -> Option<f64> {
    let extension = extension(json, &WEIGHTS)?;
    ["valueDecimal", "valueInteger"].iter().find_map(|key| extension.get(key).and_then(Json::as_f64))
}

fn option_value(json: &Json) -> Option<(Value, String)> {
    if let Some(coding) = json.get("valueCoding") {
        let code = text(coding, "code").filter(|code| !code.is_empty())?;
        let system = text(coding, "system").unwrap_or_default();
        let display = text(coding, "display").unwrap_or(code).to_owned();
        return Some((Value::Code { system: system.to_owned(), code: code.to_owned() }, display));
    }
    if let Some(number) = json.get("valueInteger").and_then(Json::as_i64) {
        return Some((Value::Integer(number), number.to_string()));
    }
    let written = |key| text(json, key).map(str::to_owned);
    if let Some(text) = written("valueString") {
        return Some((Value::Text(text.clone()), text));
    }
    if let Some(date) = written("valueDate") {
        return Some((Value::Date(date.clone()), date));
    }
    written("valueTime").map(|time| (Value::Time(time.clone()), time))
}

fn units(json: &Json) -> Vec<String> {
    let extensions = json.get("extension").and_then(Json::as_array).into_iter().flatten();
    let coded = extensions.filter(|extension| text(extension, "url").is_some_and(|url| UNIT.contains(&url)));
    let names = coded.filter_map(|extension| extension.get("valueCoding"));
    names.flat_map(|coding| [text(coding, "code"), text(coding, "display")]).flatten().map(str::to_owned).collect()
}
