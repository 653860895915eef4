//! What the values of an item must keep to.

use regex::{Regex, RegexBuilder};
use serde_json::Value as Json;

use super::{Reader, values};
use crate::screening::{
    Value, check,
    questionnaire::{Bound, Item, Kind, Limits, Unit},
    source::{extension, list, text},
};

const MINIMUM: [&str; 2] = [
    "http://hl7.org/fhir/StructureDefinition/minValue",
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-minQuantity",
];
const MAXIMUM: [&str; 2] = [
    "http://hl7.org/fhir/StructureDefinition/maxValue",
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-maxQuantity",
];
const MIN_LENGTH: &str = "http://hl7.org/fhir/StructureDefinition/minLength";
const DECIMAL_PLACES: &str = "http://hl7.org/fhir/StructureDefinition/maxDecimalPlaces";
const MIN_OCCURS: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-minOccurs";
const MAX_OCCURS: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-maxOccurs";
const REGEX: &str = "http://hl7.org/fhir/StructureDefinition/regex";
const ENTRY_FORMAT: &str = "http://hl7.org/fhir/StructureDefinition/entryFormat";
const UNIT: [&str; 2] = [
    "http://hl7.org/fhir/StructureDefinition/questionnaire-unit",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption",
];
/// The most bytes that a compiled pattern takes: it is run over 4,000 characters in linear time.
const MOST_PATTERN: usize = 1 << 18;

impl Reader<'_> {
    /// The limits of an item, whose type, options and units are read.
    pub(super) fn limits(&mut self, json: &Json, pointer: &str, item: &Item) -> Limits {
        let (link_id, at) = (&item.link_id, format!("{pointer}/extension"));
        let texts = matches!(item.kind, Kind::Text | Kind::Url | Kind::OpenChoice);
        let numbers = matches!(item.kind, Kind::Decimal | Kind::Quantity);
        let limits = Limits {
            minimum: self.bound(json, pointer, item, &MINIMUM),
            maximum: self.bound(json, pointer, item, &MAXIMUM),
            min_length: self.count(json, pointer, MIN_LENGTH, texts),
            max_length: self.max_length(json, pointer, texts),
            max_decimal_places: self.count(json, pointer, DECIMAL_PLACES, numbers),
            min_values: self.count(json, pointer, MIN_OCCURS, true).filter(|_| item.repeats),
            max_values: self.count(json, pointer, MAX_OCCURS, true).filter(|_| item.repeats),
            pattern: self.pattern(json, pointer, item.kind),
            entry_format: extension(json, &[ENTRY_FORMAT]).and_then(|one| text(one, "valueString")).map(str::to_owned),
        };
        if let (Some(minimum), Some(maximum)) = (&limits.minimum, &limits.maximum)
            && minimum > maximum
        {
            self.error(&at, format!("\"{link_id}\" has no possible value"), "minValue lies above maxValue");
        }
        if let (Some(least), Some(most)) = (limits.min_length, limits.max_length)
            && least > most
        {
            self.error(&at, format!("\"{link_id}\" has no possible length"), "minLength lies above maxLength");
        }
        if let (Some(least), Some(most)) = (limits.min_values, limits.max_values)
            && least > most
        {
            self.error(
                &at,
                format!("\"{link_id}\" has no possible number of values"),
                "minOccurs lies above maxOccurs",
            );
        }
        limits
    }

    fn bound(&mut self, json: &Json, pointer: &str, item: &Item, urls: &[&str]) -> Option<Bound> {
        let extension = extension(json, urls)?;
        // FHIR bounds a decimal by an integer as well.
        let value = values::of(extension, "value").map(|value| match (item.kind, value) {
            (Kind::Decimal, Value::Integer(number)) => Value::Decimal(number.to_string()),
            (Kind::Integer, Value::Decimal(number)) => number.parse().map_or(Value::Decimal(number), Value::Integer),
            (Kind::Quantity, Value::Integer(number)) => {
                Value::Quantity { value: number.to_string(), unit: String::new() }
            }
            (Kind::Quantity, Value::Decimal(value)) => Value::Quantity { value, unit: String::new() },
            (_, value) => value,
        });
        let bound = value.and_then(|value| check::comparable(item, value).ok()).and_then(|value| Bound::of(&value));
        if bound.is_none() {
            let what = "minValue or maxValue does not fit the item's type";
            self.error(&format!("{pointer}/extension"), what, "give it a value of that type");
        } else if item.kind == Kind::Quantity && item.units.len() > 1 {
            let what = format!("\"{}\" has a limit and several units", item.link_id);
            self.error(&format!("{pointer}/extension"), what, "a limit means one unit: leave the item one");
        }
        bound
    }

    /// A number from 0 of an extension.
    fn count(&mut self, json: &Json, pointer: &str, url: &str, fits: bool) -> Option<usize> {
        let extension = extension(json, &[url])?;
        let name = url.rsplit('/').next().unwrap_or(url);
        let count = extension.get("valueInteger").and_then(Json::as_u64).and_then(|count| usize::try_from(count).ok());
        let at = format!("{pointer}/extension");
        if count.is_none() {
            self.error(&at, format!("{name} has no number"), "give it a valueInteger from 0");
        } else if !fits {
            self.warning(&at, format!("{name} does not fit the item's type"), "it is not looked at; leave it out");
            return None;
        }
        count
    }

    fn max_length(&mut self, json: &Json, pointer: &str, fits: bool) -> Option<usize> {
        let given = json.get("maxLength")?;
        let pointer = format!("{pointer}/maxLength");
        match given.as_u64().and_then(|length| usize::try_from(length).ok()) {
            None | Some(0) => self.error(&pointer, "maxLength is no number from 1", "write it without quotes"),
            Some(_) if !fits => {
                self.warning(&pointer, "maxLength does not fit the item's type", "it is not looked at; leave it out");
            }
            Some(length) if length > check::MOST_CHARACTERS => {
                let what = format!("an answer holds at most {} characters", check::MOST_CHARACTERS);
                self.warning(&pointer, what, "give it a lower maxLength");
            }
            Some(length) => return Some(length),
        }
        None
    }

    fn pattern(&mut self, json: &Json, pointer: &str, kind: Kind) -> Option<Regex> {
        let extension = extension(json, &[REGEX])?;
        let at = format!("{pointer}/extension");
        let Some(pattern) = text(extension, "valueString") else {
            self.error(&at, "the pattern is no text", "give regex a valueString");
            return None;
        };
        if matches!(kind, Kind::Group | Kind::Display | Kind::Boolean | Kind::Choice | Kind::Quantity) {
            self.warning(&at, "regex does not fit the item's type", "it is not looked at; leave it out");
            return None;
        }
        // Alone first: an open bracket must not close the one around it.
        let compiled = compile(pattern).and_then(|_| compile(&format!("^(?:{pattern})$")));
        compiled
            .map_err(|why| self.error(&at, format!("the pattern cannot be used: {why}"), "write a simpler one"))
            .ok()
    }
}

fn compile(pattern: &str) -> Result<Regex, String> {
    let compiled = RegexBuilder::new(pattern).size_limit(MOST_PATTERN).nest_limit(50).build();
    compiled.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
        // The last line says why; those before it show the pattern.
        error => error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned(),
    })
}

/// The units that a quantity may have.
pub(super) fn units(json: &Json) -> Vec<Unit> {
    let extensions = list(json, "extension").iter();
    let coded = extensions.filter(|extension| text(extension, "url").is_some_and(|url| UNIT.contains(&url)));
    let codings = coded.filter_map(|extension| extension.get("valueCoding"));
    let units = codings.filter_map(|coding| {
        let display = text(coding, "display").or_else(|| text(coding, "code"))?;
        Some(Unit { code: text(coding, "code").unwrap_or(display).to_owned(), display: display.to_owned() })
    });
    units.collect()
}
