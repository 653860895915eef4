//! What a letter's file must hold to before a practice is served with it.

use rapport_domain::{
    contact::{Language, Mailbox},
    letter::{LetterKind, telling},
    problem::FileProblem,
    protocol::Files,
};

use super::{LetterTexts, letter_files};
use crate::{
    letters::{Audience, Letter, Tells},
    values::Values,
};

/// How long a subject may be before a phone cuts it off.
const LONGEST_SUBJECT: usize = 78;

/// Writes the letter with sample data and looks at what came out.
pub(super) fn letter(
    texts: &LetterTexts,
    path: &str,
    source: &str,
    (kind, mailbox, language): (LetterKind, Mailbox, Language),
    problems: &mut Vec<FileProblem>,
) {
    let values = Values::sample(kind, mailbox, language);
    let hint = format!("this letter may tell: {}", values.names());
    let words = match texts.words((kind, mailbox, language), &values) {
        Ok(words) => words,
        Err(error) => return problems.push(problem(path, source, &error, &hint)),
    };
    if let Err(error) = texts.html(&words, language, &values) {
        let frame = error.template_source().unwrap_or_default().to_owned();
        return problems.push(problem(super::FRAME, &frame, &error, ""));
    }
    let mut wrong = |what: String, hint: &str| problems.push(FileProblem::error(path, (0, 0), what, hint));
    let text = format!("{}\n{}\n{}", words.subject, words.title, words.plain_text(&values));
    let text = format!("{text}\n{}", words.calendar.as_deref().unwrap_or_default());
    if words.subject.chars().count() > LONGEST_SUBJECT {
        wrong(format!("the subject is longer than {LONGEST_SUBJECT} characters"), "phones cut it off");
    }
    let lower = text.to_lowercase();
    let says_when = ["day", "time"].iter().all(|name| lower.contains(&values.get(name).to_lowercase()));
    if Letter::of(kind).tells(mailbox).any(|told| told == Tells::When) && !says_when {
        wrong("the letter does not say when".to_owned(), "write {{ when }}, or {{ day }} and {{ time }}");
    }
    let own_link = values.get("link");
    let others = if own_link.is_empty() { lower.clone() } else { lower.replace(&own_link.to_lowercase(), "") };
    if ["http:", "https:", "www."].iter().any(|link| others.contains(link)) {
        wrong("the letter holds a link".to_owned(), "letters name the phone number only");
    }
    if Letter::of(kind).tells(mailbox).any(|told| told == Tells::Invitation) {
        for name in ["text", "link"].into_iter().filter(|name| !text.contains(values.get(name))) {
            wrong(format!("the letter leaves out {{{{ {name} }}}}"), "an invitation is its words and its link");
        }
    }
    if Letter::of(kind).audience != Audience::Staff {
        for word in telling(&text) {
            wrong(format!("the letter says \"{word}…\""), "somebody else may see it: stay neutral");
        }
    }
}

/// Files that no letter is read from: a slip in a name would otherwise go unseen.
pub(super) fn strangers(files: &Files, problems: &mut Vec<FileProblem>) {
    let known = |path: &str| path == super::FRAME || letter_files().any(|(known, ..)| known == path);
    let texts = files.keys().filter(|path| path.starts_with("letters/") && path.ends_with(".txt"));
    for path in texts.filter(|path| !known(path)) {
        problems.push(FileProblem::error(path, (0, 0), "no letter has this name", "rename it, or take it out"));
    }
}

/// An error of the template engine at its place in the file.
pub(super) fn problem(path: &str, source: &str, error: &minijinja::Error, hint: &str) -> FileProblem {
    let place = error.range().and_then(|range| source.get(..range.start)).map_or_else(
        || (error.line().and_then(|line| u32::try_from(line).ok()).unwrap_or(0), 0),
        |before| {
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            (u32::try_from(line).unwrap_or(0), u32::try_from(column).unwrap_or(0))
        },
    );
    let what = match (error.kind(), error.detail()) {
        (minijinja::ErrorKind::UndefinedError, _) => "the letter has no such value".to_owned(),
        (_, Some(detail)) => detail.to_owned(),
        (kind, None) => kind.to_string(),
    };
    FileProblem::error(path, place, what, hint)
}
