//! The form of somebody's hours. Each rule that was read may be moved or taken out, and one may be added; what recurs in
//! another way than by the week stays as it is, since its rule is more than a form of ours can say.

use jiff::civil::{Date, DateTime, Time, Weekday};
use rapport_proto::staff::{Hours, HoursRule, Leave};

use crate::{form::Form, staff::errors::Errors};

/// Days of a week as rules name them, as the form does, and from Monday on.
pub(crate) const DAYS: [(&str, &str, Weekday); 7] = [
    ("MO", "Monday", Weekday::Monday),
    ("TU", "Tuesday", Weekday::Tuesday),
    ("WE", "Wednesday", Weekday::Wednesday),
    ("TH", "Thursday", Weekday::Thursday),
    ("FR", "Friday", Weekday::Friday),
    ("SA", "Saturday", Weekday::Saturday),
    ("SU", "Sunday", Weekday::Sunday),
];
const NO_TIME: &str = "Write a time like 09:00.";
const NO_DAY: &str = "Write a day like 2026-12-01.";
const NO_MOMENT: &str = "Write a day and a time.";
const BACKWARDS: &str = "It must end after it begins.";

/// A rule as the page shows it.
pub(crate) struct RuleRow {
    /// "every Monday", "on Dec 3, 2026", "by a rule of its own: …"
    pub(crate) when: String,
    pub(crate) from: String,
    pub(crate) until: String,
    /// What the field `place` holds.
    pub(crate) place: String,
    pub(crate) place_text: String,
    /// Days that are left out, and such that are added.
    pub(crate) exceptions: String,
}

/// Leave as the page shows it.
pub(crate) struct LeaveRow(pub(crate) String);

impl RuleRow {
    pub(crate) fn of(rule: &HoursRule, locations: &[(String, String)]) -> Self {
        let start: Option<DateTime> = rule.start_time.parse().ok();
        let end = start.and_then(|start| start.checked_add(jiff::Span::new().minutes(rule.minutes)).ok());
        let text = |at: Option<DateTime>| at.map(|at| at.strftime("%H:%M").to_string()).unwrap_or_default();
        let listed = |what: &str, days: &[String]| {
            if days.is_empty() { String::new() } else { format!("{what} {}", days.join(", ").replace('T', " ")) }
        };
        let exceptions = [listed("not on", &rule.exdates), listed("also on", &rule.rdates)];
        Self {
            when: when(rule, start),
            from: text(start),
            until: text(end),
            place: place_field(&rule.location, rule.video),
            place_text: place(&rule.location, rule.video, locations),
            exceptions: exceptions.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; "),
        }
    }
}

impl RuleRow {
    /// With what was typed into its fields, where the form comes back to be mended.
    pub(crate) fn typed(mut self, number: usize, sent: &Form) -> Self {
        for (field, kept) in [("from", &mut self.from), ("until", &mut self.until), ("place", &mut self.place)] {
            let name = format!("{field}-{number}");
            if sent.has(&name) {
                sent.text(&name).clone_into(kept);
            }
        }
        self
    }
}

impl LeaveRow {
    pub(crate) fn of(leave: &Leave) -> Self {
        Self(format!("{} until {}", leave.start_time.replace('T', " "), leave.end_time.replace('T', " ")))
    }
}

/// "Dilworth or video".
pub(crate) fn place(location: &str, video: bool, locations: &[(String, String)]) -> String {
    let name = locations.iter().find(|(id, _)| id == location).map_or(location, |(_, name)| name.as_str());
    match (name, video) {
        ("", _) => "by video".to_owned(),
        (name, true) => format!("{name} or by video"),
        (name, false) => name.to_owned(),
    }
}

/// The hours that a form makes of what was read.
///
/// # Errors
/// Whatever is wrong with a field, beside it.
pub(crate) fn read(mut hours: Hours, form: &Form) -> Result<Hours, Errors> {
    let mut errors = Errors::default();
    let mut rules = Vec::new();
    for (number, rule) in hours.rules.into_iter().enumerate() {
        if !form.has(&format!("remove-{number}")) {
            rules.push(moved(rule, number, form, &mut errors));
        }
    }
    if !form.text("new-from").is_empty() || !form.text("new-until").is_empty() {
        rules.extend(added(form, &mut errors));
    }
    let kept = hours.leave.into_iter().enumerate().filter(|(number, _)| !form.has(&format!("leave-remove-{number}")));
    hours.leave = kept.map(|(_, leave)| leave).collect();
    if !form.text("leave-from").is_empty() || !form.text("leave-until").is_empty() {
        hours.leave.extend(leave(form, &mut errors));
    }
    hours.rules = rules;
    if errors.0.is_empty() { Ok(hours) } else { Err(errors) }
}

/// The rule with the times and the place that the form has for it.
fn moved(mut rule: HoursRule, number: usize, form: &Form, errors: &mut Errors) -> HoursRule {
    let (from, until) = (format!("from-{number}"), format!("until-{number}"));
    let Ok(start) = rule.start_time.parse::<DateTime>() else { return rule };
    if let Some((time, minutes)) = stretch(form, &from, &until, errors) {
        rule.start_time = wall(start.date().to_datetime(time));
        rule.minutes = minutes;
    }
    (rule.location, rule.video) = place_of(form.text(&format!("place-{number}")));
    rule
}

fn added(form: &Form, errors: &mut Errors) -> Option<HoursRule> {
    let (time, minutes) = stretch(form, "new-from", "new-until", errors)?;
    let (location, video) = place_of(form.text("new-place"));
    let Ok(first) = form.text("new-day").parse::<Date>() else {
        errors.0.push(("new-day".to_owned(), NO_DAY.to_owned()));
        return None;
    };
    let by = DAYS.iter().find(|(_, _, day)| *day == first.weekday()).map(|(by, _, _)| *by)?;
    let rrule = if form.has("new-weekly") { format!("FREQ=WEEKLY;BYDAY={by}") } else { String::new() };
    let start_time = wall(first.to_datetime(time));
    Some(HoursRule { start_time, minutes, rrule, location, video, ..Default::default() })
}

fn leave(form: &Form, errors: &mut Errors) -> Option<Leave> {
    let moment = |field: &str, errors: &mut Errors| {
        let read = form.text(field).parse::<DateTime>().ok();
        if read.is_none() {
            errors.0.push((field.to_owned(), NO_MOMENT.to_owned()));
        }
        read
    };
    let (from, until) = (moment("leave-from", errors)?, moment("leave-until", errors)?);
    if until <= from {
        errors.0.push(("leave-until".to_owned(), BACKWARDS.to_owned()));
        return None;
    }
    Some(Leave { start_time: wall(from), end_time: wall(until) })
}

/// When it begins, and how many minutes it lasts.
fn stretch(form: &Form, from: &str, until: &str, errors: &mut Errors) -> Option<(Time, i32)> {
    let time = |field: &str, errors: &mut Errors| {
        let text = form.text(field);
        // The end of a day is a time of it here.
        let read = if text == "24:00" { Some((Time::midnight(), 1440)) } else { minute(text) };
        if read.is_none() {
            errors.0.push((field.to_owned(), NO_TIME.to_owned()));
        }
        read
    };
    let (start, end) = (time(from, errors), time(until, errors));
    let ((start, first), (_, last)) = (start?, end?);
    let last = if last == 0 { 1440 } else { last };
    if last <= first {
        errors.0.push((until.to_owned(), BACKWARDS.to_owned()));
        return None;
    }
    Some((start, last - first))
}

fn minute(text: &str) -> Option<(Time, i32)> {
    let time: Time = text.parse().ok()?;
    Some((time, i32::from(time.hour()) * 60 + i32::from(time.minute())))
}

fn wall(at: DateTime) -> String {
    at.strftime("%Y-%m-%dT%H:%M").to_string()
}

/// "noda+video", "video", "noda": as the form's choice has it.
fn place_field(location: &str, video: bool) -> String {
    match (location, video) {
        ("", _) => "video".to_owned(),
        (location, true) => format!("{location}+video"),
        (location, false) => location.to_owned(),
    }
}

fn place_of(field: &str) -> (String, bool) {
    match field.strip_suffix("+video") {
        Some(location) => (location.to_owned(), true),
        None if field == "video" => (String::new(), true),
        None => (field.to_owned(), false),
    }
}

fn when(rule: &HoursRule, start: Option<DateTime>) -> String {
    let day = start.map(|start| start.strftime("%b %-d, %Y").to_string()).unwrap_or_default();
    let weekly = rule.rrule.strip_prefix("FREQ=WEEKLY;BYDAY=");
    match (rule.rrule.as_str(), weekly.and_then(|by| DAYS.iter().find(|(of, _, _)| *of == by))) {
        ("", _) => format!("on {day}"),
        (_, Some((_, name, _))) => format!("every {name}"),
        (other, None) => format!("from {day} on, by {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn monday() -> HoursRule {
        HoursRule {
            start_time: "2026-11-30T09:00".to_owned(),
            minutes: 480,
            rrule: "FREQ=WEEKLY;BYDAY=MO".to_owned(),
            location: "noda".to_owned(),
            video: true,
            ..Default::default()
        }
    }

    fn hours() -> Hours {
        Hours { rules: vec![monday()], leave: Vec::new() }
    }

    const AS_IT_WAS: [(&str, &str); 3] = [("from-0", "09:00"), ("until-0", "17:00"), ("place-0", "noda+video")];

    #[test]
    fn a_form_that_nobody_changed_changes_nothing() {
        assert_eq!(read(hours(), &Form::of(&AS_IT_WAS)).unwrap(), hours());
        let row = RuleRow::of(&monday(), &[("noda".to_owned(), "NoDa".to_owned())]);
        assert_eq!((row.when.as_str(), row.from.as_str(), row.until.as_str()), ("every Monday", "09:00", "17:00"));
        assert_eq!((row.place.as_str(), row.place_text.as_str()), ("noda+video", "NoDa or by video"));
    }

    #[test]
    fn rules_are_moved_taken_out_and_added() {
        let form = Form::of(&[
            ("remove-0", "1"),
            ("new-day", "2026-12-03"),
            ("new-weekly", "1"),
            ("new-from", "12:00"),
            ("new-until", "20:30"),
            ("new-place", "video"),
            ("leave-from", "2026-12-21T00:00"),
            ("leave-until", "2026-12-28T00:00"),
        ]);
        let read = read(hours(), &form).unwrap();
        let rule = &read.rules[0];
        assert_eq!((rule.start_time.as_str(), rule.minutes), ("2026-12-03T12:00", 510));
        assert_eq!((rule.rrule.as_str(), rule.location.as_str(), rule.video), ("FREQ=WEEKLY;BYDAY=TH", "", true));
        assert_eq!((read.rules.len(), read.leave[0].end_time.as_str()), (1, "2026-12-28T00:00"));
    }

    #[test]
    fn what_is_wrong_stands_beside_its_field() {
        let wrong = |fields: &[(&str, &str)]| {
            let errors = read(hours(), &Form::of(&[&AS_IT_WAS, fields].concat())).unwrap_err();
            errors.0.into_iter().map(|(field, _)| field).collect::<Vec<_>>()
        };
        assert_eq!(wrong(&[("new-from", "9"), ("new-day", "2026-12-03")]), ["new-from", "new-until"]);
        assert_eq!(wrong(&[("new-from", "09:00"), ("new-until", "08:00")]), ["new-until"]);
        assert_eq!(wrong(&[("new-from", "09:00"), ("new-until", "10:00"), ("new-day", "soon")]), ["new-day"]);
        assert_eq!(wrong(&[("leave-from", "2026-12-21T00:00")]), ["leave-until"]);
    }

    /// What a form of ours cannot say is left as it is.
    #[test]
    fn a_rule_of_its_own_keeps_what_it_says() {
        let mut monthly = monday();
        monthly.rrule = "FREQ=MONTHLY;BYDAY=1MO".to_owned();
        monthly.exdates = vec!["2026-12-07".to_owned()];
        let hours = Hours { rules: vec![monthly.clone()], leave: Vec::new() };
        assert_eq!(read(hours.clone(), &Form::of(&AS_IT_WAS)).unwrap(), hours);
        assert!(RuleRow::of(&monthly, &[]).when.ends_with("by FREQ=MONTHLY;BYDAY=1MO"));
        assert_eq!(RuleRow::of(&monthly, &[]).exceptions, "not on 2026-12-07");
    }
}
