//! What the practice writes: every letter with invented people and numbers, as its reader would have it.
//!
//! A letter is styled in place, which no page of ours may be. It stands in a frame of its own, whose policy lets its styles
//! hold and nothing be loaded, run or sent; our page around it lets frames in from here alone.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, RawQuery, State},
    response::{Html, IntoResponse, Response},
};
use rapport_proto::{
    intake::Mailbox,
    staff::{GetLetterPreviewRequest, LetterPreview, ListLetterPreviewsRequest},
};

use super::{case::say::letter_kind, problem::Problem, rpc, shell::Shell, signed_in::Staff};
use crate::{desk::Desk, form::Form, headers::Policy, shell::page};

/// Mailboxes and languages as a form names them, and in words.
const MAILBOXES: [(&str, &str); 2] = [("private", "Private"), ("shared", "Shared")];
const LANGUAGES: [(&str, &str); 2] = [("en", "English"), ("es", "Spanish")];

#[derive(Template)]
#[template(path = "staff/sample_letters.html")]
struct SampleLetters {
    shell: Shell,
    /// Names of letters, each once, with whether it is the one that is shown.
    letters: Vec<(String, bool)>,
    mailbox: String,
    language: String,
    /// Whether other mailboxes get the same.
    for_any: bool,
    shown: LetterPreview,
    practice: bool,
}

/// `GET /staff/practice/letters?letter=…&mailbox=…&language=…`: the first one where nothing was chosen.
pub(crate) async fn show(
    State(desk): State<Desk>,
    staff: Staff,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let asked = Form::of_query(query.as_deref());
    let request = staff.ask(ListLetterPreviewsRequest {})?;
    let all = desk.staff.operations().list_letter_previews(request).await?.into_inner().previews;
    let chosen = choose(&all, asked.text("letter"), asked.text("mailbox"), asked.text("language"));
    let chosen = chosen.ok_or(Problem::NOT_FOUND)?;
    let shown = get(&desk, &staff, id_of(chosen)).await?;
    let mut letters: Vec<(String, bool)> = Vec::new();
    for preview in &all {
        if letters.last().is_none_or(|(letter, _)| *letter != preview.letter) {
            letters.push((preview.letter.clone(), preview.letter == shown.letter));
        }
    }
    let twin = |it: &LetterPreview| it.letter == shown.letter && it.mailbox != shown.mailbox;
    let page = page(&SampleLetters {
        shell: Shell::of(&desk, &staff).await,
        letters,
        mailbox: mailbox(shown.mailbox()).to_owned(),
        language: shown.language.clone(),
        for_any: !all.iter().any(twin),
        practice: staff.may(rpc::GET_PROTOCOL),
        shown,
    });
    Ok((Extension(Policy::Framing), page).into_response())
}

/// `GET /staff/practice/letters/{id}`: the letter itself, for the frame.
pub(crate) async fn letter(
    State(desk): State<Desk>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let letter = get(&desk, &staff, &id).await?;
    Ok((Extension(Policy::Letter), Html(letter.html)).into_response())
}

async fn get(desk: &Desk, staff: &Staff, id: &str) -> Result<LetterPreview, Problem> {
    let request = staff.ask(GetLetterPreviewRequest { name: format!("letterPreviews/{id}") })?;
    desk.staff.operations().get_letter_preview(request).await?.into_inner().preview.ok_or(Problem::OURS)
}

/// What was asked for; or the same letter for the mailbox that it is written for, or the first of all.
fn choose<'a>(all: &'a [LetterPreview], letter: &str, for_mailbox: &str, language: &str) -> Option<&'a LetterPreview> {
    let language = if language.is_empty() { "en" } else { language };
    let mut of_letter = all.iter().filter(|it| (letter.is_empty() || it.letter == letter) && it.language == language);
    let first = of_letter.next()?;
    let fits = |it: &&LetterPreview| it.letter == first.letter && mailbox(it.mailbox()) == for_mailbox;
    Some(std::iter::once(first).chain(of_letter).find(fits).unwrap_or(first))
}

fn id_of(preview: &LetterPreview) -> &str {
    preview.name.trim_start_matches("letterPreviews/")
}

/// As a form names it.
const fn mailbox(mailbox: Mailbox) -> &'static str {
    match mailbox {
        Mailbox::Shared => "shared",
        Mailbox::Private | Mailbox::Unspecified => "private",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preview(letter: &str, mailbox: Mailbox, language: &str) -> LetterPreview {
        let (letter, language) = (letter.to_owned(), language.to_owned());
        LetterPreview { letter, mailbox: mailbox.into(), language, ..LetterPreview::default() }
    }

    #[test]
    fn what_was_asked_for_is_chosen_and_else_what_comes_nearest() {
        let all = [
            preview("held", Mailbox::Private, "en"),
            preview("held", Mailbox::Private, "es"),
            preview("held", Mailbox::Shared, "en"),
            preview("held", Mailbox::Shared, "es"),
            preview("staff_alert", Mailbox::Private, "en"),
        ];
        for (letter, mailbox, language, expected) in [
            ("", "", "", Some(0)),
            ("held", "", "es", Some(1)),
            ("held", "shared", "", Some(2)),
            ("held", "shared", "es", Some(3)),
            ("staff_alert", "shared", "en", Some(4)),
            ("staff_alert", "private", "es", None),
            ("nothing", "", "", None),
        ] {
            let found = choose(&all, letter, mailbox, language);
            assert_eq!(found, expected.map(|at: usize| &all[at]), "{letter} {mailbox} {language}");
        }
    }

    #[test]
    fn hostile_words_are_words() {
        let naughty = "<script>alert(1)</script>\" onload=\"x".to_owned();
        let shell = Shell {
            office: naughty.clone(),
            who: None,
            places: Vec::new(),
            light: None,
            style: String::new(),
            script: String::new(),
            icon: String::new(),
        };
        let shown = LetterPreview {
            name: naughty.clone(),
            letter: naughty.clone(),
            subject: naughty.clone(),
            text: naughty.clone(),
            html: naughty.clone(),
            ..LetterPreview::default()
        };
        let letters = vec![(naughty.clone(), true)];
        let page = SampleLetters {
            shell,
            letters,
            mailbox: naughty.clone(),
            language: naughty,
            for_any: false,
            shown,
            practice: true,
        };
        let html = page.render().unwrap();
        assert!(!html.contains("<script>alert") && !html.contains("\" onload=\"x"), "{html}");
    }
}
