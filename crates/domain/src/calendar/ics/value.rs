//! Dates, times, zones and lengths as iCalendar writes them.

use std::collections::BTreeMap;

use icalendar::parser::Property;
use jiff::{
    SignedDuration, Span, Timestamp,
    civil::{Date, DateTime},
    tz::{TimeZone, TimeZoneDatabase},
};

use super::{between, day, lasting};
use crate::calendar::hours::Stretch;

/// The zones of calendars that name them as Windows does: those that a practice in the US meets, as Unicode's CLDR maps them.
const WINDOWS: [(&str, &str); 13] = [
    ("Eastern Standard Time", "America/New_York"),
    ("US Eastern Standard Time", "America/Indiana/Indianapolis"),
    ("Central Standard Time", "America/Chicago"),
    ("Mountain Standard Time", "America/Denver"),
    ("US Mountain Standard Time", "America/Phoenix"),
    ("Pacific Standard Time", "America/Los_Angeles"),
    ("Alaskan Standard Time", "America/Anchorage"),
    ("Hawaiian Standard Time", "Pacific/Honolulu"),
    ("Atlantic Standard Time", "America/Halifax"),
    ("SA Western Standard Time", "America/La_Paz"),
    ("GMT Standard Time", "Europe/London"),
    ("W. Europe Standard Time", "Europe/Berlin"),
    ("Coordinated Universal Time", "UTC"),
];

/// A value of DTSTART and its like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum When {
    /// A whole day.
    Day(Date),
    /// A wall time, in a zone by its IANA name or in the practice's.
    Wall(DateTime, Option<String>),
}

/// What a file says of the zones that it names.
#[derive(Default)]
pub(super) struct Zones {
    last: String,
    /// The IANA name that a zone says it is, by its own.
    known: BTreeMap<String, String>,
}

impl Zones {
    /// A property of a VTIMEZONE.
    pub(super) fn note(&mut self, name: &str, value: &str) {
        match name.to_ascii_uppercase().as_str() {
            "TZID" => value.trim().clone_into(&mut self.last),
            "X-LIC-LOCATION" => {
                self.known.insert(self.last.clone(), value.trim().to_owned());
            }
            _ => {}
        }
    }

    /// The IANA name of a zone; its rules are those of the database, not the file's.
    fn iana(&self, tzid: &str) -> Option<String> {
        let is_known = |name: &&str| TimeZoneDatabase::bundled().get(name).is_ok();
        let windows = WINDOWS.iter().find(|(windows, _)| *windows == tzid).map(|(_, iana)| *iana);
        // "/example.com/America/New_York" of older programs.
        let behind = |parts: usize| tzid.rmatch_indices('/').nth(parts).and_then(|(at, _)| tzid.get(at + 1..));
        let candidates = [Some(tzid), windows, self.known.get(tzid).map(String::as_str), behind(1), behind(2)];
        candidates.into_iter().flatten().find(is_known).map(str::to_owned)
    }
}

impl When {
    pub(super) const fn is_day(&self) -> bool {
        matches!(self, Self::Day(_))
    }

    /// What the clock of its zone shows.
    pub(super) fn wall(&self) -> DateTime {
        match self {
            Self::Day(date) => date.at(0, 0, 0, 0),
            Self::Wall(wall, _) => *wall,
        }
    }

    pub(super) fn zone_name(&self) -> Option<String> {
        match self {
            Self::Day(_) | Self::Wall(_, None) => None,
            Self::Wall(_, Some(name)) => Some(name.clone()),
        }
    }

    pub(super) fn zone(&self, practice: &TimeZone) -> TimeZone {
        let named = self.zone_name().and_then(|name| TimeZoneDatabase::bundled().get(&name).ok());
        named.unwrap_or_else(|| practice.clone())
    }

    /// What another zone's clock shows then.
    pub(super) fn wall_in(&self, zone: &TimeZone, practice: &TimeZone) -> DateTime {
        let own = self.zone(practice);
        if self.is_day() || own == *zone {
            return self.wall();
        }
        own.to_ambiguous_timestamp(self.wall()).compatible().map_or_else(|_| self.wall(), |at| zone.to_datetime(at))
    }
}

/// Every value of a property, parted by commas.
pub(super) fn whens(property: &Property<'_>, zones: &Zones) -> Result<Vec<When>, String> {
    let parameter = |name: &str| {
        let found = property.params.iter().find(|it| it.key.as_str().eq_ignore_ascii_case(name));
        found.and_then(|it| it.val.as_ref()).map(|value| value.as_str().trim_matches('"').to_owned())
    };
    if parameter("VALUE").is_some_and(|value| value.eq_ignore_ascii_case("PERIOD")) {
        return Err("periods cannot be read here".to_owned());
    }
    let zone = match parameter("TZID") {
        None => None,
        Some(tzid) => Some(zones.iana(&tzid).ok_or_else(|| format!("the zone {tzid:?} is unknown"))?),
    };
    property.val.as_str().split(',').map(|text| when(text.trim(), zone.as_ref())).collect()
}

fn when(text: &str, zone: Option<&String>) -> Result<When, String> {
    let why = || format!("{text:?} is no date or time like 20261130 or 20261130T090000");
    if let Some(date) = day(text) {
        return Ok(When::Day(date));
    }
    let (text_of_wall, zone) = match text.strip_suffix(['Z', 'z']) {
        Some(utc) => (utc, Some("UTC".to_owned())),
        None => (text, zone.cloned()),
    };
    DateTime::strptime("%Y%m%dT%H%M%S", text_of_wall).map(|wall| When::Wall(wall, zone)).map_err(|_| why())
}

/// `PT1H30M`, `P1D`, `P2W`; of days to a century, so that nothing overflows.
pub(super) fn length_text(text: &str) -> Result<Span, String> {
    let why = || format!("{text:?} is no length like PT1H30M or P1D");
    let span: Span = text.parse().map_err(|_| why())?;
    let parts = [i64::from(span.get_weeks()), i64::from(span.get_days()), i64::from(span.get_hours())];
    let small = parts.iter().all(|part| part.abs() < 40_000)
        && span.get_minutes().abs() < 60_000_000
        && span.get_seconds().abs() < 4_000_000_000
        && (span.get_years(), span.get_months()) == (0, 0);
    if small { Ok(span) } else { Err(why()) }
}

/// `20261130T140000Z/PT1H` or `…/20261130T150000Z`.
pub(super) fn period(text: &str) -> Result<Stretch, String> {
    let why = || format!("{text:?} is no period like 20261130T140000Z/PT1H");
    let instant = |text: &str| -> Option<Timestamp> {
        let wall = DateTime::strptime("%Y%m%dT%H%M%S", text.trim().strip_suffix(['Z', 'z'])?).ok()?;
        TimeZone::UTC.to_timestamp(wall).ok()
    };
    let (from, to) = text.split_once('/').ok_or_else(why)?;
    let from = instant(from).ok_or_else(why)?;
    let stretch = match instant(to) {
        Some(to) => between(from, to),
        None => {
            let seconds = match super::days_or_seconds(length_text(to.trim())?) {
                super::Length::Days(days) => days * 86_400,
                super::Length::Seconds(seconds) => seconds,
            };
            lasting(from, SignedDuration::from_secs(seconds))
        }
    };
    stretch.ok_or_else(why)
}
