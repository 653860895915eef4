//! Calendars outside of this house: what somebody's own takes out of their hours, and the address at which a program of
//! theirs reads the sessions that they have here.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use rapport_proto::staff::{CreateCalendarFeedRequest, ImportBusyTimesRequest, RevokeCalendarFeedRequest};

use super::{Change, PATH, file, refuse, told};
use crate::{
    desk::Desk,
    form::Form,
    shell::page,
    staff::{errors::Errors, problem::Problem, shell::Shell, signed_in::Staff},
};

#[derive(Template)]
#[template(path = "staff/feed.html")]
struct FeedPage {
    shell: Shell,
    /// The whole address, or what stands in it where the practice has no pages.
    address: String,
    onward: String,
}

/// `POST /staff/roster/{id}/busy`: reads the file, or forgets what was read before.
pub(crate) async fn import(
    State(desk): State<Desk>,
    staff: Staff,
    Path(id): Path<String>,
    sent: Form,
) -> Result<Response, Problem> {
    let forget = sent.has("forget");
    let calendar = if forget { "" } else { file::text(&sent, "calendar") };
    if let Some(wrong) = file::wrong(calendar).filter(|_| !forget) {
        return refuse(&desk, &staff, id, sent, Errors::one("calendar", wrong)).await;
    }
    let tried = !sent.has("sure");
    let request = ImportBusyTimesRequest {
        name: format!("therapists/{id}"),
        calendar: calendar.to_owned(),
        etag: sent.text("etag").to_owned(),
        validate_only: tried,
        request_id: String::new(),
    };
    let answer = match desk.staff.roster().import_busy_times(staff.ask(request)?).await {
        Ok(answer) => answer.into_inner(),
        Err(status) => {
            let errors = Errors::of_fields(status, &[("calendar", "calendar")])?;
            return refuse(&desk, &staff, id, sent, file::placed(errors)).await;
        }
    };
    let busy = answer.therapist.and_then(|it| it.busy).unwrap_or_default();
    let more =
        format!("Times that are taken out of their hours: {} single, {} recurring.", busy.single, busy.recurring);
    let (path, onward) = (format!("{PATH}/{id}/busy"), format!("{PATH}/{id}"));
    told(&desk, &staff, Change { sent: &sent, tried, outside: answer.outside, more, path, onward }).await
}

/// `POST /staff/roster/{id}/feed`: the address is shown in the answer, once.
pub(crate) async fn make_feed(
    State(desk): State<Desk>,
    staff: Staff,
    Path(id): Path<String>,
    sent: Form,
) -> Result<Response, Problem> {
    let therapist = format!("therapists/{id}");
    let request = CreateCalendarFeedRequest { therapist, request_id: sent.text("request_id").to_owned() };
    let made = desk.staff.operations().create_calendar_feed(staff.ask(request)?).await?.into_inner();
    let address = if made.url.is_empty() { made.token } else { made.url };
    Ok(page(&FeedPage { shell: Shell::of(&desk, &staff).await, address, onward: format!("{PATH}/{id}") }))
}

/// `POST /staff/roster/{id}/feed/end`
pub(crate) async fn end_feed(
    State(desk): State<Desk>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let request = RevokeCalendarFeedRequest { therapist: format!("therapists/{id}") };
    desk.staff.operations().revoke_calendar_feed(staff.ask(request)?).await?;
    Ok(Redirect::to(&format!("{PATH}/{id}")).into_response())
}
