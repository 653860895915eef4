//! The look over it all before it is sent.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use rapport_domain::screening::{Answers, Item, Questionnaire, Value};
use rapport_proto::intake::GetScreeningResponse;

use super::about::reader;
use crate::{
    about::{About, PAGES, check, check::date_of_birth},
    cookies::Cookie,
    desk::Desk,
    draft::Draft,
    problem::Problem,
    progress::Progress,
    screening::sheet::asks,
    shell::{Shell, page},
    visitor::Visitor,
    words,
};

/// What was told on some pages.
pub(crate) struct Part {
    title: String,
    /// Where it is changed.
    link: String,
    /// What was asked, and what was answered.
    facts: Vec<(String, String)>,
    /// In place of answers that nobody is shown again.
    note: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "review.html")]
struct Review {
    shell: Shell,
    progress: Progress,
    /// What to look at again, each with where.
    errors: Vec<(String, String)>,
    parts: Vec<Part>,
    sheet: String,
    draft: String,
    protocol: String,
    request_id: String,
    back: usize,
    offline: &'static str,
    w: &'static words::Review,
}

/// `GET /review`
pub(crate) async fn show(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, Problem> {
    let Some(draft) = Draft::open(&desk, &visitor).await? else { return Ok(Redirect::to("/").into_response()) };
    let practice = desk.board.today(visitor.language).await?;
    let about = About::of(&visitor);
    let invited = visitor.cookies.get(Cookie::Invitation).is_some();
    for number in (1..=PAGES.len()).filter(|number| *number != 3 || !invited) {
        let reader = reader(&desk, &practice, invited);
        if !check::page(number, &about, &reader, &visitor.words().about).0.is_empty() {
            return Ok(Redirect::to(&format!("/about/{number}")).into_response());
        }
    }
    write(&desk, &visitor, &draft, &about, Vec::new()).await
}

/// The page, with what the intake service wants looked at again.
pub(crate) async fn write(
    desk: &Desk,
    visitor: &Visitor,
    draft: &Draft,
    about: &About,
    errors: Vec<(String, String)>,
) -> Result<Response, Problem> {
    let practice = desk.board.today(visitor.language).await?;
    let words = visitor.words();
    let questionnaires = draft.screening.parts.iter().enumerate().map(|(part, form)| {
        let first = draft.screening.steps.iter().position(|step| step.part == part).unwrap_or_default() + 1;
        of_questionnaire(form, &draft.answers, first, &words.review)
    });
    let invited = visitor.cookies.get(Cookie::Invitation).is_some();
    Ok(page(&Review {
        shell: Shell::around(visitor, Some(&*practice)),
        progress: Progress::of_about(&draft.screening, PAGES.len() + 1, &words.steps),
        errors,
        parts: questionnaires.chain(of_person(about, &practice, invited, &words.about)).collect(),
        sheet: about.text().ok_or(Problem::TooLong)?,
        draft: draft.token.clone(),
        protocol: draft.screening.protocol.clone(),
        request_id: desk.ids.uuid().to_string(),
        back: PAGES.len(),
        offline: words.steps.offline,
        w: &words.review,
    }))
}

/// A questionnaire's answers. What did not come back bears on safety or was left blank: nobody can tell which.
fn of_questionnaire(form: &Questionnaire, answers: &Answers, first: usize, w: &'static words::Review) -> Part {
    let given = answers.0.get(form.canonical());
    let shown = form.shown(answers);
    let asked = form.items().iter().enumerate();
    let asked = asked.filter(|(index, _)| asks(form, *index) && shown.get(*index) == Some(&true));
    let (mut facts, mut missing) = (Vec::new(), false);
    for (_, item) in asked {
        match given.and_then(|given| given.get(&item.link_id)) {
            Some(values) => {
                let texts: Vec<_> = values.iter().map(|value| in_words(item, value, w)).collect();
                facts.push((item.text.clone(), texts.join(", ")));
            }
            None => missing = true,
        }
    }
    Part {
        title: form.title(rapport_domain::contact::Language::En).to_owned(),
        link: format!("/questions/{first}"),
        facts,
        note: missing.then_some(w.unshown),
    }
}

fn in_words(item: &Item, value: &Value, w: &words::Review) -> String {
    if let Some(choice) = item.choice(value) {
        return if choice.display.is_empty() {
            choice.code().unwrap_or_default().to_owned()
        } else {
            choice.display.clone()
        };
    }
    match value {
        Value::Boolean(yes) => if *yes { w.yes } else { w.no }.to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Quantity { value, unit } => format!("{value} {unit}"),
        Value::Code { code: text, .. }
        | Value::Decimal(text)
        | Value::Text(text)
        | Value::Date(text)
        | Value::DateTime(text)
        | Value::Time(text) => text.clone(),
    }
}

/// Who they are and how to reach them; the rest is behind "Change".
fn of_person(
    about: &About,
    practice: &Arc<GetScreeningResponse>,
    invited: bool,
    w: &'static words::About,
) -> Vec<Part> {
    let text = |field: &str| about.text_of(field).to_owned();
    let part = |number: usize, facts: Vec<(&str, String)>| Part {
        title: w.titles.get(number - 1).copied().unwrap_or_default().to_owned(),
        link: format!("/about/{number}"),
        facts: facts
            .into_iter()
            .filter(|(_, fact)| !fact.is_empty())
            .map(|(what, fact)| (what.to_owned(), fact))
            .collect(),
        note: None,
    };
    let voicemail = if about.has("voicemail", "yes") { w.voicemail_yes } else { w.voicemail_no };
    let mailbox = if about.has("mailbox", "shared") { w.shared.0 } else { w.private.0 };
    let mut parts = vec![
        part(
            1,
            vec![
                (w.given, text("given_name")),
                (w.family, text("family_name")),
                (w.pronouns, text("pronouns")),
                (w.birth, date_of_birth(about)),
                (w.state, text("state").to_uppercase()),
            ],
        ),
        part(
            2,
            vec![
                (w.email, text("email")),
                (w.mailbox, mailbox.to_owned()),
                (w.phone, text("phone")),
                (w.voicemail, voicemail.to_owned()),
                (w.introduce, text("introduce_as")),
            ],
        ),
    ];
    if !invited {
        let care = if about.has("care", "couple") { w.couple.0 } else { w.individual };
        parts.push(part(3, vec![(w.care, care.to_owned())]));
    }
    let payer = practice.choices.iter().flat_map(|choices| &choices.payers).find(|payer| about.has("payer", &payer.id));
    parts.push(part(4, vec![(w.payer, payer.map_or_else(|| w.self_pay.to_owned(), |payer| payer.label.clone()))]));
    parts
}
