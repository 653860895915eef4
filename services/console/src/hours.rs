//! Weekly windows in words: "Mon–Thu 9:00–18:00".

use rapport_domain::contact::Language;
use rapport_proto::intake::WeeklyWindow;

const DAYS: [[&str; 7]; 2] =
    [["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], ["lun.", "mar.", "mié.", "jue.", "vie.", "sáb.", "dom."]];

/// The name of a day, 1 for Monday; empty where there is no such day.
pub(crate) fn day(number: i32, language: Language) -> &'static str {
    let names = match language {
        Language::En => &DAYS[0],
        Language::Es => &DAYS[1],
    };
    usize::try_from(number - 1).ok().and_then(|index| names.get(index)).copied().unwrap_or_default()
}

/// Windows in their order, with days of the same hours together.
pub(crate) fn in_words(windows: &[WeeklyWindow], language: Language) -> Vec<String> {
    let mut runs: Vec<(i32, i32, &str, &str)> = Vec::new();
    for window in windows {
        match runs.last_mut() {
            Some((_, last, start, end))
                if *last + 1 == window.day && *start == window.start_time && *end == window.end_time =>
            {
                *last = window.day;
            }
            _ => runs.push((window.day, window.day, &window.start_time, &window.end_time)),
        }
    }
    let written = runs.into_iter().map(|(first, last, start, end)| {
        let days = match last - first {
            0 => day(first, language).to_owned(),
            _ => format!("{}–{}", day(first, language), day(last, language)),
        };
        format!("{days} {}–{}", clock(start, language), clock(end, language))
    });
    written.collect()
}

/// "9 am" or "9:00": as people write it.
pub(crate) fn clock(time: &str, language: Language) -> String {
    let (hour, minute) = time.split_once(':').unwrap_or((time, "00"));
    let Ok(hour) = hour.parse::<u8>() else { return time.to_owned() };
    if language == Language::Es {
        return format!("{hour}:{minute}");
    }
    let half = if (12..24).contains(&hour) { "pm" } else { "am" };
    let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
    if minute == "00" { format!("{twelve} {half}") } else { format!("{twelve}:{minute} {half}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_with_the_same_hours_are_told_together() {
        let window = |day, start: &str, end: &str| WeeklyWindow { day, start_time: start.into(), end_time: end.into() };
        let week = [
            window(1, "09:00", "18:00"),
            window(2, "09:00", "18:00"),
            window(5, "09:30", "17:00"),
            window(6, "12:00", "24:00"),
        ];
        assert_eq!(in_words(&week, Language::En), ["Mon–Tue 9 am–6 pm", "Fri 9:30 am–5 pm", "Sat 12 pm–12 am"]);
        assert_eq!(in_words(&week, Language::Es), ["lun.–mar. 9:00–18:00", "vie. 9:30–17:00", "sáb. 12:00–24:00"]);
    }
}
