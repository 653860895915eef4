//! Asking to be called before any question.

use std::collections::BTreeSet;

use prost::Message;
use rapport_domain::letter::LetterKind;
use rapport_proto::{intake as pb, staff};
use rapport_runtime::{Ids, SystemIds};
use rapport_security::Role;
use rapport_store::letters;
use tonic::{Code, Status};

use crate::{
    house::{House, bearing, details, on_each, on_each_by_hand, reason},
    people::Desk,
};

fn wish() -> pb::RequestCallRequest {
    pb::RequestCallRequest {
        request_id: SystemIds.uuid().to_string(),
        given_name: "Sample".to_owned(),
        family_name: "Caller".to_owned(),
        phone: "704-555-0177".to_owned(),
        language: "es".to_owned(),
        safe_hours: vec![pb::WeeklyWindow { day: 2, start_time: "12:00".to_owned(), end_time: "17:00".to_owned() }],
        voicemail_ok: false,
        introduce_as: "Sam".to_owned(),
    }
}

async fn ask(house: &House, wish: pb::RequestCallRequest) -> Result<pb::RequestCallResponse, Status> {
    house.client.clone().request_call(wish).await.map(tonic::Response::into_inner)
}

/// Guard: the blank safety questions of `request_call`, which fire a review by a person in the statement that stores it.
#[tokio::test]
async fn a_wish_to_be_called_stands_before_staff_at_once_with_how_to_call() {
    on_each_by_hand(async |house, _| {
        let desk = Desk::of(house).await;
        let answer = ask(house, wish()).await.unwrap();
        let case = desk.intake(&answer.intake).await.case.to_string();
        let summaries = desk.list(Role::Coordinator).await.cases;
        let [summary] = summaries.as_slice() else { panic!("{} cases", summaries.len()) };
        assert_eq!((summary.name.as_str(), summary.urgency()), (case.as_str(), staff::Urgency::Priority));
        assert!(summary.respond_by_time.is_some());
        let record = desk.record(Role::Coordinator, &case).await;
        let [contact] = record.contacts.as_slice() else { panic!("{} contacts", record.contacts.len()) };
        assert_eq!((contact.display_name.as_str(), contact.phone.as_str()), ("Sample Caller", "+17045550177"));
        assert_eq!((contact.language.as_str(), contact.introduce_as.as_str()), ("es", "Sam"));
        assert!(!contact.voicemail_ok && contact.safe_hours.len() == 1 && contact.email.is_empty());
        // The letter that tells staff is in the same statement; nothing goes to the client, who gave no address.
        let due = letters::of_case(&house.deps.store, case.parse().unwrap()).await.unwrap();
        assert_eq!(due.iter().map(|letter| letter.kind).collect::<Vec<_>>(), [LetterKind::StaffAlert]);
    })
    .await;
}

#[tokio::test]
async fn whoever_asked_reads_when_they_are_called_and_nothing_else_is_open_to_them() {
    on_each_by_hand(async |house, _| {
        let answer = ask(house, wish()).await.unwrap();
        assert!(answer.call_promise.contains("12:00"), "{}", answer.call_promise);
        let get = bearing(&answer.status_token, pb::GetIntakeRequest::default());
        let intake = house.client.clone().get_intake(get).await.unwrap().into_inner().intake.unwrap();
        assert_eq!((intake.state(), intake.appointment), (pb::IntakeState::WeWillCall, None));
        assert!(intake.call_by_time.is_some() && intake.next_step == answer.call_promise, "{}", intake.next_step);
        let invite = bearing(&answer.status_token, pb::InvitePartnerRequest::default());
        let refused = house.client.clone().invite_partner(invite).await.unwrap_err();
        assert_eq!(reason(&refused), "INVITATION_NOT_OFFERED");
    })
    .await;
}

#[tokio::test]
async fn the_same_wish_is_one_case_however_often_it_is_sent() {
    on_each(async |house| {
        let wish = wish();
        let calls = (0..6).map(|_| ask(house, wish.clone()));
        let answers: BTreeSet<_> =
            futures::future::join_all(calls).await.into_iter().map(|answer| answer.unwrap().encode_to_vec()).collect();
        assert_eq!(answers.len(), 1);
        assert_eq!(Desk::of(house).await.list(Role::Coordinator).await.cases.len(), 1);
        let other = pb::RequestCallRequest { voicemail_ok: true, ..wish };
        assert_eq!(reason(&ask(house, other).await.unwrap_err()), "REQUEST_ID_REUSED");
    })
    .await;
}

#[tokio::test]
async fn every_bad_field_of_a_wish_is_told_at_once_and_no_value_is_repeated() {
    on_each(async |house| {
        let bad = pb::RequestCallRequest {
            request_id: "canary".to_owned(),
            given_name: String::new(),
            family_name: "canary\nBcc: x".to_owned(),
            phone: "canary".to_owned(),
            language: "canary".to_owned(),
            safe_hours: vec![pb::WeeklyWindow { day: 9, start_time: "canary".to_owned(), end_time: String::new() }],
            voicemail_ok: true,
            introduce_as: "canary".repeat(20),
        };
        let refused = ask(house, bad).await.unwrap_err();
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::InvalidArgument, "FIELDS_INVALID"));
        let details = details(&refused);
        let violations = &details.bad_request().unwrap().field_violations;
        let told: Vec<_> = violations.iter().map(|violation| violation.field.as_str()).collect();
        let fields =
            ["request_id", "given_name", "family_name", "phone", "language", "safe_hours[0].day", "introduce_as"];
        assert_eq!(told, fields);
        assert!(!format!("{refused:?}{violations:?}").contains("canary"));
    })
    .await;
}

/// Guard: `Wish::states`, where a state that nobody asked for is covered by no licence.
#[tokio::test]
async fn nobody_is_offered_before_it_is_known_where_they_sit() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let answer = ask(house, wish()).await.unwrap();
        let intake = desk.intake(&answer.intake).await;
        desk.triage(&intake).await;
        let request = staff::ListMatchesRequest { name: intake.case.to_string(), ..Default::default() };
        let matches = house.staff.clone().list_matches(bearing(desk.token(Role::Clinician), request)).await;
        let matches = matches.unwrap().into_inner();
        assert!(matches.matches.is_empty() && matches.emptied_by.contains("nobody has asked for"), "{matches:?}");
    })
    .await;
}
