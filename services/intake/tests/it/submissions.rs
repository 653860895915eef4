//! Submitting, and reading one's own.

use prost::Message;
use rapport_domain::id::IntakeId;
use rapport_proto::intake as pb;
use rapport_store::intakes;
use tonic::Code;

use crate::house::{bearing, details, house, reason};

#[tokio::test]
async fn every_sample_is_taken_and_lines_are_shown_where_safety_is_in_question() {
    let house = house().await;
    let check = async |file: &str, notice: bool, state: pb::IntakeState| {
        let answer = house.submit(file).await;
        assert_eq!(answer.safety_notice.is_some(), notice, "{file}");
        assert_eq!(answer.status_token.len(), 43);
        let request = bearing(&answer.status_token, pb::GetIntakeRequest { name: answer.intake.clone() });
        let intake = house.client.clone().get_intake(request).await.unwrap().into_inner().intake.unwrap();
        assert_eq!((intake.name.as_str(), intake.state()), (answer.intake.as_str(), state), "{file}");
        assert!(!intake.next_step.is_empty());
        assert_eq!(intake.call_by_time.is_some(), state == pb::IntakeState::WeWillCall, "{file}");
    };
    check("01-drift-and-stress.json", false, pb::IntakeState::Received).await;
    check("02-couple.json", false, pb::IntakeState::Received).await;
    check("03-red-flags.json", false, pb::IntakeState::Received).await;
    check("04-self-harm-with-intent.json", true, pb::IntakeState::WeWillCall).await;
    check("05-fear-of-partner.json", true, pb::IntakeState::WeWillCall).await;
    check("06-nobody-matches.json", false, pb::IntakeState::Received).await;
}

#[tokio::test]
async fn the_same_request_is_answered_with_the_same_bytes_and_another_is_refused() {
    let house = house().await;
    let request = house.sample("04-self-harm-with-intent.json");
    let calls = (0..12).map(|_| {
        let (mut client, request) = (house.client.clone(), request.clone());
        async move { client.submit_intake(request).await.unwrap().into_inner().encode_to_vec() }
    });
    let answers = futures::future::join_all(calls).await;
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    let mut other = request.clone();
    other.client.as_mut().unwrap().given_name.push('x');
    let refused = house.client.clone().submit_intake(other).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::InvalidArgument, "REQUEST_ID_REUSED"));
    let mut invalid = request;
    invalid.care = 0;
    let refused = house.client.clone().submit_intake(invalid).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::InvalidArgument, "REQUEST_ID_REUSED"));
}

#[tokio::test]
async fn every_bad_field_is_told_at_once_and_no_value_is_repeated() {
    let house = house().await;
    let mut request = house.sample("02-couple.json");
    request.request_id = "canary".to_owned();
    request.if_partner_silent = 0;
    request.consents.clear();
    let client = request.client.as_mut().unwrap();
    client.email = "canary@".to_owned();
    client.phone = "canary".to_owned();
    client.given_name = "canary\nBcc: x".to_owned();
    request.screenings[0].answers[0].link_id = "canary".to_owned();
    let refused = house.client.clone().submit_intake(request).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::InvalidArgument, "FIELDS_INVALID"));
    let details = details(&refused);
    let violations = &details.bad_request().unwrap().field_violations;
    for field in [
        "request_id",
        "client.given_name",
        "client.email",
        "client.phone",
        "if_partner_silent",
        "consents",
        "screenings[0].answers[0].link_id",
    ] {
        assert!(violations.iter().any(|violation| violation.field == field), "{field} in {violations:?}");
    }
    assert!(!format!("{refused:?}{violations:?}").contains("canary"));
}

#[tokio::test]
async fn a_protocol_that_was_never_served_here_is_refused() {
    let house = house().await;
    for digest in ["f".repeat(64), "' OR 1=1".to_owned()] {
        let mut request = house.sample("01-drift-and-stress.json");
        request.protocol = digest;
        let refused = house.client.clone().submit_intake(request).await.unwrap_err();
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "PROTOCOL_UNKNOWN"));
    }
}

#[tokio::test]
async fn a_token_opens_its_own_intake_alone() {
    let house = house().await;
    let (mine, theirs) = (house.submit("01-drift-and-stress.json").await, house.submit("02-couple.json").await);
    let get = async |token: &str, name: &str| {
        let request = bearing(token, pb::GetIntakeRequest { name: name.to_owned() });
        let refused = house.client.clone().get_intake(request).await.unwrap_err();
        (refused.code(), reason(&refused))
    };
    let not_found = (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned());
    assert_eq!(get(&mine.status_token, &theirs.intake).await, not_found);
    assert_eq!(get(&mine.status_token, "intakes/00000000-0000-7000-8000-000000000000").await, not_found);
    let token_invalid = (Code::Unauthenticated, "TOKEN_INVALID".to_owned());
    assert_eq!(get(&"A".repeat(43), &mine.intake).await, token_invalid);
    assert_eq!(get("", &mine.intake).await, token_invalid);
    assert_eq!(get(&mine.status_token, "intakes/1").await, (Code::InvalidArgument, "FIELDS_INVALID".to_owned()));
}

#[tokio::test]
async fn the_screening_shows_what_to_answer_and_no_weights() {
    let house = house().await;
    let ask = |language: &str| pb::GetScreeningRequest { language: language.to_owned(), ..Default::default() };
    let screening = house.client.clone().get_screening(ask("en")).await.unwrap().into_inner();
    assert_eq!(screening.questionnaires.len(), 4);
    assert!(screening.questionnaires.iter().all(|it| !it.fhir_json.contains("ordinalValue")));
    assert!(!screening.consents.is_empty() && !screening.promises.is_empty() && !screening.open_hours.is_empty());
    assert_eq!(screening.choices.unwrap().therapists.len(), 12);
    let spanish = house.client.clone().get_screening(ask("es-MX")).await.unwrap().into_inner();
    assert_ne!(spanish.emergency_note, screening.emergency_note);
}

/// Guard: `intakes::by_token` looks for the session token too, and for none that was revoked.
#[tokio::test]
async fn the_token_in_a_clients_letters_opens_their_own_intake_until_it_is_revoked() {
    let house = house().await;
    let (mine, other) = (house.submit("02-couple.json").await, house.submit("01-drift-and-stress.json").await);
    let id: IntakeId = mine.intake.parse().unwrap();
    let token = intakes::session_token(&house.deps.store, id).await.unwrap().text();
    let get = async |name: &str| {
        let request = bearing(&token, pb::GetIntakeRequest { name: name.to_owned() });
        house.client.clone().get_intake(request).await.map(|answer| answer.into_inner().intake.unwrap().name)
    };
    assert_eq!(get(&mine.intake).await.unwrap(), mine.intake);
    assert_eq!(get(&other.intake).await.unwrap_err().code(), Code::NotFound);
    let store = &house.deps.store;
    store.transact(move |tx| Box::pin(async move { intakes::revoke_session_token(tx, id).await })).await.unwrap();
    assert_eq!(reason(&get(&mine.intake).await.unwrap_err()), "TOKEN_INVALID");
}
