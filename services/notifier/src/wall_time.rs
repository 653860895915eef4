//! Wall times in the practice's zone, in words.

use jiff::{Timestamp, tz::TimeZone};
use rapport_domain::contact::Language;

/// An instant as a letter tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WallTime {
    /// "Thursday, December 3"; "jueves 3 de diciembre".
    pub(crate) day: String,
    /// "5:30 pm"; "5:30 p. m.".
    pub(crate) time: String,
    /// "Thursday, December 3 at 5:30 pm"; "jueves 3 de diciembre a las 5:30 p. m.".
    pub(crate) when: String,
}

impl WallTime {
    /// An instant in a zone and a language.
    pub(crate) fn new(at: Timestamp, zone: &TimeZone, language: Language) -> Self {
        let local = at.to_zoned(zone.clone());
        let afternoon = local.hour() >= 12;
        let hour = if local.hour() % 12 == 0 { 12 } else { local.hour() % 12 };
        let minute = local.minute();
        let weekday = usize::from(local.weekday().to_monday_zero_offset().unsigned_abs());
        let month = usize::from(local.month().unsigned_abs()) - 1;
        let name = |names: &[&'static str], at: usize| names.get(at).copied().unwrap_or_default();
        match language {
            Language::En => {
                let day = format!("{}, {} {}", name(&DAYS_EN, weekday), name(&MONTHS_EN, month), local.day());
                let time = format!("{hour}:{minute:02} {}", if afternoon { "pm" } else { "am" });
                let when = format!("{day} at {time}");
                Self { day, time, when }
            }
            Language::Es => {
                let day = format!("{} {} de {}", name(&DAYS_ES, weekday), local.day(), name(&MONTHS_ES, month));
                let time = format!("{hour}:{minute:02} {}", if afternoon { "p. m." } else { "a. m." });
                let when = format!("{day} a {} {time}", if hour == 1 { "la" } else { "las" });
                Self { day, time, when }
            }
        }
    }
}

const DAYS_EN: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const DAYS_ES: [&str; 7] = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"];
const MONTHS_EN: [&str; 12] = [
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
];
const MONTHS_ES: [&str; 12] = [
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
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(at: &str, language: Language, when: &str) {
        let zone = TimeZone::get("America/New_York").unwrap();
        assert_eq!(WallTime::new(at.parse().unwrap(), &zone, language).when, when);
    }

    #[test]
    fn instants_are_told_in_the_practices_zone() {
        check("2026-12-03T22:30:00Z", Language::En, "Thursday, December 3 at 5:30 pm");
        check("2026-12-03T22:30:00Z", Language::Es, "jueves 3 de diciembre a las 5:30 p. m.");
        check("2026-07-01T13:05:00Z", Language::En, "Wednesday, July 1 at 9:05 am");
    }

    #[test]
    fn noon_midnight_and_one_o_clock_read_as_people_say_them() {
        check("2026-12-03T17:00:00Z", Language::En, "Thursday, December 3 at 12:00 pm");
        check("2026-12-04T05:00:00Z", Language::En, "Friday, December 4 at 12:00 am");
        check("2026-12-03T18:15:00Z", Language::Es, "jueves 3 de diciembre a la 1:15 p. m.");
    }

    #[test]
    fn both_sides_of_a_clock_change_are_told_apart() {
        check("2026-11-01T05:30:00Z", Language::En, "Sunday, November 1 at 1:30 am");
        check("2026-11-01T07:30:00Z", Language::En, "Sunday, November 1 at 2:30 am");
        check("2026-03-08T07:30:00Z", Language::En, "Sunday, March 8 at 3:30 am");
    }
}
