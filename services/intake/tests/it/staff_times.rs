//! What staff do with a session's time, and intakes by phone.

use jiff::SignedDuration;
use rapport_domain::{
    appointment::{Appointment, AppointmentState},
    calendar::busy::blocks,
    id::TherapistId,
    intake::{Care, Format},
    letter::{LetterKind, Recipient},
    matching::{Choice, Offering, Taken, Wish, offer_span, offers},
};
use rapport_proto::{enums, intake, staff as pb, time};
use rapport_security::Role;
use rapport_store::{appointments, calendar, intakes, letters, therapists};
use tonic::{Code, Response, Status};
use uuid::Uuid;

use crate::{
    house::{House, bearing, details, house, on_each, reason},
    people::{Desk, SAFE},
};

/// Times that fit the first client of a case, as the calendar is now.
async fn fitting(house: &House, case: &str, care: Care) -> Vec<Choice> {
    let (store, practice) = (&house.deps.store, &house.deps.practice);
    let first = intakes::of_case(store, case.parse().unwrap()).await.unwrap().remove(0);
    let found = practice.protocol.triage(&practice.subject(&first.submission, care, first.received_at));
    let now = house.deps.clock.now();
    let wish = Wish::of(care, &first.submission, &found, now);
    let busy = calendar::busy(store, now, now + SignedDuration::from_hours(2000)).await.unwrap();
    let (taken, all) = (Taken::new(&practice.zone, &busy), therapists::all(store).await.unwrap());
    let offering = Offering { span: offer_span(&wish, practice), behind: None, limit: 40 };
    let open = offers(&wish, &all, &taken, practice, practice.protocol.weights(), &offering);
    open.iter().map(|offer| offer.choice()).collect()
}

fn chosen(choice: &Choice) -> Option<pb::ChosenTime> {
    Some(pb::ChosenTime {
        therapist: choice.therapist.to_string(),
        start_time: Some(time::to_message(choice.starts_at)),
        format: enums::number(choice.format),
        location: choice.location.clone().unwrap_or_default(),
    })
}

async fn book(desk: &Desk<'_>, role: Role, request: pb::BookAppointmentRequest) -> Result<pb::CaseAppointment, Status> {
    let booked = desk.house.staff.clone().book_appointment(bearing(desk.token(role), request)).await;
    booked.map(|booked| booked.into_inner().appointment.unwrap())
}

async fn reschedule(
    desk: &Desk<'_>,
    role: Role,
    session: &str,
    choice: &Choice,
) -> Result<pb::RescheduleAppointmentResponse, Status> {
    let request =
        pb::RescheduleAppointmentRequest { name: session.to_owned(), time: chosen(choice), ..Default::default() };
    desk.house.staff.clone().reschedule_appointment(bearing(desk.token(role), request)).await.map(Response::into_inner)
}

async fn cancel(desk: &Desk<'_>, role: Role, session: &str) -> Result<pb::CancelAppointmentResponse, Status> {
    let request = pb::CancelAppointmentRequest { name: session.to_owned(), ..Default::default() };
    desk.house.staff.clone().cancel_appointment(bearing(desk.token(role), request)).await.map(Response::into_inner)
}

fn booking(case: &str, choice: &Choice) -> pb::BookAppointmentRequest {
    pb::BookAppointmentRequest { name: case.to_owned(), time: chosen(choice), ..Default::default() }
}

async fn kinds(house: &House, case: &str) -> Vec<LetterKind> {
    let letters = letters::of_case(&house.deps.store, case.parse().unwrap()).await.unwrap();
    letters.into_iter().filter(|letter| letter.kind != LetterKind::StaffAlert).map(|letter| letter.kind).collect()
}

async fn current(house: &House, case: &str) -> Appointment {
    appointments::current_of_case(&house.deps.store, case.parse().unwrap()).await.unwrap().unwrap()
}

async fn takes_its_time(house: &House, session: &Appointment) {
    let far = house.deps.clock.now() + SignedDuration::from_hours(3000);
    let busy = calendar::busy(&house.deps.store, house.deps.clock.now(), far).await.unwrap();
    let own: Vec<_> = busy.into_iter().filter(|it| it.appointment == Some(session.id)).map(|it| it.resource).collect();
    let mut wanted: Vec<_> = blocks(session, &house.deps.practice).into_iter().map(|it| it.resource).collect();
    wanted.sort();
    assert_eq!(own, if session.state.takes_time() { wanted } else { Vec::new() });
}

#[tokio::test]
async fn staff_book_move_and_cancel_and_its_clients_are_told_each_time() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let case = desk.flagged("01-drift-and-stress.json").await;
        let open = fitting(house, &case, Care::Individual).await;
        let booked = book(&desk, Role::Coordinator, booking(&case, &open[0])).await.unwrap();
        assert_eq!(booked.state, enums::number(AppointmentState::Confirmed));
        takes_its_time(house, &current(house, &case).await).await;
        let twice = book(&desk, Role::Coordinator, booking(&case, &open[1])).await.unwrap_err();
        assert_eq!(reason(&twice), "SESSION_OPEN");
        for _ in 0..2 {
            let moved = reschedule(&desk, Role::Coordinator, &booked.name, &open[2]).await.unwrap();
            assert_eq!(moved.appointment.unwrap().start_time, Some(time::to_message(open[2].starts_at)));
        }
        let session = current(house, &case).await;
        assert_eq!((session.id.to_string(), session.sequence), (booked.name.clone(), 1));
        takes_its_time(house, &session).await;
        for _ in 0..2 {
            let cancelled = cancel(&desk, Role::Coordinator, &booked.name).await.unwrap();
            let summary = cancelled.summary.unwrap();
            assert_eq!(summary.state(), pb::CaseState::BeforeStaff);
            assert_eq!(summary.staff_reason, "The session was cancelled by the practice: another time is owed.");
        }
        takes_its_time(house, &current(house, &case).await).await;
        let expected = [LetterKind::Confirmed, LetterKind::Moved, LetterKind::WillNotTakePlace];
        assert_eq!(kinds(house, &case).await, expected);
        let again = book(&desk, Role::Clinician, booking(&case, &open[0])).await.unwrap();
        assert_ne!(again.name, booked.name);
        assert_eq!(desk.summary(&case).await.staff_reason, "");
    })
    .await;
}

/// Guard: `staff_time::weigh`.
#[tokio::test]
async fn filters_that_stand_against_a_time_are_named_and_a_clinician_may_judge_otherwise() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let case = desk.flagged("01-drift-and-stress.json").await;
    let open = fitting(&house, &case, Care::Individual).await;
    let night = Choice { starts_at: open[0].starts_at + SignedDuration::from_hours(14), ..open[0].clone() };
    let filters = |refused: &Status| -> Vec<String> {
        let failure = details(refused).precondition_failure().unwrap().clone();
        failure.violations.into_iter().map(|it| it.subject).collect()
    };
    let refused = book(&desk, Role::Coordinator, booking(&case, &night)).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "DOES_NOT_FIT"));
    assert!(filters(&refused).contains(&"hours".to_owned()), "{:?}", filters(&refused));
    let request =
        pb::BookAppointmentRequest { override_reason: "She offered to stay.".to_owned(), ..booking(&case, &night) };
    let refused = book(&desk, Role::Coordinator, request.clone()).await.unwrap_err();
    assert_eq!(reason(&refused), "ROLE_FORBIDDEN");
    let booked = book(&desk, Role::Clinician, request).await.unwrap();
    assert!(booked.because.iter().any(|line| line == "She offered to stay."), "{:?}", booked.because);
    // Nothing overrides a taken time.
    let other = desk.another(|client| client.email = "other@example.com".to_owned()).await;
    let request = pb::BookAppointmentRequest {
        override_reason: "Both at once.".to_owned(),
        care: enums::number(Care::Individual),
        ..booking(&other, &night)
    };
    let refused = book(&desk, Role::Clinician, request).await.unwrap_err();
    assert!(filters(&refused).contains(&"free".to_owned()), "{:?}", filters(&refused));
}

/// Guard: `policy::may_book`.
#[tokio::test]
async fn where_safety_is_in_question_only_a_clinician_books_and_nobody_says_why() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let case = desk.flagged("05-fear-of-partner.json").await;
    let open = fitting(&house, &case, Care::Individual).await;
    let request = pb::BookAppointmentRequest { care: enums::number(Care::Individual), ..booking(&case, &open[0]) };
    let refused = book(&desk, Role::Coordinator, request.clone()).await.unwrap_err();
    assert_eq!((reason(&refused).as_str(), refused.message()), ("ROLE_FORBIDDEN", "this role may not do that"));
    let booked = book(&desk, Role::Clinician, request).await.unwrap();
    for refused in [
        reschedule(&desk, Role::Coordinator, &booked.name, &open[1]).await.unwrap_err(),
        cancel(&desk, Role::Coordinator, &booked.name).await.unwrap_err(),
    ] {
        assert_eq!(reason(&refused), "ROLE_FORBIDDEN");
    }
    reschedule(&desk, Role::Clinician, &booked.name, &open[1]).await.unwrap();
}

/// A partner's safety answer closes a time for two to coordinators, as any flagged case does.
#[tokio::test]
async fn a_time_for_two_beside_a_flagged_partner_is_a_clinicians() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let case = desk.couple("").await;
    let open = fitting(&house, &case, Care::Couple).await;
    desk.partner(&case, &[("fear", "often")]).await;
    let refused = book(&desk, Role::Coordinator, booking(&case, &open[0])).await;
    let flagged = desk.summary(&case).await.clinician_only;
    assert_eq!(refused.is_err(), flagged);
    let held = pb::BookAppointmentRequest { hold: true, ..booking(&case, &open[0]) };
    if flagged {
        let held = book(&desk, Role::Clinician, held).await.unwrap();
        assert_eq!(held.state, enums::number(AppointmentState::Held));
    }
}

#[tokio::test]
async fn a_change_decided_on_an_older_look_is_refused() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let case = desk.couple("").await;
    desk.partner(&case, SAFE).await;
    let open = fitting(&house, &case, Care::Couple).await;
    let stale = desk.summary(&case).await.etag;
    desk.claim(Role::Coordinator, &case).await;
    let request = pb::BookAppointmentRequest { etag: stale.clone(), ..booking(&case, &open[0]) };
    let refused = book(&desk, Role::Clinician, request).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::Aborted, "ETAG_MISMATCH"));
    let booked = book(&desk, Role::Clinician, booking(&case, &open[0])).await.unwrap();
    let request = pb::CancelAppointmentRequest { name: booked.name, etag: stale, ..Default::default() };
    let refused = house.staff.clone().cancel_appointment(bearing(desk.token(Role::Clinician), request)).await;
    assert_eq!(reason(&refused.unwrap_err()), "ETAG_MISMATCH");
}

#[tokio::test]
async fn attendance_is_marked_per_client_once_the_session_has_begun_and_can_be_corrected() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let case = desk.couple("").await;
    desk.partner(&case, SAFE).await;
    let mark = async |session: &str, marks: &[(String, pb::Attendance)]| {
        let attendance = marks.iter().map(|(intake, attendance)| pb::ClientAttendance {
            intake: intake.clone(),
            attendance: (*attendance).into(),
            ..Default::default()
        });
        let request = pb::MarkAttendanceRequest {
            name: session.to_owned(),
            attendance: attendance.collect(),
            ..Default::default()
        };
        house.staff.clone().mark_attendance(bearing(desk.token(Role::Coordinator), request)).await
    };
    let clients: Vec<_> = intakes::of_case(&house.deps.store, case.parse().unwrap()).await.unwrap();
    let [one, two] = [clients[0].id.to_string(), clients[1].id.to_string()];
    let coming = desk.hold(&case).await;
    let early = mark(&coming.id.to_string(), &[(one.clone(), pb::Attendance::Attended)]).await.unwrap_err();
    assert_eq!(reason(&early), "SESSION_NOT_BEGUN");
    let mut begun = appointments::get(&house.deps.store, coming.id).await.unwrap().unwrap();
    begun.confirm().unwrap();
    begun.starts_at = house.deps.clock.now() - SignedDuration::from_mins(5);
    let saved = house
        .deps
        .store
        .transact(move |tx| Box::pin(async move { appointments::save(tx, &begun, coming.sequence).await }));
    saved.await.unwrap();
    let stranger = mark(&coming.id.to_string(), &[(format!("intakes/{}", Uuid::nil()), pb::Attendance::Late)]).await;
    let stranger = details(&stranger.unwrap_err());
    assert_eq!(stranger.bad_request().unwrap().field_violations[0].field, "attendance[0].intake");
    let name = coming.id.to_string();
    mark(&name, &[(one.clone(), pb::Attendance::NoShow), (two.clone(), pb::Attendance::Attended)]).await.unwrap();
    mark(&name, &[(one, pb::Attendance::Late)]).await.unwrap();
    let seen = desk.record(Role::Clinician, &case).await.appointment.unwrap().attendance;
    let seen: Vec<_> = seen.iter().map(|it| (it.attendance(), it.staff.as_str())).collect();
    assert_eq!(seen, [(pb::Attendance::Late, "coordinator Sam"), (pb::Attendance::Attended, "coordinator Sam")]);
}

/// An intake by phone is stored by the way of every other one; only the address may be missing.
#[tokio::test]
async fn an_intake_by_phone_needs_no_address_and_is_answered_once() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let mut screening = house.sample("05-fear-of-partner.json");
        let request_id = std::mem::take(&mut screening.request_id);
        screening.client.as_mut().unwrap().email = String::new();
        let request = pb::CreateIntakeRequest { request_id, intake: Some(screening), status_page: false };
        let create = async |request: pb::CreateIntakeRequest| {
            let created = house.staff.clone().create_intake(bearing(desk.token(Role::Coordinator), request)).await;
            created.map(Response::into_inner)
        };
        let created = create(request.clone()).await.unwrap();
        assert!(created.safety_notice.is_some() && created.status_token.is_empty());
        assert_eq!(create(request.clone()).await.unwrap(), created);
        let other = pb::CreateIntakeRequest { status_page: true, ..request.clone() };
        assert_eq!(reason(&create(other.clone()).await.unwrap_err()), "REQUEST_ID_REUSED");
        let kept = desk.intake(&created.intake).await;
        assert!(kept.submission.client.email.is_none());
        assert_eq!(desk.summary(&created.case_name).await.name, created.case_name);
        assert!(kinds(house, &created.case_name).await.is_empty(), "nobody can be written to");

        let with_page = pb::CreateIntakeRequest { request_id: house.deps.ids.uuid().to_string(), ..other };
        let created = create(with_page).await.unwrap();
        let own = intake::GetIntakeRequest { name: created.intake.clone() };
        house.client.clone().get_intake(bearing(&created.status_token, own)).await.unwrap();

        let mut wrong = request;
        let screening = wrong.intake.as_mut().unwrap();
        screening.draft_token = "x".to_owned();
        let fields = |refused: &Status| -> Vec<String> {
            details(refused).bad_request().unwrap().field_violations.iter().map(|it| it.field.clone()).collect()
        };
        assert_eq!(fields(&create(wrong.clone()).await.unwrap_err()), ["intake.draft_token"]);
        let screening = wrong.intake.as_mut().unwrap();
        screening.draft_token = String::new();
        screening.client.as_mut().unwrap().phone = String::new();
        wrong.request_id = "1".to_owned();
        assert_eq!(fields(&create(wrong).await.unwrap_err()), ["request_id", "intake.client.phone"]);
    })
    .await;
}

#[tokio::test]
async fn a_time_that_is_none_is_told_field_by_field() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let case = desk.flagged("01-drift-and-stress.json").await;
    let choice = Choice {
        starts_at: house.deps.clock.now() - SignedDuration::from_hours(1),
        therapist: TherapistId::new(Uuid::nil()),
        format: Format::InPerson,
        location: Some("moon".to_owned()),
    };
    let refused = book(&desk, Role::Clinician, booking(&case, &choice)).await.unwrap_err();
    let fields: Vec<_> =
        details(&refused).bad_request().unwrap().field_violations.iter().map(|it| it.field.clone()).collect();
    assert_eq!(fields, ["time.start_time", "time.location"]);
}

/// Guards: `book` compares whom a session alone is meant for, and `clients_of` writes to the first client alone.
#[tokio::test]
async fn a_session_alone_in_a_couples_case_is_the_first_partners_and_never_the_second_ones() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let case = desk.couple("").await;
        let second = desk.partner(&case, SAFE).await;
        let first = intakes::first_of_case(&house.deps.store, case.parse().unwrap()).await.unwrap().unwrap();
        let choice = fitting(house, &case, Care::Individual).await.remove(0);
        let alone = |client: String| pb::BookAppointmentRequest {
            care: intake::Care::Individual.into(),
            client,
            ..booking(&case, &choice)
        };
        let refused = book(&desk, Role::Clinician, alone(second.to_string())).await.unwrap_err();
        assert_eq!(details(&refused).bad_request().unwrap().field_violations[0].field, "client");
        book(&desk, Role::Clinician, alone(first.to_string())).await.unwrap();
        assert_eq!(current(house, &case).await.care, Care::Individual);
        let letters = letters::of_case(&house.deps.store, case.parse().unwrap()).await.unwrap();
        let to = |of| -> Vec<LetterKind> {
            letters.iter().filter(|it| it.recipient == Recipient::Client(of)).map(|it| it.kind).collect()
        };
        let (to_first, to_second) = (to(first), to(second));
        assert!(to_first.contains(&LetterKind::Confirmed), "{to_first:?}");
        assert!(!to_second.contains(&LetterKind::Confirmed), "{to_second:?}");
    })
    .await;
}
