//! Who has an alert, how clients are called, and what the desk and they read of it.

use jiff::{SignedDuration, Timestamp};
use rapport_domain::{
    calendar::week::WeeklyWindow,
    id::{CaseId, IntakeId},
    letter::{Cause, DueLetter, LedgerState, LetterKind, Recipient},
};
use rapport_proto::{intake, staff as pb, time, week};
use rapport_security::Role::{self, Clinician, Coordinator};
use rapport_store::{StoreError, alerts, calls, cases, letters, search};
use tonic::Status;

use crate::{
    house::{House, bearing, house, on_each, reason},
    invitations::{intake_of, invite, join},
    people::Desk,
};

const FEAR: &str = "05-fear-of-partner.json";

async fn acknowledge(desk: &Desk<'_>, role: Role, alert: &str) -> Result<pb::AcknowledgeAlertResponse, Status> {
    let request = pb::AcknowledgeAlertRequest { name: alert.to_owned(), ..Default::default() };
    let answer = desk.house.staff.clone().acknowledge_alert(bearing(desk.token(role), request)).await;
    answer.map(tonic::Response::into_inner)
}

/// Guards: `alerts::raised_by` in the one statement, and `policy::may_claim` in `acknowledge_alert`.
#[tokio::test]
async fn an_alert_stands_with_its_intake_and_the_second_to_acknowledge_is_told_who_was_first() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let case = desk.flagged(FEAR).await;
        let seen = desk.record(Coordinator, &case).await;
        assert!(seen.summary.as_ref().unwrap().unacknowledged);
        let [alert] = seen.alerts.as_slice() else { panic!("one alert: {}", seen.alerts.len()) };
        assert_eq!((alert.state(), alert.staff.as_str()), (pb::AlertState::Open, ""));
        assert!(desk.list(Coordinator).await.cases[0].unacknowledged);
        let refused = acknowledge(&desk, Coordinator, &alert.name).await.unwrap_err();
        assert_eq!(reason(&refused), "ROLE_FORBIDDEN", "clinicians would hear no more of it");
        let first = acknowledge(&desk, Clinician, &alert.name).await.unwrap();
        assert!(!first.summary.unwrap().unacknowledged);
        let first = first.alert.unwrap();
        assert_eq!((first.state(), first.staff.as_str()), (pb::AlertState::Acknowledged, "clinician Sam"));
        assert!(first.next_step_time.is_none());
        assert_eq!(acknowledge(&desk, Clinician, &alert.name).await.unwrap().alert.unwrap(), first);
        let id: CaseId = case.parse().unwrap();
        assert!(alerts::unacknowledged(&house.deps.store, [id].into_iter()).await.unwrap().is_empty());
        assert!(!desk.list(Coordinator).await.cases[0].unacknowledged);
        let missing = acknowledge(&desk, Clinician, "alerts/00000000-0000-7000-8000-000000000001").await.unwrap_err();
        assert_eq!(reason(&missing), "RESOURCE_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn an_alert_that_has_changed_since_it_was_read_is_not_acknowledged_unseen() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let case = desk.flagged(FEAR).await;
        let alert = desk.record(Clinician, &case).await.alerts.remove(0);
        let request = |etag: &str| pb::AcknowledgeAlertRequest {
            name: alert.name.clone(),
            request_id: "0199f0c0-5a3e-7c41-9d58-2f6f0a1b2c51".to_owned(),
            etag: etag.to_owned(),
        };
        let call =
            async |etag| house.staff.clone().acknowledge_alert(bearing(desk.token(Clinician), request(etag))).await;
        assert_eq!(reason(&call("77").await.unwrap_err()), "ETAG_MISMATCH");
        let once = call(&alert.etag).await.unwrap().into_inner();
        assert_eq!(call(&alert.etag).await.unwrap().into_inner(), once);
    })
    .await;
}

/// An attempt at a client's phone just now.
fn attempt(intake: &str, outcome: pb::ContactOutcome) -> pb::RecordContactAttemptRequest {
    pb::RecordContactAttemptRequest {
        name: intake.to_owned(),
        channel: pb::ContactChannel::Phone.into(),
        outcome: outcome.into(),
        ..Default::default()
    }
}

async fn record(
    desk: &Desk<'_>,
    role: Role,
    request: pb::RecordContactAttemptRequest,
) -> Result<pb::RecordContactAttemptResponse, Status> {
    let answer = desk.house.staff.clone().record_contact_attempt(bearing(desk.token(role), request)).await;
    answer.map(tonic::Response::into_inner)
}

/// Somebody flagged whose safe hours are these, before staff as the worker puts them.
async fn flagged(house: &House, safe_hours: Vec<intake::WeeklyWindow>) -> intake::SubmitIntakeResponse {
    let mut request = house.sample(FEAR);
    request.contact.as_mut().unwrap().safe_hours = safe_hours;
    let answer = house.client.clone().submit_intake(request).await.unwrap().into_inner();
    let case = intake_of(house, &answer).await.case;
    before_staff(house, case).await;
    answer
}

async fn before_staff(house: &House, id: CaseId) {
    let changed = house.deps.store.transact(move |tx| {
        Box::pin(async move {
            let mut case = cases::get(tx, id).await?.unwrap();
            assert!(case.refer());
            cases::save(tx, &case).await
        })
    });
    changed.await.map_err(|error: StoreError| error).unwrap();
}

/// The whole weekday of an instant.
fn window_at(house: &House, at: Timestamp) -> intake::WeeklyWindow {
    let date = at.to_zoned(house.deps.practice.zone.clone());
    let window = WeeklyWindow::parse(date.weekday(), "00:00", "24:00").unwrap();
    week::to_message(window)
}

async fn get(house: &House, client: &intake::SubmitIntakeResponse) -> intake::Intake {
    let request = bearing(&client.status_token, intake::GetIntakeRequest { name: client.intake.clone() });
    house.client.clone().get_intake(request).await.unwrap().into_inner().intake.unwrap()
}

fn at(message: Option<prost_types::Timestamp>) -> Option<Timestamp> {
    message.as_ref().and_then(time::from_message)
}

/// Guards: `it.case.respond_by = next.by`, and `told_of` in `next_step::call`.
#[tokio::test]
async fn after_a_failed_call_desk_and_client_read_the_same_next_time() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let client = flagged(house, Vec::new()).await;
        let case = intake_of(house, &client).await.case.to_string();
        assert!(at(get(house, &client).await.call_by_time).is_some());
        let next = house.deps.clock.now() + SignedDuration::from_mins(40);
        let mut request = attempt(&client.intake, pb::ContactOutcome::NoAnswer);
        request.note = "Rang six times.".to_owned();
        request.next_by_time = Some(time::to_message(next));
        let answer = record(&desk, Clinician, request).await.unwrap();
        let summary = answer.summary.unwrap();
        assert_eq!((at(summary.respond_by_time), at(summary.next_attempt_time)), (Some(next), Some(next)));
        assert!(!summary.unacknowledged, "whoever calls has heard");
        let read = get(house, &client).await;
        assert_eq!(at(read.call_by_time), Some(next));
        assert!(read.next_step.contains("A clinician will call you by"), "{}", read.next_step);
        let id: IntakeId = client.intake.parse().unwrap();
        let queued = letters::of_case(&house.deps.store, case.parse().unwrap()).await.unwrap();
        let told =
            queued.iter().filter(|it| it.recipient == Recipient::Client(id) && it.kind == LetterKind::WeWillCall);
        assert_eq!(told.count(), 1);
        // What a clinician wrote is for clinicians.
        assert_eq!(desk.record(Clinician, &case).await.attempts[0].note, "Rang six times.");
        assert_eq!(desk.record(Coordinator, &case).await.attempts[0].note, "");
        let reached = record(&desk, Clinician, attempt(&client.intake, pb::ContactOutcome::Reached)).await.unwrap();
        assert!(reached.summary.unwrap().next_attempt_time.is_none());
        let read = get(house, &client).await;
        assert!(read.call_by_time.is_none() && read.next_step.contains("Thank you for talking with us"));
        let case = cases::get(&house.deps.store, case.parse().unwrap()).await.unwrap().unwrap();
        assert!(calls::is_answered(&house.deps.store, &case).await.unwrap());
    })
    .await;
}

/// Guards: `ClientCalls::note`, and whose word `danger` must be in `attempt`.
#[tokio::test]
async fn outside_safe_hours_a_clinician_says_why_and_a_coordinator_never_calls() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let now = house.deps.clock.now();
        let client = flagged(house, vec![window_at(house, now + SignedDuration::from_hours(72))]).await;
        let unanswered = || attempt(&client.intake, pb::ContactOutcome::NoAnswer);
        for role in [Coordinator, Clinician] {
            assert_eq!(reason(&record(&desk, role, unanswered()).await.unwrap_err()), "OUTSIDE_SAFE_HOURS");
        }
        let why = |mut request: pb::RecordContactAttemptRequest| {
            request.danger = "He said he would come tonight.".to_owned();
            request
        };
        assert_eq!(reason(&record(&desk, Coordinator, why(unanswered())).await.unwrap_err()), "FIELDS_INVALID");
        let mut soon = why(unanswered());
        soon.next_by_time = Some(time::to_message(now + SignedDuration::from_mins(30)));
        record(&desk, Clinician, soon).await.unwrap();
        // What the client reads changes with it, and no longer says that their hours are kept.
        let read = get(house, &client).await;
        assert_eq!(at(read.call_by_time), Some(now + SignedDuration::from_mins(30)));
        assert!(!read.next_step.contains("safe"), "{}", read.next_step);
        let case = intake_of(house, &client).await.case.to_string();
        assert_eq!(desk.record(Coordinator, &case).await.attempts[0].danger, "");
        assert!(desk.record(Clinician, &case).await.attempts[0].danger.contains("tonight"));
    })
    .await;
}

/// Guard: `policy::may_claim` in `record`: a clinician's call is what was promised.
#[tokio::test]
async fn a_coordinators_call_keeps_no_promise_of_a_clinicians() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let client = flagged(&house, Vec::new()).await;
    let before = desk.summary(&intake_of(&house, &client).await.case.to_string()).await;
    let answer = record(&desk, Coordinator, attempt(&client.intake, pb::ContactOutcome::Reached)).await.unwrap();
    let after = answer.summary.unwrap();
    assert_eq!((after.respond_by_time, after.unacknowledged), (before.respond_by_time, true));
    let case = cases::get(&house.deps.store, intake_of(&house, &client).await.case).await.unwrap().unwrap();
    assert!(!calls::is_answered(&house.deps.store, &case).await.unwrap());
}

async fn queue(house: &House, case: CaseId, to: IntakeId) {
    let letter = DueLetter {
        cause: Cause::Case(case),
        recipient: Recipient::Client(to),
        kind: LetterKind::WeWillCall,
        case,
        appointment: None,
    };
    let now = house.deps.clock.now();
    let queued = house.deps.store.transact(move |tx| Box::pin(async move { letters::queue(tx, &[letter], now).await }));
    queued.await.map_err(|error: StoreError| error).unwrap();
}

async fn states(house: &House, case: CaseId, to: IntakeId) -> Vec<LedgerState> {
    let all = letters::of_case(&house.deps.store, case).await.unwrap();
    all.into_iter().filter(|it| it.recipient == Recipient::Client(to)).map(|it| it.state).collect()
}

async fn stop(desk: &Desk<'_>, role: Role, intake: &str) -> Result<pb::StopContactResponse, Status> {
    let reason = pb::StopReason::ClientAsked.into();
    let request = pb::StopContactRequest { name: intake.to_owned(), reason, ..Default::default() };
    desk.house.staff.clone().stop_contact(bearing(desk.token(role), request)).await.map(tonic::Response::into_inner)
}

/// Guards: `letters::silence`, `calls::stopped` in `intakes::by_token`.
#[tokio::test]
async fn whoever_is_not_contacted_any_more_gets_nothing_and_their_partner_sees_no_difference() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let first = house.submit("02-couple.json").await;
        let link = invite(house, &first, None).await.unwrap();
        let second = join(house, "02-couple.json", &link.invitation_token).await;
        let (one, other) = (intake_of(house, &first).await, intake_of(house, &second).await);
        queue(house, one.case, one.id).await;
        queue(house, one.case, other.id).await;
        let before = get(house, &second).await;
        stop(&desk, Coordinator, &first.intake).await.unwrap();
        stop(&desk, Coordinator, &first.intake).await.unwrap();
        assert_eq!(states(house, one.case, one.id).await, [LedgerState::Superseded]);
        assert_eq!(states(house, one.case, other.id).await, [LedgerState::Queued]);
        assert_eq!(get(house, &second).await, before);
        let request = bearing(&first.status_token, intake::GetIntakeRequest { name: first.intake.clone() });
        assert_eq!(reason(&house.client.clone().get_intake(request).await.unwrap_err()), "TOKEN_INVALID");
        let refused = record(&desk, Clinician, attempt(&first.intake, pb::ContactOutcome::NoAnswer)).await;
        assert_eq!(reason(&refused.unwrap_err()), "CONTACT_STOPPED");
        let seen = desk.record(Coordinator, &one.case.to_string()).await;
        assert_eq!(seen.stops.len(), 1);
        assert!(seen.contacts[0].contact_stop_time.is_some() && seen.contacts[1].contact_stop_time.is_none());
        let mut staff = house.staff.clone();
        let request = pb::ResumeContactRequest {
            name: first.intake.clone(),
            reason: "She called us.".to_owned(),
            ..Default::default()
        };
        let refused = staff.resume_contact(bearing(desk.token(Coordinator), request.clone())).await.unwrap_err();
        assert_eq!(reason(&refused), "ROLE_FORBIDDEN");
        staff.resume_contact(bearing(desk.token(Clinician), request)).await.unwrap();
        get(house, &first).await;
    })
    .await;
}

/// Guard: `invitations::withdraw`.
#[tokio::test]
async fn a_withdrawn_invitation_lets_nobody_in() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let first = house.submit("02-couple.json").await;
    let link = invite(&house, &first, None).await.unwrap();
    stop(&desk, Clinician, &first.intake).await.unwrap();
    let request = intake::AcceptInvitationRequest { language: "en".to_owned(), ..Default::default() };
    let refused = house.client.clone().accept_invitation(bearing(&link.invitation_token, request)).await.unwrap_err();
    assert_eq!(reason(&refused), "INVITATION_CLOSED");
    let case = intake_of(&house, &first).await.case.to_string();
    assert_eq!(desk.record(Coordinator, &case).await.invitation(), pb::InvitationState::Withdrawn);
}

async fn update(
    house: &House,
    client: &intake::SubmitIntakeResponse,
    change: impl FnOnce(&mut intake::UpdateContactRequest),
) -> Result<(), Status> {
    let contact = house.sample("02-couple.json").contact;
    let mut request = intake::UpdateContactRequest { name: client.intake.clone(), contact, ..Default::default() };
    change(&mut request);
    house.client.clone().update_contact(bearing(&client.status_token, request)).await.map(drop)
}

/// Guards: `search::replace`, `letters::write_anew`, `intakes::revoke_session_token`.
#[tokio::test]
async fn a_new_address_is_written_to_found_by_and_the_old_ones_link_leads_nowhere() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let case = desk.another(|client| client.email = "before@example.com".to_owned()).await;
        let first = desk.record(Clinician, &case).await.contacts.remove(0);
        let id: IntakeId = first.intake.parse().unwrap();
        let case: CaseId = case.parse().unwrap();
        let link = rapport_store::intakes::session_token(&house.deps.store, id).await.unwrap();
        let hash = link.hash();
        assert_eq!(rapport_store::intakes::by_token(&house.deps.store, hash).await.unwrap(), Some(id));
        queue(house, case, id).await;
        let (store, lease) = (&house.deps.store, SignedDuration::from_mins(5));
        let in_hand = letters::claim(store, house.deps.clock.now(), lease, 100).await.unwrap();
        let in_hand = in_hand.into_iter().find(|letter| letter.recipient == Recipient::Client(id)).unwrap();
        letters::keep_bytes(store, &in_hand, b"To: before@example.com").await.unwrap();
        let own = intake::SubmitIntakeResponse {
            intake: first.intake.clone(),
            status_token: link.text(),
            ..Default::default()
        };
        update(house, &own, |request| request.email = "after@example.com".to_owned()).await.unwrap();
        assert_eq!(rapport_store::intakes::by_token(&house.deps.store, hash).await.unwrap(), None);
        assert_eq!(states(house, case, id).await, [LedgerState::Queued], "it is in nobody's hands any more");
        let anew = letters::claim(store, house.deps.clock.now(), lease, 100).await.unwrap();
        assert_eq!(anew.into_iter().map(|letter| (letter.id, letter.bytes)).collect::<Vec<_>>(), [(in_hand.id, None)]);
        let told = rapport_store::intakes::get(&house.deps.store, id).await.unwrap().unwrap().submission;
        assert_eq!(told.client.email.as_ref().unwrap().as_str(), "after@example.com");
        let found = async |email: &str| {
            let mut client = told.client.clone();
            client.email = rapport_domain::contact::EmailAddress::parse(email).ok();
            let tokens: Vec<_> = search::tokens(&house.deps.store, &client)
                .into_iter()
                .filter(|token| token.kind == search::EMAIL)
                .collect();
            let other = CaseId::new(uuid::Uuid::nil());
            search::same_person(&house.deps.store, other, &tokens).await.unwrap().len()
        };
        assert_eq!((found("before@example.com").await, found("after@example.com").await), (0, 1));
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_new_contact_is_told_and_anothers_is_not_found() {
    let house = house().await;
    let first = house.submit("02-couple.json").await;
    let other = house.submit("01-drift-and-stress.json").await;
    let wrong = update(&house, &first, |request| {
        request.email = "nobody".to_owned();
        request.phone = "1".to_owned();
        request.contact = None;
    });
    let refused = wrong.await.unwrap_err();
    let fields: Vec<_> = crate::house::details(&refused)
        .bad_request()
        .unwrap()
        .field_violations
        .iter()
        .map(|it| it.field.clone())
        .collect();
    assert_eq!(fields, ["contact", "email", "phone"]);
    let foreign = update(&house, &first, |request| request.name = other.intake.clone()).await.unwrap_err();
    assert_eq!(reason(&foreign), "RESOURCE_NOT_FOUND");
}

#[tokio::test]
async fn a_case_goes_from_hand_to_hand_and_notes_stay_with_whom_they_are_for() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let case = desk.couple("").await;
        let mut staff = house.staff.clone();
        let assign = |assignee: &str| pb::AssignCaseRequest {
            name: case.clone(),
            assignee: assignee.to_owned(),
            ..Default::default()
        };
        let nobody = staff.assign_case(bearing(desk.token(Coordinator), assign("Nobody"))).await.unwrap_err();
        assert_eq!(reason(&nobody), "FIELDS_INVALID");
        let assigned = staff.assign_case(bearing(desk.token(Coordinator), assign("clinician Sam"))).await.unwrap();
        assert_eq!(assigned.into_inner().summary.unwrap().assignee, "clinician Sam");
        let release = pb::ReleaseCaseRequest { name: case.clone(), ..Default::default() };
        let held = staff.release_case(bearing(desk.token(Coordinator), release.clone())).await.unwrap_err();
        assert_eq!(reason(&held), "CASE_CLAIMED");
        let released = staff.release_case(bearing(desk.token(Clinician), release)).await.unwrap();
        assert_eq!(released.into_inner().summary.unwrap().assignee, "");
        let note = |kind: pb::NoteKind, text: &str| pb::AddNoteRequest {
            name: case.clone(),
            kind: kind.into(),
            text: text.to_owned(),
            ..Default::default()
        };
        let clinical = note(pb::NoteKind::Clinical, "Told of her mother.");
        let refused = staff.add_note(bearing(desk.token(Coordinator), clinical.clone())).await.unwrap_err();
        assert_eq!(reason(&refused), "ROLE_FORBIDDEN");
        staff.add_note(bearing(desk.token(Clinician), clinical)).await.unwrap();
        let plain = note(pb::NoteKind::Coordination, "Prefers mornings.");
        staff.add_note(bearing(desk.token(Coordinator), plain)).await.unwrap();
        let texts = async |role| desk.record(role, &case).await.notes.into_iter().map(|it| it.text).collect::<Vec<_>>();
        assert_eq!(texts(Clinician).await, ["Told of her mother.", "Prefers mornings."]);
        assert_eq!(texts(Coordinator).await, ["Prefers mornings."]);
    })
    .await;
}

/// Guard: `Case::reopen`, and `close_case::end` for `ReferCase`.
#[tokio::test]
async fn a_case_is_referred_on_as_it_is_closed_and_goes_on_where_a_clinician_says_so() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let client = flagged(house, Vec::new()).await;
        let case = intake_of(house, &client).await.case.to_string();
        let mut staff = house.staff.clone();
        let refer = pb::ReferCaseRequest {
            name: case.clone(),
            to: "A practice nearer to them".to_owned(),
            reason: "They moved.".to_owned(),
            ..Default::default()
        };
        let refused = staff.refer_case(bearing(desk.token(Coordinator), refer.clone())).await.unwrap_err();
        assert_eq!(reason(&refused), "ROLE_FORBIDDEN");
        let ended = staff.refer_case(bearing(desk.token(Clinician), refer)).await.unwrap().into_inner();
        assert_eq!(ended.summary.unwrap().state(), pb::CaseState::Closed);
        let seen = desk.record(Coordinator, &case).await;
        let referral = seen.referral.unwrap();
        assert_eq!((referral.to.as_str(), referral.reason.as_str()), ("A practice nearer to them", ""));
        assert_eq!(seen.closure.unwrap().reason(), pb::CloseReason::ReferredOn);
        let reopen =
            |why: &str| pb::ReopenCaseRequest { name: case.clone(), reason: why.to_owned(), ..Default::default() };
        let refused = staff.reopen_case(bearing(desk.token(Coordinator), reopen("They are back."))).await.unwrap_err();
        assert_eq!(reason(&refused), "ROLE_FORBIDDEN");
        let open = staff.reopen_case(bearing(desk.token(Clinician), reopen("They are back."))).await.unwrap();
        let open = open.into_inner().summary.unwrap();
        assert_eq!(open.state(), pb::CaseState::BeforeStaff);
        assert!(at(open.respond_by_time) > Some(house.deps.clock.now()));
        let seen = desk.record(Clinician, &case).await;
        assert!(seen.closure.is_none() && seen.referral.is_none());
        assert_eq!(seen.reopenings[0].reason, "They are back.");
        assert_eq!(desk.record(Coordinator, &case).await.reopenings[0].reason, "");
    })
    .await;
}

/// Guard: `Raise::of_case`: a second partner's promise does not count as kept with the first's, however early that was due.
#[tokio::test]
async fn what_was_kept_for_one_partner_is_still_owed_to_the_other() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let case = desk.couple("").await;
    let id: CaseId = case.parse().unwrap();
    before_staff(&house, id).await;
    let soon = house.deps.clock.now() + SignedDuration::from_mins(1);
    let promised = house.deps.store.transact(move |tx| {
        Box::pin(async move {
            let mut case = cases::get(tx, id).await?.unwrap();
            case.respond_by = soon;
            cases::save(tx, &case).await
        })
    });
    promised.await.map_err(|error: StoreError| error).unwrap();
    let first = desk.record(Clinician, &case).await.contacts.remove(0).intake;
    record(&desk, Clinician, attempt(&first, pb::ContactOutcome::Reached)).await.unwrap();
    let kept = cases::get(&house.deps.store, id).await.unwrap().unwrap();
    assert!(calls::is_answered(&house.deps.store, &kept).await.unwrap());
    desk.partner(&case, &[("fear", "yes")]).await;
    let owed = cases::get(&house.deps.store, id).await.unwrap().unwrap();
    assert!(!calls::is_answered(&house.deps.store, &owed).await.unwrap());
}
