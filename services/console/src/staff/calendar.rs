//! A week of sessions and holds, a row for each therapist or each room, a column for each day.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use jiff::civil::{Date, Weekday};
use rapport_domain::contact::Language;
use rapport_proto::{
    intake::{AppointmentState, Care},
    staff::{CalendarSession, ListSessionsRequest},
    time,
};

use super::{clock::Clock, paging::Pager, problem::Problem, shell::Shell, signed_in::Staff};
use crate::{dates, desk::Desk, form::Form, shell::page};

const PATH: &str = "/staff/calendar";
/// The most that the service gives at once: a week of a practice of twelve fits.
const PAGE_SIZE: i32 = 200;
const WEEK: usize = 7;
const BY_VIDEO: &str = "by video";

#[derive(Template)]
#[template(path = "staff/calendar.html")]
struct CalendarPage {
    shell: Shell,
    /// "November 30 to December 6"
    title: String,
    /// "Mon Nov 30", and whether it is today.
    days: Vec<(String, bool)>,
    rows: Vec<(String, Vec<Vec<Entry>>)>,
    by_room: bool,
    week: Date,
    before: Date,
    after: Date,
    pager: Pager,
}

/// A session in its cell.
struct Entry {
    case: String,
    /// "9 – 9:50 am"
    hours: String,
    held: bool,
    for_two: bool,
    /// Where, in a therapist's row; who, in a room's.
    other: String,
}

/// `GET /staff/calendar?week=2026-11-30&by=room&page=…`
pub(crate) async fn show(
    State(desk): State<Desk>,
    staff: Staff,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let (asked, clock) = (Form::of_query(query.as_deref()), Clock::of(&desk).await?);
    let week = monday_of(asked.text("week").parse().unwrap_or_else(|_| clock.today()));
    let by_room = asked.text("by") == "room";
    let request = ListSessionsRequest {
        first_day: week.to_string(),
        days: 7,
        page_size: PAGE_SIZE,
        page_token: asked.text("page").to_owned(),
        ..Default::default()
    };
    let listed = desk.staff.roster().list_sessions(staff.ask(request)?).await?.into_inner();
    let days: Vec<_> = (0..7).map(|day| later(week, day)).collect();
    Ok(page(&CalendarPage {
        shell: Shell::of(&desk, &staff).await,
        title: title(week, later(week, 6)),
        rows: rows(&listed.sessions, week, by_room, &clock),
        days: days.into_iter().map(|day| (day.strftime("%a %b %-d").to_string(), day == clock.today())).collect(),
        by_room,
        week,
        before: later(week, -7),
        after: later(week, 7),
        pager: Pager::of(PATH, &asked, &["week", "by"], &listed.next_page_token),
    }))
}

/// A row for whoever has a session that week, by name; each day's in the order in which they begin.
fn rows(sessions: &[CalendarSession], week: Date, by_room: bool, clock: &Clock) -> Vec<(String, Vec<Vec<Entry>>)> {
    let mut rows: BTreeMap<String, Vec<Vec<Entry>>> = BTreeMap::new();
    for session in sessions {
        let wall =
            |at: &Option<prost_types::Timestamp>| at.as_ref().and_then(time::from_message).map(|at| clock.wall(at));
        let (Some(from), Some(until)) = (wall(&session.start_time), wall(&session.end_time)) else { continue };
        let Some(day) = day_of(week, from.date()) else { continue };
        let room = if session.room.is_empty() { BY_VIDEO } else { &session.room };
        let (row, other) = match by_room {
            true => (room, session.therapist_name.as_str()),
            false => (session.therapist_name.as_str(), room),
        };
        let clock_text = |at: &jiff::Zoned| dates::clock(at, Language::En);
        let entry = Entry {
            case: session.case_name.clone(),
            hours: format!("{} – {}", clock_text(&from), clock_text(&until)),
            held: session.state() == AppointmentState::Held,
            for_two: session.care() == Care::Couple,
            other: other.to_owned(),
        };
        let cells = rows.entry(row.to_owned()).or_insert_with(|| (0..WEEK).map(|_| Vec::new()).collect());
        if let Some(cell) = cells.get_mut(day) {
            cell.push(entry);
        }
    }
    rows.into_iter().collect()
}

fn day_of(week: Date, date: Date) -> Option<usize> {
    let days = week.until(date).ok()?.get_days();
    usize::try_from(days).ok().filter(|day| *day < WEEK)
}

fn monday_of(date: Date) -> Date {
    later(date, -i64::from(date.weekday().since(Weekday::Monday)))
}

fn later(date: Date, days: i64) -> Date {
    date.checked_add(jiff::Span::new().days(days)).unwrap_or(date)
}

fn title(first: Date, last: Date) -> String {
    let last_day = last.strftime(if first.month() == last.month() { "%-d" } else { "%B %-d" });
    format!("{} to {last_day}", first.strftime("%B %-d"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_week_begins_on_its_monday() {
        for day in ["2026-11-30", "2026-12-03", "2026-12-06"] {
            assert_eq!(monday_of(date(day)), date("2026-11-30"), "{day}");
        }
        assert_eq!(title(date("2026-11-30"), date("2026-12-06")), "November 30 to December 6");
        assert_eq!(title(date("2026-12-07"), date("2026-12-13")), "December 7 to 13");
        assert_eq!(day_of(date("2026-11-30"), date("2026-12-06")), Some(6));
        assert_eq!(day_of(date("2026-11-30"), date("2026-12-07")), None);
        assert_eq!(day_of(date("2026-11-30"), date("2026-11-29")), None);
    }
}
