//! What stands in one field of a roster: read, and written in the same words.

use crate::{
    calendar::{
        timetable::{HoursRule, Place},
        week::{day_text, parse_day},
    },
    contact::{Line, Name, UsState},
    intake::Care,
    matching::{Licence, Therapist, Training},
    practice::{
        Practice,
        load::{date, window},
    },
};

pub(super) fn name(text: &str) -> Result<String, String> {
    Name::parse(text).map(String::from).map_err(|why| why.to_string())
}

pub(super) fn gender(text: &str) -> Result<String, String> {
    let choices = ["woman", "man", "nonbinary"];
    let known = choices.contains(&text);
    if known { Ok(text.to_owned()) } else { Err(format!("{text:?} must be one of {}", choices.join(", "))) }
}

/// May be left empty.
pub(super) fn credentials(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Ok(String::new());
    }
    Line::<60>::parse(text).map(String::from).map_err(|why| why.to_string())
}

pub(super) fn licence(text: &str) -> Result<Licence, String> {
    let mut words = text.split_whitespace();
    let (Some(state), Some(number), Some(expires)) = (words.next(), words.next(), words.next()) else {
        return Err(format!("{text:?} is no licence: write \"NC LMFT-1 2027-06-30\""));
    };
    let video_only = match (words.next(), words.next()) {
        (None, _) => false,
        (Some("video"), None) => true,
        _ => return Err(format!("{text:?}: nothing but \"video\" may stand behind a licence's date")),
    };
    let state = UsState::parse(state).map_err(|why| format!("{state:?} {why}"))?;
    Ok(Licence { state, number: number.to_owned(), expires: date(expires)?, video_only })
}

/// `gottman`, or with how far it was learnt: `gottman certified`.
pub(super) fn method(practice: &Practice, text: &str) -> Result<(String, Training), String> {
    let (id, level) = text.split_once(char::is_whitespace).unwrap_or((text, Training::Trained.name()));
    let id = known(id, practice.protocol.weights().methods.keys(), "methods of matching.yaml")?;
    let level = level.trim();
    let names = Training::ALL.map(Training::name).join(", ");
    let level = Training::from_name(level).ok_or_else(|| format!("{level:?} must be one of {names}"))?;
    Ok((id, level))
}

pub(super) fn competence(practice: &Practice, text: &str) -> Result<String, String> {
    known(text, practice.protocol.weights().competences.keys(), "competences of matching.yaml")
}

pub(super) fn language(practice: &Practice, text: &str) -> Result<String, String> {
    known(text, practice.session_languages.iter().map(|language| &language.tag), "session_languages")
}

pub(super) fn payer(practice: &Practice, care: Care, text: &str) -> Result<String, String> {
    match practice.payers.iter().find(|payer| payer.id == text) {
        None => Err(format!("{text:?} is none of the payers of practice.toml")),
        Some(payer) if !payer.pays_for.contains(&care) => {
            Err(format!("{text:?} does not pay for this kind of care, says practice.toml"))
        }
        Some(payer) => Ok(payer.id.clone()),
    }
}

/// Dollars; may be left empty.
pub(super) fn fee(text: &str) -> Result<Option<u32>, String> {
    optional_number(text, 1, 2_000, "dollars")
}

/// Minutes of a session; may be left empty, then they are the practice's.
pub(super) fn minutes(text: &str) -> Result<Option<u32>, String> {
    optional_number(text, 10, 240, "minutes")
}

pub(super) fn weekly_sessions(text: &str) -> Result<u32, String> {
    text.parse().ok().filter(|n| (1..=60).contains(n)).ok_or_else(|| format!("{text:?} must be from 1 to 60"))
}

/// `mon 09:00-17:00 dilworth+video`.
pub(super) fn hours(practice: &Practice, text: &str) -> Result<HoursRule, String> {
    let hint = || format!("{text:?} is no availability: write \"mon 09:00-17:00 dilworth+video\"");
    let (hours, places) = text.rsplit_once(' ').ok_or_else(hint)?;
    let day = hours.split(' ').next().unwrap_or_default();
    parse_day(day).map_err(|_| hint())?;
    let window = window(hours)?;
    let mut place = Place { location: None, video: false };
    for part in places.split('+') {
        match part {
            "video" => place.video = true,
            id if practice.locations.iter().any(|location| location.id == id) && place.location.is_none() => {
                place.location = Some(id.to_owned());
            }
            id => return Err(format!("{id:?} is neither \"video\" nor one of the locations of practice.toml")),
        }
    }
    Ok(HoursRule::weekly(window, place))
}

/// Every column with what a line of the file would say of a therapist. Hours that no weekly window can tell are said
/// in RFC 5545's words, which the file does not take.
#[must_use]
pub fn columns(therapist: &Therapist) -> Vec<(&'static str, String)> {
    let list = |entries: Vec<String>| entries.join("; ");
    let each = |entries: &std::collections::BTreeSet<String>| list(entries.iter().cloned().collect());
    let payers = |care| therapist.payers.get(&care).map(each).unwrap_or_default();
    let number = |numbers: &std::collections::BTreeMap<Care, u32>, care| {
        numbers.get(&care).map(ToString::to_string).unwrap_or_default()
    };
    let treats = |care: &Care| if *care == Care::Couple { "couple" } else { "individual" }.to_owned();
    let method = |(id, level): (&String, &Training)| match level {
        Training::Trained => id.clone(),
        level => format!("{id} {}", level.name()),
    };
    vec![
        ("name", therapist.name.clone()),
        ("gender", therapist.gender.clone()),
        ("credentials", therapist.credentials.clone()),
        ("licences", list(therapist.licences.iter().map(licence_text).collect())),
        ("supervised_by", therapist.supervised_by.clone().unwrap_or_default()),
        ("treats", list(therapist.treats.iter().map(treats).collect())),
        ("methods", list(therapist.methods.iter().map(method).collect())),
        ("competences", each(&therapist.competences)),
        ("languages", each(&therapist.languages)),
        ("payers_individual", payers(Care::Individual)),
        ("payers_couple", payers(Care::Couple)),
        ("fee_individual", number(&therapist.fees, Care::Individual)),
        ("fee_couple", number(&therapist.fees, Care::Couple)),
        ("minutes_individual", number(&therapist.session_minutes, Care::Individual)),
        ("minutes_couple", number(&therapist.session_minutes, Care::Couple)),
        ("weekly_sessions", therapist.weekly_capacity.to_string()),
        ("availability", list(therapist.hours.rules().iter().map(hours_text).collect())),
    ]
}

fn licence_text(licence: &Licence) -> String {
    let video = if licence.video_only { " video" } else { "" };
    format!("{} {} {}{video}", licence.state.as_str(), licence.number, licence.expires)
}

fn hours_text(rule: &HoursRule) -> String {
    let place = rule.place();
    let video = place.video.then(|| "video".to_owned());
    let places = place.location.clone().into_iter().chain(video).collect::<Vec<_>>().join("+");
    match rule.as_weekly() {
        Some(window) => {
            format!("{} {}-{} {places}", day_text(window.day()), window.start_text(), window.end_text())
        }
        None => {
            let (starts, rule_text) = (rule.recurrence().starts(), rule.recurrence().rule());
            format!("{} {} minutes {rule_text} {places}", starts.strftime("%Y-%m-%d %H:%M"), rule.minutes())
                .replace(';', ",")
        }
    }
}

fn known<'k>(text: &str, mut ids: impl Iterator<Item = &'k String>, of: &str) -> Result<String, String> {
    if ids.any(|id| id == text) { Ok(text.to_owned()) } else { Err(format!("{text:?} is none of the {of}")) }
}

fn optional_number(text: &str, least: u32, most: u32, unit: &str) -> Result<Option<u32>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.map(Some).ok_or_else(|| format!("{text:?} must be from {least} to {most} {unit}, or empty"))
}
