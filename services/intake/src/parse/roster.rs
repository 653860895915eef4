//! Who treats, and when, as staff send it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime},
};
use rapport_domain::{
    calendar::{
        recurrence::Recurrence,
        timetable::{HoursRule, Leave, Place, Timetable},
    },
    contact::{EmailAddress, Line, Name, Phone, UsState},
    id::{AppointmentId, TherapistId},
    intake::Care,
    matching::{Licence, Therapist, Training},
    practice::{Practice, roster::stable_id},
    problem::FieldProblems,
};
use rapport_proto::{enums, staff as pb, time};
use rapport_security::Keyring;
use rapport_store::{SearchToken, Store, appointments::CalendarFilter, search};
use uuid::Uuid;

use super::{
    client::optional,
    entries, name,
    page::{self, Page},
};
use crate::{close_room::CloseRoom, refusal::Refusal, update_therapist::UpdateTherapist};

/// Days that one look at somebody's hours may span.
const MOST_DAYS: usize = 62;

/// A page of the roster that was asked for.
pub(crate) type ListTherapists = Page<TherapistId>;

/// Hours that were asked for.
#[derive(Clone)]
pub(crate) struct SetHours {
    pub(crate) therapist: TherapistId,
    pub(crate) rules: Vec<HoursRule>,
    pub(crate) leave: Vec<Leave>,
    pub(crate) etag: String,
    pub(crate) validate_only: bool,
}

/// Days that were asked for.
pub(crate) struct ListHours {
    pub(crate) therapist: TherapistId,
    pub(crate) first_day: Date,
    pub(crate) days: usize,
}

/// What of the calendar was asked for.
pub(crate) struct ListSessions {
    pub(crate) filter: CalendarFilter,
    pub(crate) page: Page<(Timestamp, AppointmentId)>,
}

/// Reads the request.
pub(crate) fn list_sessions(
    request: &pb::ListSessionsRequest,
    practice: &Practice,
    keyring: &Keyring,
) -> Result<ListSessions, Refusal> {
    let mut problems = FieldProblems::default();
    let size = page::size(request.page_size, &mut problems);
    let first_day = problems.take("first_day", day(&request.first_day));
    let days = i64::from(request.days);
    let last = i64::try_from(MOST_DAYS).unwrap_or_default();
    let days = Some(days).filter(|days| (1..=last).contains(days));
    let days = problems.take("days", days.ok_or_else(|| format!("must be from 1 to {MOST_DAYS}")));
    let therapist = match request.therapist.as_str() {
        "" => Some(None),
        name => problems.take("therapist", name.parse().map(Some)),
    };
    let (Some(first_day), Some(days), Some(therapist)) = (first_day, days, therapist) else {
        return Err(Refusal::Fields(problems.into_vec()));
    };
    if !problems.is_empty() {
        return Err(Refusal::Fields(problems.into_vec()));
    }
    let end = first_day.checked_add(SignedDuration::from_hours(24 * days)).unwrap_or(first_day);
    // A day without a midnight begins when its clocks do.
    let begins = |date: Date| practice.zone.to_ambiguous_timestamp(date.into()).compatible();
    let (Ok(from), Ok(to)) = (begins(first_day), begins(end)) else {
        return Err(Refusal::field("first_day", "must be a day of our calendar"));
    };
    let room = Some(request.room.clone()).filter(|room| !room.is_empty());
    let filter = CalendarFilter { from, to, therapist, room };
    let bound_to =
        serde_json::to_vec(&("ListSessions", &filter)).map_err(|_| Refusal::Internal("a filter cannot be written"))?;
    Ok(ListSessions { page: Page::open(size, &request.page_token, bound_to, keyring)?, filter })
}

/// Reads the request.
pub(crate) fn list_therapists(
    request: &pb::ListTherapistsRequest,
    keyring: &Keyring,
) -> Result<ListTherapists, Refusal> {
    let mut problems = FieldProblems::default();
    let size = page::size(request.page_size, &mut problems);
    if !problems.is_empty() {
        return Err(Refusal::Fields(problems.into_vec()));
    }
    Page::open(size, &request.page_token, b"ListTherapists".to_vec(), keyring)
}

/// Reads the profile of somebody new, whose id is made of the first licence.
pub(crate) fn create_therapist(request: pb::CreateTherapistRequest, practice: &Practice) -> Result<Therapist, Refusal> {
    let mut profile = profile(request.therapist.unwrap_or_default(), practice)?;
    profile.id = profile.licences.first().map_or(profile.id, stable_id);
    Ok(profile)
}

/// Reads the request.
pub(crate) fn update_therapist(
    request: pb::UpdateTherapistRequest,
    practice: &Practice,
) -> Result<UpdateTherapist, Refusal> {
    let message = request.therapist.unwrap_or_default();
    let therapist = name("therapist.name", &message.name)?;
    let etag = message.etag.clone();
    let profile = profile(message, practice)?;
    Ok(UpdateTherapist { therapist, profile, etag, validate_only: request.validate_only })
}

/// A profile without id and hours, held against the practice's files.
fn profile(message: pb::Therapist, practice: &Practice) -> Result<Therapist, Refusal> {
    let mut problems = FieldProblems::default();
    let display_name = problems.take("therapist.display_name", Name::parse(&message.display_name)).map(String::from);
    let credentials = problems.take("therapist.credentials", optional(&message.credentials, Line::<60>::parse));
    let gender = problems.take("therapist.gender", gender(&message.gender));
    let supervised_by = problems.take("therapist.supervised_by", optional(&message.supervised_by, Name::parse));
    let licences = licences(&message.licences, &mut problems);
    let mut treats = BTreeSet::new();
    for (at, care) in entries("therapist.treats", &message.treats, &mut problems) {
        treats.extend(problems.take(at, enums::read::<Care>(*care)));
    }
    let mut methods = BTreeMap::new();
    for (at, method) in entries("therapist.methods", &message.methods, &mut problems) {
        let training = problems.take(format!("{at}.training"), enums::read::<Training>(method.training));
        methods.extend(training.map(|training| (method.id.clone(), training)));
    }
    let terms = terms(&message.terms, &mut problems);
    let weekly_capacity = u32::try_from(message.weekly_sessions).unwrap_or(0);
    let read = (display_name, credentials, gender, supervised_by);
    let (Some(display_name), Some(credentials), Some(gender), Some(supervised_by)) = read else {
        return Err(Refusal::Fields(problems.into_vec()));
    };
    let therapist = Therapist {
        id: TherapistId::new(Uuid::nil()),
        name: display_name,
        gender,
        credentials: credentials.map(String::from).unwrap_or_default(),
        licences,
        supervised_by: supervised_by.map(String::from),
        treats,
        methods,
        competences: message.competences.into_iter().collect(),
        languages: message.languages.into_iter().collect(),
        payers: terms.payers,
        fees: terms.fees,
        session_minutes: terms.minutes,
        hours: Timetable::default(),
        weekly_capacity,
        active: message.active,
    };
    for problem in practice.misfits(&therapist) {
        problems.add(format!("therapist.{}", problem.field), problem.description);
    }
    if problems.is_empty() { Ok(therapist) } else { Err(Refusal::Fields(problems.into_vec())) }
}

fn gender(text: &str) -> Result<String, &'static str> {
    match text {
        "woman" | "man" | "nonbinary" => Ok(text.to_owned()),
        _ => Err("must be \"woman\", \"man\" or \"nonbinary\""),
    }
}

fn licences(messages: &[pb::Licence], problems: &mut FieldProblems) -> Vec<Licence> {
    let mut licences = Vec::new();
    for (at, licence) in entries("therapist.licences", messages, problems) {
        let state = problems.take(format!("{at}.state"), UsState::parse(&licence.state));
        let number = problems.take(format!("{at}.number"), Line::<60>::parse(&licence.number)).map(String::from);
        let expires = problems.take(format!("{at}.expire_date"), day(&licence.expire_date));
        if let (Some(state), Some(number), Some(expires)) = (state, number, expires) {
            licences.push(Licence { state, number, expires, video_only: licence.video_only });
        }
    }
    licences
}

#[derive(Default)]
struct Terms {
    payers: BTreeMap<Care, BTreeSet<String>>,
    fees: BTreeMap<Care, u32>,
    minutes: BTreeMap<Care, u32>,
}

fn terms(messages: &[pb::CareTerms], problems: &mut FieldProblems) -> Terms {
    let mut terms = Terms::default();
    for (at, message) in entries("therapist.terms", messages, problems) {
        let Some(care) = problems.take(format!("{at}.care"), enums::read::<Care>(message.care)) else { continue };
        if terms.payers.insert(care, message.payers.iter().cloned().collect()).is_some() {
            problems.add(format!("{at}.care"), "must stand there once");
        }
        let numbers = [(&mut terms.fees, message.fee_dollars), (&mut terms.minutes, message.session_minutes)];
        for (numbers, number) in numbers.into_iter().filter(|(_, number)| *number != 0) {
            // A negative one is out of range, which is said with all that do not fit.
            numbers.insert(care, u32::try_from(number).unwrap_or(u32::MAX));
        }
    }
    terms
}

/// Reads the request.
pub(crate) fn set_hours(request: pb::SetHoursRequest, practice: &Practice) -> Result<SetHours, Refusal> {
    let mut problems = FieldProblems::default();
    let therapist = problems.take("name", request.name.parse());
    let hours = request.hours.unwrap_or_default();
    let mut rules = Vec::new();
    for (at, message) in entries("hours.rules", &hours.rules, &mut problems) {
        rules.extend(rule(&at, message, practice, &mut problems));
    }
    let mut leave = Vec::new();
    for (at, message) in entries("hours.leave", &hours.leave, &mut problems) {
        let starts = problems.take(format!("{at}.start_time"), wall(&message.start_time));
        let ends = problems.take(format!("{at}.end_time"), wall(&message.end_time));
        if let (Some(starts), Some(ends)) = (starts, ends) {
            leave.extend(problems.take(format!("{at}.end_time"), Leave::new(starts, ends)));
        }
    }
    match therapist {
        Some(therapist) if problems.is_empty() => {
            Ok(SetHours { therapist, rules, leave, etag: request.etag, validate_only: request.validate_only })
        }
        _ => Err(Refusal::Fields(problems.into_vec())),
    }
}

fn rule(at: &str, message: &pb::HoursRule, practice: &Practice, problems: &mut FieldProblems) -> Option<HoursRule> {
    let starts = problems.take(format!("{at}.start_time"), wall(&message.start_time))?;
    let mut also = Vec::new();
    for (at, text) in entries(&format!("{at}.rdates"), &message.rdates, problems) {
        also.extend(problems.take(at, wall(text)));
    }
    let mut except = Vec::new();
    for (at, text) in entries(&format!("{at}.exdates"), &message.exdates, problems) {
        except.extend(problems.take(at, day(text).map(|day| day.to_datetime(starts.time())).or_else(|_| wall(text))));
    }
    let recurrence = Recurrence::parse(starts, &message.rrule, also, except, &practice.zone);
    let recurrence = problems.take(format!("{at}.rrule"), recurrence)?;
    if let Ok(Some(first)) = recurrence.first_by_rule()
        && first != starts
    {
        let first = first.strftime("%Y-%m-%dT%H:%M");
        problems.add(format!("{at}.start_time"), format!("must be a start of the rule: the first one is {first}"));
    }
    if !message.location.is_empty() && !practice.locations.iter().any(|it| it.id == message.location) {
        problems.add(format!("{at}.location"), "must be the id of a location of practice.toml");
    }
    let location = Some(message.location.clone()).filter(|id| !id.is_empty());
    let minutes = u16::try_from(message.minutes).unwrap_or(u16::MAX);
    problems
        .take(format!("{at}.minutes"), HoursRule::new(recurrence, minutes, Place { location, video: message.video }))
}

/// Reads the request.
pub(crate) fn list_hours(request: &pb::ListHoursRequest) -> Result<ListHours, Refusal> {
    let mut problems = FieldProblems::default();
    let therapist = problems.take("name", request.name.parse());
    let first_day = problems.take("first_day", day(&request.first_day));
    let days = usize::try_from(request.days).ok().filter(|days| (1..=MOST_DAYS).contains(days));
    let days = problems.take("days", days.ok_or_else(|| format!("must be from 1 to {MOST_DAYS}")));
    match (therapist, first_day, days) {
        (Some(therapist), Some(first_day), Some(days)) => Ok(ListHours { therapist, first_day, days }),
        _ => Err(Refusal::Fields(problems.into_vec())),
    }
}

/// What tells a person again: at least an address or a number.
pub(crate) fn treated_client(
    therapist: &str,
    email: &str,
    phone: &str,
    store: &Store,
) -> Result<(TherapistId, Vec<SearchToken>), Refusal> {
    let mut problems = FieldProblems::default();
    let therapist = problems.take("name", therapist.parse());
    let email = problems.take("email", optional(email, EmailAddress::parse));
    let phone = problems.take("phone", optional(phone, Phone::parse));
    if (&email, &phone) == (&Some(None), &Some(None)) {
        problems.add("email", "must be given where there is no phone");
    }
    match (therapist, email, phone) {
        (Some(therapist), Some(email), Some(phone)) if problems.is_empty() => {
            Ok((therapist, search::contact_tokens(store, email.as_ref(), phone.as_ref())))
        }
        _ => Err(Refusal::Fields(problems.into_vec())),
    }
}

/// Reads the request.
pub(crate) fn close_room(
    request: &pb::CloseRoomRequest,
    practice: &Practice,
    now: Timestamp,
) -> Result<CloseRoom, Refusal> {
    let mut problems = FieldProblems::default();
    let closure = request.closure.clone().unwrap_or_default();
    if practice.location_of(&closure.room).is_none() {
        problems.add("closure.room", "must be the id of a room of practice.toml");
    }
    let instant = |message: Option<&prost_types::Timestamp>| {
        message.ok_or("must be given").and_then(|at| time::from_message(at).ok_or("must be a time"))
    };
    let starts_at = problems.take("closure.start_time", instant(closure.start_time.as_ref()));
    let ends_at = problems.take("closure.end_time", instant(closure.end_time.as_ref()));
    let (Some(starts_at), Some(ends_at)) = (starts_at, ends_at) else {
        return Err(Refusal::Fields(problems.into_vec()));
    };
    if ends_at <= starts_at || ends_at <= now {
        problems.add("closure.end_time", "must be after the start, and in the future");
    }
    if !problems.is_empty() {
        return Err(Refusal::Fields(problems.into_vec()));
    }
    Ok(CloseRoom { room: closure.room, starts_at, ends_at, validate_only: request.validate_only })
}

/// `2026-11-30`.
fn day(text: &str) -> Result<Date, &'static str> {
    Date::strptime("%Y-%m-%d", text).map_err(|_| "must be a day like 2026-11-30")
}

/// `2026-11-30T09:00`.
fn wall(text: &str) -> Result<DateTime, &'static str> {
    DateTime::strptime("%Y-%m-%dT%H:%M", text).map_err(|_| "must be a time like 2026-11-30T09:00")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::tests::practice;

    fn fields<T>(read: Result<T, Refusal>) -> Vec<(String, String)> {
        match read {
            Ok(_) => Vec::new(),
            Err(Refusal::Fields(problems)) => problems.into_iter().map(|it| (it.field, it.description)).collect(),
            Err(_) => panic!("another refusal"),
        }
    }

    fn rule(start_time: &str, minutes: i32, rrule: &str) -> pb::HoursRule {
        let (start_time, rrule) = (start_time.to_owned(), rrule.to_owned());
        pb::HoursRule { start_time, minutes, rrule, video: true, ..Default::default() }
    }

    fn read(rule: pb::HoursRule) -> Vec<(String, String)> {
        let hours = Some(pb::Hours { rules: vec![rule], leave: Vec::new() });
        let name = TherapistId::new(Uuid::from_u128(7)).to_string();
        fields(set_hours(pb::SetHoursRequest { name, hours, ..Default::default() }, practice()))
    }

    #[test]
    fn a_rule_that_is_not_understood_or_costs_too_much_is_refused_with_its_field() {
        assert_eq!(read(rule("2026-11-30T09:00", 480, "FREQ=WEEKLY;BYDAY=MO")), []);
        let check = |rule, field: &str, why: &str| {
            assert_eq!(read(rule), [(format!("hours.rules[0].{field}"), why.to_owned())]);
        };
        let at = "2026-11-30T09:00";
        check(rule("9 am", 480, ""), "start_time", "must be a time like 2026-11-30T09:00");
        check(
            rule(at, 480, "FREQ=MINUTELY"),
            "rrule",
            "a rule has one start a day: give each start a rule of its own instead of FREQ=MINUTELY",
        );
        check(rule(at, 480, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), "rrule", "the rule never comes");
        check(rule(at, 480, "FREQ=WEEKLY;INTERVAL=9999"), "rrule", "INTERVAL must be from 1 to 104");
        check(
            rule(at, 480, "FREQ=WEEKLY;BYDAY=TU"),
            "start_time",
            "must be a start of the rule: the first one is 2026-12-01T09:00",
        );
        check(rule(at, 901, ""), "minutes", "must start on a whole minute and end on the same day, after it starts");
        let nowhere = pb::HoursRule { video: false, ..rule(at, 60, "") };
        check(nowhere, "minutes", "must name a location, video or both");
        let elsewhere = pb::HoursRule { location: "attic".to_owned(), ..rule(at, 60, "") };
        check(elsewhere, "location", "must be the id of a location of practice.toml");
    }

    #[test]
    fn every_bad_field_of_a_profile_is_told_at_once() {
        let licence = pb::Licence {
            state: "XX".to_owned(),
            number: String::new(),
            expire_date: "soon".to_owned(),
            video_only: false,
        };
        let message = pb::Therapist {
            display_name: "Ann Sample".to_owned(),
            gender: "boy".to_owned(),
            licences: vec![licence],
            treats: vec![0],
            ..Default::default()
        };
        let request = pb::CreateTherapistRequest { therapist: Some(message), ..Default::default() };
        let found: Vec<String> = fields(create_therapist(request, practice())).into_iter().map(|it| it.0).collect();
        let expected = ["gender", "licences[0].state", "licences[0].number", "licences[0].expire_date", "treats[0]"];
        assert_eq!(found, expected.map(|field| format!("therapist.{field}")));
    }
}
