//! A client's own appointment.

use jiff::SignedDuration;
use rapport_domain::{
    appointment::{Appointment, AppointmentState},
    calendar::{busy::blocks, outside::Outside},
    case::{Case, CaseState, StaffReason},
    id::{AppointmentId, IntakeId},
    intake::{Care, Format, Intake},
    letter::LetterKind,
    triage::{Booking, Urgency},
};
use rapport_proto::intake as pb;
use rapport_security::{Role, Token};
use rapport_store::{Blocked, StoreError, appointments, calendar, cases, intakes, letters, therapists};
use tonic::Code;

use crate::{
    house::{House, bearing, details, house, on_each, reason},
    people::Desk,
};

/// Holds a time for an intake, as the worker would.
pub(crate) async fn hold(house: &House, intake: &str, care: Care) -> Appointment {
    let store = &house.deps.store;
    let intake = intakes::get(store, intake.parse::<IntakeId>().unwrap()).await.unwrap().unwrap();
    let therapist = therapists::all(store).await.unwrap().remove(0).id;
    let starts_at = house.deps.clock.now() + SignedDuration::from_hours(24 * if care == Care::Couple { 6 } else { 5 });
    let appointment = Appointment {
        id: AppointmentId::new(house.deps.ids.uuid()),
        case: intake.case,
        therapist,
        care,
        format: Format::Video,
        room: None,
        starts_at,
        ends_at: starts_at + SignedDuration::from_mins(50),
        state: AppointmentState::Held,
        release_at: (care == Care::Couple).then(|| starts_at - SignedDuration::from_hours(48)),
        sequence: 0,
    };
    let (held, taken) = (appointment.clone(), blocks(&appointment, &house.deps.practice));
    store
        .transact(move |tx| {
            Box::pin(async move {
                let mut case = cases::get(tx, held.case).await?.unwrap();
                case.follow(AppointmentState::Held).unwrap();
                cases::save(tx, &case).await?;
                appointments::insert(tx, &held).await?;
                assert_eq!(calendar::block(tx, &taken, held.id).await?, Blocked::All);
                Ok::<_, StoreError>(())
            })
        })
        .await
        .unwrap();
    appointment
}

pub(crate) async fn kinds(house: &House, appointment: &Appointment) -> Vec<LetterKind> {
    let letters = letters::of_case(&house.deps.store, appointment.case).await.unwrap();
    let mut kinds: Vec<_> = letters.iter().map(|letter| letter.kind).collect();
    kinds.sort();
    kinds
}

pub(crate) async fn own(house: &House, answer: &pb::SubmitIntakeResponse) -> pb::Intake {
    let request = bearing(&answer.status_token, pb::GetIntakeRequest { name: answer.intake.clone() });
    house.client.clone().get_intake(request).await.unwrap().into_inner().intake.unwrap()
}

#[tokio::test]
async fn a_yes_fixes_a_time_alone_once_with_one_letter() {
    let house = house().await;
    let answer = house.submit("01-drift-and-stress.json").await;
    let held = hold(&house, &answer.intake, Care::Individual).await;
    let seen = own(&house, &answer).await;
    assert_eq!(seen.state(), pb::IntakeState::Held);
    let request = pb::ConfirmAppointmentRequest {
        name: held.id.to_string(),
        request_id: house.deps.ids.uuid().to_string(),
        etag: seen.appointment.unwrap().etag,
    };
    for _ in 0..2 {
        let confirm = bearing(&answer.status_token, request.clone());
        let after = house.client.clone().confirm_appointment(confirm).await.unwrap().into_inner().appointment.unwrap();
        assert_eq!(after.state(), pb::AppointmentState::Confirmed);
    }
    assert_eq!(own(&house, &answer).await.state(), pb::IntakeState::Confirmed);
    assert_eq!(kinds(&house, &held).await, [LetterKind::Confirmed]);
    let other = pb::ConfirmAppointmentRequest { etag: "other".to_owned(), ..request };
    let refused = house.client.clone().confirm_appointment(bearing(&answer.status_token, other)).await.unwrap_err();
    assert_eq!(reason(&refused), "REQUEST_ID_REUSED");
}

#[tokio::test]
async fn a_yes_to_a_joint_time_is_noted_and_fixes_nothing() {
    let house = house().await;
    let answer = house.submit("02-couple.json").await;
    let held = hold(&house, &answer.intake, Care::Couple).await;
    let request = pb::ConfirmAppointmentRequest { name: held.id.to_string(), ..Default::default() };
    let confirm = bearing(&answer.status_token, request);
    let after = house.client.clone().confirm_appointment(confirm).await.unwrap().into_inner().appointment.unwrap();
    assert_eq!((after.state(), after.accepted), (pb::AppointmentState::Held, true));
    assert!(after.release_time.is_some());
    assert!(kinds(&house, &held).await.is_empty());
}

#[tokio::test]
async fn a_time_given_back_is_free_and_the_case_stands_before_staff() {
    let house = house().await;
    let answer = house.submit("01-drift-and-stress.json").await;
    let held = hold(&house, &answer.intake, Care::Individual).await;
    let cancel = |etag: &str| {
        let request =
            pb::CancelAppointmentRequest { name: held.id.to_string(), etag: etag.to_owned(), ..Default::default() };
        let (mut client, request) = (house.client.clone(), bearing(&answer.status_token, request));
        async move { client.cancel_appointment(request).await }
    };
    let stale = cancel("7").await.unwrap_err();
    assert_eq!((stale.code(), reason(&stale).as_str()), (Code::Aborted, "ETAG_MISMATCH"));
    for _ in 0..2 {
        let after = cancel("").await.unwrap().into_inner().appointment.unwrap();
        assert_eq!(after.state(), pb::AppointmentState::Cancelled);
    }
    let busy = calendar::busy(&house.deps.store, held.starts_at, held.ends_at).await.unwrap();
    assert!(busy.is_empty());
    assert_eq!(kinds(&house, &held).await, [LetterKind::Cancelled, LetterKind::StaffAlert]);
    let seen = own(&house, &answer).await;
    assert_eq!(seen.state(), pb::IntakeState::WeWillCall);
    assert!(seen.appointment.is_none() && seen.call_by_time.is_none());
    let confirm = pb::ConfirmAppointmentRequest { name: held.id.to_string(), ..Default::default() };
    let late = house.client.clone().confirm_appointment(bearing(&answer.status_token, confirm)).await.unwrap_err();
    assert_eq!((late.code(), reason(&late).as_str()), (Code::FailedPrecondition, "APPOINTMENT_NOT_OPEN"));
}

#[tokio::test]
async fn somebody_elses_appointment_is_not_found() {
    let house = house().await;
    let (mine, theirs) = (house.submit("01-drift-and-stress.json").await, house.submit("02-couple.json").await);
    let held = hold(&house, &theirs.intake, Care::Couple).await;
    let request = pb::CancelAppointmentRequest { name: held.id.to_string(), ..Default::default() };
    let refused = house.client.clone().cancel_appointment(bearing(&mine.status_token, request)).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::NotFound, "RESOURCE_NOT_FOUND"));
}

/// Guard: `view::Standing` holds nothing of the case but its state.
#[tokio::test]
async fn what_the_second_partners_answers_call_for_changes_nothing_that_the_first_reads() {
    let house = house().await;
    for (state, cancelled) in
        [(CaseState::Triaged, false), (CaseState::BeforeStaff, false), (CaseState::BeforeStaff, true)]
    {
        let answer = house.submit("02-couple.json").await;
        if cancelled {
            let held = hold(&house, &answer.intake, Care::Couple).await;
            let request = pb::CancelAppointmentRequest { name: held.id.to_string(), ..Default::default() };
            house.client.clone().cancel_appointment(bearing(&answer.status_token, request)).await.unwrap();
        }
        change_case(&house, &answer, move |case| case.state = state).await;
        let before = own(&house, &answer).await;
        let soon = house.deps.clock.now() + SignedDuration::from_mins(15);
        change_case(&house, &answer, move |case| {
            case.triage(Urgency::Immediate, Booking::Never, true, true, soon);
        })
        .await;
        assert_eq!(own(&house, &answer).await, before, "{state:?}");
    }
}

/// Guard: `own_appointment::is_for`.
#[tokio::test]
async fn a_session_that_the_first_partner_has_alone_is_not_found_by_the_second() {
    let house = house().await;
    let answer = house.submit("02-couple.json").await;
    let second = join(&house, &answer).await;
    let joint = hold(&house, &answer.intake, Care::Couple).await;
    assert_eq!(own(&house, &second).await.appointment.unwrap().name, joint.id.to_string());
    let alone = hold(&house, &answer.intake, Care::Individual).await;
    assert_eq!(own(&house, &answer).await.appointment.unwrap().name, alone.id.to_string());
    assert_eq!(own(&house, &second).await.appointment, None);
    let request = pb::CancelAppointmentRequest { name: alone.id.to_string(), ..Default::default() };
    let refused = house.client.clone().cancel_appointment(bearing(&second.status_token, request)).await.unwrap_err();
    assert_eq!(reason(&refused), "RESOURCE_NOT_FOUND");
}

pub(crate) async fn change_case(
    house: &House,
    answer: &pb::SubmitIntakeResponse,
    change: impl FnOnce(&mut Case) + Send + 'static,
) {
    let intake = answer.intake.parse::<IntakeId>().unwrap();
    let of = intakes::get(&house.deps.store, intake).await.unwrap().unwrap().case;
    let changed = house.deps.store.transact(move |tx| {
        Box::pin(async move {
            let mut case = cases::get(tx, of).await?.unwrap();
            change(&mut case);
            cases::save(tx, &case).await
        })
    });
    changed.await.map_err(|error: StoreError| error).unwrap();
}

/// A second partner with the first one's answers, as an invitation will bring them.
pub(crate) async fn join(house: &House, first: &pb::SubmitIntakeResponse) -> pb::SubmitIntakeResponse {
    let store = &house.deps.store;
    let first = intakes::get(store, first.intake.parse().unwrap()).await.unwrap().unwrap();
    let (id, token, now) = (IntakeId::new(house.deps.ids.uuid()), Token::generate(), house.deps.clock.now());
    let (second, hash) = (Intake { id, received_at: now, ..first }, token.hash());
    let joined = store.transact(move |tx| Box::pin(async move { intakes::join(tx, &second, hash, now).await }));
    joined.await.map_err(|error: StoreError| error).unwrap();
    pb::SubmitIntakeResponse { intake: id.to_string(), status_token: token.text(), safety_notice: None }
}

/// Red without `session_page` in `view::intake`.
#[tokio::test]
async fn the_page_of_a_session_tells_what_fits_the_own_answers_and_what_it_costs() {
    let house = house().await;
    let answer = house.submit("01-drift-and-stress.json").await;
    assert_eq!(own(&house, &answer).await.session_page, None);
    let held = hold(&house, &answer.intake, Care::Individual).await;
    let page = own(&house, &answer).await.session_page.unwrap();
    assert!(!page.small_steps.is_empty() && page.small_steps.len() <= 3);
    assert!(page.small_steps.iter().all(|step| !step.how.is_empty() && !step.why.is_empty()));
    assert!(page.arrival.is_none() && page.video.contains("camera") && !page.bring.is_empty());
    assert!(page.fee.unwrap().text.contains('$'));
    let request = pb::CancelAppointmentRequest { name: held.id.to_string(), ..Default::default() };
    house.client.clone().cancel_appointment(bearing(&answer.status_token, request)).await.unwrap();
    assert_eq!(own(&house, &answer).await.session_page, None);
}

/// Red without `outside` in `view::next_step`.
#[tokio::test]
async fn a_time_outside_of_what_they_asked_for_says_so_until_they_have_said_yes_to_it() {
    let house = house().await;
    let mut request = house.sample("01-drift-and-stress.json");
    request.preferences.as_mut().unwrap().formats = vec![pb::Format::InPerson.into()];
    let answer = house.client.clone().submit_intake(request).await.unwrap().into_inner();
    let held = hold(&house, &answer.intake, Care::Individual).await;
    let told = "It is by video, which you did not ask for. If it does not suit you, please say so";
    assert!(own(&house, &answer).await.next_step.contains(told));
    let request = pb::ConfirmAppointmentRequest { name: held.id.to_string(), ..Default::default() };
    house.client.clone().confirm_appointment(bearing(&answer.status_token, request)).await.unwrap();
    assert!(!own(&house, &answer).await.next_step.contains("did not ask for"));
}

/// Whoever the session was held with sees nobody any more.
async fn leaves(house: &House, session: &Appointment) {
    let therapist = session.therapist;
    let left = house.deps.store.transact(move |tx| {
        Box::pin(async move {
            let mut it = therapists::get_on_roster(tx, therapist).await?.unwrap();
            it.therapist.active = false;
            therapists::save(tx, &it.therapist, it.version).await
        })
    });
    left.await.map_err(|error: StoreError| error).unwrap();
}

/// Guard: `outside::of` before a yes fixes anything.
#[tokio::test]
async fn a_yes_to_a_time_that_cannot_take_place_any_more_fixes_nothing_and_its_client_reads_so() {
    on_each(async |house| {
        let answer = house.submit("01-drift-and-stress.json").await;
        let held = hold(house, &answer.intake, Care::Individual).await;
        leaves(house, &held).await;
        let etag = own(house, &answer).await.appointment.unwrap().etag;
        let request = pb::ConfirmAppointmentRequest { name: held.id.to_string(), etag, ..Default::default() };
        let confirm = bearing(&answer.status_token, request);
        let after = house.client.clone().confirm_appointment(confirm).await.unwrap().into_inner().appointment.unwrap();
        assert_eq!(after.state(), pb::AppointmentState::Cancelled);
        let seen = own(house, &answer).await;
        assert_eq!(seen.state(), pb::IntakeState::WeWillCall);
        assert!(seen.next_step.starts_with("Your session will not take place."), "{}", seen.next_step);
        assert_eq!(kinds(house, &held).await, [LetterKind::WillNotTakePlace, LetterKind::StaffAlert]);
        let (case, detail) = cases::get_with_detail(&house.deps.store, held.case).await.unwrap().unwrap();
        let reason = StaffReason::HoldFell { why: Outside::Inactive };
        assert_eq!((case.state, detail.staff_reason), (CaseState::BeforeStaff, Some(reason)));
        let busy = calendar::busy(&house.deps.store, held.starts_at, held.ends_at).await.unwrap();
        assert!(busy.iter().all(|block| block.appointment != Some(held.id)), "its time is free");
    })
    .await;
}

/// Guard: `outside::of` before staff's yes.
#[tokio::test]
async fn staff_cannot_fix_a_time_that_cannot_take_place_any_more() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let answer = house.submit("01-drift-and-stress.json").await;
    desk.triage(&desk.intake(&answer.intake).await).await;
    let held = hold(&house, &answer.intake, Care::Individual).await;
    leaves(&house, &held).await;
    let refused = desk.confirm(Role::Clinician, &held.case.to_string()).await.0.unwrap_err();
    assert_eq!(reason(&refused), "DOES_NOT_FIT");
    let filters = details(&refused).precondition_failure().unwrap().violations.clone();
    assert_eq!(filters.iter().map(|it| it.subject.as_str()).collect::<Vec<_>>(), ["inactive"]);
    assert_eq!(own(&house, &answer).await.state(), pb::IntakeState::Held);
}
