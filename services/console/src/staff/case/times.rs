//! A case's session: who could see its clients and when, and what becomes of a time that was taken.

use askama::Template;
use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use rapport_domain::contact::Language;
use rapport_proto::{
    intake::{Care, Format},
    staff::{self as pb, ListMatchesRequest, ListMatchesResponse, Match},
};
use tonic::Status;

use super::{AppointmentState, Snapshot, Tried, acts::Act, read, say, say::Say, timeline};
use crate::{
    desk::Desk,
    form::Form,
    shell::page,
    staff::{errors::Errors, problem::Problem, shell::Shell, signed_in::Staff},
};

const PAGE_SIZE: i32 = 50;
const NO_START: &str = "This must be a day and a time, like 2026-12-03 18:00.";

#[derive(Template)]
#[template(path = "staff/matches.html")]
struct MatchesPage {
    shell: Shell,
    id: String,
    summary: pb::CaseSummary,
    /// The session that would be moved, where there is one to come.
    session: Option<pb::CaseAppointment>,
    found: ListMatchesResponse,
    /// Everybody on this page, for a time that nobody proposed.
    therapists: Vec<(String, String)>,
    couple: bool,
    clinician: bool,
    asked: Care,
    say: Say,
    tried: Tried,
    /// How the case stands: what its forms carry.
    snapshot: String,
    request_id: String,
}

/// `GET /staff/cases/{id}/matches?care=…&page=…`
pub(crate) async fn matches(
    State(desk): State<Desk>,
    staff: Staff,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = Form::of_query(query.as_deref());
    write(&desk, &staff, &id, &query, Tried::nothing()).await
}

/// `POST /staff/cases/{id}/book`: for whom, when, with whom.
pub(crate) async fn book(act: Act) -> Result<Response, Problem> {
    let time = match chosen(&act).await {
        Ok(time) => time,
        Err(errors) => return again(act, errors).await,
    };
    let request = pb::BookAppointmentRequest {
        name: act.name(),
        request_id: act.text("request_id"),
        etag: act.text("etag"),
        care: care(act.sent.text("care")).into(),
        time: Some(time),
        hold: act.sent.has("hold"),
        override_reason: act.text("override_reason"),
        ..Default::default()
    };
    let answered = act.desk.staff.triage().book_appointment(act.staff.ask(request)?).await;
    settle(act, answered.map(drop)).await
}

/// `POST /staff/cases/{id}/move`
pub(crate) async fn relocate(act: Act) -> Result<Response, Problem> {
    let time = match chosen(&act).await {
        Ok(time) => time,
        Err(errors) => return again(act, errors).await,
    };
    let request = pb::RescheduleAppointmentRequest {
        name: act.text("appointment"),
        request_id: act.text("request_id"),
        etag: act.text("etag"),
        time: Some(time),
        override_reason: act.text("override_reason"),
    };
    let answered = act.desk.staff.triage().reschedule_appointment(act.staff.ask(request)?).await;
    settle(act, answered.map(drop)).await
}

/// `POST /staff/cases/{id}/confirm`
pub(crate) async fn confirm(act: Act) -> Result<Response, Problem> {
    let (name, request_id, etag) = (act.text("appointment"), act.text("request_id"), act.text("etag"));
    let request = pb::ConfirmAppointmentRequest { name, request_id, etag };
    let answered = act.desk.staff.triage().confirm_appointment(act.staff.ask(request)?).await;
    act.settle("confirm", answered, &[]).await
}

/// `POST /staff/cases/{id}/cancel`
pub(crate) async fn cancel(act: Act) -> Result<Response, Problem> {
    let (name, request_id, etag) = (act.text("appointment"), act.text("request_id"), act.text("etag"));
    let request = pb::CancelAppointmentRequest { name, request_id, etag };
    let answered = act.desk.staff.triage().cancel_appointment(act.staff.ask(request)?).await;
    act.settle("cancel", answered, &[]).await
}

/// `POST /staff/cases/{id}/attendance`
pub(crate) async fn attendance(act: Act) -> Result<Response, Problem> {
    let marks = act.sent.all("came").filter_map(|mark| mark.rsplit_once('.')).filter_map(|(intake, number)| {
        let attendance = number.parse().ok().filter(|number| *number != 0)?;
        Some(pb::ClientAttendance { intake: intake.to_owned(), attendance, ..Default::default() })
    });
    let request = pb::MarkAttendanceRequest {
        name: act.text("appointment"),
        request_id: act.text("request_id"),
        etag: act.text("etag"),
        attendance: marks.collect(),
    };
    let answered = act.desk.staff.triage().mark_attendance(act.staff.ask(request)?).await;
    act.settle("attendance", answered, &[("attendance", "came")]).await
}

/// The time of a candidate, or one that somebody typed.
async fn chosen(act: &Act) -> Result<pb::ChosenTime, Errors> {
    let start_time = match act.sent.text("seconds").parse() {
        Ok(seconds) => Some(prost_types::Timestamp { seconds, nanos: 0 }),
        Err(_) => act.time("start").await?,
    };
    let Some(start_time) = start_time else { return Err(Errors::one("start", NO_START)) };
    // One list names every place, and video with them.
    let location = act.text("location");
    let format = if location.is_empty() { Format::Video } else { Format::InPerson };
    Ok(pb::ChosenTime {
        therapist: act.text("therapist"),
        start_time: Some(start_time),
        format: format.into(),
        location,
    })
}

fn care(text: &str) -> Care {
    match text {
        "couple" => Care::Couple,
        "alone" => Care::Individual,
        _ => Care::Unspecified,
    }
}

async fn settle(act: Act, answered: Result<(), Status>) -> Result<Response, Problem> {
    match answered {
        Ok(()) => Ok(Redirect::to(&format!("/staff/cases/{}", act.id)).into_response()),
        Err(status) => {
            let fields = [
                ("time", "start"),
                ("time.start_time", "start"),
                ("time.therapist", "therapist"),
                ("time.format", "location"),
                ("time.location", "location"),
                ("override_reason", "override_reason"),
            ];
            let (sent, id) = (act.sent.clone(), act.id.clone());
            let tried = Tried::refused("time", act.sent, status, &fields)?;
            write(&act.desk, &act.staff, &id, &sent, tried).await
        }
    }
}

async fn again(act: Act, errors: Errors) -> Result<Response, Problem> {
    let (sent, id) = (act.sent.clone(), act.id.clone());
    let tried = Tried::wrong("time", act.sent, errors);
    write(&act.desk, &act.staff, &id, &sent, tried).await
}

async fn write(desk: &Desk, staff: &Staff, id: &str, query: &Form, mut tried: Tried) -> Result<Response, Problem> {
    let case = read(desk, staff, id).await?;
    let asked = care(query.text("care"));
    let request = ListMatchesRequest {
        name: format!("cases/{id}"),
        page_size: PAGE_SIZE,
        page_token: query.text("page").to_owned(),
        care: asked.into(),
    };
    let found = desk.staff.triage().list_matches(staff.ask(request)?).await?.into_inner();
    let (practice, now) = (desk.board.today(Language::En).await?, desk.clock.now());
    let summary = case.summary.clone().unwrap_or_default();
    let say = Say::new(&practice, now, &case);
    let snapshot = Snapshot::of(&summary, &case, now);
    tried.compare(&snapshot, &timeline::of(&case, &say));
    let open = |it: &pb::CaseAppointment| matches!(it.state(), AppointmentState::Held | AppointmentState::Confirmed);
    let status = tried.status;
    let shown = page(&MatchesPage {
        shell: Shell::of(desk, staff).await,
        id: id.to_owned(),
        couple: summary.care() == Care::Couple,
        session: case.appointment.filter(open),
        therapists: therapists(&found),
        found,
        clinician: staff.is_clinician(),
        asked,
        say,
        tried,
        snapshot: snapshot.text(),
        request_id: desk.ids.uuid().to_string(),
        summary,
    });
    Ok(if status == StatusCode::OK { shown } else { (status, shown).into_response() })
}

fn therapists(found: &ListMatchesResponse) -> Vec<(String, String)> {
    let pair = |name: &str, shown: &str| (name.to_owned(), shown.to_owned());
    let fit = found.matches.iter().map(|it| pair(&it.therapist, &it.therapist_name));
    let mut all: Vec<_> = fit.chain(found.left_out.iter().map(|it| pair(&it.therapist, &it.therapist_name))).collect();
    all.sort_by(|one, other| one.1.cmp(&other.1));
    all.dedup();
    all
}

/// A candidate's start, as the form sends it back.
fn seconds(it: &Match) -> i64 {
    it.start_time.map_or(0, |at| at.seconds)
}

/// A share as whole hundredths.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
fn percent(share: &f64) -> String {
    format!("{:.0} %", share * 100.0)
}
