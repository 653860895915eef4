//! What staff decide: an urgency, an end, a report, a held time.

use jiff::SignedDuration;
use prost::Message;
use rapport_domain::{
    appointment::{AppointmentState, ClientWish},
    case::CaseState,
    letter::{LetterKind, Recipient},
};
use rapport_proto::{staff as pb, time};
use rapport_security::Role::{self, Clinician, Coordinator};
use rapport_store::{Joined, StoreError, appointments, calendar, cases, letters, wishes};
use tonic::Status;

use crate::{
    house::{House, bearing, details, house, on_each, reason},
    people::{Desk, SAFE},
};

const FEAR: &str = "05-fear-of-partner.json";
const DRIFT: &str = "01-drift-and-stress.json";

fn refused<T: std::fmt::Debug>(answer: Result<T, Status>) -> String {
    reason(&answer.unwrap_err())
}

async fn letters_of(house: &House, case: &str) -> Vec<(LetterKind, Recipient)> {
    let mut sent: Vec<_> = letters::of_case(&house.deps.store, case.parse().unwrap())
        .await
        .unwrap()
        .into_iter()
        .map(|letter| (letter.kind, letter.recipient))
        .collect();
    sent.sort_by_key(|(kind, to)| (*kind, to.to_string()));
    sent
}

/// Guard: the role in `Case::override_urgency`.
#[tokio::test]
async fn anybody_raises_and_only_a_clinician_lowers_a_safety_case() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let case = desk.flagged(FEAR).await;
        let before = desk.summary(&case).await;
        assert_eq!(before.urgency(), pb::Urgency::Urgent);
        let lower = desk.override_urgency(Coordinator, &case, pb::Urgency::Routine, "Sounded calm.").await.0;
        assert_eq!(refused(lower), "ROLE_FORBIDDEN");
        assert_eq!(desk.summary(&case).await, before);
        let raised = desk.override_urgency(Coordinator, &case, pb::Urgency::Immediate, "Called in tears.").await.0;
        let raised = raised.unwrap().summary.unwrap();
        assert_eq!(raised.urgency(), pb::Urgency::Immediate);
        let by = |summary: &pb::CaseSummary| time::from_message(&summary.respond_by_time.unwrap()).unwrap();
        assert!(by(&raised) < by(&before));
        // Whoever is on call hears of it even though an alert left when the intake came.
        let alerts = letters_of(house, &case).await;
        assert_eq!(alerts, vec![(LetterKind::StaffAlert, Recipient::OnCall(0)); 2]);
        let lowered = desk.override_urgency(Clinician, &case, pb::Urgency::Priority, "Safe at her sister's.").await.0;
        let lowered = lowered.unwrap().summary.unwrap();
        assert_eq!((lowered.urgency(), lowered.clinician_only), (pb::Urgency::Priority, true));
        assert!(by(&lowered) > by(&before));
        assert_eq!(letters_of(house, &case).await, alerts);
        let kept = desk.record(Clinician, &case).await.overrides;
        let told: Vec<_> = kept.iter().map(|it| (it.from(), it.to(), it.reason.as_str(), it.staff.as_str())).collect();
        use pb::Urgency::{Immediate, Priority, Urgent};
        assert_eq!(
            told,
            [
                (Urgent, Immediate, "Called in tears.", "coordinator Sam"),
                (Immediate, Priority, "Safe at her sister's.", "clinician Sam")
            ]
        );
        let seen = desk.record(Coordinator, &case).await.overrides;
        assert!(seen.len() == 2 && seen.iter().all(|it| it.reason.is_empty() && !it.staff.is_empty()));
    })
    .await;
}

#[tokio::test]
async fn a_second_partners_answer_still_raises_a_case_that_was_lowered() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let case = desk.couple("").await;
        desk.override_urgency(Coordinator, &case, pb::Urgency::Priority, "x").await.0.unwrap();
        desk.override_urgency(Clinician, &case, pb::Urgency::Routine, "x").await.0.unwrap();
        desk.partner(&case, &[("fear", "yes")]).await;
        assert_eq!(desk.summary(&case).await.urgency(), pb::Urgency::Urgent);
        let lower = desk.override_urgency(Coordinator, &case, pb::Urgency::Routine, "x").await.0;
        assert_eq!(refused(lower), "ROLE_FORBIDDEN");
    })
    .await;
}

/// Guard: `StaffCase::check_etag`, in each of the four.
#[tokio::test]
async fn a_change_decided_on_an_older_look_is_refused_and_changes_nothing() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let case = desk.couple("").await;
        desk.partner(&case, &[("child_harm", "yes")]).await;
        let held = desk.hold(&case).await;
        let report = desk.record(Clinician, &case).await.reports.remove(0).name;
        let before = desk.record(Clinician, &case).await;
        let (name, etag) = (case.clone(), "0".to_owned());
        let (mut staff, token) = (house.staff.clone(), desk.token(Clinician));
        let request = pb::OverrideUrgencyRequest {
            name: name.clone(),
            etag: etag.clone(),
            urgency: pb::Urgency::Routine.into(),
            reason: "x".to_owned(),
            ..Default::default()
        };
        assert_eq!(refused(staff.override_urgency(bearing(token, request)).await), "ETAG_MISMATCH");
        let request =
            pb::ConfirmAppointmentRequest { name: held.id.to_string(), etag: etag.clone(), ..Default::default() };
        assert_eq!(refused(staff.confirm_appointment(bearing(token, request)).await), "ETAG_MISMATCH");
        let why = pb::ReportNotRequired { note: "x".to_owned() };
        let request = pb::CompleteReportRequest {
            name: report.clone(),
            etag: etag.clone(),
            decision: Some(pb::complete_report_request::Decision::NotRequired(why)),
            ..Default::default()
        };
        assert_eq!(refused(staff.complete_report(bearing(token, request)).await), "ETAG_MISMATCH");
        assert_eq!(desk.record(Clinician, &case).await, before);
        desk.complete(Clinician, &report, "County").await.0.unwrap();
        let reason = pb::CloseReason::ReferredOn.into();
        let mut request = pb::CloseCaseRequest { name, etag, reason, note: "x".to_owned(), ..Default::default() };
        assert_eq!(refused(staff.close_case(bearing(token, request.clone())).await), "ETAG_MISMATCH");
        request.etag = desk.summary(&case).await.etag;
        staff.close_case(bearing(token, request)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_same_request_is_answered_with_the_same_bytes_and_takes_effect_once() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let case = desk.flagged(DRIFT).await;
        let request = pb::OverrideUrgencyRequest {
            name: case.clone(),
            request_id: house.deps.ids.uuid().to_string(),
            urgency: pb::Urgency::Urgent.into(),
            reason: "Called in tears.".to_owned(),
            ..Default::default()
        };
        let calls = (0..6).map(|_| {
            let (mut staff, request) = (house.staff.clone(), bearing(desk.token(Coordinator), request.clone()));
            async move { staff.override_urgency(request).await.unwrap().into_inner().encode_to_vec() }
        });
        let answers = futures::future::join_all(calls).await;
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
        assert_eq!(desk.record(Clinician, &case).await.overrides.len(), 1);
        assert_eq!(letters_of(house, &case).await.len(), 1);
        let other = pb::OverrideUrgencyRequest { reason: "Other.".to_owned(), ..request };
        let other = house.staff.clone().override_urgency(bearing(desk.token(Coordinator), other)).await;
        assert_eq!(refused(other), "REQUEST_ID_REUSED");
    })
    .await;
}

/// Guards: the role and the reports in `Case::close`; the note in `close_case::close`.
#[tokio::test]
async fn a_safety_case_is_closed_by_a_clinician_with_a_note_and_no_open_report() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let case = desk.couple("").await;
        desk.partner(&case, &[("child_harm", "yes")]).await;
        // A coordinator is told of no report.
        assert_eq!(refused(desk.close(Coordinator, &case, "x").await.0), "ROLE_FORBIDDEN");
        assert_eq!(refused(desk.close(Clinician, &case, "x").await.0), "REPORT_OPEN");
        let report = desk.record(Clinician, &case).await.reports.remove(0);
        assert_eq!((report.state(), report.label.is_empty()), (pb::ReportState::Open, false));
        assert_eq!(report.known_only_from, "Known only from Robin P.: don't mention it to Morgan S.");
        desk.complete(Clinician, &report.name, "County").await.0.unwrap();
        let noteless = desk.close(Clinician, &case, "").await.0.unwrap_err();
        assert_eq!(details(&noteless).bad_request().unwrap().field_violations[0].field, "note");
        let closed = desk.close(Clinician, &case, "With a practice nearer to them.").await.0.unwrap();
        let summary = closed.summary.unwrap();
        assert_eq!((summary.state(), summary.call_needed), (pb::CaseState::Closed, false));
        assert_eq!(desk.close(Clinician, &case, "Again.").await.0.unwrap().summary.unwrap(), summary);
        let closure = desk.record(Clinician, &case).await.closure.unwrap();
        assert_eq!(
            (closure.note.as_str(), closure.staff.as_str()),
            ("With a practice nearer to them.", "clinician Sam")
        );
        let closure = desk.record(Coordinator, &case).await.closure.unwrap();
        assert_eq!((closure.reason(), closure.note.as_str()), (pb::CloseReason::ReferredOn, ""));
        let raise = desk.override_urgency(Clinician, &case, pb::Urgency::Immediate, "x").await.0;
        assert_eq!(refused(raise), "CASE_CLOSED");
        assert!(desk.list(Coordinator).await.cases.iter().all(|listed| listed.name != case));
    })
    .await;
}

/// Guard: `close_case::give_back`. To a second partner who is flagged there never was a session.
#[tokio::test]
async fn closing_gives_a_coming_time_back_and_writes_to_whoever_knew_of_it() {
    on_each(async |house| {
        let check = async |second: Option<&[(&str, &str)]>, wish: Option<ClientWish>, written_to: usize| {
            let desk = Desk::of(house).await;
            let case = desk.couple("").await;
            let partner = match second {
                Some(answers) => Some(desk.partner(&case, answers).await),
                None => None,
            };
            let held = desk.hold(&case).await;
            if let (Some(partner), Some(wish)) = (partner, wish) {
                note(house, held.id, partner, wish).await;
            }
            let role = if second.is_some_and(|answers| !answers.is_empty()) { Clinician } else { Coordinator };
            desk.close(role, &case, "Moved away.").await.0.unwrap();
            let after = appointments::get(&house.deps.store, held.id).await.unwrap().unwrap();
            assert_eq!(after.state, AppointmentState::Cancelled);
            assert!(calendar::busy(&house.deps.store, held.starts_at, held.ends_at).await.unwrap().is_empty());
            let first = desk.record(Clinician, &case).await.contacts.remove(0).intake.parse().unwrap();
            let clients = [Some(first), partner].into_iter().flatten().map(Recipient::Client).take(written_to);
            let mut expected: Vec<_> = clients.map(|client| (LetterKind::Cancelled, client)).collect();
            expected.sort_by_key(|(kind, to)| (*kind, to.to_string()));
            assert_eq!(letters_of(house, &case).await, expected);
        };
        check(None, None, 1).await;
        check(Some(SAFE), None, 2).await;
        check(Some(SAFE), Some(ClientWish::Accepted), 2).await;
        check(Some(SAFE), Some(ClientWish::Declined), 1).await;
        check(Some(&[("fear", "yes")]), None, 1).await;
    })
    .await;
}

#[tokio::test]
async fn a_session_that_has_been_is_not_taken_back() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let case = desk.flagged(DRIFT).await;
    let held = desk.hold_at(&case, SignedDuration::from_hours(-2)).await;
    desk.confirm(Coordinator, &case).await.0.unwrap();
    desk.close(Coordinator, &case, "").await.0.unwrap();
    let after = appointments::get(&house.deps.store, held.id).await.unwrap().unwrap();
    assert_eq!(after.state, AppointmentState::Confirmed);
}

#[tokio::test]
async fn a_closed_case_lets_nobody_in_and_its_client_reads_closed() {
    on_each(async |house| {
        use rapport_proto::intake as client;
        let desk = Desk::of(house).await;
        let answer = house.submit("02-couple.json").await;
        let case = desk.intake(&answer.intake).await.case.to_string();
        let name = answer.intake.clone();
        let request = bearing(&answer.status_token, client::InvitePartnerRequest { name, ..Default::default() });
        let invited = house.client.clone().invite_partner(request).await.unwrap().into_inner().invitation_token;
        let open = async || {
            let request = bearing(&invited, client::AcceptInvitationRequest::default());
            house.client.clone().accept_invitation(request).await
        };
        open().await.unwrap();
        desk.close(Coordinator, &case, "").await.0.unwrap();
        assert_eq!(refused(open().await), "INVITATION_CLOSED");
        let (_, joined) = desk.try_partner(&case, SAFE).await;
        assert_eq!(joined, Joined::Closed);
        let request = bearing(&answer.status_token, client::GetIntakeRequest { name: answer.intake.clone() });
        let own = house.client.clone().get_intake(request).await.unwrap().into_inner().intake.unwrap();
        assert_eq!(own.state(), client::IntakeState::Closed);
    })
    .await;
}

/// Guard: `Report::complete`.
#[tokio::test]
async fn a_report_is_completed_once_by_a_clinician_and_repeating_it_succeeds() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let case = desk.couple("").await;
        desk.partner(&case, &[("child_harm", "yes")]).await;
        let report = desk.record(Clinician, &case).await.reports.remove(0).name;
        assert!(desk.record(Coordinator, &case).await.reports.is_empty());
        for role in [Coordinator, Role::Admin, Role::Auditor] {
            assert_eq!(refused(desk.complete(role, &report, "County").await.0), "ROLE_FORBIDDEN");
        }
        let at = Some(time::to_message(house.deps.clock.now() - SignedDuration::from_hours(1)));
        let made = pb::ReportMade {
            agency: "County child protection".to_owned(),
            time: at,
            reference: "24-117".to_owned(),
            note: "Spoke with intake.".to_owned(),
        };
        let decision = Some(pb::complete_report_request::Decision::Made(made.clone()));
        let request = pb::CompleteReportRequest { name: report.clone(), decision, ..Default::default() };
        let complete =
            async || house.staff.clone().complete_report(bearing(desk.token(Clinician), request.clone())).await;
        let first = complete().await.unwrap().into_inner().report.unwrap();
        assert_eq!(first.state(), pb::ReportState::Completed);
        assert_eq!(first.decision, Some(pb::report::Decision::Made(made)));
        assert_eq!((first.staff.as_str(), first.complete_time.is_some()), ("clinician Sam", true));
        assert_eq!(complete().await.unwrap().into_inner().report.unwrap(), first);
        assert_eq!(refused(desk.complete(Clinician, &report, "Another").await.0), "REPORT_COMPLETED");
        assert_eq!(desk.record(Clinician, &case).await.reports, [first]);
        let unknown = desk.complete(Clinician, "reports/00000000-0000-7000-8000-000000000000", "County").await.0;
        assert_eq!(refused(unknown), "RESOURCE_NOT_FOUND");
    })
    .await;
}

/// Guards: `policy::may_confirm`, `staff_case::clients_of`, `somebody_said_no`.
#[tokio::test]
async fn staffs_yes_fixes_a_held_time_at_once_and_writes_to_the_clients_it_is_for() {
    on_each(async |house| {
        let check = async |second: Option<&[(&str, &str)]>, role: Role, written_to: usize| {
            let desk = Desk::of(house).await;
            let case = desk.couple("").await;
            let partner = match second {
                Some(answers) => Some(desk.partner(&case, answers).await),
                None => None,
            };
            desk.hold(&case).await;
            for _ in 0..2 {
                let confirmed = desk.confirm(role, &case).await.0.unwrap();
                assert_eq!(confirmed.summary.unwrap().state(), pb::CaseState::Confirmed);
                assert_eq!(confirmed.appointment.unwrap().release_time, None);
            }
            let first = desk.record(Clinician, &case).await.contacts.remove(0).intake.parse().unwrap();
            let clients = [Some(first), partner].into_iter().flatten().map(Recipient::Client).take(written_to);
            let mut expected: Vec<_> = clients.map(|client| (LetterKind::Confirmed, client)).collect();
            expected.sort_by_key(|(kind, to)| (*kind, to.to_string()));
            assert_eq!(letters_of(house, &case).await, expected);
        };
        check(None, Coordinator, 1).await;
        check(Some(SAFE), Coordinator, 2).await;
        check(Some(&[("fear", "yes")]), Clinician, 1).await;
    })
    .await;
}

#[tokio::test]
async fn a_time_is_confirmed_by_nobody_without_the_right_or_against_a_no() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let (flagged, unwilling, closed) = (desk.couple("").await, desk.couple("").await, desk.couple("").await);
        desk.partner(&flagged, &[("fear", "yes")]).await;
        desk.hold(&flagged).await;
        assert_eq!(refused(desk.confirm(Coordinator, &flagged).await.0), "ROLE_FORBIDDEN");
        let partner = desk.partner(&unwilling, SAFE).await;
        let held = desk.hold(&unwilling).await;
        note(house, held.id, partner, ClientWish::Declined).await;
        assert_eq!(desk.record(Coordinator, &unwilling).await.contacts[1].wish(), pb::ClientWish::Declined);
        assert_eq!(refused(desk.confirm(Clinician, &unwilling).await.0), "APPOINTMENT_NOT_OPEN");
        desk.hold(&closed).await;
        desk.close(Coordinator, &closed, "").await.0.unwrap();
        assert_eq!(refused(desk.confirm(Clinician, &closed).await.0), "APPOINTMENT_NOT_OPEN");
        for case in [&flagged, &unwilling] {
            let case = cases::get(&house.deps.store, case.parse().unwrap()).await.unwrap().unwrap();
            assert_eq!(case.state, CaseState::Held);
        }
    })
    .await;
}

async fn note(
    house: &House,
    appointment: rapport_domain::id::AppointmentId,
    intake: rapport_domain::id::IntakeId,
    wish: ClientWish,
) {
    let now = house.deps.clock.now();
    let noted = house
        .deps
        .store
        .transact(move |tx| Box::pin(async move { wishes::put(tx, appointment, intake, wish, now).await }));
    noted.await.map_err(|error: StoreError| error).unwrap();
}
