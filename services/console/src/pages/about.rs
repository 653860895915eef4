//! About the person, behind the questions: five short pages.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use rapport_domain::contact::Language;
use rapport_proto::intake::{Care, GetScreeningResponse};

use super::begin::to;
use crate::{
    about::{
        About, PAGES,
        check::{self, Errors, Reader},
        message::{PARTS, is_open},
    },
    cookies::{Cookie, Keep, SetCookies},
    desk::Desk,
    draft::Draft,
    form::Form,
    hours,
    problem::Problem,
    progress::Progress,
    shell::{Shell, page},
    visitor::Visitor,
    words,
};

/// "When is it safe to call", and the like: which part of which day.
pub(crate) struct Day {
    pub(crate) name: &'static str,
    /// Its value, what it is called, whether it is chosen; closed parts are left out.
    pub(crate) parts: Vec<(String, &'static str, bool)>,
}

#[derive(Template)]
#[template(path = "about.html")]
struct AboutPage {
    shell: Shell,
    progress: Progress,
    number: usize,
    about: About,
    errors: Errors,
    practice: Arc<GetScreeningResponse>,
    safe: Vec<Day>,
    windows: Vec<Day>,
    w: &'static words::About,
    steps: &'static words::Steps,
}

/// `GET /about/{number}`
pub(crate) async fn show(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(number): Path<usize>,
) -> Result<Response, Problem> {
    if !is_page(number) {
        return Err(Problem::NotFound);
    }
    let Some(draft) = Draft::open(&desk, &visitor).await? else { return Ok(Redirect::to("/").into_response()) };
    write(&desk, &visitor, &draft, number, About::of(&visitor), Errors::default()).await
}

/// `POST /about/{number}`
pub(crate) async fn keep(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(number): Path<usize>,
    sent: Form,
) -> Result<Response, Problem> {
    let fields = PAGES.get(number.wrapping_sub(1)).ok_or(Problem::NotFound)?;
    let Some(draft) = Draft::open(&desk, &visitor).await? else { return Ok(Redirect::to("/").into_response()) };
    let about = About::of(&visitor).with_page(fields, &sent);
    let kept = about.text().ok_or(Problem::TooLong)?;
    let cookies = SetCookies::default().set(Cookie::About, &kept, Keep::Session);
    let invited = visitor.cookies.get(Cookie::Invitation).is_some();
    match sent.text("go") {
        "back" if number == 1 => {
            let last = draft.screening.back(draft.screening.steps.len() + 1, &draft.answers, &draft.way);
            return Ok(to(&last.map_or_else(|| "/".to_owned(), |last| format!("/questions/{last}")), cookies));
        }
        "back" => return Ok(to(&format!("/about/{}", beside(number, false, invited)), cookies)),
        "stop" => return Ok(to("/later", cookies)),
        _ => {}
    }
    let practice = desk.board.today(visitor.language).await?;
    let errors = check::page(number, &about, &reader(&desk, &practice, invited), &visitor.words().about);
    if !errors.0.is_empty() {
        let mut response = write(&desk, &visitor, &draft, number, about, errors).await?;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        cookies.into_headers(response.headers_mut());
        return Ok(response);
    }
    let onward =
        if number == PAGES.len() { "/review".to_owned() } else { format!("/about/{}", beside(number, true, invited)) };
    Ok(to(&onward, cookies))
}

/// Whom pages are checked for.
pub(crate) fn reader<'a>(desk: &Desk, practice: &'a GetScreeningResponse, invited: bool) -> Reader<'a> {
    let today = desk
        .clock
        .now()
        .in_tz(&practice.time_zone)
        .map_or_else(|_| desk.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date(), |now| now.date());
    Reader { practice, invited, today }
}

/// The page before or behind one; whoever was invited is not asked whom the care is for.
const fn beside(number: usize, forward: bool, invited: bool) -> usize {
    match (number, forward) {
        (2, true) if invited => 4,
        (4, false) if invited => 2,
        (_, true) => number + 1,
        (_, false) => number - 1,
    }
}

const fn is_page(number: usize) -> bool {
    number >= 1 && number <= PAGES.len()
}

async fn write(
    desk: &Desk,
    visitor: &Visitor,
    draft: &Draft,
    number: usize,
    about: About,
    errors: Errors,
) -> Result<Response, Problem> {
    let practice = desk.board.today(visitor.language).await?;
    let words = visitor.words();
    Ok(page(&AboutPage {
        shell: Shell::around(visitor, Some(&*practice)),
        progress: Progress::of_about(&draft.screening, number, &words.steps),
        number,
        errors,
        safe: week(&about, "safe", &practice, false, visitor.language, &words.about),
        windows: week(&about, "window", &practice, true, visitor.language, &words.about),
        practice,
        about,
        w: &words.about,
        steps: &words.steps,
    }))
}

/// The days on which the practice is there. Sessions may be in the evening of any of them, calls while somebody is in.
pub(crate) fn week(
    about: &About,
    field: &str,
    practice: &GetScreeningResponse,
    evenings: bool,
    language: Language,
    w: &'static words::About,
) -> Vec<Day> {
    let mut days = Vec::new();
    for day in 1..=7 {
        let open = |part: usize| {
            let late = evenings && part == 2 && (0..2).any(|part| is_open(&practice.open_hours, day, part));
            late || is_open(&practice.open_hours, day, part)
        };
        let parts: Vec<_> = PARTS
            .iter()
            .zip(w.parts)
            .enumerate()
            .filter(|(part, _)| open(*part))
            .map(|(_, ((part, ..), name))| {
                let value = format!("{day}-{part}");
                let chosen = about.has(field, &value);
                (value, name, chosen)
            })
            .collect();
        if !parts.is_empty() {
            days.push(Day { name: hours::day(day, language), parts });
        }
    }
    days
}

/// Whether a payer pays for this kind of care: what many plans do not.
pub(crate) fn pays_for(pays: &[i32], care: &str) -> bool {
    let care = if care == "individual" { Care::Individual } else { Care::Couple };
    pays.contains(&care.into())
}
