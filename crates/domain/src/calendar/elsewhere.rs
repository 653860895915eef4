//! What keeps somebody elsewhere, as their own calendar says: when, and nothing else of it.

use std::fmt;

use jiff::{
    SignedDuration, Span, Timestamp,
    civil::{Date, DateTime},
    tz::{TimeZone, TimeZoneDatabase},
};
use serde::{Deserialize, Serialize};

use super::{
    hours::{Stretch, merge},
    recurrence::Recurrence,
};

/// Times that come once, and those that recur: above what a full calendar holds, below what a look can bear.
pub(super) const MOST: (usize, usize) = (5_000, 500);

/// Days of one event; a longer one is kept whole all the same where it comes once.
pub(super) const MOST_DAYS: i64 = 31;

/// Times that are taken by something outside of the practice.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    once: Vec<Stretch>,
    again: Vec<Engagement>,
}

/// A time that recurs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Engagement {
    pub(super) recurrence: Recurrence,
    pub(super) length: Length,
    /// IANA name; `None` follows the practice's clock.
    pub(super) zone: Option<String>,
}

/// How long it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Length {
    /// Whole days on the wall clock.
    Days(i64),
    /// Seconds, whatever the clocks do.
    Seconds(i64),
}

/// Somebody's private life: only how much of it there is.
impl fmt::Debug for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Elsewhere({} once, {} again)", self.once.len(), self.again.len())
    }
}

impl Elsewhere {
    /// These times; what is over by this moment is left out.
    pub(super) fn new(once: Vec<Stretch>, again: Vec<Engagement>, now: Timestamp, zone: &TimeZone) -> Self {
        let once = merge(once.into_iter().filter(|it| it.ends_at > now).collect());
        let days = Span::new().days(MOST_DAYS + 1);
        let over = zone.to_datetime(now).date().checked_sub(days).unwrap_or(Date::MIN);
        Self { once, again: again.into_iter().filter(|it| !it.recurrence.ends_before(over)).collect() }
    }

    /// How many times come once, and how many recur.
    #[must_use]
    pub fn count(&self) -> (usize, usize) {
        (self.once.len(), self.again.len())
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.once.is_empty() && self.again.is_empty()
    }

    /// Everything that touches the days from one on and before another, in order; what overlaps is one.
    #[must_use]
    pub fn between(&self, from: Date, to: Date, practice: &TimeZone) -> Vec<Stretch> {
        let at = |date: Date| practice.to_ambiguous_timestamp(date.at(0, 0, 0, 0)).compatible().ok();
        let (Some(starts_at), Some(ends_at)) = (at(from), at(to)) else { return Vec::new() };
        let whole = Stretch { starts_at, ends_at };
        let once = self.once.iter().copied().filter(|it| it.common(whole).is_some());
        let again = self.again.iter().flat_map(|it| it.between(from, to, practice));
        merge(once.chain(again.filter(|it| it.common(whole).is_some())).collect())
    }
}

impl Engagement {
    /// Zones differ by up to a day, and one may have begun days before.
    fn between(&self, from: Date, to: Date, practice: &TimeZone) -> Vec<Stretch> {
        let zone = self.zone.as_deref().and_then(|name| TimeZoneDatabase::bundled().get(name).ok());
        let zone = zone.as_ref().unwrap_or(practice);
        let first = from.checked_sub(Span::new().days(MOST_DAYS + 1)).unwrap_or(from);
        let last = to.checked_add(Span::new().days(1)).unwrap_or(to);
        let starts = self.recurrence.between(first, last).into_iter();
        starts.filter_map(|starts| self.length.from(starts, zone)).collect()
    }
}

impl Length {
    /// The stretch from a wall time on. One that is skipped is still somebody's: it counts on from before the change.
    pub(super) fn from(self, starts: DateTime, zone: &TimeZone) -> Option<Stretch> {
        let at = |wall: DateTime| zone.to_ambiguous_timestamp(wall).compatible().ok();
        let starts_at = at(starts)?;
        let ends_at = match self {
            Self::Days(days) => at(starts.checked_add(Span::new().days(days)).ok()?)?,
            Self::Seconds(seconds) => starts_at.checked_add(SignedDuration::from_secs(seconds)).ok()?,
        };
        Some(Stretch { starts_at, ends_at })
    }
}
