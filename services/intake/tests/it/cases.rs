//! The staff API.

use futures::StreamExt;
use rapport_domain::{case::StaffReason, id::IntakeId, protocol::Subject};
use rapport_proto::staff as pb;
use rapport_security::Role;
use rapport_store::{StoreError, cases, intakes, search, triage_results};
use tonic::Code;

use crate::house::{House, bearing, house, on_each, reason};

/// Triages a sample as the worker would, with a reason that tells of safety.
async fn triaged(house: &House, file: &str) -> String {
    let answer = house.submit(file).await;
    let store = &house.deps.store;
    let intake = intakes::get(store, answer.intake.parse::<IntakeId>().unwrap()).await.unwrap().unwrap();
    let subject = Subject { answers: &intake.submission.answers, age: Some(36), care: intake.care.care() };
    let result = house.deps.practice.protocol.triage(&subject);
    assert!(!result.fired.is_empty() && !result.scores.is_empty());
    let (case, id) = (intake.case, intake.id);
    store
        .transact(move |tx| {
            Box::pin(async move {
                triage_results::put(tx, id, &result).await?;
                let mut detail = cases::detail(tx, case).await?.unwrap();
                detail.staff_reason = Some(StaffReason::RulesForbidBooking);
                detail.match_because = vec!["Fits the answers.".to_owned()];
                cases::save_detail(tx, case, &detail).await
            })
        })
        .await
        .map_err(|error: StoreError| error)
        .unwrap();
    case.to_string()
}

#[tokio::test]
async fn a_coordinator_reads_how_to_call_and_nothing_of_why() {
    let house = house().await;
    let name = triaged(&house, "05-fear-of-partner.json").await;
    let get = async |role| {
        let request = bearing(&house.token(role).await, pb::GetCaseRequest { name: name.clone() });
        house.staff.clone().get_case(request).await.unwrap().into_inner().record.unwrap()
    };
    let seen = get(Role::Coordinator).await;
    assert!(seen.fired_rules.is_empty() && seen.scores.is_empty() && seen.protocol.is_empty());
    let summary = seen.summary.unwrap();
    assert_eq!(summary.staff_reason, "A clinician decides on this case.");
    assert!(summary.clinician_only && summary.sample);
    assert!(!seen.contacts[0].phone.is_empty());
    assert_eq!(seen.letters[0].letter, "staff_alert");
    let seen = get(Role::Clinician).await;
    assert!(!seen.fired_rules.is_empty() && !seen.scores.is_empty() && !seen.protocol.is_empty());
    let anxiety = seen.scores.iter().find(|score| score.scale == "anxiety").unwrap();
    let bands: Vec<_> = anxiety.bands.iter().map(|band| (band.label.as_str(), band.begin, band.end)).collect();
    assert_eq!(bands, [("low", 0.0, 3.0), ("some", 3.0, 5.0), ("high", 5.0, 8.0), ("severe", 8.0, 9.0)]);
    assert!(seen.summary.unwrap().staff_reason.starts_with("The rules"));
}

/// Guard: `view::staff::staff_reason`.
#[tokio::test]
async fn a_coordinator_reads_no_reason_that_tells_of_answers() {
    let house = house().await;
    let name = triaged(&house, "01-drift-and-stress.json").await;
    let id = name.parse().unwrap();
    let filter = "no therapist has what is needed: alcohol and drugs".to_owned();
    let nobody = |tells_of_answers| StaffReason::NobodyMatches { filter: filter.clone(), tells_of_answers };
    let check = async |reason: StaffReason, coordinator: &str| {
        let store = &house.deps.store;
        let written = reason.clone();
        let saved = store.transact(move |tx| {
            Box::pin(async move {
                let mut detail = cases::detail(tx, id).await?.unwrap();
                detail.staff_reason = Some(written);
                cases::save_detail(tx, id, &detail).await
            })
        });
        saved.await.map_err(|error: StoreError| error).unwrap();
        for (role, expected) in [(Role::Coordinator, coordinator), (Role::Clinician, reason.text().as_str())] {
            let request = bearing(&house.token(role).await, pb::GetCaseRequest { name: name.clone() });
            let seen = house.staff.clone().get_case(request).await.unwrap().into_inner().record.unwrap();
            assert_eq!(seen.summary.unwrap().staff_reason, expected);
        }
    };
    check(nobody(true), "No therapist fits within the promise.").await;
    check(nobody(false), &nobody(false).text()).await;
    check(StaffReason::RulesForbidBooking, "Call needed: a person decides with the client.").await;
    check(StaffReason::Under18, &StaffReason::Under18.text()).await;
}

#[tokio::test]
async fn only_those_who_work_on_cases_may_read_them() {
    let house = house().await;
    let client = house.submit("01-drift-and-stress.json").await.status_token;
    let list = async |token: &str| {
        let refused =
            house.staff.clone().list_cases(bearing(token, pb::ListCasesRequest::default())).await.unwrap_err();
        (refused.code(), reason(&refused))
    };
    let forbidden = (Code::PermissionDenied, "ROLE_FORBIDDEN".to_owned());
    assert_eq!(list(&house.token(Role::Admin).await).await, forbidden);
    assert_eq!(list(&house.token(Role::Auditor).await).await, forbidden);
    assert_eq!(list(&client).await, (Code::Unauthenticated, "TOKEN_INVALID".to_owned()));
}

#[tokio::test]
async fn the_queue_comes_by_urgency_in_pages_that_keep_their_filter() {
    let house = house().await;
    for file in
        ["01-drift-and-stress.json", "04-self-harm-with-intent.json", "02-couple.json", "05-fear-of-partner.json"]
    {
        house.submit(file).await;
    }
    let token = house.token(Role::Coordinator).await;
    let page = async |page_token: String, unclaimed_only| {
        let request = pb::ListCasesRequest { page_size: 3, page_token, unclaimed_only, ..Default::default() };
        house.staff.clone().list_cases(bearing(&token, request)).await.map(tonic::Response::into_inner)
    };
    let first = page(String::new(), false).await.unwrap();
    let urgencies: Vec<_> = first.cases.iter().map(|case| case.urgency().as_str_name()).collect();
    assert_eq!(urgencies, ["URGENCY_IMMEDIATE", "URGENCY_URGENT", "URGENCY_ROUTINE"]);
    let second = page(first.next_page_token.clone(), false).await.unwrap();
    assert_eq!((second.cases.len(), second.next_page_token.as_str()), (1, ""));
    assert!(!first.cases.iter().any(|case| case.name == second.cases[0].name));
    let refused = page(first.next_page_token, true).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::InvalidArgument, "PAGE_TOKEN_INVALID"));
}

/// Guard: `CaseFilter` in the store, on both databases.
#[tokio::test]
async fn the_queue_lists_ones_own_finds_a_client_and_knows_languages() {
    on_each(async |house| {
        for file in ["01-drift-and-stress.json", "03-red-flags.json"] {
            let answer = house.submit(file).await;
            let store = house.deps.store.clone();
            let intake = intakes::get(&store, answer.intake.parse().unwrap()).await.unwrap().unwrap();
            let tokens = search::tokens(&store, &intake.submission.client);
            let put: Result<(), StoreError> =
                store.transact(move |tx| Box::pin(async move { search::put(tx, intake.case, &tokens).await })).await;
            put.unwrap();
        }
        let token = house.token(Role::Coordinator).await;
        let labels = async |request: pb::ListCasesRequest| -> Vec<String> {
            let listed = house.staff.clone().list_cases(bearing(&token, request)).await.unwrap();
            listed.into_inner().cases.into_iter().map(|case| case.label).collect()
        };
        let by = |client: &str| pb::ListCasesRequest { client: client.to_owned(), ..Default::default() };
        for found in [" avery  SAMPLE ", "Sample, Avery", "704-555-0111", "avery.sample@example.com"] {
            assert_eq!(labels(by(found)).await, ["Avery S."], "{found}");
        }
        assert!(labels(by("Avery")).await.is_empty() && labels(by("%")).await.is_empty());
        let in_spanish = || pb::ListCasesRequest { languages: vec!["es".to_owned()], ..Default::default() };
        assert_eq!(labels(in_spanish()).await, ["Lucía S."]);
        let mine = || pb::ListCasesRequest { mine_only: true, ..Default::default() };
        assert!(labels(mine()).await.is_empty());
        let name = house.staff.clone().list_cases(bearing(&token, in_spanish())).await.unwrap().into_inner().cases[0]
            .name
            .clone();
        let claim = pb::ClaimCaseRequest { name, ..Default::default() };
        house.staff.clone().claim_case(bearing(&token, claim)).await.unwrap();
        assert_eq!(labels(mine()).await, ["Lucía S."]);
        assert!(labels(pb::ListCasesRequest { overdue_only: true, ..Default::default() }).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_case_is_claimed_by_one_and_a_clinicians_case_by_no_coordinator() {
    on_each(async |house| {
        house.submit("01-drift-and-stress.json").await;
        house.submit("05-fear-of-partner.json").await;
        let (coordinator, clinician) = (house.token(Role::Coordinator).await, house.token(Role::Clinician).await);
        let listed =
            house.staff.clone().list_cases(bearing(&clinician, pb::ListCasesRequest::default())).await.unwrap();
        let cases = listed.into_inner().cases;
        let (fear, drift) = (cases[0].clone(), cases[1].clone());
        let claim = async |token: &str, name: &str, etag: &str| {
            let request = pb::ClaimCaseRequest { name: name.to_owned(), etag: etag.to_owned(), ..Default::default() };
            let claimed = house.staff.clone().claim_case(bearing(token, request)).await;
            claimed.map(|it| it.into_inner().summary.unwrap().assignee).map_err(|status| reason(&status))
        };
        assert_eq!(claim(&coordinator, &fear.name, "").await, Err("ROLE_FORBIDDEN".to_owned()));
        assert_eq!(claim(&coordinator, &drift.name, "x").await, Err("ETAG_MISMATCH".to_owned()));
        assert_eq!(claim(&coordinator, &drift.name, &drift.etag).await, Ok("coordinator Sam".to_owned()));
        assert_eq!(claim(&coordinator, &drift.name, &drift.etag).await, Ok("coordinator Sam".to_owned()));
        assert_eq!(claim(&clinician, &drift.name, "").await, Err("CASE_CLAIMED".to_owned()));
        assert_eq!(claim(&clinician, &fear.name, "").await, Ok("clinician Sam".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn whoever_watches_is_told_at_once_at_news_and_at_the_end() {
    let house = house().await;
    let token = house.token(Role::Coordinator).await;
    let mut hints =
        house.staff.clone().watch_cases(bearing(&token, pb::WatchCasesRequest {})).await.unwrap().into_inner();
    hints.next().await.unwrap().unwrap();
    house.submit("01-drift-and-stress.json").await;
    hints.next().await.unwrap().unwrap();
    house.stop.cancel();
    assert!(hints.next().await.is_none());
}

#[tokio::test]
async fn a_client_is_told_of_their_own_case_alone() {
    use rapport_proto::intake as client;
    let house = house().await;
    let mine = house.submit("01-drift-and-stress.json").await;
    let request = bearing(&mine.status_token, client::WatchIntakeRequest { name: mine.intake.clone() });
    let mut hints = house.client.clone().watch_intake(request).await.unwrap().into_inner();
    hints.next().await.unwrap().unwrap();
    house.submit("02-couple.json").await;
    let silence = tokio::time::timeout(std::time::Duration::from_millis(500), hints.next()).await;
    assert!(silence.is_err(), "somebody else's news was told");
}
