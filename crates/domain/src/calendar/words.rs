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

/// "Tuesday, November 24"; "el martes 24 de noviembre".
#[must_use]
pub fn day(language: Language, at: &Zoned) -> String {
    match language {
        Language::En => at.strftime("%A, %B %-d").to_string(),
        Language::Es => {
            let weekday = usize::try_from(at.weekday().to_monday_zero_offset()).unwrap_or_default();
            let month = usize::try_from(at.month()).unwrap_or_default().saturating_sub(1);
            let name = |names: &[&'static str], at: usize| names.get(at).copied().unwrap_or_default();
            format!("el {} {} de {}", name(&DIAS, weekday), at.day(), name(&MESES, month))
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
