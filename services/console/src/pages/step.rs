//! One step of the screening: shown, answered, and looked at while it is answered.

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use rapport_domain::screening::{Answers, Questionnaire};
use rapport_proto::intake::SafetyNotice;

use super::begin::to;
use crate::{
    cookies::{Cookie, Keep, SetCookies},
    desk::Desk,
    draft::Draft,
    form::Form,
    problem::Problem,
    progress::Progress,
    screening::{
        Screening, Step,
        answered::Answered,
        sheet::{Way, notice_mark},
        view::{self, Block, Control, Wrong},
    },
    shell::{Shell, page},
    visitor::Visitor,
    words,
};

#[derive(Template)]
#[template(path = "step.html")]
struct StepPage {
    shell: Shell,
    progress: Progress,
    title: String,
    blocks: Vec<Block>,
    many: bool,
    /// Each of several questions may be left blank: said once.
    all_optional: bool,
    /// Some of the answers are kept, and not shown again.
    unshown: bool,
    /// Some of the answers do not fit.
    wrong: bool,
    /// More questions came up with what was just answered.
    more: bool,
    notice: Option<SafetyNotice>,
    mark: String,
    w: &'static words::Steps,
    help: &'static words::Help,
}

/// What the script asks for while a step is answered.
#[derive(Template)]
#[template(path = "live.html")]
struct Live {
    /// Items that stand open, by their place.
    open: String,
    mark: String,
    notice: Option<SafetyNotice>,
    help: &'static words::Help,
}

/// `GET /questions/{number}`
pub(crate) async fn show(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(number): Path<usize>,
) -> Result<Response, Problem> {
    let Some(draft) = Draft::open(&desk, &visitor).await? else { return Ok(Redirect::to("/").into_response()) };
    let Draft { screening, answers, way, .. } = draft;
    let (step, form) = screening.form(number, &way).ok_or(Problem::NotFound)?;
    if !screening.is_open(number, &answers, &way) {
        return Ok(Redirect::to(&after(&screening, number, &answers, &way)).into_response());
    }
    let passed = way.has_passed(number);
    let around = Around { desk: &desk, visitor: &visitor, screening: &screening, number, step, form: &form, passed };
    around.page(&answers, &BTreeMap::new(), false, None).await
}

/// `POST /questions/{number}`
pub(crate) async fn answer(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(number): Path<usize>,
    sent: Form,
) -> Result<Response, Problem> {
    let Some(mut draft) = Draft::open(&desk, &visitor).await? else { return Ok(Redirect::to("/").into_response()) };
    let screening = Arc::clone(&draft.screening);
    let mut way = draft.way.clone();
    let (step, form) = screening.form(number, &way).ok_or(Problem::NotFound)?;
    let (form, passed) = (&*form, way.has_passed(number));
    let around = Around { desk: &desk, visitor: &visitor, screening: &screening, number, step, form, passed };
    let mut page = Answered::read(step, form, &draft.answers, &sent);
    let notice = page.save(&desk, &mut draft, form).await?;
    let mark = notice.as_ref().map(notice_mark).unwrap_or_default();
    if sent.has("live") {
        return Ok(around.live(page.open(step), notice, mark));
    }
    screening.decide(number, &page.answers, &mut way);
    // Once read, here or on an earlier page, it is not put in the way again.
    let unread = notice.filter(|_| sent.text("read") != mark && way.read != mark);
    // Whoever goes back or stops need not have answered; help comes first for them too.
    let goes_on = !matches!(sent.text("go"), "back" | "stop");
    if goes_on && !passed {
        page.require(step, form);
    }
    let more = goes_on && page.has_more(step, form, &sent);
    if unread.is_some() || more || (goes_on && !page.wrong.is_empty()) {
        return around.page(&page.answers, &page.wrong, more, unread).await;
    }
    let onward = match sent.text("go") {
        "back" => screening.back(number, &page.answers, &way).map_or_else(|| "/".to_owned(), address),
        "stop" => "/later".to_owned(),
        _ => {
            way.pass(number);
            after(&screening, number, &page.answers, &way)
        }
    };
    if !mark.is_empty() {
        way.read = mark;
    }
    Ok(to(&onward, SetCookies::default().set(Cookie::Way, &way.text(), Keep::Session)))
}

fn address(number: usize) -> String {
    format!("/questions/{number}")
}

/// The next open step, or what follows the last.
fn after(screening: &Screening, number: usize, answers: &Answers, way: &Way) -> String {
    screening.next(number, answers, way).map_or_else(|| "/about/1".to_owned(), address)
}

/// What a step's page is written from, whatever is on it.
struct Around<'a> {
    desk: &'a Desk,
    visitor: &'a Visitor,
    screening: &'a Screening,
    number: usize,
    step: &'a Step,
    form: &'a Questionnaire,
    /// They went on from here before.
    passed: bool,
}

impl Around<'_> {
    async fn page(
        &self,
        answers: &Answers,
        wrong: &BTreeMap<usize, Wrong>,
        more: bool,
        notice: Option<SafetyNotice>,
    ) -> Result<Response, Problem> {
        let words = self.visitor.words();
        let (title, blocks) = view::page(self.step, self.form, answers, wrong, &words.steps);
        let mut response = page(&StepPage {
            shell: Shell::of(self.desk, self.visitor).await?,
            progress: Progress::of_step(self.screening, self.number, &words.steps),
            title,
            wrong: !wrong.is_empty(),
            all_optional: view::are_all_optional(&blocks),
            many: blocks.iter().filter(|block| matches!(block, Block::Question(_))).count() > 1,
            unshown: self.passed && blocks.iter().any(view::is_blank),
            blocks,
            more,
            mark: notice.as_ref().map(notice_mark).unwrap_or_default(),
            notice,
            w: &words.steps,
            help: &words.help,
        });
        if !wrong.is_empty() {
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        }
        Ok(response)
    }

    fn live(&self, open: String, notice: Option<SafetyNotice>, mark: String) -> Response {
        page(&Live { open, mark, notice, help: &self.visitor.words().help })
    }
}

#[cfg(test)]
mod tests;
