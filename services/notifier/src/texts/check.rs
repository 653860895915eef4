//! What a letter's file must hold to before a practice is served with it.

use rapport_domain::{
    contact::{Language, Mailbox},
    letter::{LetterKind, telling},
    problem::FileProblem,
    protocol::Files,
};

use super::{LetterTexts, Words, letter_files};
use crate::{
    letters::{Audience, Invitation, Letter, Tells},
    sample::{Sample, TOKEN, letterhead},
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
    let letter = Letter::of(kind);
    for usual in [true, false] {
        let values = &sample_values(letter, mailbox, language, usual);
        let hint = format!("this letter may tell: {}", values.names());
        let words = match texts.words((kind, mailbox, language), values) {
            Ok(words) => words,
            Err(error) => return problems.push(problem(path, source, &error, &hint)),
        };
        if let Err(error) = texts.html(&words, language, values) {
            let frame = error.template_source().unwrap_or_default().to_owned();
            return problems.push(problem(super::FRAME, &frame, &error, ""));
        }
        let looked_at = Looked { letter, mailbox, values, path, source };
        looked_at.at(&words, problems);
    }
}

/// A letter that was written with sample data.
struct Looked<'a> {
    letter: &'a Letter,
    mailbox: Mailbox,
    values: &'a Values,
    path: &'a str,
    source: &'a str,
}

impl Looked<'_> {
    fn at(&self, words: &Words, problems: &mut Vec<FileProblem>) {
        let tells = |wanted: Tells| self.letter.tells(self.mailbox).any(|told| told == wanted);
        let button = words.button.as_deref().unwrap_or_default();
        let calendar = words.calendar.as_deref().unwrap_or_default();
        let text = [&words.subject, &words.title, &words.plain_text(self.values), button, calendar].join("\n");
        let lower = text.to_lowercase();
        let mut wrong = |place: &str, what: String, hint: &str| {
            problems.push(FileProblem::error(self.path, self.place_of(place), what, hint));
        };
        if words.subject.chars().count() > LONGEST_SUBJECT {
            let what = format!("the subject is longer than {LONGEST_SUBJECT} characters");
            wrong("subject:", what, "phones cut it off");
        }
        let says_when = ["day", "time"].iter().all(|name| lower.contains(&self.values.get(name).to_lowercase()));
        if tells(Tells::When) && !says_when {
            let hint = "write {{ when }}, or {{ day }} and {{ time }}";
            wrong("", "the letter does not say when".to_owned(), hint);
        }
        let own_link = self.values.get("link").to_lowercase();
        let others = if own_link.is_empty() { lower.clone() } else { lower.replace(&own_link, "") };
        for link in ["http:", "https:", "www."].into_iter().filter(|link| others.contains(link)) {
            wrong(
                link,
                "the letter holds a link".to_owned(),
                "letters name the phone number, and the page that is {{ link }}",
            );
        }
        let needed = [("text", tells(Tells::Invitation)), ("link", self.letter.has_link(self.mailbox))];
        for (name, _) in needed.into_iter().filter(|(name, told)| *told && !text.contains(self.values.get(name))) {
            let hint = "let it be a paragraph of its own";
            wrong("", format!("the letter leaves out {{{{ {name} }}}}"), hint);
        }
        if self.letter.audience != Audience::Staff {
            for word in telling(&text) {
                wrong(word, format!("the letter says \"{word}…\""), "somebody else may see it: stay neutral");
            }
        }
    }

    /// Where a text stands in the file; nowhere where the file does not hold it as it stands.
    fn place_of(&self, text: &str) -> (u32, u32) {
        let found = self.source.to_lowercase().find(text).filter(|_| !text.is_empty());
        found.map_or((0, 0), |at| place(self.source.get(..at).unwrap_or_default()))
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
    let at = error
        .range()
        .and_then(|range| source.get(..range.start))
        .map_or_else(|| (error.line().and_then(|line| u32::try_from(line).ok()).unwrap_or(0), 0), place);
    let what = match (error.kind(), error.detail()) {
        (minijinja::ErrorKind::UndefinedError, _) => "the letter has no such value".to_owned(),
        (_, Some(detail)) => detail.to_owned(),
        (kind, None) => kind.to_string(),
    };
    FileProblem::error(path, at, what, hint)
}

/// Line and column behind this text, from 1, in characters.
fn place(before: &str) -> (u32, u32) {
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}

/// As it usually is; or where the practice has no pages and a time waits for its client's yes, so that what the words say
/// then is written too.
fn sample_values(letter: &Letter, mailbox: Mailbox, language: Language, usual: bool) -> Values {
    let letterhead = letterhead();
    let link = |page: &str| format!("https://intake.example.com/{page}/{TOKEN}");
    let text = "You are invited to find a time with us.".to_owned();
    let invitation = Invitation { text, link: link("invitation"), stands: true };
    let mut sample = Sample::of(letter.kind, &letterhead.zone, invitation, usual.then(|| link("session")));
    sample.awaits_answer = !usual;
    Values::new(letter, mailbox, language, &sample.matter(&letterhead))
}
