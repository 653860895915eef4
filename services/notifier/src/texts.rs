//! The practice's words for each letter, checked when they are loaded.
//!
//! `letters/en/held.txt` is one letter in one language, `held.shared.txt` the
//! same for a mailbox that somebody else reads; `letters/frame.html` is what the
//! words stand in. The words are written as plain text and are escaped once, by
//! the frame.

use std::{collections::BTreeMap, fmt::Write as _};

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use rapport_domain::{
    contact::{Language, Mailbox},
    letter::LetterKind,
    problem::FileProblem,
    protocol::Files,
};

use crate::{letters::Letter, values::Values};

mod check;
mod source;

use source::Wanted;

/// The file that every letter's words stand in.
const FRAME: &str = "letters/frame.html";

/// Every letter's words in every language, and the frame that they stand in.
pub struct LetterTexts {
    environment: Environment<'static>,
}

/// One letter's words, with its values in them.
pub(crate) struct Words {
    /// The subject, one line.
    pub(crate) subject: String,
    /// What stands above the HTML letter; the text does without.
    title: String,
    /// What the client's calendar shows.
    pub(crate) calendar: Option<String>,
    /// What stands on the button that is the letter's link.
    button: Option<String>,
    paragraphs: Vec<Paragraph>,
}

/// One paragraph.
struct Paragraph {
    kind: ParagraphKind,
    text: String,
    rows: Vec<Row>,
}

/// A line of a list: what it is about, and the number.
struct Row {
    label: String,
    figure: String,
}

/// How a paragraph is set: one that is nothing but the time, the phone number or the link stands out; one whose lines
/// begin with a dash is a list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ParagraphKind {
    Text,
    When,
    Phone,
    Link,
    List,
}

impl LetterTexts {
    /// Reads `letters/` of the practice's folder, and writes every letter once with sample data.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(files: &Files) -> Result<Self, Vec<FileProblem>> {
        let mut problems = Vec::new();
        let mut texts = Self { environment: environment() };
        texts.add_frame(files, &mut problems);
        for (path, kind, mailbox, language) in letter_files() {
            let Some(text) = files.get(&path) else {
                let hint = format!("write the letter \"{}\" there", kind.name());
                problems.push(FileProblem::error(&path, (0, 0), "the file is missing", hint));
                continue;
            };
            let mut wrong = Vec::new();
            texts.add_letter(&path, text, kind, mailbox, &mut wrong);
            if wrong.is_empty() {
                check::letter(&texts, &path, text, (kind, mailbox, language), &mut wrong);
            }
            problems.extend(wrong);
        }
        check::strangers(files, &mut problems);
        problems.sort();
        problems.dedup();
        if problems.is_empty() { Ok(texts) } else { Err(problems) }
    }

    /// The words of a letter.
    ///
    /// # Errors
    /// Where the words ask for what the letter does not tell here.
    pub(crate) fn words(
        &self,
        (kind, mailbox, language): (LetterKind, Mailbox, Language),
        values: &Values,
    ) -> Result<Words, minijinja::Error> {
        let path = letter_path(kind, mailbox, language);
        let render = |part: &str| -> Result<String, minijinja::Error> {
            let rendered = self.environment.get_template(&format!("{path}#{part}"))?.render(values.all())?;
            Ok(rendered.trim().to_owned())
        };
        let letter = Letter::of(kind);
        let (calendar, button) = (letter.calendar(mailbox).is_some(), letter.has_link(mailbox));
        let named =
            |wanted: bool, part| wanted.then(|| render(part)).transpose().map(|text| text.map(|it| one_line(&it)));
        Ok(Words {
            subject: capital(&one_line(&render(source::SUBJECT)?)),
            title: capital(&one_line(&render(source::TITLE)?)),
            calendar: named(calendar, source::CALENDAR)?,
            button: named(button, source::BUTTON)?,
            paragraphs: paragraphs(&render(source::BODY)?, values),
        })
    }

    /// The words within the frame.
    ///
    /// # Errors
    /// Where the frame asks for what it is not given.
    pub(crate) fn html(&self, words: &Words, language: Language, values: &Values) -> Result<String, minijinja::Error> {
        self.environment.get_template(FRAME)?.render(context! {
            language => language.tag(),
            subject => words.subject.as_str(),
            title => words.title.as_str(),
            button => words.button.as_deref(),
            paragraphs => words.paragraphs.iter().map(Paragraph::value).collect::<Vec<_>>(),
            day => capital(values.get("day")),
            time => values.get("time"),
            sender => values.get("sender"),
        })
    }

    fn add_frame(&mut self, files: &Files, problems: &mut Vec<FileProblem>) {
        let Some(text) = files.get(FRAME) else {
            problems.push(FileProblem::error(FRAME, (0, 0), "the file is missing", "take the sample practice's"));
            return;
        };
        if let Err(error) = self.environment.add_template_owned(FRAME, text.clone()) {
            problems.push(check::problem(FRAME, text, &error, ""));
        }
    }

    fn add_letter(
        &mut self,
        path: &str,
        text: &str,
        kind: LetterKind,
        mailbox: Mailbox,
        problems: &mut Vec<FileProblem>,
    ) {
        let letter = Letter::of(kind);
        let wanted = Wanted { calendar: letter.calendar(mailbox).is_some(), button: letter.has_link(mailbox) };
        for (part, template) in source::parts(path, text, wanted, problems) {
            if let Err(error) = self.environment.add_template_owned(format!("{path}#{part}"), template) {
                problems.push(check::problem(path, text, &error, ""));
            }
        }
    }
}

impl Paragraph {
    /// For the frame.
    fn value(&self) -> Value {
        let kind = match self.kind {
            ParagraphKind::Text => "text",
            ParagraphKind::When => "when",
            ParagraphKind::Phone => "phone",
            ParagraphKind::Link => "link",
            ParagraphKind::List => "list",
        };
        let row = |row: &Row| context! { label => row.label.as_str(), figure => row.figure.as_str() };
        context! { kind, text => self.text.as_str(), rows => self.rows.iter().map(row).collect::<Vec<_>>() }
    }
}

impl Words {
    /// As plain text: what is read where HTML is not, and what must be right first.
    pub(crate) fn plain_text(&self, values: &Values) -> String {
        let mut text = String::new();
        for paragraph in &self.paragraphs {
            match paragraph.kind {
                ParagraphKind::Text => text.push_str(&paragraph.text),
                ParagraphKind::List => {
                    let rows = paragraph.rows.iter().map(|row| format!("- {}: {}", row.label, row.figure));
                    text.push_str(&rows.collect::<Vec<_>>().join("\n"));
                }
                ParagraphKind::When | ParagraphKind::Phone | ParagraphKind::Link => {
                    let _ = write!(text, "    {}", paragraph.text);
                }
            }
            text.push_str("\n\n");
        }
        let _ = writeln!(text, "{}", values.get("sender"));
        text
    }
}

/// Every file that holds a letter's words.
fn letter_files() -> impl Iterator<Item = (String, LetterKind, Mailbox, Language)> {
    Language::ALL.into_iter().flat_map(|language| {
        LetterKind::ALL.into_iter().flat_map(move |kind| {
            let mailboxes = Letter::of(kind).mailboxes().iter();
            mailboxes.map(move |mailbox| (letter_path(kind, *mailbox, language), kind, *mailbox, language))
        })
    })
}

pub(crate) fn letter_path(kind: LetterKind, mailbox: Mailbox, language: Language) -> String {
    let shared = if mailbox == Mailbox::Shared { ".shared" } else { "" };
    format!("letters/{}/{}{shared}.txt", language.tag(), kind.name())
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|name| if name == FRAME { AutoEscape::Html } else { AutoEscape::None });
    // Errors then know their place in the file.
    environment.set_debug(true);
    environment
}

/// Splits at blank lines; the lines of a paragraph flow together.
fn paragraphs(body: &str, values: &Values) -> Vec<Paragraph> {
    let lines: Vec<_> = body.lines().map(str::trim).collect();
    let paragraphs = lines.split(|line| line.is_empty()).filter(|lines| !lines.is_empty());
    paragraphs.map(|lines| paragraph(lines, values)).collect()
}

fn paragraph(lines: &[&str], values: &Values) -> Paragraph {
    if let Some(rows) = lines.iter().map(|line| row(line)).collect::<Option<Vec<_>>>() {
        return Paragraph { kind: ParagraphKind::List, text: String::new(), rows };
    }
    let text = lines.join(" ");
    let kind = match text.as_str() {
        text if text == values.get("when") => ParagraphKind::When,
        text if text == values.get("phone") => ParagraphKind::Phone,
        text if text == values.get("link") => ParagraphKind::Link,
        _ => ParagraphKind::Text,
    };
    let text = if kind == ParagraphKind::When { capital(&text) } else { text };
    Paragraph { kind, text, rows: Vec::new() }
}

/// `- Open: 12`.
fn row(line: &str) -> Option<Row> {
    let (label, figure) = line.strip_prefix("- ")?.rsplit_once(": ")?;
    Some(Row { label: label.to_owned(), figure: figure.to_owned() })
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// With its first letter as a capital: Spanish days have none of their own.
fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// Every part of a letter's file by its name.
type Parts = BTreeMap<&'static str, String>;
