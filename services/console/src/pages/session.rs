//! What happens next, and the session: read anew whenever it is looked at.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;
use rapport_domain::contact::Language;
use rapport_proto::{
    errors::Reason,
    intake::{self as pb, AppointmentState, Format, GetScreeningResponse, IntakeState},
    time,
};

use super::begin::to;
use crate::{
    api::bearer,
    calendar_file::{self, Entry},
    cookies::{Cookie, Keep, SetCookies},
    dates,
    desk::Desk,
    form::Form,
    own::Own,
    problem::{Problem, reason},
    shell::{Shell, page},
    visitor::Visitor,
    words,
};

/// A session as the page shows it.
struct Shown {
    name: String,
    etag: String,
    day: String,
    hours: String,
    held: bool,
    accepted: bool,
    video: bool,
    place: String,
    therapist: String,
    release: Option<String>,
    moves: bool,
    move_until: Option<String>,
    /// Until when giving it back costs nothing, and whether that is over.
    free_until: Option<(String, bool)>,
    late_note: String,
    /// Another time that waits for an answer: this client's, or that of somebody else to their own wish.
    proposal: Option<Proposed>,
    own_proposal: Option<Proposed>,
}

/// Another time for a session.
struct Proposed {
    day: String,
    hours: String,
    place: String,
    until: String,
    slot: String,
}

#[derive(Template)]
#[template(path = "session.html")]
struct SessionPage {
    shell: Shell,
    title: &'static str,
    next_step: String,
    call_by: Option<String>,
    will_call: bool,
    session: Option<Shown>,
    about: pb::SessionPage,
    invites: bool,
    changed: bool,
    request_id: String,
    practice: Arc<GetScreeningResponse>,
    w: &'static words::Session,
}

#[derive(Template)]
#[template(path = "no_session.html")]
struct NoSession {
    shell: Shell,
    w: &'static words::Session,
}

/// `GET /session`
pub(crate) async fn show(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, Problem> {
    match Own::of(&visitor) {
        Some(own) => write(&desk, &visitor, &own, false).await,
        None => {
            let shell = Shell::of(&desk, &visitor).await?;
            Ok(page(&NoSession { shell, w: &visitor.words().session }))
        }
    }
}

/// `GET /session/{token}`: the link in a letter. The token moves from the address into a cookie, and nothing else happens.
pub(crate) async fn open(Path(token): Path<String>) -> Response {
    to("/session", SetCookies::default().set(Cookie::Intake, &token, Keep::Session))
}

/// `POST /session/accept`
pub(crate) async fn accept(State(desk): State<Desk>, visitor: Visitor, sent: Form) -> Result<Response, Problem> {
    let Some(own) = Own::of(&visitor) else { return Err(Problem::Closed) };
    let request = pb::ConfirmAppointmentRequest {
        name: sent.text("appointment").to_owned(),
        request_id: sent.text("request_id").to_owned(),
        etag: sent.text("etag").to_owned(),
    };
    let answered = desk.api.intake().confirm_appointment(bearer(&own.token, request)?).await;
    decided(&desk, &visitor, &own, answered.map(|_| ())).await
}

/// `POST /session/cancel`
pub(crate) async fn cancel(State(desk): State<Desk>, visitor: Visitor, sent: Form) -> Result<Response, Problem> {
    let Some(own) = Own::of(&visitor) else { return Err(Problem::Closed) };
    let request = pb::CancelAppointmentRequest {
        name: sent.text("appointment").to_owned(),
        request_id: sent.text("request_id").to_owned(),
        etag: sent.text("etag").to_owned(),
    };
    let answered = desk.api.intake().cancel_appointment(bearer(&own.token, request)?).await;
    decided(&desk, &visitor, &own, answered.map(|_| ())).await
}

/// `GET /session/calendar`: the entry for their calendar, as neutral as a letter's.
pub(crate) async fn calendar(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, Problem> {
    let Some(own) = Own::of(&visitor) else { return Err(Problem::Closed) };
    let practice = desk.board.today(visitor.language).await?;
    let intake = read(&desk, &own).await?;
    let appointment = intake.appointment.ok_or(Problem::NotFound)?;
    let entry = Entry::of(&appointment, &practice, desk.clock.now()).ok_or(Problem::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"office.ics\""),
    ];
    Ok((headers, calendar_file::write(&entry)).into_response())
}

/// Back to the page, which reads anew; where it had changed meanwhile, it says so.
async fn decided(
    desk: &Desk,
    visitor: &Visitor,
    own: &Own,
    answered: Result<(), tonic::Status>,
) -> Result<Response, Problem> {
    match answered {
        Ok(()) => Ok(Redirect::to("/session").into_response()),
        Err(status) if matches!(reason(&status), Some(Reason::EtagMismatch | Reason::AppointmentNotOpen)) => {
            write(desk, visitor, own, true).await
        }
        Err(status) => Err(status.into()),
    }
}

pub(crate) async fn read(desk: &Desk, own: &Own) -> Result<pb::Intake, Problem> {
    let request = bearer(&own.token, pb::GetIntakeRequest::default())?;
    desk.api.intake().get_intake(request).await?.into_inner().intake.ok_or(Problem::Ours)
}

/// Whether this person may ask somebody else to answer; asked without making anything.
async fn invites(desk: &Desk, own: &Own) -> bool {
    let request = pb::InvitePartnerRequest { validate_only: true, ..Default::default() };
    let Ok(request) = bearer(&own.token, request) else { return false };
    desk.api.intake().invite_partner(request).await.is_ok()
}

pub(super) async fn write(desk: &Desk, visitor: &Visitor, own: &Own, changed: bool) -> Result<Response, Problem> {
    let practice = desk.board.today(visitor.language).await?;
    let (intake, invites) = (read(desk, own).await?, invites(desk, own).await);
    let w = &visitor.words().session;
    let state = intake.state();
    let title = match state {
        IntakeState::Unspecified | IntakeState::Received => w.titles.received,
        IntakeState::Held => w.titles.held,
        IntakeState::Confirmed => w.titles.confirmed,
        IntakeState::WeWillCall => w.titles.call,
        IntakeState::Closed => w.titles.closed,
    };
    let at = |message: Option<&_>| message.and_then(time::from_message);
    let call_by = at(intake.call_by_time.as_ref());
    Ok(page(&SessionPage {
        shell: Shell::around(visitor, Some(&*practice)),
        title,
        call_by: call_by.map(|at| dates::moment(at, &practice.time_zone, visitor.language)),
        will_call: state == IntakeState::WeWillCall,
        session: intake.appointment.as_ref().and_then(|appointment| shown(appointment, visitor, desk.clock.now())),
        next_step: intake.next_step,
        about: intake.session_page.unwrap_or_default(),
        invites,
        changed,
        request_id: desk.ids.uuid().to_string(),
        practice,
        w,
    }))
}

fn shown(appointment: &pb::Appointment, visitor: &Visitor, now: Timestamp) -> Option<Shown> {
    let language = visitor.language;
    let held = match appointment.state() {
        AppointmentState::Held => true,
        AppointmentState::Confirmed => false,
        _ => return None,
    };
    let at = |message: Option<&_>| message.and_then(time::from_message);
    let zone = &appointment.time_zone;
    let (day, hours) = span(at(appointment.start_time.as_ref()), at(appointment.end_time.as_ref()), zone, language)?;
    let move_until = at(appointment.move_until_time.as_ref());
    let moment = |at: Timestamp| dates::moment(at, zone, language);
    let proposed = |it: &pb::ProposedTime| {
        let (day, hours) = span(at(it.start_time.as_ref()), at(it.end_time.as_ref()), zone, language)?;
        let video = it.format() == Format::Video;
        let place = if video { visitor.words().about.video.to_owned() } else { it.location.clone() };
        Some(Proposed { day, hours, place, until: moment(at(it.expire_time.as_ref())?), slot: it.slot.clone() })
    };
    Some(Shown {
        name: appointment.name.clone(),
        etag: appointment.etag.clone(),
        day,
        hours,
        held,
        accepted: appointment.accepted,
        video: appointment.format() == Format::Video,
        place: appointment.location.clone(),
        therapist: appointment.therapist.clone(),
        release: at(appointment.release_time.as_ref()).map(moment),
        moves: move_until.is_none_or(|until| now < until),
        move_until: move_until.map(moment),
        free_until: at(appointment.cancel_free_until_time.as_ref()).map(|until| (moment(until), until <= now)),
        late_note: appointment.late_cancel_note.clone(),
        proposal: appointment.proposal.as_ref().and_then(proposed),
        own_proposal: appointment.own_proposal.as_ref().and_then(proposed),
    })
}

/// The day, and from when to when.
fn span(
    starts: Option<Timestamp>,
    ends: Option<Timestamp>,
    zone: &str,
    language: Language,
) -> Option<(String, String)> {
    let (starts, ends) = (dates::in_zone(starts?, zone), dates::in_zone(ends?, zone));
    let hours = format!("{} – {}", dates::clock(&starts, language), dates::clock(&ends, language));
    Some((dates::day(&starts, language), hours))
}
