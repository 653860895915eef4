//! One item: its type, and what FHIR says about it beside options, limits and conditions.

use serde_json::Value as Json;

use super::{MOST_ITEMS, Openness, Reader, limits};
use crate::screening::{
    questionnaire::{Item, Kind, Limits},
    source::{extension, text},
};

const HIDDEN: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden";
const CALCULATED: [&str; 2] = [
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression",
    "http://hl7.org/fhir/StructureDefinition/cqf-calculatedValue",
];
/// Expressions that would change a form, and what becomes of it without them.
const UNREAD: [(&str, &str, &str); 3] = [
    (
        "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression",
        "is switched by an expression, which is not read: it is always asked",
        "use enableWhen",
    ),
    (
        "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-answerExpression",
        "has its options from an expression, which is not read",
        "list its answerOption",
    ),
    (
        "http://hl7.org/fhir/StructureDefinition/questionnaire-constraint",
        "is held to an expression, which is not read: any answer of its type is taken",
        "use minValue, maxValue, maxLength or regex",
    ),
];
/// What FHIR R4 knows of an item.
const PROPERTIES: [&str; 19] = [
    "answerOption",
    "answerValueSet",
    "code",
    "definition",
    "enableBehavior",
    "enableWhen",
    "extension",
    "id",
    "initial",
    "item",
    "linkId",
    "maxLength",
    "modifierExtension",
    "prefix",
    "readOnly",
    "repeats",
    "required",
    "text",
    "type",
];

impl Reader<'_> {
    /// Reads the items of a list, and those below them.
    pub(super) fn read_items(&mut self, pointer: &str, parent: Option<usize>, around: Openness) {
        let Some(list) = self.json(pointer) else { return };
        let Some(list) = list.as_array() else {
            self.error(pointer, "the items are no list", "write \"item\": [ … ]");
            return;
        };
        for (position, json) in list.iter().enumerate() {
            let pointer = format!("{pointer}/{position}");
            if self.items.len() >= MOST_ITEMS {
                self.error(&pointer, format!("there are more than {MOST_ITEMS} items"), "split the questionnaire");
                return;
            }
            let Some(item) = self.item(json, &pointer, parent, around) else { continue };
            let (index, kind) = (self.items.len(), item.kind);
            let below = match (item.hidden, item.closed) {
                (true, _) => Openness::Hidden,
                (_, true) => Openness::ReadOnly,
                _ => Openness::Open,
            };
            if self.by_link_id.insert(item.link_id.clone(), index).is_some() {
                let what = format!("the linkId \"{}\" is taken", item.link_id);
                self.error(&format!("{pointer}/linkId"), what, "every item needs its own");
            }
            self.items.push(item);
            self.pointers.push(pointer.clone());
            let pointer = format!("{pointer}/item");
            if kind == Kind::Display && json.get("item").is_some() {
                self.error(&pointer, "a display holds items", "use a group");
            }
            self.read_items(&pointer, Some(index), below);
        }
    }

    fn item(&mut self, json: &Json, pointer: &str, parent: Option<usize>, around: Openness) -> Option<Item> {
        let Some(link_id) = text(json, "linkId").filter(|id| !id.trim().is_empty()) else {
            self.error(pointer, "an item has no linkId", "give it one; rules name it by that");
            return None;
        };
        self.properties(json, pointer);
        let kind = self.kind(json, pointer, link_id)?;
        let repeats = self.flag(json, pointer, "repeats");
        if repeats && kind.is_asked_nothing() {
            let what = format!("\"{link_id}\" is a repeating group");
            self.error(&format!("{pointer}/repeats"), what, "ask once, or use a choice that repeats");
        }
        if json.get("modifierExtension").is_some() {
            let what = format!("a modifier extension changes what \"{link_id}\" means");
            self.error(&format!("{pointer}/modifierExtension"), what, "leave it out");
        }
        for (url, what, hint) in UNREAD {
            if extension(json, &[url]).is_some() {
                self.warning(&format!("{pointer}/extension"), format!("\"{link_id}\" {what}"), hint);
            }
        }
        let hidden = extension(json, &[HIDDEN])
            .is_some_and(|hidden| hidden.get("valueBoolean").and_then(Json::as_bool) == Some(true));
        let hidden = hidden || around == Openness::Hidden;
        let read_only = self.flag(json, pointer, "readOnly") || extension(json, &CALCULATED).is_some();
        let closed = hidden || read_only || around != Openness::Open;
        let required = self.flag(json, pointer, "required");
        if !hidden {
            self.wording(json, pointer, "prefix");
            self.wording(json, pointer, "text");
        }
        let mut item = Item {
            link_id: link_id.to_owned(),
            text: text(json, "text").unwrap_or(link_id).to_owned(),
            kind,
            required: required && !closed && !kind.is_asked_nothing(),
            repeats,
            hidden,
            closed,
            prefilled: false,
            limits: Limits::default(),
            options: Vec::new(),
            units: limits::units(json),
            place: self.source.place(pointer),
            borrowed: json.get("answerValueSet").is_some(),
            parent,
            enable_when: Vec::new(),
            enable_any: text(json, "enableBehavior") == Some("any"),
        };
        item.options = self.options(json, pointer, &item);
        item.limits = self.limits(json, pointer, &item);
        item.prefilled = self.is_prefilled(json, pointer, &item);
        Some(item)
    }

    /// A slip in a name would go unseen: the question would be asked as if nothing stood there.
    fn properties(&mut self, json: &Json, pointer: &str) {
        let keys = json.as_object().into_iter().flatten().map(|(key, _)| key);
        let unknown: Vec<_> = keys.filter(|key| !PROPERTIES.contains(&key.trim_start_matches('_'))).collect();
        for key in unknown {
            let meant = PROPERTIES.iter().find(|known| known.eq_ignore_ascii_case(key));
            let hint = meant.map_or_else(
                || "FHIR R4 has no such property: nothing is done with it".to_owned(),
                |known| format!("did you mean \"{known}\"?"),
            );
            self.warning(&format!("{pointer}/{key}"), format!("an item has no property \"{key}\""), hint);
        }
    }

    fn kind(&mut self, json: &Json, pointer: &str, link_id: &str) -> Option<Kind> {
        let kind = match text(json, "type") {
            Some("group") => Kind::Group,
            Some("display") => Kind::Display,
            Some("boolean") => Kind::Boolean,
            Some("integer") => Kind::Integer,
            Some("decimal") => Kind::Decimal,
            Some("string" | "text") => Kind::Text,
            Some("url") => Kind::Url,
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
}
