//! How the house does: the light that stands on every page, what is behind it, and what somebody can do about it.

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse, Redirect, Response},
};
use rapport_proto::staff::{
    DeadLetter, GetHealthRequest, Health, HealthSeverity, ListDeadLettersRequest, ListLettersRequest,
    ReplayDeadLetterRequest,
};

use super::{
    clock::{Clock, Moment},
    letters,
    paging::Pager,
    problem::Problem,
    rpc,
    shell::Shell,
    signed_in::Staff,
};
use crate::{desk::Desk, form::Form, shell::page};

const PATH: &str = "/staff/health";
const PAGE_SIZE: i32 = 50;
/// Letters that stand on this page; all of them are among the letters.
const MOST_LETTERS: i32 = 10;

/// The light: a word, a shape and a colour.
pub(crate) struct Light {
    pub(crate) shape: &'static str,
    pub(crate) word: &'static str,
    pub(crate) class: &'static str,
}

#[derive(Template)]
#[template(path = "staff/health.html")]
struct HealthPage {
    shell: Shell,
    light: Light,
    checks: Vec<Check>,
    seen: Option<Moment>,
    /// What was just put back; `None` where nothing was asked for.
    replayed: Option<u32>,
    /// Where this role sees them.
    dead: Option<DeadLetters>,
    letters: Vec<letters::Row>,
    resends: bool,
    resolves: bool,
    back: &'static str,
}

struct Check {
    light: Light,
    name: &'static str,
    finding: String,
    to_do: String,
    since: Option<Moment>,
}

struct DeadLetters {
    /// Whether the queues cannot be reached.
    away: bool,
    rows: Vec<(DeadLetter, Option<Moment>)>,
    replays: bool,
    pager: Pager,
}

impl Light {
    const fn of(severity: HealthSeverity) -> Self {
        let (shape, word, class) = match severity {
            HealthSeverity::Fine => ("○", "All well", "fine"),
            HealthSeverity::Notice => ("●", "See to it", "notice"),
            HealthSeverity::Warning => ("◆", "Look today", "warning"),
            HealthSeverity::Failure | HealthSeverity::Unspecified => ("▲", "Look now", "failure"),
        };
        Self { shape, word, class }
    }

    /// As it is now; none where that cannot be asked.
    pub(crate) async fn now(desk: &Desk, staff: &Staff) -> Option<Self> {
        Some(Self::of(health(desk, staff).await.ok()?.severity()))
    }
}

/// `GET /staff/health?page=…`
pub(crate) async fn show(
    State(desk): State<Desk>,
    staff: Staff,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let asked = Form::of_query(query.as_deref());
    let (health, clock) = (health(&desk, &staff).await?, Clock::of(&desk).await?);
    let checks = health.checks.iter().map(|check| Check {
        light: Light::of(check.severity()),
        name: name_of(&check.check),
        finding: check.finding.clone(),
        to_do: check.to_do.clone(),
        since: clock.moment(check.oldest_time.as_ref()),
    });
    Ok(page(&HealthPage {
        shell: Shell::of(&desk, &staff).await,
        light: Light::of(health.severity()),
        checks: checks.collect(),
        seen: clock.moment(health.check_time.as_ref()),
        replayed: asked.text("replayed").parse().ok(),
        dead: dead_letters(&desk, &staff, &asked, &clock).await?,
        letters: open_letters(&desk, &staff, &clock).await?,
        resends: staff.may(rpc::RESEND_LETTER),
        resolves: staff.may(rpc::RESOLVE_LETTER),
        back: "health",
    }))
}

/// `POST /staff/health/replay`: one event, or all of a queue.
pub(crate) async fn replay(State(desk): State<Desk>, staff: Staff, sent: Form) -> Result<Response, Problem> {
    let request = staff.ask(ReplayDeadLetterRequest { name: sent.text("name").to_owned() })?;
    let replayed = desk.staff.operations().replay_dead_letter(request).await?.into_inner().replayed;
    Ok(Redirect::to(&format!("{PATH}?replayed={replayed}")).into_response())
}

/// Asked by the page itself: it keeps no session open.
async fn health(desk: &Desk, staff: &Staff) -> Result<Health, Problem> {
    let request = staff.in_background().ask(GetHealthRequest {})?;
    Ok(desk.staff.operations().get_health(request).await?.into_inner().health.unwrap_or_default())
}

async fn dead_letters(desk: &Desk, staff: &Staff, asked: &Form, clock: &Clock) -> Result<Option<DeadLetters>, Problem> {
    if !staff.may(rpc::LIST_DEAD_LETTERS) {
        return Ok(None);
    }
    let page_token = asked.text("page").to_owned();
    let request = staff.ask(ListDeadLettersRequest { page_size: PAGE_SIZE, page_token, queue: String::new() })?;
    let listed = match desk.staff.operations().list_dead_letters(request).await {
        Ok(listed) => Some(listed.into_inner()),
        // The light says so, and what to do.
        Err(status) if status.code() == tonic::Code::Unavailable => None,
        Err(status) => return Err(status.into()),
    };
    let away = listed.is_none();
    let listed = listed.unwrap_or_default();
    Ok(Some(DeadLetters {
        away,
        pager: Pager::of(PATH, asked, &[], &listed.next_page_token),
        rows: listed.dead_letters.into_iter().map(|it| (it.clone(), clock.moment(it.occur_time.as_ref()))).collect(),
        replays: staff.may(rpc::REPLAY_DEAD_LETTER),
    }))
}

async fn open_letters(desk: &Desk, staff: &Staff, clock: &Clock) -> Result<Vec<letters::Row>, Problem> {
    if !staff.may(rpc::LIST_LETTERS) {
        return Ok(Vec::new());
    }
    let request = ListLettersRequest { page_size: MOST_LETTERS, open_only: true, ..Default::default() };
    let listed = desk.staff.operations().list_letters(staff.ask(request)?).await?.into_inner();
    Ok(listed.letters.into_iter().map(|letter| letters::Row::of(letter, clock)).collect())
}

/// What was looked at, in words.
fn name_of(check: &str) -> &'static str {
    match check {
        "events" => "Queues",
        "outbox" => "Events on their way",
        "dead_letters" => "Events that were given up",
        "cases" => "Cases that stand still",
        "letters_waiting" => "Letters that wait",
        "letters_refused" => "Letters that were refused",
        "letters_unknown" => "Letters that may not have arrived",
        "audit" => "Audit trail",
        "licences" => "Licences",
        _ => "Something else",
    }
}
