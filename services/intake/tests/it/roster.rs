//! Who treats, and when, as staff keep it.

use jiff::{SignedDuration, Timestamp, ToSpan};
use rapport_domain::{
    appointment::Appointment,
    calendar::{busy::room_resource, outside::Outside},
    case::{CaseState, StaffReason},
    id::TherapistId,
    intake::Care,
    letter::LetterKind,
};
use rapport_proto::{
    staff::{
        self as pb, operations_service_client::OperationsServiceClient, roster_service_client::RosterServiceClient,
    },
    time,
};
use rapport_security::Role;
use rapport_store::{calendar, cases, letters, therapists};
use tonic::{Code, Response, transport::Channel};

use crate::{
    appointments::hold,
    house::{House, bearing, details, house, on_each, practice_files, reason},
    people::Desk,
};

struct Keeper<'h> {
    house: &'h House,
    client: RosterServiceClient<Channel>,
    token: String,
}

impl<'h> Keeper<'h> {
    async fn of(house: &'h House) -> Self {
        let client = RosterServiceClient::new(house.staff_channel.clone());
        Self { house, client, token: house.token(Role::Coordinator).await }
    }

    async fn get(&self, name: &str) -> pb::Therapist {
        let request = bearing(&self.token, pb::GetTherapistRequest { name: name.to_owned() });
        self.client.clone().get_therapist(request).await.unwrap().into_inner().therapist.unwrap()
    }

    async fn set(&self, name: &str, hours: pb::Hours, validate_only: bool) -> pb::SetHoursResponse {
        let hours = Some(hours);
        let request = pb::SetHoursRequest { name: name.to_owned(), hours, validate_only, ..Default::default() };
        self.client.clone().set_hours(bearing(&self.token, request)).await.unwrap().into_inner()
    }

    async fn busy(&self, name: &str, calendar: &str) -> Result<pb::ImportBusyTimesResponse, tonic::Status> {
        let (name, calendar) = (name.to_owned(), calendar.to_owned());
        let request = pb::ImportBusyTimesRequest { name, calendar, ..Default::default() };
        let answer = self.client.clone().import_busy_times(bearing(&self.token, request)).await;
        answer.map(tonic::Response::into_inner)
    }

    async fn import(&self, csv: &str, validate_only: bool) -> Result<pb::ImportRosterResponse, tonic::Status> {
        let request = pb::ImportRosterRequest { csv: csv.to_owned(), validate_only, request_id: String::new() };
        let answer = self.client.clone().import_roster(bearing(&self.token, request)).await;
        answer.map(tonic::Response::into_inner)
    }

    async fn standing(&self, session: &Appointment) -> (CaseState, Option<StaffReason>) {
        let (case, detail) = cases::get_with_detail(&self.house.deps.store, session.case).await.unwrap().unwrap();
        (case.state, detail.staff_reason)
    }

    async fn alerts(&self, session: &Appointment) -> usize {
        let letters = letters::of_case(&self.house.deps.store, session.case).await.unwrap();
        letters.iter().filter(|letter| letter.kind == LetterKind::StaffAlert).count()
    }
}

/// Every day, all day, by video.
fn always() -> pb::Hours {
    let rule = pb::HoursRule {
        start_time: "2024-01-01T00:00".to_owned(),
        minutes: 1440,
        rrule: "FREQ=DAILY".to_owned(),
        video: true,
        ..Default::default()
    };
    pb::Hours { rules: vec![rule], leave: Vec::new() }
}

/// A session with somebody who sees people at every hour by video.
async fn session(keeper: &Keeper<'_>) -> (Appointment, String) {
    let house = keeper.house;
    let first = therapists::all(&house.deps.store).await.unwrap().remove(0).id.to_string();
    keeper.set(&first, always(), false).await;
    let answer = house.submit("01-drift-and-stress.json").await;
    (hold(house, &answer.intake, Care::Individual).await, first)
}

/// A day before and a day after a session, as wall times.
fn around(session: &Appointment, house: &House) -> pb::Leave {
    let at = |days: i64| {
        let wall = house.deps.practice.zone.to_datetime(session.starts_at).checked_add(days.days()).unwrap();
        wall.strftime("%Y-%m-%dT%H:%M").to_string()
    };
    pb::Leave { start_time: at(-1), end_time: at(1) }
}

#[tokio::test]
async fn what_is_written_of_a_therapist_is_read_and_an_older_state_is_not_written_over() {
    on_each(async |house| {
        let keeper = Keeper::of(house).await;
        let request = bearing(&keeper.token, pb::ListTherapistsRequest { page_size: 5, ..Default::default() });
        let page = keeper.client.clone().list_therapists(request).await.unwrap().into_inner();
        assert_eq!(page.therapists.len(), 5);
        let rest = pb::ListTherapistsRequest { page_size: 200, page_token: page.next_page_token };
        let rest = keeper.client.clone().list_therapists(bearing(&keeper.token, rest)).await.unwrap().into_inner();
        assert_eq!((rest.therapists.len(), rest.next_page_token.as_str()), (7, ""));
        let before = page.therapists[0].clone();
        let mut after = before.clone();
        after.weekly_sessions = 7;
        after.licences[0].expire_date = "2030-01-31".to_owned();
        let update = |therapist: &pb::Therapist| {
            let request = pb::UpdateTherapistRequest { therapist: Some(therapist.clone()), ..Default::default() };
            let request = bearing(&keeper.token, request);
            let mut client = keeper.client.clone();
            async move { client.update_therapist(request).await }
        };
        let written = update(&after).await.unwrap().into_inner().therapist.unwrap();
        assert_ne!(written.etag, before.etag);
        assert_eq!(written, pb::Therapist { etag: written.etag.clone(), ..after });
        assert_eq!(keeper.get(&before.name).await, written);
        let late = update(&before).await.unwrap_err();
        assert_eq!((late.code(), reason(&late).as_str()), (Code::Aborted, "ETAG_MISMATCH"));
        let nobody = TherapistId::new(house.deps.ids.uuid()).to_string();
        let nobody = update(&pb::Therapist { name: nobody, etag: String::new(), ..before }).await.unwrap_err();
        assert_eq!(nobody.code(), Code::NotFound);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_added_is_known_by_the_first_licence() {
    let house = house().await;
    let keeper = Keeper::of(&house).await;
    let request = bearing(&keeper.token, pb::ListTherapistsRequest::default());
    let known = keeper.client.clone().list_therapists(request).await.unwrap().into_inner().therapists.remove(0);
    let create = |therapist: pb::Therapist| {
        let request = pb::CreateTherapistRequest { therapist: Some(therapist), ..Default::default() };
        let request = bearing(&keeper.token, request);
        let mut client = keeper.client.clone();
        async move { client.create_therapist(request).await }
    };
    let twice = create(known.clone()).await.unwrap_err();
    assert_eq!((twice.code(), reason(&twice).as_str()), (Code::AlreadyExists, "THERAPIST_EXISTS"));
    let mut other = known.clone();
    other.licences[0].number = "LMFT-99999".to_owned();
    let added = create(other).await.unwrap().into_inner().therapist.unwrap();
    assert_ne!(added.name, known.name);
    assert_eq!(added.hours, Some(pb::Hours::default()));
    assert_eq!(added.warnings, ["has no hours: nobody is offered a time"]);
}

/// Guard: `outside::refer` in `on_roster::write`; without it the case stays as it was.
#[tokio::test]
async fn hours_that_leave_a_session_outside_put_its_case_before_staff_once() {
    on_each(async |house| {
        let keeper = Keeper::of(house).await;
        let (session, name) = session(&keeper).await;
        let (held, alerts) = (CaseState::Held, keeper.alerts(&session).await);
        assert_eq!(keeper.standing(&session).await, (held, None));
        let leave = pb::Hours { leave: vec![around(&session, house)], ..always() };

        let tried = keeper.set(&name, leave.clone(), true).await;
        let named: Vec<_> = tried.outside.iter().map(|it| (it.appointment.clone(), it.why.clone())).collect();
        assert_eq!(named, [(session.id.to_string(), "the therapist is on leave then".to_owned())]);
        assert_eq!(keeper.standing(&session).await, (held, None), "a trial writes nothing");
        assert!(keeper.get(&name).await.hours.unwrap().leave.is_empty());

        assert_eq!(keeper.set(&name, leave.clone(), false).await.outside.len(), 1);
        let before_staff = (CaseState::BeforeStaff, Some(StaffReason::OutsideHours { why: Outside::Leave }));
        assert_eq!(keeper.standing(&session).await, before_staff);
        assert_eq!(keeper.alerts(&session).await, alerts + 1);
        let span = (session.starts_at, session.ends_at);
        assert_eq!(calendar::busy(&house.deps.store, span.0, span.1).await.unwrap().len(), 1, "its time stays taken");

        assert_eq!(keeper.set(&name, leave.clone(), false).await.outside.len(), 0, "told before");
        assert_eq!(keeper.alerts(&session).await, alerts + 1);
        keeper.set(&name, always(), false).await;
        assert_eq!(keeper.set(&name, leave, false).await.outside.len(), 1, "it stood within the hours meanwhile");
    })
    .await;
}

#[tokio::test]
async fn an_imported_calendar_keeps_begin_and_end_and_nothing_else() {
    on_each(async |house| {
        let keeper = Keeper::of(house).await;
        let (session, name) = session(&keeper).await;
        let utc = |at: Timestamp| at.strftime("%Y%m%dT%H%M%SZ").to_string();
        let event = |start: Timestamp, more: &str| {
            format!(
                "BEGIN:VEVENT\r\nUID:kanarienvogel@example.com\r\nSUMMARY:Kanarienvogel\r\nLOCATION:Kanarienvogel\r\n\
                 ATTENDEE;CN=Kanarienvogel:mailto:kanarienvogel@example.com\r\nDTSTART:{}\r\nDURATION:PT1H\r\n{more}\
                 END:VEVENT\r\n",
                utc(start)
            )
        };
        let of = |events: &str| format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n");
        let before = session.starts_at - SignedDuration::from_hours(48);
        let calendar = of(&(event(before, "RRULE:FREQ=DAILY;COUNT=9\r\n") + &event(before, "STATUS:CANCELLED\r\n")));
        let done = keeper.busy(&name, &calendar).await.unwrap();
        let busy = done.therapist.unwrap().busy.unwrap();
        assert_eq!((busy.single, busy.recurring), (0, 1));
        let why: Vec<_> = done.outside.iter().map(|it| it.why.as_str()).collect();
        assert_eq!(why, ["the therapist's own calendar is taken then"]);
        assert!(!dump(house).await.to_lowercase().contains("kanarienvogel"));

        let broken = keeper.busy(&name, &calendar.replace("FREQ=DAILY", "FREQ=SECONDLY")).await.unwrap_err();
        let violations = details(&broken).bad_request().unwrap().field_violations.clone();
        let expected =
            "10:1: RRULE: a rule has one start a day: give each start a rule of its own instead of FREQ=SECONDLY";
        assert_eq!((violations[0].field.as_str(), violations[0].description.as_str()), ("calendar", expected));
        let forgotten = keeper.busy(&name, "").await.unwrap().therapist.unwrap().busy.unwrap();
        assert_eq!((forgotten.single, forgotten.recurring), (0, 0));
    })
    .await;
}

/// Everything that is kept of therapists.
async fn dump(house: &House) -> String {
    let everybody = therapists::list(&house.deps.store, None, 100).await.unwrap();
    let elsewhere = everybody.iter().map(|it| serde_json::to_string(it.therapist.hours.elsewhere()).unwrap());
    let profiles = everybody.iter().map(|it| serde_json::to_string(&it.therapist).unwrap());
    elsewhere.chain(profiles).collect()
}

#[tokio::test]
async fn an_import_says_what_it_would_do_and_then_does_that_once() {
    on_each(async |house| {
        let keeper = Keeper::of(house).await;
        let csv = practice_files()["roster.csv"].replacen(",24,mon 09:00", ",25,mon 09:00", 1)
            + "Ann Sample,,woman,NC LMFT-99999 2030-01-31,,couple,eft,,en,,,,,,,20,mon 09:00-17:00 video\n";
        let changed = |done: &pb::ImportRosterResponse| {
            let rows = done.rows.iter().filter(|row| row.added || !row.changes.is_empty());
            rows.map(|row| (row.added, row.changes.iter().map(|it| it.column.clone()).collect::<Vec<_>>()))
                .collect::<Vec<_>>()
        };
        let expected = [(false, vec!["weekly_sessions".to_owned()]), (true, Vec::new())];
        let everybody = || async { therapists::all(&house.deps.store).await.unwrap().len() };
        assert_eq!(changed(&keeper.import(&csv, true).await.unwrap()), expected);
        assert_eq!(everybody().await, 12, "a trial writes nothing");
        assert_eq!(changed(&keeper.import(&csv, false).await.unwrap()), expected);
        assert_eq!(everybody().await, 13);
        let revision = therapists::revision(&house.deps.store).await.unwrap();
        assert_eq!(changed(&keeper.import(&csv, false).await.unwrap()), []);
        assert_eq!(therapists::revision(&house.deps.store).await.unwrap(), revision, "the second time changes nothing");
        let broken = keeper.import(&csv.replacen("2030-01-31", "soon", 1), false).await.unwrap_err();
        let violations = details(&broken).bad_request().unwrap().field_violations.clone();
        assert_eq!(violations[0].description, "14:19: \"soon\" must be a date like 2026-11-26");
    })
    .await;
}

/// Guard: `treated::by` in `appointments::treated_alone`.
#[tokio::test]
async fn no_couple_is_offered_to_whoever_treats_one_of_them_and_no_name_is_kept() {
    on_each(async |house| {
        let (keeper, desk) = (Keeper::of(house).await, Desk::of(house).await);
        let case = desk.couple("").await;
        let matches = || async {
            let request = pb::ListMatchesRequest { name: case.clone(), ..Default::default() };
            desk.matches(Role::Clinician, request).await.0.unwrap()
        };
        let best = matches().await.matches[0].therapist.clone();
        let email = house.sample("02-couple.json").client.unwrap().email;
        let note = pb::NoteTreatedClientRequest { name: best.clone(), email: email.clone(), phone: String::new() };
        let mut client = keeper.client.clone();
        for _ in 0..2 {
            client.note_treated_client(bearing(&keeper.token, note.clone())).await.unwrap();
        }
        assert_eq!(keeper.get(&best).await.treated_hashes, 1);
        let found = matches().await;
        let left_out = found.left_out.iter().find(|it| it.therapist == best).unwrap();
        assert_eq!(left_out.filter, "may not treat them: to be avoided, or treats one of the two alone");
        let forget = pb::ForgetTreatedClientRequest { name: best.clone(), email, phone: String::new() };
        client.forget_treated_client(bearing(&keeper.token, forget)).await.unwrap();
        assert_eq!(matches().await.matches[0].therapist, best);
        let admin = bearing(&house.token(Role::Admin).await, note);
        assert_eq!(client.note_treated_client(admin).await.unwrap_err().code(), Code::PermissionDenied);
    })
    .await;
}

#[tokio::test]
async fn a_closed_room_is_taken_until_it_is_opened_again() {
    on_each(async |house| {
        let keeper = Keeper::of(house).await;
        let now = house.deps.clock.now();
        let at = |hours: i64| Some(time::to_message(now + SignedDuration::from_hours(hours)));
        let room = "dilworth-1".to_owned();
        let closure = pb::RoomClosure { name: String::new(), room, start_time: at(1), end_time: at(30) };
        let request = pb::CloseRoomRequest { closure: Some(closure.clone()), ..Default::default() };
        let mut client = keeper.client.clone();
        let closed = client.close_room(bearing(&keeper.token, request)).await.unwrap().into_inner().closure.unwrap();
        let taken = || async {
            let span = (now + SignedDuration::from_hours(2), now + SignedDuration::from_hours(3));
            let busy = calendar::busy(&house.deps.store, span.0, span.1).await.unwrap();
            busy.iter().any(|block| block.resource == room_resource("dilworth-1"))
        };
        assert!(taken().await);
        let list = bearing(&keeper.token, pb::ListRoomClosuresRequest {});
        assert_eq!(client.list_room_closures(list).await.unwrap().into_inner().closures, std::slice::from_ref(&closed));
        for _ in 0..2 {
            let request = bearing(&keeper.token, pb::ReopenRoomRequest { name: closed.name.clone() });
            client.reopen_room(request).await.unwrap();
        }
        assert!(!taken().await);
        let attic = pb::RoomClosure { room: "attic".to_owned(), end_time: at(-1), ..closure };
        let attic = pb::CloseRoomRequest { closure: Some(attic), ..Default::default() };
        let refused = client.close_room(bearing(&keeper.token, attic)).await.unwrap_err();
        assert_eq!(details(&refused).bad_request().unwrap().field_violations.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn hours_are_told_day_by_day_without_leave_and_closed_days() {
    let house = house().await;
    let keeper = Keeper::of(&house).await;
    let name = therapists::all(&house.deps.store).await.unwrap().remove(0).id.to_string();
    let leave = pb::Leave { start_time: "2027-05-29T00:00".to_owned(), end_time: "2027-05-30T12:00".to_owned() };
    keeper.set(&name, pb::Hours { leave: vec![leave], ..always() }, false).await;
    let request = pb::ListHoursRequest { name, first_day: "2027-05-29".to_owned(), days: 4 };
    let hours = keeper.client.clone().list_hours(bearing(&keeper.token, request)).await.unwrap().into_inner().hours;
    let zone = &house.deps.practice.zone;
    let told: Vec<String> = hours
        .iter()
        .map(|it| [it.start_time, it.end_time].map(|at| zone.to_datetime(time::from_message(&at.unwrap()).unwrap())))
        .map(|[from, to]| format!("{} {}", from.strftime("%d %H:%M"), to.strftime("%d %H:%M")))
        .collect();
    // Memorial Day is the Monday.
    assert_eq!(told, ["30 12:00 31 00:00", "01 00:00 02 00:00"]);
}

/// Guards: the order and the cursor of `appointments::in_calendar`; the filter in the page token.
#[tokio::test]
async fn the_calendar_is_told_by_pages_in_the_order_of_time() {
    on_each(async |house| {
        let keeper = Keeper::of(house).await;
        let (couple, alone) =
            (house.submit("02-couple.json").await.intake, house.submit("01-drift-and-stress.json").await.intake);
        let later = hold(house, &couple, Care::Couple).await;
        let sooner = hold(house, &alone, Care::Individual).await;
        let asked = pb::ListSessionsRequest {
            first_day: house.deps.practice.today(house.deps.clock.now()).to_string(),
            days: 10,
            page_size: 1,
            ..Default::default()
        };
        let list = async |asked: &pb::ListSessionsRequest| {
            keeper.client.clone().list_sessions(bearing(&keeper.token, asked.clone())).await.map(Response::into_inner)
        };
        let first = list(&asked).await.unwrap();
        assert_eq!(first.sessions[0].appointment, sooner.id.to_string());
        assert_eq!(first.sessions[0].case_name, sooner.case.to_string());
        assert!(!first.sessions[0].therapist_name.is_empty());
        let next = pb::ListSessionsRequest { page_token: first.next_page_token, ..asked.clone() };
        let second = list(&next).await.unwrap();
        assert_eq!(second.sessions[0].appointment, later.id.to_string());
        assert!(second.sessions[0].release_time.is_some() && second.next_page_token.is_empty());
        let other = list(&pb::ListSessionsRequest { room: "noda-1".to_owned(), ..next }).await.unwrap_err();
        assert_eq!(reason(&other), "PAGE_TOKEN_INVALID");
        let in_room = pb::ListSessionsRequest { room: "noda-1".to_owned(), ..asked.clone() };
        assert!(list(&in_room).await.unwrap().sessions.is_empty());
        let wrong =
            list(&pb::ListSessionsRequest { days: 0, first_day: "soon".to_owned(), ..asked }).await.unwrap_err();
        assert_eq!(details(&wrong).bad_request().unwrap().field_violations.len(), 2);
    })
    .await;
}

/// Guard: `feeds::put` removes the feed before it, and `by_token` finds none that was ended.
#[tokio::test]
async fn a_feed_shows_when_and_where_and_nobody_and_ends_when_it_is_ended() {
    on_each(async |house| {
        let keeper = Keeper::of(house).await;
        let (session, name) = session(&keeper).await;
        let operations = OperationsServiceClient::new(house.staff_channel.clone());
        let create = || async {
            let request = pb::CreateCalendarFeedRequest { therapist: name.clone(), request_id: String::new() };
            let made = operations.clone().create_calendar_feed(bearing(&keeper.token, request)).await;
            made.unwrap().into_inner()
        };
        let read = |token: &str, etag: &str| {
            let request = bearing(token, pb::GetCalendarFeedRequest { etag: etag.to_owned() });
            let mut client = operations.clone();
            async move { client.get_calendar_feed(request).await.map(tonic::Response::into_inner) }
        };
        let made = create().await;
        assert_eq!(made.url, format!("https://riverbend.example.com/calendar/{}.ics", made.token));
        let feed = read(&made.token, "").await.unwrap();
        assert_eq!(feed.content_type, "text/calendar; charset=utf-8");
        let utc = |at: Timestamp| at.strftime("%Y%m%dT%H%M%SZ").to_string();
        for line in [
            "METHOD:PUBLISH".to_owned(),
            "REFRESH-INTERVAL;VALUE=DURATION:PT30M".to_owned(),
            format!("UID:{}@example.com", session.id.uuid()),
            format!("DTSTART:{}", utc(session.starts_at)),
            format!("DTEND:{}", utc(session.ends_at)),
            "SUMMARY:Session (held)".to_owned(),
            "STATUS:TENTATIVE".to_owned(),
            "LOCATION:Video".to_owned(),
            "SEQUENCE:0".to_owned(),
        ] {
            assert!(feed.calendar.split("\r\n").any(|it| it == line), "{line} is not in\n{}", feed.calendar);
        }
        let client = house.sample("01-drift-and-stress.json").client.unwrap();
        for told in [client.given_name, client.family_name, client.email, client.phone, session.case.to_string()] {
            assert!(!feed.calendar.contains(&told), "{told}");
        }
        let again = read(&made.token, &feed.etag).await.unwrap();
        assert_eq!((again.unchanged, again.calendar.as_str(), &again.etag), (true, "", &feed.etag));
        assert!(keeper.get(&name).await.feed_create_time.is_some());

        let other = create().await;
        assert_eq!(read(&made.token, "").await.unwrap_err().code(), Code::Unauthenticated, "the older address");
        assert_eq!(read(&other.token, "").await.unwrap().calendar, feed.calendar, "the same sessions, the same bytes");
        let staff = read(&keeper.token, "").await.unwrap_err();
        assert_eq!(staff.code(), Code::Unauthenticated, "a feed is opened by its own token alone");
        for _ in 0..2 {
            let request = bearing(&keeper.token, pb::RevokeCalendarFeedRequest { therapist: name.clone() });
            operations.clone().revoke_calendar_feed(request).await.unwrap();
        }
        assert_eq!(read(&other.token, "").await.unwrap_err().code(), Code::Unauthenticated);
    })
    .await;
}
