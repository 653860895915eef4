//! Who treats, and when: everybody on one page, one of them on another, with their hours and leave to be changed.
//!
//! [`hours`] reads the form of somebody's hours, [`profile`] that of what else is known of them; [`newcomer`] adds somebody,
//! [`import`] reads a file of everybody, [`elsewhere`] is about calendars outside of this house, [`treated`] about whom
//! somebody treats alone.

use askama::Template;
use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use rapport_domain::contact::Language;
use rapport_proto::staff::{
    CloseRoomRequest, GetTherapistRequest, ListHoursRequest, ListRoomClosuresRequest, ListTherapistsRequest,
    OutsideSession, ReopenRoomRequest, RoomClosure, SetHoursRequest, Therapist, UpdateTherapistRequest,
};

pub(crate) mod elsewhere;
mod file;
pub(crate) mod hours;
pub(crate) mod import;
pub(crate) mod newcomer;
pub(crate) mod profile;
pub(crate) mod treated;

use super::{
    clock::{Clock, Moment},
    errors::Errors,
    paging::Pager,
    problem::Problem,
    rpc,
    shell::Shell,
    signed_in::Staff,
};
use crate::{desk::Desk, form::Form, shell::page};
use hours::{LeaveRow, RuleRow};

const PATH: &str = "/staff/roster";
const PAGE_SIZE: i32 = 50;
/// The most bytes of a form with a file in it: less than a call to the service may hold.
pub(crate) const MOST_FILE_BYTES: usize = 900 * 1024;
/// How many days of somebody's hours are written out.
const DAYS: i32 = 14;

#[derive(Template)]
#[template(path = "staff/roster.html")]
struct RosterPage {
    shell: Shell,
    rows: Vec<Therapist>,
    pager: Pager,
    closures: Vec<ClosureRow>,
    keeps: bool,
    adds: bool,
    imports: bool,
    errors: Errors,
    sent: Form,
}

struct ClosureRow {
    name: String,
    room: String,
    from: Option<Moment>,
    until: Option<Moment>,
}

#[derive(Template)]
#[template(path = "staff/therapist.html")]
struct TherapistPage {
    shell: Shell,
    it: Therapist,
    id: String,
    rules: Vec<RuleRow>,
    leave: Vec<LeaveRow>,
    /// Id and name of the practice's locations.
    locations: Vec<(String, String)>,
    coming: Vec<String>,
    keeps: bool,
    reads: bool,
    feeds: bool,
    /// When the address of their calendar was made.
    feed: Option<Moment>,
    treats: bool,
    /// What was done just now.
    said: &'static str,
    request_id: String,
    errors: Errors,
    sent: Form,
}

#[derive(Template)]
#[template(path = "staff/outside.html")]
struct OutsidePage {
    shell: Shell,
    /// Whether it was only tried.
    tried: bool,
    /// What else is to be known of it.
    more: String,
    sessions: Vec<(OutsideSession, Option<Moment>)>,
    /// What to send again to do it, where it was only tried.
    path: String,
    fields: Vec<(String, String)>,
    onward: String,
}

/// What a form changes, or would.
struct Change<'a> {
    sent: &'a Form,
    /// Whether it was only tried.
    tried: bool,
    outside: Vec<OutsideSession>,
    /// What else is to be known of it.
    more: String,
    /// Where the form is sent again to do it.
    path: String,
    /// Where one goes on.
    onward: String,
}

/// `GET /staff/roster?page=…`
pub(crate) async fn show(
    State(desk): State<Desk>,
    staff: Staff,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    list(&desk, &staff, &Form::of_query(query.as_deref()), Form::default(), Errors::default()).await
}

async fn list(desk: &Desk, staff: &Staff, asked: &Form, sent: Form, errors: Errors) -> Result<Response, Problem> {
    let request = ListTherapistsRequest { page_size: PAGE_SIZE, page_token: asked.text("page").to_owned() };
    let listed = desk.staff.roster().list_therapists(staff.ask(request)?).await?.into_inner();
    let clock = Clock::of(desk).await?;
    let closures = match staff.may(rpc::LIST_ROOM_CLOSURES) {
        true => {
            let request = staff.ask(ListRoomClosuresRequest {})?;
            desk.staff.roster().list_room_closures(request).await?.into_inner().closures
        }
        false => Vec::new(),
    };
    let closure = |it: RoomClosure| ClosureRow {
        from: clock.moment(it.start_time.as_ref()),
        until: clock.moment(it.end_time.as_ref()),
        name: it.name,
        room: it.room,
    };
    Ok(page(&RosterPage {
        shell: Shell::of(desk, staff).await,
        rows: listed.therapists,
        pager: Pager::of(PATH, asked, &[], &listed.next_page_token),
        closures: closures.into_iter().map(closure).collect(),
        keeps: staff.may(rpc::CLOSE_ROOM),
        adds: staff.may(rpc::CREATE_THERAPIST),
        imports: staff.may(rpc::IMPORT_ROSTER),
        errors,
        sent,
    }))
}

/// `GET /staff/roster/{id}?treated=…`
pub(crate) async fn one(
    State(desk): State<Desk>,
    staff: Staff,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let said = Form::of_query(query.as_deref()).below(treated::SAID);
    write(&desk, &staff, id, said, Errors::default()).await
}

/// `POST /staff/roster/{id}/hours`: shows whom it would touch first; a second press writes it.
pub(crate) async fn set_hours(
    State(desk): State<Desk>,
    staff: Staff,
    Path(id): Path<String>,
    sent: Form,
) -> Result<Response, Problem> {
    let it = read(&desk, &staff, &id).await?;
    // What the form's rows mean hangs on what was read when it was shown.
    if it.etag != sent.text("etag") {
        return Err(Problem::Changed);
    }
    let hours = match hours::read(it.hours.unwrap_or_default(), &sent) {
        Ok(hours) => hours,
        Err(errors) => return refuse(&desk, &staff, id, sent, errors).await,
    };
    let tried = !sent.has("sure");
    let request = SetHoursRequest {
        name: it.name,
        hours: Some(hours),
        etag: it.etag,
        validate_only: tried,
        ..Default::default()
    };
    match desk.staff.roster().set_hours(staff.ask(request)?).await {
        Ok(answer) => {
            let outside = answer.into_inner().outside;
            let (path, onward) = (format!("{PATH}/{id}/hours"), format!("{PATH}/{id}"));
            told(&desk, &staff, Change { sent: &sent, tried, outside, more: String::new(), path, onward }).await
        }
        Err(status) => {
            let errors = Errors::of_fields(status, &[("hours", "new-from")])?;
            refuse(&desk, &staff, id, sent, errors).await
        }
    }
}

/// `POST /staff/roster/{id}/profile`
pub(crate) async fn update(
    State(desk): State<Desk>,
    staff: Staff,
    Path(id): Path<String>,
    sent: Form,
) -> Result<Response, Problem> {
    let it = read(&desk, &staff, &id).await?;
    let changed = match profile::read(it, &sent) {
        Ok(changed) => changed,
        Err(errors) => return refuse(&desk, &staff, id, sent, errors).await,
    };
    let tried = !sent.has("sure");
    let request = UpdateTherapistRequest { therapist: Some(changed), validate_only: tried, ..Default::default() };
    match desk.staff.roster().update_therapist(staff.ask(request)?).await {
        Ok(answer) => {
            let outside = answer.into_inner().outside;
            let (path, onward) = (format!("{PATH}/{id}/profile"), format!("{PATH}/{id}"));
            told(&desk, &staff, Change { sent: &sent, tried, outside, more: String::new(), path, onward }).await
        }
        Err(status) => {
            let errors = Errors::of_fields(status, profile::FIELDS)?;
            refuse(&desk, &staff, id, sent, errors).await
        }
    }
}

/// `POST /staff/roster/rooms/close`
pub(crate) async fn close_room(State(desk): State<Desk>, staff: Staff, sent: Form) -> Result<Response, Problem> {
    let clock = Clock::of(&desk).await?;
    let tried = !sent.has("sure");
    let (from, until) = (clock.wall_time(sent.text("from")), clock.wall_time(sent.text("until")));
    if from.is_none() || until.is_none() {
        let field = if from.is_none() { "from" } else { "until" };
        let errors = Errors::one(field, "Write a day and a time.");
        let written = list(&desk, &staff, &Form::default(), sent, errors).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, written).into_response());
    }
    let message = |at: Option<jiff::Timestamp>| at.map(rapport_proto::time::to_message);
    let closure = RoomClosure {
        room: sent.text("room").trim().to_owned(),
        start_time: message(from),
        end_time: message(until),
        ..Default::default()
    };
    let request = CloseRoomRequest { closure: Some(closure), validate_only: tried, ..Default::default() };
    match desk.staff.roster().close_room(staff.ask(request)?).await {
        Ok(answer) => {
            let outside = answer.into_inner().outside;
            let (path, onward) = (format!("{PATH}/rooms/close"), PATH.to_owned());
            told(&desk, &staff, Change { sent: &sent, tried, outside, more: String::new(), path, onward }).await
        }
        Err(status) => {
            let fields = [("closure.room", "room"), ("closure.start_time", "from"), ("closure.end_time", "until")];
            let errors = Errors::of_fields(status, &fields)?;
            let written = list(&desk, &staff, &Form::default(), sent, errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, written).into_response())
        }
    }
}

/// `POST /staff/roster/rooms/open`
pub(crate) async fn open_room(State(desk): State<Desk>, staff: Staff, sent: Form) -> Result<Response, Problem> {
    let request = staff.ask(ReopenRoomRequest { name: sent.text("name").to_owned() })?;
    desk.staff.roster().reopen_room(request).await?;
    Ok(Redirect::to(PATH).into_response())
}

/// What a change touches: where nobody is booked outside of it, it is done at once.
async fn told(desk: &Desk, staff: &Staff, change: Change<'_>) -> Result<Response, Problem> {
    let Change { sent, tried, outside, more, path, onward } = change;
    if !tried && outside.is_empty() {
        return Ok(Redirect::to(&onward).into_response());
    }
    let clock = Clock::of(desk).await?;
    let with_moment = |it: OutsideSession| {
        let at = clock.moment(it.start_time.as_ref());
        (it, at)
    };
    Ok(page(&OutsidePage {
        shell: Shell::of(desk, staff).await,
        tried,
        more,
        sessions: outside.into_iter().map(with_moment).collect(),
        path,
        fields: sent.fields().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        onward,
    }))
}

async fn read(desk: &Desk, staff: &Staff, id: &str) -> Result<Therapist, Problem> {
    let request = staff.ask(GetTherapistRequest { name: format!("therapists/{id}") })?;
    desk.staff.roster().get_therapist(request).await?.into_inner().therapist.ok_or(Problem::NOT_FOUND)
}

async fn refuse(desk: &Desk, staff: &Staff, id: String, sent: Form, errors: Errors) -> Result<Response, Problem> {
    let written = write(desk, staff, id, sent, errors).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, written).into_response())
}

async fn write(desk: &Desk, staff: &Staff, id: String, sent: Form, errors: Errors) -> Result<Response, Problem> {
    let (it, clock) = (read(desk, staff, &id).await?, Clock::of(desk).await?);
    let practice = desk.board.today(Language::En).await?;
    let choices = practice.choices.as_ref().map(|choices| choices.locations.as_slice()).unwrap_or_default();
    let locations: Vec<_> = choices.iter().map(|choice| (choice.id.clone(), choice.label.clone())).collect();
    let hours = it.hours.clone().unwrap_or_default();
    Ok(page(&TherapistPage {
        shell: Shell::of(desk, staff).await,
        rules: hours
            .rules
            .iter()
            .enumerate()
            .map(|(number, rule)| RuleRow::of(rule, &locations).typed(number, &sent))
            .collect(),
        leave: hours.leave.iter().map(LeaveRow::of).collect(),
        coming: coming(desk, staff, &it.name, &clock, &locations).await?,
        keeps: staff.may(rpc::SET_HOURS),
        reads: staff.may(rpc::IMPORT_BUSY_TIMES),
        feeds: staff.may(rpc::CREATE_CALENDAR_FEED),
        feed: clock.moment(it.feed_create_time.as_ref()),
        treats: staff.may(rpc::NOTE_TREATED_CLIENT),
        said: treated::said(&sent),
        request_id: desk.ids.uuid().to_string(),
        locations,
        it,
        id,
        errors,
        sent,
    }))
}

/// What comes of somebody's hours: "Mon Nov 30, 9 am to 5 pm, Dilworth or video".
async fn coming(
    desk: &Desk,
    staff: &Staff,
    name: &str,
    clock: &Clock,
    locations: &[(String, String)],
) -> Result<Vec<String>, Problem> {
    let request = ListHoursRequest { name: name.to_owned(), first_day: clock.today().to_string(), days: DAYS };
    let listed = desk.staff.roster().list_hours(staff.ask(request)?).await?.into_inner().hours;
    let line = |it: rapport_proto::staff::OpenHours| {
        let wall = |at: Option<prost_types::Timestamp>| {
            at.as_ref().and_then(rapport_proto::time::from_message).map(|at| clock.wall(at))
        };
        let (from, until) = (wall(it.start_time)?, wall(it.end_time)?);
        let clock_text = |at: &jiff::Zoned| crate::dates::clock(at, Language::En);
        let place = hours::place(&it.location, it.video, locations);
        Some(format!("{}, {} to {}, {place}", from.strftime("%a %b %-d"), clock_text(&from), clock_text(&until)))
    };
    Ok(listed.into_iter().filter_map(line).collect())
}
