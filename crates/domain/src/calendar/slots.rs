//! Times that could be taken: sessions laid into a stretch of a real day.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use super::hours::{edge, instant};

/// How times are laid into a stretch.
#[derive(Debug, Clone, Copy)]
pub struct Grid {
    /// How long a session takes.
    pub session: SignedDuration,
    /// Minutes between one start and the next; at least 1.
    pub step_minutes: u16,
    /// The first start that is wanted.
    pub from: Timestamp,
    /// The last start that is wanted.
    pub until: Timestamp,
}

/// A time within a stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// The day in the zone on which it begins.
    pub date: Date,
}

/// Every time between two minutes of one day, between `from` and `until`, in order. A start that the clocks skip does
/// not exist; one that comes twice is the first. None runs past the end.
pub fn times_on(zone: &TimeZone, date: Date, (start, end): (u16, u16), grid: Grid) -> impl Iterator<Item = Time> + '_ {
    let last = edge(zone, date, end);
    (start..end).step_by(usize::from(grid.step_minutes.max(1))).filter_map(move |minute| {
        let starts_at = instant(zone, date, minute)?;
        let ends_at = starts_at.checked_add(grid.session).ok()?;
        let fits = (grid.from..=grid.until).contains(&starts_at) && ends_at <= last?;
        fits.then_some(Time { starts_at, ends_at, date })
    })
}
