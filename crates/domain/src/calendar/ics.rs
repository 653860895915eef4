//! When somebody is taken, out of an iCalendar file (RFC 5545): begin and end of events, and how they recur. Nothing else
//! of the file is read, so that nothing else can be kept.
//!
//! Lines are unfolded and counted here, so that what is wrong can be said with its place; each of those that matter is
//! read by the `icalendar` crate. Components are walked without recursion: a file may nest as deep as it likes.

use std::collections::{BTreeMap, BTreeSet};

use icalendar::parser::Property;
use jiff::{
    SignedDuration, Span, Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

use super::{
    elsewhere::{Elsewhere, Engagement, Length, MOST, MOST_DAYS},
    hours::Stretch,
    recurrence::Recurrence,
};
use crate::problem::FileProblem;

#[cfg(test)]
mod tests;
mod value;

use value::{When, Zones, length_text, period, whens};

/// The longest file, in bytes.
pub const LONGEST_FILE: usize = 4 << 20;

/// The longest line after unfolding, in bytes; what is read of one is far shorter.
const LONGEST_LINE: usize = 64 << 10;

/// As many problems are said at once.
const MOST_PROBLEMS: usize = 100;

/// What a file is read by.
pub struct Reading<'a> {
    /// Its name, for problems.
    pub file: &'a str,
    /// The present: what is over is left out.
    pub now: Timestamp,
    /// The practice's zone, for times that name none.
    pub zone: &'a TimeZone,
    /// What stands behind the `@` of our own events' UIDs: whoever exports a calendar that shows our feed is not taken
    /// twice.
    pub own: &'a str,
}

/// Reads when somebody is taken.
///
/// # Errors
/// Everything that is wrong with it, up to a hundred problems.
pub fn read(reading: &Reading<'_>, text: &str) -> Result<Elsewhere, Vec<FileProblem>> {
    let mut file =
        File { reading, problems: Vec::new(), zones: Zones::default(), events: Vec::new(), once: Vec::new() };
    if text.len() > LONGEST_FILE {
        file.problem(0, format!("the file is longer than {} MB", LONGEST_FILE >> 20), "export less of the past");
        return Err(file.problems);
    }
    let lines = unfolded(text);
    file.walk(&lines);
    let elsewhere = file.put_together();
    if file.problems.is_empty() { Ok(elsewhere) } else { Err(file.problems) }
}

/// Content lines with the line of the file that each begins on.
fn unfolded(text: &str) -> Vec<(u32, String)> {
    let mut lines: Vec<(u32, String)> = Vec::new();
    for (line, raw) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        match (raw.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some((_, last))) if last.len() < LONGEST_LINE => last.push_str(rest),
            (Some(_), Some(_)) => {}
            _ if raw.is_empty() => {}
            _ => lines.push((line, raw.to_owned())),
        }
    }
    lines
}

struct File<'a> {
    reading: &'a Reading<'a>,
    problems: Vec<FileProblem>,
    zones: Zones,
    events: Vec<Event>,
    once: Vec<Stretch>,
}

/// An event as far as it matters here.
#[derive(Default)]
struct Event {
    line: u32,
    uid: String,
    free: bool,
    starts: Option<When>,
    ends: Option<When>,
    duration: Option<Span>,
    rule: Option<(u32, String)>,
    also: Vec<When>,
    except: Vec<When>,
    instead_of: Option<When>,
}

impl File<'_> {
    fn problem(&mut self, line: u32, what: impl Into<String>, hint: &str) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(FileProblem::error(self.reading.file, (line, u32::from(line > 0)), what, hint));
        }
    }

    /// Zones may stand behind the events that name them: they are gathered first.
    fn walk(&mut self, lines: &[(u32, String)]) {
        let is_calendar =
            lines.first().is_some_and(|(_, line)| line.trim_end().eq_ignore_ascii_case("BEGIN:VCALENDAR"));
        if !is_calendar {
            self.problem(1, "this is no iCalendar file", "export your calendar as .ics");
            return;
        }
        let mut open: Vec<String> = Vec::new();
        for (_, line) in lines {
            if let Some(component) = marker(line, "BEGIN:") {
                open.push(component);
            } else if marker(line, "END:").is_some() {
                open.pop();
            } else if open.last().is_some_and(|it| it == "VTIMEZONE")
                && let Ok(property) = Property::try_from(line.as_str())
            {
                self.zones.note(property.name.as_str(), property.val.as_str());
            }
        }
        open.clear();
        for (line, text) in lines {
            if let Some(component) = marker(text, "BEGIN:") {
                if component == "VEVENT" {
                    self.events.push(Event { line: *line, ..Event::default() });
                }
                open.push(component);
            } else if let Some(component) = marker(text, "END:") {
                if open.pop().as_ref() != Some(&component) {
                    self.problem(*line, format!("{component:?} ends here and was not begun"), "export the file again");
                    return;
                }
            } else {
                self.property(*line, text, open.last().map_or("", String::as_str));
            }
        }
        if let Some(component) = open.last() {
            let last = lines.last().map_or(0, |(line, _)| *line);
            let what = format!("the file ends within {component:?}");
            self.problem(last, what, "it was cut off: export it again");
        }
    }

    /// Reads one of the properties that matter; no other one is even looked at.
    fn property(&mut self, line: u32, text: &str, component: &str) {
        const OF_EVENT: [&str; 11] = [
            "UID",
            "DTSTART",
            "DTEND",
            "DURATION",
            "RRULE",
            "RDATE",
            "EXDATE",
            "RECURRENCE-ID",
            "TRANSP",
            "STATUS",
            "X-MICROSOFT-CDO-BUSYSTATUS",
        ];
        let name = text.split([':', ';']).next().unwrap_or_default().to_ascii_uppercase();
        let matters = match component {
            "VEVENT" => OF_EVENT.contains(&name.as_str()),
            "VFREEBUSY" => name == "FREEBUSY",
            _ => false,
        };
        if !matters {
            return;
        }
        let Ok(property) = Property::try_from(text) else {
            self.problem(line, format!("this {name} cannot be read"), "");
            return;
        };
        let outcome = match component {
            "VFREEBUSY" => self.free_busy(&property),
            _ => self.of_event(line, &name, &property),
        };
        if let Err(why) = outcome {
            self.problem(line, format!("{name}: {why}"), "");
        }
    }

    fn free_busy(&mut self, property: &Property<'_>) -> Result<(), String> {
        let free = property.params.iter().any(|it| {
            it.key.as_str().eq_ignore_ascii_case("FBTYPE")
                && it.val.as_ref().is_some_and(|it| it.as_str().eq_ignore_ascii_case("FREE"))
        });
        if !free {
            for part in property.val.as_str().split(',') {
                self.once.push(period(part)?);
            }
        }
        Ok(())
    }

    fn of_event(&mut self, line: u32, name: &str, property: &Property<'_>) -> Result<(), String> {
        let Some(event) = self.events.last_mut() else { return Ok(()) };
        let value = property.val.as_str().trim();
        let one = || -> Result<Option<When>, String> { Ok(whens(property, &self.zones)?.pop()) };
        match name {
            "UID" => value.clone_into(&mut event.uid),
            "DTSTART" => event.starts = one()?,
            "DTEND" => event.ends = one()?,
            "RECURRENCE-ID" => {
                if property.params.iter().any(|it| it.key.as_str().eq_ignore_ascii_case("RANGE")) {
                    return Err("a change of this event and all that follow cannot be read here".to_owned());
                }
                event.instead_of = one()?;
            }
            "DURATION" => event.duration = Some(length_text(value)?),
            "RRULE" if event.rule.is_some() => return Err("an event has one rule at most".to_owned()),
            "RRULE" => event.rule = Some((line, value.to_owned())),
            "RDATE" => event.also.extend(whens(property, &self.zones)?),
            "EXDATE" => event.except.extend(whens(property, &self.zones)?),
            "TRANSP" => event.free |= value.eq_ignore_ascii_case("TRANSPARENT"),
            "STATUS" => event.free |= value.eq_ignore_ascii_case("CANCELLED"),
            _ => event.free |= value.eq_ignore_ascii_case("FREE"),
        }
        Ok(())
    }

    fn put_together(&mut self) -> Elsewhere {
        let events = std::mem::take(&mut self.events);
        let mut instead: BTreeMap<&str, Vec<&When>> = BTreeMap::new();
        for event in &events {
            instead.entry(&event.uid).or_default().extend(&event.instead_of);
        }
        let mut again = Vec::new();
        for event in events.iter().filter(|event| !event.free && !is_own(&event.uid, self.reading.own)) {
            let moved = if event.instead_of.is_some() { None } else { instead.get(event.uid.as_str()) };
            match self.engagement(event, moved.map_or(&[][..], Vec::as_slice)) {
                Ok(Taken::Once(stretch)) => self.once.push(stretch),
                Ok(Taken::Again(engagement)) => again.push(*engagement),
                Ok(Taken::Nothing) => {}
                Err((line, why)) => self.problem(line, why, ""),
            }
        }
        let once = std::mem::take(&mut self.once);
        let elsewhere = Elsewhere::new(once, again, self.reading.now, self.reading.zone);
        let (once, again) = elsewhere.count();
        if once > MOST.0 || again > MOST.1 {
            let what = format!("{once} single and {again} recurring times are more than {} and {}", MOST.0, MOST.1);
            self.problem(0, what, "export fewer calendars or less of the future");
        }
        elsewhere
    }

    fn engagement(&self, event: &Event, moved: &[&When]) -> Result<Taken, (u32, String)> {
        let at_event = |why: String| (event.line, why);
        let starts = event.starts.as_ref().ok_or_else(|| at_event("the event has no DTSTART".to_owned()))?;
        let zone = starts.zone(self.reading.zone);
        let first = starts.wall();
        let length = self.length(event, starts, &zone).map_err(at_event)?;
        if length == Length::Seconds(0) {
            return Ok(Taken::Nothing);
        }
        let Some((line, rule)) =
            event.rule.clone().or_else(|| (!event.also.is_empty()).then(|| (event.line, String::new())))
        else {
            let stretch = length.from(first, &zone).ok_or_else(|| at_event("a time is out of range".to_owned()))?;
            return Ok(Taken::Once(stretch));
        };
        let too_long = match length {
            Length::Days(days) => days > MOST_DAYS,
            Length::Seconds(seconds) => seconds > MOST_DAYS * 86_400,
        };
        if too_long {
            return Err(at_event(format!("an event that recurs lasts longer than {MOST_DAYS} days")));
        }
        let walls =
            |whens: &[When]| whens.iter().map(|when| when.wall_in(&zone, self.reading.zone)).collect::<Vec<_>>();
        let mut except: BTreeSet<DateTime> = walls(&event.except).into_iter().collect();
        except.extend(moved.iter().map(|when| when.wall_in(&zone, self.reading.zone)));
        let recurrence = Recurrence::parse(first, &rule, walls(&event.also), except, &zone);
        let recurrence = recurrence.map_err(|why| (line, format!("RRULE: {why}")))?;
        Ok(Taken::Again(Box::new(Engagement { recurrence, length, zone: starts.zone_name() })))
    }

    /// The exact length where there are times, whole days where there are dates.
    fn length(&self, event: &Event, starts: &When, zone: &TimeZone) -> Result<Length, String> {
        let backwards = || "the event ends before it starts".to_owned();
        let length = match (&event.ends, event.duration) {
            (Some(When::Day(end)), _) if starts.is_day() => {
                Length::Days(i64::from((*end - starts.wall().date()).get_days()).max(1))
            }
            (Some(ends), _) => {
                let at = |wall: DateTime, zone: &TimeZone| zone.to_ambiguous_timestamp(wall).compatible().ok();
                let end_zone = ends.zone(self.reading.zone);
                let both = at(starts.wall(), zone).zip(at(ends.wall(), &end_zone));
                let (from, to) = both.ok_or("a time is out of range")?;
                Length::Seconds(from.duration_until(to).as_secs())
            }
            (None, Some(span)) => days_or_seconds(span),
            (None, None) if starts.is_day() => Length::Days(1),
            (None, None) => Length::Seconds(0),
        };
        match length {
            Length::Days(days) if days < 0 => Err(backwards()),
            Length::Seconds(seconds) if seconds < 0 => Err(backwards()),
            length => Ok(length),
        }
    }
}

/// A session of ours comes back as `{uuid}@{domain}`.
fn is_own(uid: &str, own: &str) -> bool {
    uid.split_once('@').is_some_and(|(id, domain)| domain == own && uuid::Uuid::try_parse(id).is_ok())
}

enum Taken {
    Once(Stretch),
    Again(Box<Engagement>),
    Nothing,
}

fn days_or_seconds(span: Span) -> Length {
    let days = i64::from(span.get_weeks()) * 7 + i64::from(span.get_days());
    let rest = i64::from(span.get_hours()) * 3_600 + span.get_minutes() * 60 + span.get_seconds();
    if rest == 0 { Length::Days(days) } else { Length::Seconds(days * 86_400 + rest) }
}

/// The component of a line that begins or ends one.
fn marker(line: &str, which: &str) -> Option<String> {
    let (head, name) = line.split_at_checked(which.len())?;
    head.eq_ignore_ascii_case(which).then(|| name.trim().to_ascii_uppercase())
}

/// The stretch between two instants.
fn between(from: Timestamp, to: Timestamp) -> Option<Stretch> {
    (from < to).then_some(Stretch { starts_at: from, ends_at: to })
}

/// An instant and a length.
fn lasting(from: Timestamp, length: SignedDuration) -> Option<Stretch> {
    between(from, from.checked_add(length).ok()?)
}

/// A day of the calendar.
fn day(text: &str) -> Option<Date> {
    Date::strptime("%Y%m%d", text).ok()
}
