//! Instants as staff read them in lists, in the practice's zone.

use jiff::Timestamp;
use rapport_domain::contact::Language;
use rapport_proto::time;

use super::problem::Problem;
use crate::{dates, desk::Desk};

/// The practice's zone and what time it is there.
pub(crate) struct Clock {
    zone: String,
    now: Timestamp,
}

/// An instant in a list.
pub(crate) struct Moment {
    /// For machines.
    pub(crate) at: Timestamp,
    /// "Nov 29, 2:05 pm", with the year where it is another one.
    pub(crate) text: String,
}

impl Clock {
    pub(crate) async fn of(desk: &Desk) -> Result<Self, Problem> {
        Ok(Self { zone: desk.board.today(Language::En).await?.time_zone.clone(), now: desk.clock.now() })
    }

    /// A message's instant; `None` where it has none.
    pub(crate) fn moment(&self, at: Option<&prost_types::Timestamp>) -> Option<Moment> {
        at.and_then(time::from_message).map(|at| self.at(at))
    }

    /// The first moment of a day in the practice's zone: "2026-11-29".
    pub(crate) fn day(&self, text: &str) -> Option<Timestamp> {
        let date: jiff::civil::Date = text.parse().ok()?;
        Some(date.to_zoned(dates::in_zone(self.now, &self.zone).time_zone().clone()).ok()?.timestamp())
    }

    /// A moment of the practice's wall time, as a form has it: "2026-12-21T09:00".
    pub(crate) fn wall_time(&self, text: &str) -> Option<Timestamp> {
        let at: jiff::civil::DateTime = text.parse().ok()?;
        Some(at.to_zoned(self.wall(self.now).time_zone().clone()).ok()?.timestamp())
    }

    /// Today, as a form's field for a day has it.
    pub(crate) fn today(&self) -> jiff::civil::Date {
        dates::in_zone(self.now, &self.zone).date()
    }

    /// An instant's wall time.
    pub(crate) fn wall(&self, at: Timestamp) -> jiff::Zoned {
        dates::in_zone(at, &self.zone)
    }

    /// The practice's zone.
    pub(crate) fn zone(&self) -> &str {
        &self.zone
    }

    /// What time it is.
    pub(crate) const fn now(&self) -> Timestamp {
        self.now
    }

    fn at(&self, at: Timestamp) -> Moment {
        let (there, here) = (self.wall(at), self.wall(self.now));
        let day = there.strftime(if there.year() == here.year() { "%b %-d" } else { "%b %-d, %Y" });
        Moment { at, text: format!("{day}, {}", dates::clock(&there, Language::En)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_stands_in_the_practices_wall_time() {
        let clock = Clock { zone: "America/New_York".to_owned(), now: "2026-11-29T20:00:00Z".parse().unwrap() };
        let text = |at: &str| clock.at(at.parse().unwrap()).text;
        assert_eq!(text("2026-11-29T19:05:00Z"), "Nov 29, 2:05 pm");
        assert_eq!(text("2025-12-01T04:00:00Z"), "Nov 30, 2025, 11 pm");
        assert_eq!(clock.day("2026-07-01").unwrap().to_string(), "2026-07-01T04:00:00Z");
        assert_eq!(clock.day("tomorrow"), None);
    }
}
