//! A letter's file: a few named lines, a blank one, the words.
//!
//! ```text
//! subject: Your time: {{ day }}
//! title: Your time is set
//!
//! Hello {{ name }},
//! ```

use rapport_domain::problem::FileProblem;

use super::Parts;

pub(super) const SUBJECT: &str = "subject";
pub(super) const TITLE: &str = "title";
pub(super) const CALENDAR: &str = "calendar";
pub(super) const BODY: &str = "body";

/// Each part as a template of its own. Everything else is blanked out rather
/// than cut off, so that an error's place in a part is its place in the file.
pub(super) fn parts(path: &str, text: &str, in_calendar: bool, problems: &mut Vec<FileProblem>) -> Parts {
    let mut parts = Parts::new();
    let mut at = 0;
    for (line, number) in text.split_inclusive('\n').zip(1..) {
        let start = at;
        at += line.len();
        if line.trim().is_empty() {
            parts.insert(BODY, only(text, at, text.len()));
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let Some(part) = [SUBJECT, TITLE, CALENDAR].into_iter().find(|part| *part == name) else {
            let hint =
                "begin with \"subject:\", \"title:\" and, where the letter has one, \"calendar:\", then a blank line";
            problems.push(FileProblem::error(path, (number, 1), "this line has no known name", hint));
            continue;
        };
        if part == CALENDAR && !in_calendar {
            let what = "this letter puts nothing into a calendar";
            problems.push(FileProblem::error(path, (number, 1), what, "take the line out"));
        }
        if parts.insert(part, only(text, start + line.len() - value.len(), at)).is_some() {
            let what = format!("\"{part}:\" stands here twice");
            problems.push(FileProblem::error(path, (number, 1), what, "keep one of them"));
        }
    }
    let needed = [SUBJECT, TITLE, BODY].into_iter().chain(in_calendar.then_some(CALENDAR));
    for part in needed.filter(|part| parts.get(part).is_none_or(|template| template.trim().is_empty())) {
        let what = if part == BODY { "the words are missing".to_owned() } else { format!("\"{part}:\" is missing") };
        problems.push(FileProblem::error(path, (1, 1), what, "named lines first, then a blank line, then the words"));
    }
    parts
}

/// The bytes of a stretch of the text, every other one but line feeds as a blank.
fn only(text: &str, start: usize, end: usize) -> String {
    let blank = |part: &str| part.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect::<String>();
    let (before, rest) = text.split_at_checked(start).unwrap_or((text, ""));
    let (within, after) = rest.split_at_checked(end.saturating_sub(start)).unwrap_or((rest, ""));
    blank(before) + within + &blank(after)
}
