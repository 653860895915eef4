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
pub(super) const BUTTON: &str = "button";
pub(super) const BODY: &str = "body";

/// Which named lines a letter has beside subject and title.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    pub(super) calendar: bool,
    pub(super) button: bool,
}

impl Wanted {
    /// Why a line of this name may not stand here.
    fn refuses(self, part: &str) -> Option<&'static str> {
        match part {
            CALENDAR if !self.calendar => Some("this letter puts nothing into a calendar"),
            BUTTON if !self.button => Some("this letter has no link for a button"),
            _ => None,
        }
    }

    fn names(self) -> impl Iterator<Item = &'static str> {
        let more = [(CALENDAR, self.calendar), (BUTTON, self.button)];
        [SUBJECT, TITLE].into_iter().chain(more.into_iter().filter_map(|(part, wanted)| wanted.then_some(part)))
    }
}

/// Each part as a template of its own. Everything else is blanked out rather
/// than cut off, so that an error's place in a part is its place in the file.
pub(super) fn parts(path: &str, text: &str, wanted: Wanted, problems: &mut Vec<FileProblem>) -> Parts {
    let mut parts = Parts::new();
    let mut at = 0;
    for (line, number) in text.split_inclusive('\n').zip(1..) {
        let start = at;
        at += line.len();
        if line.trim().is_empty() {
            parts.insert(BODY, only(text, at, text.len()));
            break;
        }
        let mut wrong = |what: String, hint: &str| problems.push(FileProblem::error(path, (number, 1), what, hint));
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let Some(part) = [SUBJECT, TITLE, CALENDAR, BUTTON].into_iter().find(|part| *part == name) else {
            let names = wanted.names().map(|part| format!("\"{part}:\"")).collect::<Vec<_>>().join(", ");
            wrong("this line has no known name".to_owned(), &format!("begin with {names}, then a blank line"));
            continue;
        };
        if let Some(what) = wanted.refuses(part) {
            wrong(what.to_owned(), "take the line out");
        }
        if parts.insert(part, only(text, start + line.len() - value.len(), at)).is_some() {
            wrong(format!("\"{part}:\" stands here twice"), "keep one of them");
        }
    }
    for part in wanted.names().chain([BODY]) {
        if parts.get(part).is_none_or(|template| template.trim().is_empty()) {
            let what =
                if part == BODY { "the words are missing".to_owned() } else { format!("\"{part}:\" is missing") };
            let hint = "named lines first, then a blank line, then the words";
            problems.push(FileProblem::error(path, (1, 1), what, hint));
        }
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
