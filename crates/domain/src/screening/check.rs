//! Checks what somebody answered against the questionnaire that asked.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Item, Kind, Questionnaire, Value,
    questionnaire::{Bound, Sheet, State},
};
use crate::{problem::FieldProblems, screening::Answers};

/// A text without its own `maxLength` holds this many characters.
const MOST_CHARACTERS: usize = 4_000;
/// An item that repeats takes this many values.
const MOST_VALUES: usize = 100;

/// One questionnaire's answers as they came: per linkId its values.
pub(crate) type Given = Vec<(String, Vec<Value>)>;

/// Lays the answers to one questionnaire over those that are there: an item that comes without
/// values is left blank. `path` is its place in the request.
pub(crate) fn lay_over(
    questionnaire: &Questionnaire,
    given: Given,
    path: &str,
    sheet: &mut BTreeMap<String, Vec<Value>>,
    problems: &mut FieldProblems,
) {
    let mut seen = BTreeSet::new();
    for (position, (link_id, values)) in given.into_iter().enumerate() {
        let path = format!("{path}.answers[{position}]");
        let Some((_, item)) = questionnaire.item(&link_id).filter(|(_, item)| !item.closed) else {
            // A stored total comes back from some forms; it is computed anew, never taken.
            if questionnaire.item(&link_id).is_none() {
                problems.add(format!("{path}.link_id"), "must be a linkId of the questionnaire");
            }
            continue;
        };
        if !item.answerable() {
            problems.add(format!("{path}.link_id"), "must be the linkId of a question, not of a group or display");
            continue;
        }
        if !seen.insert(link_id.clone()) {
            problems.add(format!("{path}.link_id"), "must stand here only once");
            continue;
        }
        let values = read_values(item, values, &path, problems);
        if values.is_empty() {
            sheet.remove(&link_id);
        } else {
            sheet.insert(link_id, values);
        }
    }
}

/// Drops the answers to items that are switched off, and gives those that are required and left blank.
pub(crate) fn settle<'q>(questionnaire: &'q Questionnaire, answers: &mut Answers) -> Vec<&'q Item> {
    let sheet = Sheet::fill(questionnaire, answers);
    let states: Vec<_> =
        questionnaire.items().iter().enumerate().map(|(index, item)| (item, sheet.state(index))).collect();
    let missing = states.iter().filter(|(item, state)| item.required && *state == State::Blank).map(|(item, _)| *item);
    let missing = missing.collect();
    let off: Vec<_> = states.iter().filter(|(_, state)| *state == State::NotAsked).map(|(item, _)| *item).collect();
    if let Some(given) = answers.0.get_mut(questionnaire.canonical()) {
        for item in off {
            given.remove(&item.link_id);
        }
    }
    missing
}

fn read_values(item: &Item, values: Vec<Value>, path: &str, problems: &mut FieldProblems) -> Vec<Value> {
    let most = if item.repeats { MOST_VALUES } else { 1 };
    if values.len() > most {
        let description = if item.repeats { "must hold at most 100 values" } else { "must hold one value" };
        problems.add(format!("{path}.values"), description);
        return Vec::new();
    }
    let mut read = Vec::with_capacity(values.len());
    for (position, value) in values.into_iter().enumerate() {
        match read_value(item, value) {
            Ok(Some(value)) if !read.contains(&value) => read.push(value),
            Ok(_) => {}
            Err(description) => problems.add(format!("{path}.values[{position}]"), description),
        }
    }
    // Options in the order of the form: the order of ticking says nothing.
    let place = |value: &Value| item.options.iter().position(|option| option.value == *value).unwrap_or(usize::MAX);
    read.sort_by_key(place);
    read
}

/// `None` where the value is as good as none: text of blanks.
fn read_value(item: &Item, value: Value) -> Result<Option<Value>, String> {
    let value = match (item.kind, value) {
        (Kind::Choice | Kind::OpenChoice, value) => return read_choice(item, value),
        (Kind::Text, Value::Text(text)) => return read_text(item, text),
        (Kind::Boolean, value @ Value::Boolean(_)) => value,
        (Kind::Integer, Value::Integer(number)) => {
            i32::try_from(number).map_err(|_| "must be a whole number of 32 bits")?;
            Value::Integer(number)
        }
        (Kind::Decimal, Value::Decimal(number)) => Value::Decimal(decimal(number)?),
        (Kind::Quantity, Value::Quantity { value, unit }) => {
            if !item.units.is_empty() && !item.units.contains(&unit) {
                return Err("must have one of the item's units".to_owned());
            }
            if unit.chars().count() > 40 {
                return Err("must have a unit of at most 40 characters".to_owned());
            }
            Value::Quantity { value: decimal(value)?, unit }
        }
        (Kind::Date, Value::Date(date)) => {
            let read = date.parse::<jiff::civil::Date>().ok().filter(|_| date.len() == 10);
            read.map(|_| Value::Date(date)).ok_or("must be a date like 2026-11-30")?
        }
        (Kind::DateTime, Value::DateTime(instant)) => {
            let read = instant.parse::<jiff::Timestamp>().ok().filter(|_| instant.len() <= 40);
            read.map(|_| Value::DateTime(instant)).ok_or("must be an instant like 2026-11-30T17:00:00-05:00")?
        }
        (Kind::Time, Value::Time(time)) => {
            let read = time.parse::<jiff::civil::Time>().ok().filter(|_| time.len() == 8);
            read.map(|_| Value::Time(time)).ok_or("must be a time like 17:00:00")?
        }
        (kind, _) => return Err(format!("must be {}", expected(kind))),
    };
    within(item, &value)?;
    Ok(Some(value))
}

fn read_choice(item: &Item, value: Value) -> Result<Option<Value>, String> {
    if let Some(choice) = item.options.iter().find(|option| chooses(&value, &option.value)) {
        return Ok(Some(choice.value.clone()));
    }
    match value {
        Value::Text(text) if item.kind == Kind::OpenChoice => read_text(item, text),
        Value::Code { system, code } if item.options.is_empty() && !code.is_empty() && code.len() <= 200 => {
            Ok(Some(Value::Code { system, code }))
        }
        _ => Err("must be one of the item's options".to_owned()),
    }
}

/// Codes are unique within an item, so that a front end may leave out their system.
fn chooses(value: &Value, option: &Value) -> bool {
    match (value, option) {
        (Value::Code { system, code }, Value::Code { system: expected, code: named }) => {
            code == named && (system.is_empty() || system == expected)
        }
        _ => value == option,
    }
}

fn read_text(item: &Item, text: String) -> Result<Option<Value>, String> {
    let most = item.max_length.unwrap_or(MOST_CHARACTERS);
    if text.chars().count() > most {
        return Err(format!("must be at most {most} characters long"));
    }
    Ok(if text.trim().is_empty() { None } else { Some(Value::Text(text)) })
}

fn decimal(number: String) -> Result<String, &'static str> {
    const SHAPE: &str = "must be a decimal number like 12.50";
    let digits = number.strip_prefix('-').unwrap_or(&number);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if all_digits(whole) && all_digits(fraction) && number.len() <= 30 { Ok(number) } else { Err(SHAPE) }
}

fn within(item: &Item, value: &Value) -> Result<(), String> {
    let Some(value) = Bound::of(value) else { return Ok(()) };
    if let Some(minimum) = item.minimum.filter(|minimum| value < *minimum) {
        return Err(format!("must be at least {minimum}"));
    }
    match item.maximum.filter(|maximum| value > *maximum) {
        Some(maximum) => Err(format!("must be at most {maximum}")),
        None => Ok(()),
    }
}

const fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::Boolean => "true or false",
        Kind::Integer => "a whole number",
        Kind::Decimal => "a decimal number",
        Kind::Text => "text",
        Kind::Date => "a date",
        Kind::DateTime => "a date with time",
        Kind::Time => "a time",
        Kind::Choice | Kind::OpenChoice => "one of the item's options",
        Kind::Quantity => "a number with its unit",
        Kind::Group | Kind::Display => "left out",
    }
}
