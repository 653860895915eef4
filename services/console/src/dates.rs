//! Instants as people read them, in the practice's zone.

use jiff::{Timestamp, Zoned, tz::TimeZone};
use rapport_domain::contact::Language;

const DAYS: [[&str; 7]; 2] = [
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
];
const MONTHS: [[&str; 12]; 2] = [
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
];

/// An instant in a zone, by its IANA name; in UTC where nobody knows it.
pub(crate) fn in_zone(at: Timestamp, zone: &str) -> Zoned {
    at.in_tz(zone).unwrap_or_else(|_| at.to_zoned(TimeZone::UTC))
}

/// "Thursday, December 3", whose last two words stay together.
pub(crate) fn day(at: &Zoned, language: Language) -> String {
    let index = usize::from(language == Language::Es);
    let pick = |names: &[&'static str], place: i8| -> &'static str {
        usize::try_from(place - 1).ok().and_then(|place| names.get(place)).copied().unwrap_or_default()
    };
    let weekday = DAYS.get(index).map(|names| pick(names, at.weekday().to_monday_one_offset())).unwrap_or_default();
    let month = MONTHS.get(index).map(|names| pick(names, at.month())).unwrap_or_default();
    match language {
        Language::En => format!("{weekday}, {month}\u{a0}{}", at.day()),
        Language::Es => format!("{weekday} {}\u{a0}de {month}", at.day()),
    }
}

/// "6 pm", "18:00".
pub(crate) fn clock(at: &Zoned, language: Language) -> String {
    crate::hours::clock(&format!("{:02}:{:02}", at.hour(), at.minute()), language)
}

/// "Thursday, December 3, 6 pm".
pub(crate) fn moment(at: Timestamp, zone: &str, language: Language) -> String {
    let at = in_zone(at, zone);
    format!("{}, {}", day(&at, language), clock(&at, language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_told_in_the_practices_zone_and_the_visitors_language() {
        let at: Timestamp = "2026-12-03T23:00:00Z".parse().unwrap();
        let zone = "America/New_York";
        assert_eq!(moment(at, zone, Language::En), "Thursday, December\u{a0}3, 6 pm");
        assert_eq!(moment(at, zone, Language::Es), "jueves 3\u{a0}de diciembre, 18:00");
        assert_eq!(moment(at, "Nowhere/Else", Language::En), "Thursday, December\u{a0}3, 11 pm");
    }
}
