//! Checks what somebody answered against the questionnaire that asked.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    mem::discriminant,
};

use super::{
    Item, Kind, Questionnaire, Value,
    questionnaire::{Bound, Choice, Sheet, State},
};
use crate::{problem::FieldProblems, screening::Answers};

/// A text holds this many characters, where it has no lower `maxLength` of its own.
pub(crate) const MOST_CHARACTERS: usize = 4_000;
/// An item that repeats takes this many values, where it has no lower `maxOccurs` of its own.
const MOST_VALUES: usize = 100;
/// A unit, code or code system holds this many characters.
const MOST_OF_A_NAME: usize = 200;

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
///
/// What bears on safety is kept: it counts as not asked, is never scored, and yet triage must
/// see that somebody answered it.
pub(crate) fn settle<'q>(
    questionnaire: &'q Questionnaire,
    answers: &mut Answers,
    bears_on_safety: impl Fn(usize) -> bool,
) -> Vec<&'q Item> {
    let sheet = Sheet::fill(questionnaire, answers);
    let states: Vec<_> =
        questionnaire.items().iter().enumerate().map(|(index, item)| (index, item, sheet.state(index))).collect();
    let missing = states.iter().filter(|(_, item, state)| item.required && *state == State::Blank);
    let missing = missing.map(|(_, item, _)| *item).collect();
    let off = states.iter().filter(|(index, _, state)| *state == State::NotAsked && !bears_on_safety(*index));
    let off: Vec<_> = off.map(|(_, item, _)| *item).collect();
    if let Some(given) = answers.0.get_mut(questionnaire.canonical()) {
        for item in off {
            given.remove(&item.link_id);
        }
    }
    missing
}

/// Values as an item takes them, mostly as they are; none where it does not take them all.
pub(crate) fn fitting<'v>(item: &Item, values: &'v [Value]) -> Option<Cow<'v, [Value]>> {
    // One of the options alone, as nearly every answer is, needs no copy to be checked.
    if let [value] = values
        && item.limits.min_values.is_none_or(|least| least <= 1)
        && item.choice(value).is_some()
    {
        return Some(Cow::Borrowed(values));
    }
    let mut problems = FieldProblems::default();
    let read = read_values(item, values.to_vec(), "", &mut problems);
    (problems.is_empty() && !read.is_empty()).then_some(Cow::Owned(read))
}

fn read_values(item: &Item, values: Vec<Value>, path: &str, problems: &mut FieldProblems) -> Vec<Value> {
    let most = if item.repeats { item.limits.max_values.unwrap_or(MOST_VALUES).min(MOST_VALUES) } else { 1 };
    if values.len() > most {
        let description =
            if most == 1 { "must hold one value".to_owned() } else { format!("must hold at most {most} values") };
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
    if let Some(least) = item.limits.min_values.filter(|least| !read.is_empty() && read.len() < *least) {
        problems.add(format!("{path}.values"), format!("must hold at least {least} values"));
    }
    if read.len() > 1 && read.iter().filter_map(|value| item.choice(value)).any(|choice| choice.exclusive) {
        problems.add(format!("{path}.values"), "must hold an option that excludes the others alone");
    }
    // Options in the order of the form: the order of ticking says nothing.
    let place = |value: &Value| item.options.iter().position(|option| option.value == *value).unwrap_or(usize::MAX);
    read.sort_by_key(place);
    read
}

/// One value as the item may be answered with it. `None` where it is as good as none: text of
/// blanks. The error is a sentence without its subject.
pub(crate) fn read_value(item: &Item, value: Value) -> Result<Option<Value>, String> {
    let value = match (item.kind, value) {
        (Kind::Choice | Kind::OpenChoice, value) => match chosen(item, value)? {
            value @ Value::Text(_) if item.choice(&value).is_none() => value,
            option => return Ok(Some(option)),
        },
        (_, value) => well_formed(item, value)?,
    };
    if matches!(&value, Value::Text(text) if text.trim().is_empty()) {
        return Ok(None);
    }
    within(item, &value)?;
    Ok(Some(value))
}

/// A value of the item's type, which need not be within its limits, nor one of its options.
pub(crate) fn comparable(item: &Item, value: Value) -> Result<Value, String> {
    if matches!(item.kind, Kind::Choice | Kind::OpenChoice) {
        let alike = |choice: &Choice| discriminant(&choice.value) == discriminant(&value);
        return if item.options.iter().any(alike) {
            option(value)
        } else {
            Err("must be of the options' type".to_owned())
        };
    }
    well_formed(item, value)
}

/// A value that can be an option of a choice.
pub(crate) fn option(value: Value) -> Result<Value, String> {
    match value {
        Value::Code { .. } | Value::Text(_) => Ok(value),
        Value::Integer(number) => integer(number),
        Value::Date(date) => read_date(date),
        Value::Time(time) => read_time(time),
        _ => Err("must be a code, a text, a whole number, a date or a time".to_owned()),
    }
}

fn well_formed(item: &Item, value: Value) -> Result<Value, String> {
    match (item.kind, value) {
        (Kind::Text, value @ Value::Text(_)) | (Kind::Boolean, value @ Value::Boolean(_)) => Ok(value),
        (Kind::Url, Value::Text(url)) => {
            let good = url.trim().is_empty() || is_web_address(&url);
            if good {
                Ok(Value::Text(url))
            } else {
                Err("must be a web address like https://example.com/page".to_owned())
            }
        }
        (Kind::Integer, Value::Integer(number)) => integer(number),
        (Kind::Decimal, Value::Decimal(number)) => Ok(Value::Decimal(decimal(number)?)),
        (Kind::Quantity, Value::Quantity { value, unit }) => {
            Ok(Value::Quantity { value: decimal(value)?, unit: unit_of(item, unit)? })
        }
        (Kind::Date, Value::Date(date)) => read_date(date),
        (Kind::DateTime, Value::DateTime(instant)) => {
            let read = instant.parse::<jiff::Timestamp>().ok().filter(|_| instant.len() <= 40);
            read.map(|_| Value::DateTime(instant))
                .ok_or_else(|| "must be an instant like 2026-11-30T17:00:00-05:00".to_owned())
        }
        (Kind::Time, Value::Time(time)) => read_time(time),
        (kind, _) => Err(format!("must be {}", expected(kind))),
    }
}

fn integer(number: i64) -> Result<Value, String> {
    i32::try_from(number).map(|_| Value::Integer(number)).map_err(|_| "must be a whole number of 32 bits".to_owned())
}

fn read_date(date: String) -> Result<Value, String> {
    let read = date.parse::<jiff::civil::Date>().ok().filter(|_| date.len() == 10);
    read.map(|_| Value::Date(date)).ok_or_else(|| "must be a date like 2026-11-30".to_owned())
}

fn read_time(time: String) -> Result<Value, String> {
    let read = time.parse::<jiff::civil::Time>().ok().filter(|_| time.len() == 8);
    read.map(|_| Value::Time(time)).ok_or_else(|| "must be a time like 17:00:00".to_owned())
}

/// A link that staff may press: of the web, and nothing that a page could run or be broken by.
fn is_web_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    !host.is_empty()
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte))
        && url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte))
}

/// The code of one of the item's units.
fn unit_of(item: &Item, unit: String) -> Result<String, String> {
    if item.units.is_empty() {
        let fits = unit.chars().count() <= MOST_OF_A_NAME;
        return if fits { Ok(unit) } else { Err(format!("must have a unit of at most {MOST_OF_A_NAME} characters")) };
    }
    // Where there is one unit only, nothing else can be meant.
    let only = item.units.first().filter(|_| unit.is_empty() && item.units.len() == 1);
    let named = only.or_else(|| item.units.iter().find(|known| known.code == unit || known.display == unit));
    named.map(|known| known.code.clone()).ok_or_else(|| "must have one of the item's units".to_owned())
}

fn chosen(item: &Item, value: Value) -> Result<Value, String> {
    if let Some(choice) = item.choice(&value) {
        return Ok(choice.value.clone());
    }
    let is_name = |name: &str| name.chars().count() <= MOST_OF_A_NAME;
    match value {
        Value::Text(text) if item.kind == Kind::OpenChoice => Ok(Value::Text(text)),
        Value::Code { system, code }
            if item.options.is_empty() && !code.is_empty() && is_name(&code) && is_name(&system) =>
        {
            Ok(Value::Code { system, code })
        }
        _ => Err("must be one of the item's options".to_owned()),
    }
}

fn decimal(number: String) -> Result<String, &'static str> {
    const SHAPE: &str = "must be a decimal number like 12.50";
    let digits = number.strip_prefix('-').unwrap_or(&number);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if all_digits(whole) && all_digits(fraction) && number.len() <= 30 { Ok(number) } else { Err(SHAPE) }
}

fn within(item: &Item, value: &Value) -> Result<(), String> {
    let limits = &item.limits;
    if let Some(value) = Bound::of(value) {
        if let Some(minimum) = limits.minimum.filter(|minimum| value < *minimum) {
            return Err(format!("must be at least {minimum}"));
        }
        if let Some(maximum) = limits.maximum.filter(|maximum| value > *maximum) {
            return Err(format!("must be at most {maximum}"));
        }
    }
    let written = match value {
        Value::Text(text) => {
            let length = text.chars().count();
            if let Some(least) = limits.min_length.filter(|least| length < *least) {
                return Err(format!("must be at least {least} characters long"));
            }
            let most = limits.max_length.unwrap_or(MOST_CHARACTERS);
            if length > most {
                return Err(format!("must be at most {most} characters long"));
            }
            text
        }
        Value::Decimal(number) | Value::Quantity { value: number, .. } => {
            let places = number.split_once('.').map_or(0, |(_, fraction)| fraction.len());
            if let Some(most) = limits.max_decimal_places.filter(|most| places > *most) {
                return Err(format!("must have at most {most} decimal places"));
            }
            number
        }
        Value::Integer(number) => &number.to_string(),
        Value::Date(text) | Value::DateTime(text) | Value::Time(text) => text,
        Value::Boolean(_) | Value::Code { .. } => return Ok(()),
    };
    if limits.pattern.as_ref().is_none_or(|pattern| pattern.is_match(written)) {
        return Ok(());
    }
    Err(match &limits.entry_format {
        Some(format) => format!("must be written like {format}"),
        None => "must be written as the item asks".to_owned(),
    })
}

const fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::Boolean => "true or false",
        Kind::Integer => "a whole number",
        Kind::Decimal => "a decimal number",
        Kind::Text => "text",
        Kind::Url => "a web address",
        Kind::Date => "a date",
        Kind::DateTime => "a date with time",
        Kind::Time => "a time",
        Kind::Choice | Kind::OpenChoice => "one of the item's options",
        Kind::Quantity => "a number with its unit",
        Kind::Group | Kind::Display => "left out",
    }
}
