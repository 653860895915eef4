//! Another time for the session: what is open is shown by day, one time is chosen and sent.

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use jiff::{ToSpan, Zoned, civil::Date};
use rapport_domain::contact::Language;
use rapport_proto::{
    errors::Reason,
    intake::{self as pb, AppointmentState, Format, OpenSlot},
    time,
};
use tonic::Status;

use super::{said, session};
use crate::{
    api::bearer,
    dates,
    desk::Desk,
    form::Form,
    own::Own,
    problem::{Problem, reason},
    shell::{Shell, page},
    visitor::Visitor,
    words,
};

/// Times on a page: some days of one therapist, and no page that a phone is slow with.
const MOST: i32 = 80;
/// How far ahead a day can be asked for; the service offers no further in any case.
const MOST_DAYS: i64 = 60;

/// Which of the times; neither tells of anybody.
#[derive(Default)]
struct Which {
    /// `YYYY-MM-DD`
    from: String,
    /// The service's own mark of the page before.
    after: String,
}

#[derive(Template)]
#[template(path = "move.html")]
struct Move {
    shell: Shell,
    appointment: String,
    etag: String,
    now: String,
    /// Those with whoever it is with today, then those with others.
    groups: Vec<Group>,
    from: String,
    /// The first and the last day that can be asked for.
    days: (String, String),
    more: Option<String>,
    note: Note,
    request_id: String,
    w: &'static words::Moving,
    steps: &'static words::Steps,
}

/// What the page says on top.
#[derive(Clone, Copy, PartialEq)]
enum Note {
    Nothing,
    ChooseFirst,
    Gone,
}

struct Group {
    same: bool,
    days: Vec<Day>,
}

struct Day {
    name: String,
    times: Vec<Time>,
}

struct Time {
    slot: String,
    hour: String,
    how: String,
}

/// `GET /session/move`
pub(crate) async fn show(
    State(desk): State<Desk>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let own = Own::of(&visitor).ok_or(Problem::Closed)?;
    let query = Form::of_query(query.as_deref());
    let which = Which { from: query.text("from").to_owned(), after: query.text("after").to_owned() };
    write(&desk, &visitor, &own, which, Note::Nothing).await
}

/// `POST /session/move`
pub(crate) async fn choose(State(desk): State<Desk>, visitor: Visitor, sent: Form) -> Result<Response, Problem> {
    let own = Own::of(&visitor).ok_or(Problem::Closed)?;
    let which = || Which { from: sent.text("from").to_owned(), after: String::new() };
    let slot = sent.text("slot");
    if slot.is_empty() {
        return write(&desk, &visitor, &own, which(), Note::ChooseFirst).await;
    }
    let request = pb::RescheduleAppointmentRequest {
        name: sent.text("appointment").to_owned(),
        request_id: sent.text("request_id").to_owned(),
        etag: sent.text("etag").to_owned(),
        slot: slot.to_owned(),
    };
    match desk.api.intake().reschedule_appointment(bearer(&own.token, request)?).await {
        Ok(_) => Ok(Redirect::to("/session").into_response()),
        Err(status) if reason(&status) == Some(Reason::SlotTaken) => {
            write(&desk, &visitor, &own, which(), Note::Gone).await
        }
        Err(status) => refused(&desk, &visitor, &own, status).await,
    }
}

/// Why it does not move, with what to do instead.
async fn refused(desk: &Desk, visitor: &Visitor, own: &Own, status: Status) -> Result<Response, Problem> {
    let w = &visitor.words().moving;
    let (code, says) = match reason(&status) {
        Some(Reason::EtagMismatch | Reason::AppointmentNotOpen | Reason::RequestIdReused) => {
            return session::write(desk, visitor, own, true).await;
        }
        Some(Reason::TooLateToMove) => (StatusCode::CONFLICT, &w.too_late),
        Some(Reason::MovesUsedUp) => (StatusCode::CONFLICT, &w.used_up),
        Some(Reason::AskedTooOften) => (StatusCode::TOO_MANY_REQUESTS, &w.too_often),
        _ => return Err(status.into()),
    };
    said::call_us(desk, visitor, code, says, Some(w.keep)).await
}

async fn write(desk: &Desk, visitor: &Visitor, own: &Own, which: Which, note: Note) -> Result<Response, Problem> {
    let (language, words) = (visitor.language, visitor.words());
    let practice = desk.board.today(language).await?;
    let Some(session) = session::read(desk, own).await?.appointment.filter(is_open) else {
        return Ok(Redirect::to("/session").into_response());
    };
    let now = desk.clock.now();
    let at = |message: Option<&_>| message.and_then(time::from_message);
    if at(session.move_until_time.as_ref()).is_some_and(|until| until <= now) {
        return said::call_us(desk, visitor, StatusCode::OK, &words.moving.too_late, Some(words.moving.keep)).await;
    }
    let today = dates::in_zone(now, &practice.time_zone).date();
    let from = which.from.parse::<Date>().ok().filter(|day| *day > today && *day <= last_day(today));
    let request = pb::ListOpenSlotsRequest {
        name: session.name.clone(),
        page_size: MOST,
        page_token: which.after,
        earliest_time: from
            .and_then(|day| day.in_tz(&practice.time_zone).ok())
            .map(|begins| time::to_message(begins.timestamp())),
    };
    let open = match desk.api.intake().list_open_slots(bearer(&own.token, request)?).await {
        Ok(open) => open.into_inner(),
        // An older mark, or another session's: from the beginning.
        Err(status) if reason(&status) == Some(Reason::PageTokenInvalid) => {
            return Ok(Redirect::to("/session/move").into_response());
        }
        Err(status) => return refused(desk, visitor, own, status).await,
    };
    let from = from.map(|day| day.to_string()).unwrap_or_default();
    let more = (!open.next_page_token.is_empty()).then(|| {
        let mut query = form_urlencoded::Serializer::new(String::from("/session/move?"));
        query.append_pair("from", &from).append_pair("after", &open.next_page_token).finish()
    });
    let starts = at(session.start_time.as_ref()).ok_or(Problem::Ours)?;
    let mut response = page(&Move {
        shell: Shell::around(visitor, Some(&*practice)),
        now: dates::moment(starts, &session.time_zone, language),
        groups: groups(&others(open.slots, &session), language, &words.moving),
        appointment: session.name,
        etag: session.etag,
        from,
        days: (today.to_string(), last_day(today).to_string()),
        more,
        note,
        request_id: desk.ids.uuid().to_string(),
        w: &words.moving,
        steps: &words.steps,
    });
    *response.status_mut() = match note {
        Note::Nothing => StatusCode::OK,
        Note::ChooseFirst => StatusCode::UNPROCESSABLE_ENTITY,
        Note::Gone => StatusCode::CONFLICT,
    };
    Ok(response)
}

fn is_open(session: &pb::Appointment) -> bool {
    matches!(session.state(), AppointmentState::Held | AppointmentState::Confirmed)
}

fn last_day(today: Date) -> Date {
    today.checked_add(MOST_DAYS.days()).unwrap_or(today)
}

/// All but the time that the session has already.
fn others(slots: Vec<OpenSlot>, session: &pb::Appointment) -> Vec<OpenSlot> {
    let is_now = |slot: &OpenSlot| slot.same_therapist && slot.start_time == session.start_time;
    slots.into_iter().filter(|slot| !is_now(slot)).collect()
}

/// The times as they come, by who and by day.
fn groups(slots: &[OpenSlot], language: Language, w: &words::Moving) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let starts = |slot: &OpenSlot| -> Option<Zoned> {
        Some(dates::in_zone(time::from_message(slot.start_time.as_ref()?)?, &slot.time_zone))
    };
    for (slot, starts) in slots.iter().filter_map(|slot| Some((slot, starts(slot)?))) {
        if groups.last().is_none_or(|group| group.same != slot.same_therapist) {
            groups.push(Group { same: slot.same_therapist, days: Vec::new() });
        }
        let Some(group) = groups.last_mut() else { continue };
        let name = dates::day(&starts, language);
        let place = if slot.format() == Format::Video { w.by_video } else { slot.location.as_str() };
        // With the same person only the place can differ.
        let how = if group.same { place.to_owned() } else { format!("{}, {place}", slot.therapist) };
        let time = Time { slot: slot.slot.clone(), hour: dates::clock(&starts, language), how };
        match group.days.last_mut().filter(|day| day.name == name) {
            Some(day) => day.times.push(time),
            None => group.days.push(Day { name, times: vec![time] }),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Words;

    fn slot(starts: &str, therapist: &str, same_therapist: bool) -> OpenSlot {
        OpenSlot {
            slot: format!("{therapist} {starts}"),
            start_time: Some(time::to_message(starts.parse().unwrap())),
            time_zone: "America/New_York".to_owned(),
            format: Format::Video.into(),
            therapist: therapist.to_owned(),
            same_therapist,
            ..OpenSlot::default()
        }
    }

    #[test]
    fn times_stand_by_who_and_by_the_practices_days_without_the_one_that_the_session_has() {
        let slots = vec![
            slot("2026-12-02T14:00:00Z", "Dana", true),
            slot("2026-12-02T15:00:00Z", "Dana", true),
            slot("2026-12-03T01:00:00Z", "Dana", true),
            slot("2026-12-03T14:00:00Z", "Dana", true),
            slot("2026-12-02T14:00:00Z", "Lee", false),
        ];
        let now = slots[0].start_time;
        let session = pb::Appointment { start_time: now, ..pb::Appointment::default() };
        let w = &Words::of(Language::En).moving;
        let told: Vec<_> = groups(&others(slots, &session), Language::En, w)
            .into_iter()
            .flat_map(|group| {
                group.days.into_iter().flat_map(move |day| {
                    let name = day.name;
                    day.times.into_iter().map(move |time| format!("{} {name} {} {}", group.same, time.hour, time.how))
                })
            })
            .collect();
        assert_eq!(
            told,
            [
                "true Wednesday, December\u{a0}2 10 am by video",
                "true Wednesday, December\u{a0}2 8 pm by video",
                "true Thursday, December\u{a0}3 9 am by video",
                "false Wednesday, December\u{a0}2 9 am Lee, by video",
            ]
        );
    }
}
