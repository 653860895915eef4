//! The options of a choice: listed by the item, or by a value set.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{Reader, Wording, values};
use crate::screening::{
    Value, check,
    questionnaire::{Choice, Item, Kind},
    source::{extension, list, text},
    translation::{self, Translations},
    value_set::{self, Found, weigh_known, weight},
};

const EXCLUSIVE: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive";
/// The most options of a questionnaire in all.
const MOST_OPTIONS: usize = 5_000;

impl Reader<'_> {
    /// Reads the options of an item.
    pub(super) fn options(&mut self, json: &Json, pointer: &str, item: &Item) -> Vec<Choice> {
        let link_id = &item.link_id;
        let is_choice = matches!(item.kind, Kind::Choice | Kind::OpenChoice);
        let listed = json.get("answerOption").map(|_| list(json, "answerOption"));
        let value_set = json.get("answerValueSet").map(|_| text(json, "answerValueSet").unwrap_or_default());
        let options = match (is_choice, listed, value_set) {
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
            (true, Some(listed), None) => self.listed(listed, &format!("{pointer}/answerOption"), item),
            (true, None, Some(set)) => self.of_value_set(set, &format!("{pointer}/answerValueSet"), item),
            (true, None, None) => {
                if item.kind == Kind::Choice {
                    self.error(pointer, format!("\"{link_id}\" has nothing to choose from"), "list its answerOption");
                }
                Vec::new()
            }
        };
        let before = self.options;
        self.options += options.len();
        if before <= MOST_OPTIONS && self.options > MOST_OPTIONS {
            self.error(pointer, format!("there are more than {MOST_OPTIONS} options"), "split the questionnaire");
        }
        if self.options > MOST_OPTIONS { Vec::new() } else { options }
    }

    fn listed(&mut self, listed: &[Json], pointer: &str, item: &Item) -> Vec<Choice> {
        let link_id = &item.link_id;
        if listed.is_empty() {
            self.error(pointer, format!("\"{link_id}\" has nothing to choose from"), "list its answerOption");
        }
        let mut options: Vec<Choice> = Vec::new();
        let mut seen = BTreeSet::new();
        for (position, json) in listed.iter().enumerate() {
            let pointer = format!("{pointer}/{position}");
            let value = values::of(json, "value").and_then(|value| check::option(value).ok());
            let Some(value) = value else {
                let what = format!("an option of \"{link_id}\" cannot be read");
                let hint = "use valueCoding with a code, valueString, valueInteger, valueDate or valueTime";
                self.error(&pointer, what, hint);
                continue;
            };
            let option = self.option(json, &pointer, item, value);
            if !seen.insert(option.name()) {
                let what = format!("\"{link_id}\" has two options of one code");
                self.error(&pointer, what, "rules name an option by its code alone");
            }
            options.push(option);
        }
        weigh_known(&mut options);
        options
    }

    fn option(&mut self, json: &Json, pointer: &str, item: &Item, value: Value) -> Choice {
        let coding = json.get("valueCoding");
        let mut translations = Translations::new();
        if let Some(coding) = coding.filter(|_| !item.hidden) {
            self.wording(coding, &format!("{pointer}/valueCoding"), "display");
            translations = translation::of(coding, "display");
        }
        if !translation::of(json, "valueString").is_empty() {
            let what = format!("an option of \"{}\" is text, so it stays in one language", item.link_id);
            self.warning(&format!("{pointer}/_valueString"), what, "use valueCoding with a code and a display");
        }
        let beside = ["_valueString", "_valueInteger", "_valueDate", "_valueTime"].iter().find_map(|key| json.get(key));
        // A number that is chosen counts itself where nothing else is said.
        let itself = match value {
            #[expect(clippy::cast_precision_loss, reason = "an option is an integer of 32 bits")]
            Value::Integer(number) => Some(number as f64),
            _ => None,
        };
        let display = coding.and_then(|coding| text(coding, "display")).map(str::to_owned);
        Choice {
            display: display.unwrap_or_else(|| name(&value)),
            weight: weight(json).or_else(|| weight(coding.or(beside)?)).or(itself),
            exclusive: extension(json, &[EXCLUSIVE])
                .is_some_and(|one| one.get("valueBoolean").and_then(Json::as_bool) == Some(true)),
            translations,
            value,
        }
    }

    /// Options of a value set: contained in the file, of the practice's folder, or known.
    fn of_value_set(&mut self, set: &str, pointer: &str, item: &Item) -> Vec<Choice> {
        let options = match set.strip_prefix('#') {
            Some(id) => self.contained(id, pointer),
            None => match self.value_sets.find(set) {
                Found::File { file, options } => {
                    self.used.insert(file);
                    options
                }
                Found::Known(options) => options,
                Found::OtherVersion(version) => {
                    let what = format!("the practice has this value set in version {version} only");
                    self.error(pointer, what, "name that version, or none");
                    Vec::new()
                }
                Found::Nowhere => {
                    let what = format!("the options of \"{}\" stand nowhere: any code will be taken", item.link_id);
                    let hint = "put the ValueSet into value_sets/, so that rules can be checked against it";
                    self.warning(pointer, what, hint);
                    Vec::new()
                }
            },
        };
        if !item.hidden {
            let texts = options.iter().map(|option| Wording {
                pointer: pointer.to_owned(),
                translations: option.translations.clone(),
                borrowed: true,
            });
            self.wordings.extend(texts);
        }
        options
    }

    fn contained(&mut self, id: &str, pointer: &str) -> Vec<Choice> {
        if let Some(options) = self.contained.get(id) {
            return options.clone();
        }
        let mut contained = list(self.source.root(), "contained").iter().enumerate();
        let found =
            contained.find_map(|(position, set)| Some((position, set, text(set, "id").filter(|it| *it == id)?)));
        let Some((position, set, id)) = found else {
            self.error(pointer, format!("the file contains no value set \"{id}\""), "add it under \"contained\"");
            return Vec::new();
        };
        if text(set, "resourceType") != Some("ValueSet") {
            self.error(pointer, format!("\"{id}\" is no value set"), "its resourceType must be \"ValueSet\"");
            return Vec::new();
        }
        let options = value_set::options(self.source, &format!("/contained/{position}"), &mut self.problems);
        self.contained.insert(id, options.clone());
        options
    }
}

impl Choice {
    /// The name that people know it by in a file: its code, its text, or its value as it is written.
    pub(super) fn name(&self) -> String {
        name(&self.value)
    }
}

fn name(value: &Value) -> String {
    match value {
        Value::Code { code, .. } => code.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Text(text) | Value::Date(text) | Value::Time(text) | Value::DateTime(text) | Value::Decimal(text) => {
            text.clone()
        }
        Value::Boolean(_) | Value::Quantity { .. } => String::new(),
    }
}
