//! Weekly hours as instants, right on the days when the clocks change.

use jiff::{
    Timestamp,
    civil::Date,
    tz::{AmbiguousOffset, TimeZone},
};

use serde::{Deserialize, Serialize};

use super::week::WeeklyWindow;

/// A stretch of time: its end is the first instant after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stretch {
    /// When it begins.
    pub starts_at: Timestamp,
    /// The first instant after it.
    pub ends_at: Timestamp,
}

impl Stretch {
    /// What both share.
    #[must_use]
    pub fn common(self, other: Self) -> Option<Self> {
        let starts_at = self.starts_at.max(other.starts_at);
        let ends_at = self.ends_at.min(other.ends_at);
        (starts_at < ends_at).then_some(Self { starts_at, ends_at })
    }
}

/// The instant at which a wall clock shows a minute of a day, from 0 to 1440. A
/// time that is skipped when the clocks go forward does not exist; of one that
/// comes twice it is the first.
#[must_use]
pub fn instant(zone: &TimeZone, date: Date, minute: u16) -> Option<Timestamp> {
    let wall = wall(date, minute)?;
    let ambiguous = zone.to_ambiguous_timestamp(wall);
    match ambiguous.offset() {
        AmbiguousOffset::Gap { .. } => None,
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => ambiguous.earlier().ok(),
    }
}

/// The instant at which hours end that a wall clock ends at a minute of a day, from 0 to 1440: of a time that comes twice
/// it is the first, and one that is skipped counts on from before the change (RFC 5545, 3.3.5).
#[must_use]
pub fn edge(zone: &TimeZone, date: Date, minute: u16) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(wall(date, minute)?).compatible().ok()
}

/// The weekly windows of one day, in order; those that touch are one.
#[must_use]
pub fn on_day(zone: &TimeZone, windows: &[WeeklyWindow], date: Date) -> Vec<Stretch> {
    let edge = |minute| edge(zone, date, minute);
    let of_day = windows.iter().filter(|window| window.day() == date.weekday());
    let stretches = of_day.filter_map(|window| {
        Some(Stretch { starts_at: edge(window.start_minute())?, ends_at: edge(window.end_minute())? })
    });
    merge(stretches.collect())
}

/// The same time in order; stretches that touch are one, and one without length is none.
#[must_use]
pub fn merge(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.retain(|stretch| stretch.starts_at < stretch.ends_at);
    stretches.sort();
    let mut merged: Vec<Stretch> = Vec::new();
    for stretch in stretches {
        match merged.last_mut() {
            Some(last) if stretch.starts_at <= last.ends_at => last.ends_at = last.ends_at.max(stretch.ends_at),
            _ => merged.push(stretch),
        }
    }
    merged
}

/// Each day from one on, for as long as dates go.
pub fn days_from(first: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(first), |date| date.tomorrow().ok())
}

/// Monday of a day's week.
#[must_use]
pub fn week_of(date: Date) -> Date {
    let since_monday = i64::from(date.weekday().to_monday_zero_offset());
    date.checked_sub(jiff::Span::new().days(since_monday)).unwrap_or(date)
}

fn wall(date: Date, minute: u16) -> Option<jiff::civil::DateTime> {
    let (date, minute) = if minute >= 1440 { (date.tomorrow().ok()?, 0) } else { (date, minute) };
    let hour = i8::try_from(minute / 60).ok()?;
    let minute = i8::try_from(minute % 60).ok()?;
    jiff::civil::DateTime::new(date.year(), date.month(), date.day(), hour, minute, 0, 0).ok()
}
