//! The queue: whom to call first.
//!
//! [`filters`] is what is listed, [`mod@line`] one case's line, [`looked`] since when something is new, [`beside`] the
//! list that stands beside a case.

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use rapport_domain::contact::Language;
use rapport_proto::staff::{ListCasesRequest, ListCasesResponse};

pub(crate) mod beside;
pub(crate) mod filters;
pub(crate) mod line;
mod looked;

use filters::Filters;
use line::Line;
use looked::Looked;

use super::{keys::Keys, problem::Problem, rpc, shell::Shell, signed_in::Staff};
use crate::{desk::Desk, form::Form, shell::page, visitor::Visitor};

const PAGE_SIZE: i32 = 50;

#[derive(Template)]
#[template(path = "staff/queue.html")]
struct QueuePage {
    shell: Shell,
    filters: Filters,
    lines: Vec<Line>,
    /// How many of them are new since somebody looked.
    fresh: usize,
    next_page_token: String,
    /// Whether this is a page behind the first.
    later: bool,
    /// Who was looked for; empty where nobody was.
    client: String,
    takes_calls: bool,
    keys: Keys,
}

/// `GET /staff?urgency=…&state=…&mine=1&…`
pub(crate) async fn show(
    State(desk): State<Desk>,
    staff: Staff,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = Form::of_query(query.as_deref());
    let looked = Looked::of(&visitor, desk.clock.now(), staff.asks_by_itself());
    let filters = Filters::read(&query);
    let mut answer = write(&desk, &staff, &visitor, filters.clone(), query.text("page"), "", &looked).await?;
    looked.keep(answer.headers_mut());
    if !staff.asks_by_itself() {
        filters.keep(answer.headers_mut());
    }
    Ok(answer)
}

/// `POST /staff/find`: whoever is looked for stands in no address.
pub(crate) async fn find(
    State(desk): State<Desk>,
    staff: Staff,
    visitor: Visitor,
    sent: Form,
) -> Result<Response, Problem> {
    let looked = Looked::of(&visitor, desk.clock.now(), true);
    let client = sent.text("client").trim();
    if client.is_empty() {
        return Ok(axum::response::Redirect::to("/staff").into_response());
    }
    write(&desk, &staff, &visitor, Filters::default(), sent.text("page"), client, &looked).await
}

async fn write(
    desk: &Desk,
    staff: &Staff,
    visitor: &Visitor,
    filters: Filters,
    page_token: &str,
    client: &str,
    looked: &Looked,
) -> Result<Response, Problem> {
    let request = ListCasesRequest {
        page_size: PAGE_SIZE,
        page_token: page_token.to_owned(),
        client: client.to_owned(),
        ..filters.request()
    };
    let ListCasesResponse { cases, next_page_token } =
        desk.staff.triage().list_cases(staff.ask(request)?).await?.into_inner();
    let (zone, now) = (desk.board.today(Language::En).await?.time_zone.clone(), desk.clock.now());
    let lines: Vec<_> = cases.iter().map(|case| Line::of(case, staff, looked.since, now, &zone)).collect();
    Ok(page(&QueuePage {
        shell: Shell::of(desk, staff).await,
        fresh: lines.iter().filter(|line| line.fresh).count(),
        filters,
        lines,
        next_page_token,
        later: !page_token.is_empty(),
        client: client.to_owned(),
        takes_calls: staff.may(rpc::CREATE_INTAKE),
        keys: Keys::of(visitor),
    }))
}
