//! How long there is left, in words; the page's script turns it from there.

use jiff::{SignedDuration, Timestamp};
use rapport_domain::contact::Language;

use crate::dates;

/// A time by which something must be done, as it stands now.
pub(crate) struct Left {
    /// For the script.
    pub(crate) until: Timestamp,
    /// "1 h 42 min", "6 min late".
    pub(crate) text: String,
    pub(crate) late: bool,
}

impl Left {
    pub(crate) fn until(until: Timestamp, now: Timestamp) -> Self {
        let left = until.duration_since(now);
        let late = left.is_negative();
        let text = span(left.abs());
        Self { until, late, text: if late { format!("{text} late") } else { text } }
    }
}

/// A stretch of time as people say it; the script says it likewise.
fn span(of: SignedDuration) -> String {
    let minutes = of.as_mins();
    let (days, hours, rest) = (minutes / 1440, minutes / 60, minutes % 60);
    match (days, hours) {
        (2.., _) => format!("{days} days"),
        (_, 1..) => format!("{hours} h {rest:02} min"),
        _ => format!("{minutes} min"),
    }
}

/// "today, 2:30 pm", "Thursday, December 3, 6 pm": when something is, for somebody who reads it now.
pub(crate) fn when(at: Timestamp, now: Timestamp, zone: &str) -> String {
    let (there, here) = (dates::in_zone(at, zone), dates::in_zone(now, zone));
    let clock = dates::clock(&there, Language::En);
    let days = there.date().since(here.date()).map_or(i32::MAX, |span| span.get_days());
    match days {
        0 => format!("today, {clock}"),
        1 => format!("tomorrow, {clock}"),
        -1 => format!("yesterday, {clock}"),
        _ => format!("{}, {clock}", dates::day(&there, Language::En)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_and_what_is_late_is_said_in_words() {
        let now: Timestamp = "2026-11-30T15:00:00Z".parse().unwrap();
        let check = |until: &str, text: &str, late: bool| {
            let left = Left::until(until.parse().unwrap(), now);
            assert_eq!((left.text.as_str(), left.late), (text, late), "{until}");
        };
        check("2026-11-30T15:00:20Z", "0 min", false);
        check("2026-11-30T15:41:00Z", "41 min", false);
        check("2026-11-30T16:42:00Z", "1 h 42 min", false);
        check("2026-12-02T14:00:00Z", "47 h 00 min", false);
        check("2026-12-03T15:00:00Z", "3 days", false);
        check("2026-11-30T14:54:00Z", "6 min late", true);
        check("2026-11-27T14:54:00Z", "3 days late", true);
    }

    #[test]
    fn near_days_are_called_by_their_names() {
        let now: Timestamp = "2026-11-30T15:00:00Z".parse().unwrap();
        let check = |at: &str, said: &str| assert_eq!(when(at.parse().unwrap(), now, "America/New_York"), said);
        check("2026-11-30T19:30:00Z", "today, 2:30 pm");
        check("2026-12-01T14:00:00Z", "tomorrow, 9 am");
        check("2026-11-30T04:30:00Z", "yesterday, 11:30 pm");
        check("2026-12-03T23:00:00Z", "Thursday, December\u{a0}3, 6 pm");
    }
}
