//! The audit trail: who saw and did what, whether it is as it was written, and all of it as a file ([`mod@export`]).

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use rapport_proto::{
    staff::{
        AuditEntry, AuditFilter, ExportAuditTrailRequest, ListAuditEntriesRequest, VerifyAuditTrailRequest,
        VerifyAuditTrailResponse,
    },
    time,
};

mod export;

use super::{
    clock::{Clock, Moment},
    errors::Errors,
    paging::Pager,
    problem::Problem,
    rpc,
    shell::Shell,
    signed_in::Staff,
};
use crate::{desk::Desk, form::Form, rpc::whole, shell::page};

const PATH: &str = "/staff/audit";
const PAGE_SIZE: i32 = 50;
/// Names of an entry that its row shows; the rest is counted.
const MOST_NAMES: usize = 3;

#[derive(Template)]
#[template(path = "staff/audit.html")]
struct AuditPage {
    shell: Shell,
    entries: Vec<Row>,
    asked: Asked,
    errors: Errors,
    pager: Pager,
    exports: bool,
}

#[derive(Template)]
#[template(path = "staff/audit_verified.html")]
struct VerifiedPage {
    shell: Shell,
    found: VerifyAuditTrailResponse,
    /// Whether a head that was kept elsewhere was given.
    by_head: bool,
}

/// What was asked for, as it was typed.
struct Asked {
    principal: String,
    method: String,
    resource: String,
    since: String,
    until: String,
}

struct Row {
    at: Option<Moment>,
    principal: String,
    role: String,
    method: String,
    names: Vec<String>,
    /// How many names more there are.
    more: usize,
    outcome: String,
    sealed: bool,
}

impl Row {
    fn of(entry: AuditEntry, clock: &Clock) -> Self {
        Self {
            at: clock.moment(entry.time.as_ref()),
            // The service and the package are the same for nearly all of them.
            method: entry.method.rsplit('.').next().unwrap_or_default().to_owned(),
            more: entry.resources.len().saturating_sub(MOST_NAMES),
            names: entry.resources.into_iter().take(MOST_NAMES).collect(),
            principal: entry.principal,
            role: entry.role,
            outcome: entry.outcome,
            sealed: entry.seal > 0,
        }
    }
}

impl Asked {
    fn read(form: &Form) -> Self {
        let text = |field: &str| form.text(field).trim().to_owned();
        Self {
            principal: text("principal"),
            method: text("method"),
            resource: text("resource"),
            since: text("since"),
            until: text("until"),
        }
    }

    /// Whether anything is left out.
    fn any(&self) -> bool {
        [&self.principal, &self.method, &self.resource, &self.since, &self.until].iter().any(|it| !it.is_empty())
    }

    /// The filter, and what is wrong with its days.
    fn filter(&self, clock: &Clock) -> (AuditFilter, Errors) {
        let mut errors = Errors::default();
        let mut day = |id: &str, text: &str| {
            let at = clock.day(text).map(time::to_message);
            if at.is_none() && !text.is_empty() {
                errors.0.push((id.to_owned(), "Write a day like 2026-11-29.".to_owned()));
            }
            at
        };
        let (since_time, until_time) = (day("since", &self.since), day("until", &self.until));
        let (principal, resource) = (self.principal.clone(), self.resource.clone());
        let method = match self.method.as_str() {
            short if short.contains("Service/") && !short.starts_with("rapport.") => whole(short),
            method => method.to_owned(),
        };
        (AuditFilter { principal, method, resource, since_time, until_time }, errors)
    }
}

/// `GET /staff/audit?principal=…&method=…&resource=…&since=…&until=…&page=…`
pub(crate) async fn show(
    State(desk): State<Desk>,
    staff: Staff,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    list(&desk, &staff, &Form::of_query(query.as_deref())).await
}

async fn list(desk: &Desk, staff: &Staff, form: &Form) -> Result<Response, Problem> {
    let clock = Clock::of(desk).await?;
    let asked = Asked::read(form);
    let (filter, errors) = asked.filter(&clock);
    let request = ListAuditEntriesRequest {
        filter: Some(filter),
        page_size: PAGE_SIZE,
        page_token: form.text("page").to_owned(),
    };
    let listed = match errors.0.is_empty() {
        true => desk.staff.audit().list_audit_entries(staff.ask(request)?).await?.into_inner(),
        false => Default::default(),
    };
    Ok(page(&AuditPage {
        shell: Shell::of(desk, staff).await,
        entries: listed.entries.into_iter().map(|entry| Row::of(entry, &clock)).collect(),
        asked,
        errors,
        pager: Pager::of(PATH, form, &["principal", "method", "resource", "since", "until"], &listed.next_page_token),
        exports: staff.may(rpc::EXPORT_AUDIT_TRAIL),
    }))
}

/// `POST /staff/audit/export`: every entry that the filter takes, as a file. It is pressed for, since it is a long read
/// that stands in the trail itself.
pub(crate) async fn export(State(desk): State<Desk>, staff: Staff, sent: Form) -> Result<Response, Problem> {
    let clock = Clock::of(&desk).await?;
    let (filter, errors) = Asked::read(&sent).filter(&clock);
    if !errors.0.is_empty() {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, list(&desk, &staff, &sent).await?).into_response());
    }
    let request = staff.ask_stream(ExportAuditTrailRequest { filter: Some(filter) })?;
    let parts = desk.staff.audit().export_audit_trail(request).await?.into_inner();
    Ok(export::file(parts, clock.today()))
}

/// `POST /staff/audit/verify`: it reads the whole trail, so it is pressed for.
pub(crate) async fn verify(State(desk): State<Desk>, staff: Staff, sent: Form) -> Result<Response, Problem> {
    let head = sent.text("head").trim().to_owned();
    let by_head = !head.is_empty();
    let request = staff.ask(VerifyAuditTrailRequest { head })?;
    let found = desk.staff.audit().verify_audit_trail(request).await?.into_inner();
    Ok(page(&VerifiedPage { shell: Shell::of(&desk, &staff).await, found, by_head }))
}
