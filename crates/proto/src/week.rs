//! Days and windows of a week.

use jiff::civil::Weekday;
use rapport_domain::calendar::week::{WeeklyWindow, WindowError};

use crate::intake as pb;

/// A window as the API writes it.
#[must_use]
pub fn to_message(window: WeeklyWindow) -> pb::WeeklyWindow {
    pb::WeeklyWindow {
        day: day_to_message(window.day()).into(),
        start_time: window.start_text(),
        end_time: window.end_text(),
    }
}

/// Reads a window.
///
/// # Errors
/// With the field of the window that is wrong, and why.
pub fn from_message(message: &pb::WeeklyWindow) -> Result<WeeklyWindow, (&'static str, WindowError)> {
    let day = day_from_message(message.day()).ok_or(("day", WindowError::Day))?;
    WeeklyWindow::parse(day, &message.start_time, "24:00").map_err(|why| ("start_time", why))?;
    WeeklyWindow::parse(day, &message.start_time, &message.end_time).map_err(|why| ("end_time", why))
}

const fn day_to_message(day: Weekday) -> pb::Weekday {
    match day {
        Weekday::Monday => pb::Weekday::Monday,
        Weekday::Tuesday => pb::Weekday::Tuesday,
        Weekday::Wednesday => pb::Weekday::Wednesday,
        Weekday::Thursday => pb::Weekday::Thursday,
        Weekday::Friday => pb::Weekday::Friday,
        Weekday::Saturday => pb::Weekday::Saturday,
        Weekday::Sunday => pb::Weekday::Sunday,
    }
}

const fn day_from_message(day: pb::Weekday) -> Option<Weekday> {
    Some(match day {
        pb::Weekday::Unspecified => return None,
        pb::Weekday::Monday => Weekday::Monday,
        pb::Weekday::Tuesday => Weekday::Tuesday,
        pb::Weekday::Wednesday => Weekday::Wednesday,
        pb::Weekday::Thursday => Weekday::Thursday,
        pb::Weekday::Friday => Weekday::Friday,
        pb::Weekday::Saturday => Weekday::Saturday,
        pb::Weekday::Sunday => Weekday::Sunday,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_reads_back_as_it_was_written() {
        for day in (1..=7).map(|n| Weekday::from_monday_one_offset(n).unwrap()) {
            let window = WeeklyWindow::parse(day, "09:30", "24:00").unwrap();
            assert_eq!(from_message(&to_message(window)).unwrap(), window);
        }
    }

    #[test]
    fn a_bad_window_names_its_bad_field() {
        let check = |day: pb::Weekday, start: &str, end: &str, field: &str| {
            let message = pb::WeeklyWindow { day: day.into(), start_time: start.to_owned(), end_time: end.to_owned() };
            assert_eq!(from_message(&message).unwrap_err().0, field);
        };
        check(pb::Weekday::Unspecified, "09:00", "10:00", "day");
        check(pb::Weekday::Monday, "9", "10:00", "start_time");
        check(pb::Weekday::Monday, "09:00", "25:00", "end_time");
        check(pb::Weekday::Monday, "10:00", "09:00", "end_time");
    }
}
