//! Times that could be taken: a therapist's weekly hours, resolved on real days.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use super::{hours::instant, week::WeeklyWindow};

/// How times are laid into a weekly window.
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

/// A time within a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// The day in the zone on which it begins.
    pub date: Date,
}

/// Every time of a weekly window on one day, between `from` and `until`, in
/// order. A start that the clocks skip does not exist; one that comes twice is the
/// first. None stands on a closed day, none runs past the window's end on the wall clock.
pub fn times_on<'a>(
    zone: &'a TimeZone,
    window: WeeklyWindow,
    closed_on: &[Date],
    date: Date,
    grid: Grid,
) -> impl Iterator<Item = Time> + 'a {
    let open = date.weekday() == window.day() && !closed_on.contains(&date);
    open.then(|| on_day(zone, window, date, grid)).into_iter().flatten()
}

fn on_day(zone: &TimeZone, window: WeeklyWindow, date: Date, grid: Grid) -> impl Iterator<Item = Time> + '_ {
    (window.start_minute()..window.end_minute()).step_by(usize::from(grid.step_minutes.max(1))).filter_map(
        move |minute| {
            let starts_at = instant(zone, date, minute)?;
            let ends_at = starts_at.checked_add(grid.session).ok()?;
            let starts = date.at(0, 0, 0, 0).checked_add(SignedDuration::from_mins(i64::from(minute))).ok()?;
            let ends = ends_at.to_zoned(zone.clone()).datetime();
            let fits = (grid.from..=grid.until).contains(&starts_at) && window.contains(starts, ends);
            fits.then_some(Time { starts_at, ends_at, date })
        },
    )
}
