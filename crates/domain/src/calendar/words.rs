//! Days and times as a client reads them.

use jiff::Zoned;

use crate::contact::Language;

const DIAS: [&str; 7] = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"];

const MESES: [&str; 12] = [
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

/// "Tuesday, November 24"; "martes 24 de noviembre".
#[must_use]
pub fn day(language: Language, at: &Zoned) -> String {
    match language {
        Language::En => at.strftime("%A, %B %-d").to_string(),
        Language::Es => {
            let weekday = usize::try_from(at.weekday().to_monday_zero_offset()).unwrap_or_default();
            let month = usize::try_from(at.month()).unwrap_or_default().saturating_sub(1);
            let name = |names: &[&'static str], at: usize| names.get(at).copied().unwrap_or_default();
            format!("{} {} de {}", name(&DIAS, weekday), at.day(), name(&MESES, month))
        }
    }
}

/// "6:00 pm"; "6:00 p. m.".
#[must_use]
pub fn time(language: Language, at: &Zoned) -> String {
    let clock = at.strftime("%-I:%M");
    match (language, at.hour() < 12) {
        (Language::En, true) => format!("{clock} am"),
        (Language::En, false) => format!("{clock} pm"),
        (Language::Es, true) => format!("{clock} a. m."),
        (Language::Es, false) => format!("{clock} p. m."),
    }
}

/// A time with the article that Spanish gives it: "6:00 pm"; "las 6:00 p. m.", "la 1:15 p. m.".
#[must_use]
pub fn the_time(language: Language, at: &Zoned) -> String {
    match language {
        Language::En => time(language, at),
        Language::Es => format!("{} {}", if at.hour() % 12 == 1 { "la" } else { "las" }, time(language, at)),
    }
}

/// "Thursday, December 3 at 5:30 pm"; "jueves 3 de diciembre a las 5:30 p. m.".
#[must_use]
pub fn when(language: Language, at: &Zoned) -> String {
    let at_word = match language {
        Language::En => "at",
        Language::Es => "a",
    };
    format!("{} {at_word} {}", day(language, at), the_time(language, at))
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, tz::TimeZone};

    use super::*;

    #[track_caller]
    fn check(at: &str, language: Language, expected: &str) {
        let zone = TimeZone::get("America/New_York").unwrap();
        assert_eq!(when(language, &at.parse::<Timestamp>().unwrap().to_zoned(zone)), expected);
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
