//! Screenings that are not sent yet.

use jiff::SignedDuration;
use prost::Message;
use rapport_domain::{
    id::DraftId,
    intake::Care,
    protocol::{Protocol, Subject},
    screening::Answers,
};
use rapport_proto::intake::{self as pb, value::Kind};
use rapport_security::Token;
use rapport_store::{StoreError, drafts, intakes, protocols};
use tonic::{Code, Request, Status};

use crate::house::{House, bearing, details, house, house_of, on_each, practice_files, reason};

/// Everything that a sample answers, as a draft.
fn draft_of(request: &pb::SubmitIntakeRequest) -> pb::SaveDraftRequest {
    let (protocol, screenings) = (request.protocol.clone(), request.screenings.clone());
    pb::SaveDraftRequest { protocol, screenings, language: "en".to_owned(), ..Default::default() }
}

async fn begin(house: &House, request: pb::SaveDraftRequest) -> pb::SaveDraftResponse {
    house.client.clone().save_draft(request).await.unwrap().into_inner()
}

async fn go_on(house: &House, token: &str, request: pb::SaveDraftRequest) -> Result<pb::SaveDraftResponse, Status> {
    house.client.clone().save_draft(bearing(token, request)).await.map(tonic::Response::into_inner)
}

async fn get(house: &House, token: &str) -> Result<pb::GetDraftResponse, Status> {
    let request = bearing(token, pb::GetDraftRequest {});
    house.client.clone().get_draft(request).await.map(tonic::Response::into_inner)
}

fn told(status: &Status) -> (Code, String) {
    (status.code(), reason(status))
}

fn code(link_id: &str, code: &str) -> pb::Answer {
    let coding = pb::Coding { system: String::new(), code: code.to_owned() };
    pb::Answer { link_id: link_id.to_owned(), values: vec![pb::Value { kind: Some(Kind::Code(coding)) }] }
}

fn screening(house: &House, name: &str, answers: Vec<pb::Answer>) -> pb::QuestionnaireAnswers {
    let instruments = house.deps.practice.protocol.instruments();
    let questionnaire = instruments.iter().find(|one| one.name() == name).unwrap().canonical().to_owned();
    pb::QuestionnaireAnswers { questionnaire, answers }
}

/// Guards: `Protocol::is_safety_item` in `get_draft`, `Protocol::merge` in `parse::screenings`, the draft's deletion in
/// the statement that accepts.
#[tokio::test]
async fn a_draft_shows_lines_at_once_hides_its_safety_answers_and_is_sent_with_them() {
    on_each(async |house| {
        let mut request = house.sample("05-fear-of-partner.json");
        let begun = begin(house, draft_of(&request)).await;
        let notice = begun.safety_notice.unwrap();
        assert!(!notice.lines.is_empty() && notice.call_promise.is_empty() && notice.discretion.contains("Nobody"));
        assert_eq!((begun.draft_token.len(), begun.revision), (43, 1));

        let seen = get(house, &begun.draft_token).await.unwrap();
        assert_eq!((seen.revision, &seen.protocol), (1, &request.protocol));
        let shown: Vec<_> = seen.screenings.iter().flat_map(|one| &one.answers).map(|one| &one.link_id).collect();
        assert!(shown.iter().any(|id| *id == "eye_contact"));
        assert!(shown.iter().all(|id| !["alone", "fear", "control", "thoughts"].contains(&id.as_str())), "{shown:?}");

        let change = |expected_revision| pb::SaveDraftRequest {
            expected_revision,
            screenings: vec![screening(house, "distance", vec![code("eye_contact", "no")])],
            ..draft_of(&request)
        };
        let saved = go_on(house, &begun.draft_token, change(1)).await.unwrap();
        assert_eq!((saved.draft_token.as_str(), saved.revision, saved.safety_notice.is_some()), ("", 2, true));
        let stale = go_on(house, &begun.draft_token, change(1)).await.unwrap_err();
        assert_eq!(told(&stale), (Code::Aborted, "ETAG_MISMATCH".to_owned()));

        request.screenings.clear();
        request.draft_token = begun.draft_token.clone();
        let answer = house.client.clone().submit_intake(request.clone()).await.unwrap().into_inner();
        assert!(!answer.safety_notice.as_ref().unwrap().call_promise.is_empty());
        let stored = intakes::get(&house.deps.store, answer.intake.parse().unwrap()).await.unwrap().unwrap();
        let safety = screening(house, "safety", Vec::new()).questionnaire;
        assert!(!stored.submission.answers.values(&safety, "fear").is_empty());

        let again = house.client.clone().submit_intake(request.clone()).await.unwrap().into_inner();
        assert_eq!(again.encode_to_vec(), answer.encode_to_vec());
        request.request_id = house.deps.ids.uuid().to_string();
        let gone = house.client.clone().submit_intake(request).await.unwrap_err();
        assert_eq!(told(&gone), (Code::FailedPrecondition, "DRAFT_GONE".to_owned()));
        let gone = get(house, &begun.draft_token).await.unwrap_err();
        assert_eq!(told(&gone), (Code::Unauthenticated, "TOKEN_INVALID".to_owned()));
    })
    .await;
}

/// Guard: `Practice::draft_notice` takes away what a blank sheet shows.
#[tokio::test]
async fn neither_a_blank_nor_an_age_nor_what_is_kept_for_a_person_brings_lines_to_a_draft() {
    // A practice whose rule about age has a line, which no draft can know of.
    let house = house_of(|practice| {
        let mut files = practice_files();
        let rules = files.get_mut("triage.yaml").unwrap();
        *rules = rules.replacen("  - id: under_18\n", "  - id: under_18\n    lines: [dv_local]\n", 1);
        practice.protocol = Protocol::load(&files).map_err(|problems| format!("{problems:?}")).unwrap().value;
        let minor = practice.protocol.screen_safety(&Subject {
            answers: &Answers::default(),
            age: Some(17),
            care: Care::Couple,
        });
        assert_eq!(minor.lines, ["dv_local"]);
    })
    .await;
    let protocol = house.deps.practice.protocol.digest().to_owned();
    let check = async |answers: Vec<pb::Answer>, lines: bool, language: &str| {
        let screenings = vec![screening(&house, "safety", answers)];
        let (protocol, language) = (protocol.clone(), language.to_owned());
        let request = pb::SaveDraftRequest { protocol, screenings, language, ..Default::default() };
        assert_eq!(begin(&house, request).await.safety_notice.is_some(), lines);
    };
    check(Vec::new(), false, "en").await;
    check(vec![code("alone", "no")], false, "en").await;
    check(vec![code("wish_dead", "rather_tell"), code("thoughts", "no")], false, "es").await;
    check(vec![code("thoughts", "yes")], true, "es").await;
    check(vec![code("thoughts", "yes"), code("plan", "yes")], true, "en").await;
}

#[tokio::test]
async fn the_same_first_save_gives_the_same_token_and_another_is_refused() {
    on_each(async |house| {
        let mut request = draft_of(&house.sample("01-drift-and-stress.json"));
        request.request_id = house.deps.ids.uuid().to_string();
        let (one, two) = (begin(house, request.clone()).await, begin(house, request.clone()).await);
        assert_eq!(one.encode_to_vec(), two.encode_to_vec());
        request.screenings.clear();
        let refused = house.client.clone().save_draft(request).await.unwrap_err();
        assert_eq!(told(&refused), (Code::InvalidArgument, "REQUEST_ID_REUSED".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn every_bad_field_of_a_save_is_told_at_once_and_no_value_is_repeated() {
    let house = house().await;
    let mut request = draft_of(&house.sample("01-drift-and-stress.json"));
    request.expected_revision = 7;
    request.screenings[0].answers[0].values[0].kind = None;
    request.screenings[0].answers[1].link_id = "canary".to_owned();
    request.screenings[1].questionnaire = "canary".to_owned();
    let refused = house.client.clone().save_draft(request).await.unwrap_err();
    assert_eq!(told(&refused), (Code::InvalidArgument, "FIELDS_INVALID".to_owned()));
    let details = details(&refused);
    let fields: Vec<_> = details.bad_request().unwrap().field_violations.iter().map(|it| it.field.as_str()).collect();
    for field in [
        "expected_revision",
        "screenings[0].answers[0].values[0]",
        "screenings[0].answers[1].link_id",
        "screenings[1].questionnaire",
    ] {
        assert!(fields.contains(&field), "{field} in {fields:?}");
    }
    assert!(!format!("{refused:?}").contains("canary"));
    for (digest, expected) in [(String::new(), "FIELDS_INVALID"), ("f".repeat(64), "PROTOCOL_UNKNOWN")] {
        let request = pb::SaveDraftRequest { protocol: digest, ..Default::default() };
        let refused = house.client.clone().save_draft(request).await.unwrap_err();
        assert_eq!(reason(&refused), expected);
    }
}

/// An earlier form: one question more, to be answered at length.
fn earlier() -> Protocol {
    let mut files = practice_files();
    let form = files.get_mut("instruments/about_you.json").unwrap();
    let mut json: serde_json::Value = serde_json::from_str(form).unwrap();
    let item = serde_json::json!({"linkId": "at_length", "text": "Tell us more", "type": "text", "repeats": true});
    json.get_mut("item").unwrap().as_array_mut().unwrap().push(item);
    *form = json.to_string();
    Protocol::load(&files).map_err(|problems| format!("{problems:?}")).unwrap().value
}

/// Guards: the protocol that `save_draft` and `parse::submit_intake` hold against the draft's, and `MOST_BYTES`.
#[tokio::test]
async fn a_draft_is_finished_on_the_form_that_it_was_begun_on() {
    on_each(async |house| {
        let earlier = earlier();
        protocols::pin(&house.deps.store, &earlier).await.unwrap();
        let digest = earlier.digest().to_owned();
        let ask = pb::GetScreeningRequest { language: "en".to_owned(), protocol: digest.clone() };
        let screening = house.client.clone().get_screening(ask).await.unwrap().into_inner();
        assert_eq!(screening.protocol, digest);
        assert!(screening.questionnaires.iter().any(|one| one.fhir_json.contains("at_length")));
        let unknown = pb::GetScreeningRequest { protocol: "f".repeat(64), ..Default::default() };
        assert_eq!(reason(&house.client.clone().get_screening(unknown).await.unwrap_err()), "PROTOCOL_UNKNOWN");

        let mut request = house.sample("01-drift-and-stress.json");
        let today = std::mem::replace(&mut request.protocol, digest);
        let text = |length: usize| pb::Value { kind: Some(Kind::Text("x".repeat(length))) };
        let long = |values| vec![pb::Answer { link_id: "at_length".to_owned(), values }];
        let about = earlier.instruments()[0].canonical().to_owned();
        let too_long = (0..100).map(|n| text(4000 - n)).collect();
        let too_long = pb::QuestionnaireAnswers { questionnaire: about.clone(), answers: long(too_long) };
        let refused = pb::SaveDraftRequest { screenings: vec![too_long], ..draft_of(&request) };
        let refused = house.client.clone().save_draft(refused).await.unwrap_err();
        assert_eq!(details(&refused).bad_request().unwrap().field_violations[0].field, "screenings");

        request.screenings[0].answers.extend(long(vec![text(10)]));
        let begun = begin(house, draft_of(&request)).await;
        let other = pb::SaveDraftRequest { expected_revision: 1, protocol: today.clone(), ..Default::default() };
        let refused = go_on(house, &begun.draft_token, other).await.unwrap_err();
        assert_eq!(details(&refused).bad_request().unwrap().field_violations[0].field, "protocol");
        request.screenings.clear();
        request.draft_token = begun.draft_token;
        let refused = pb::SubmitIntakeRequest { protocol: today, ..request.clone() };
        let refused = house.client.clone().submit_intake(refused).await.unwrap_err();
        assert_eq!(details(&refused).bad_request().unwrap().field_violations[0].field, "protocol");
        let answer = house.client.clone().submit_intake(request).await.unwrap().into_inner();
        let stored = intakes::get(&house.deps.store, answer.intake.parse().unwrap()).await.unwrap().unwrap();
        assert!(stored.protocol == earlier.digest());
        assert!(!stored.submission.answers.values(&about, "at_length").is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_draft_whose_time_is_over_opens_for_nobody_and_is_destroyed() {
    on_each(async |house| {
        let mut request = house.sample("01-drift-and-stress.json");
        let begun = begin(house, draft_of(&request)).await;
        let (store, now) = (&house.deps.store, house.deps.clock.now());
        let hash = Token::parse(&begun.draft_token).unwrap().hash();
        let id: DraftId = drafts::by_token(store, hash, now).await.unwrap().unwrap();
        let draft = drafts::get(store, id, now).await.unwrap().unwrap();
        assert!(draft.expires_at > now + SignedDuration::from_hours(24 * 13));
        let over = now - SignedDuration::from_secs(1);
        let save =
            store.transact(move |tx| Box::pin(async move { drafts::save(tx, id, 1, &draft.answers, over).await }));
        save.await.map_err(|error: StoreError| error).unwrap();
        assert_eq!(reason(&get(house, &begun.draft_token).await.unwrap_err()), "TOKEN_INVALID");
        request.draft_token = begun.draft_token;
        assert_eq!(reason(&house.client.clone().submit_intake(request).await.unwrap_err()), "DRAFT_GONE");
        assert_eq!(drafts::purge_expired(store, now).await.unwrap(), 1);
    })
    .await;
}

/// Guards: `policy::Access::admits` and `authenticate`, which looks a token up only as what the call takes.
#[tokio::test]
async fn each_token_opens_its_own_kind_of_thing_and_no_other() {
    let house = house().await;
    let couple = house.submit("02-couple.json").await;
    let draft = begin(&house, draft_of(&house.sample("01-drift-and-stress.json"))).await.draft_token;
    let name = couple.intake.clone();
    let invite = pb::InvitePartnerRequest { name: name.clone(), ..Default::default() };
    let invite = house.client.clone().invite_partner(bearing(&couple.status_token, invite)).await.unwrap().into_inner();
    for (kind, token) in [("client", &couple.status_token), ("draft", &draft), ("invitation", &invite.invitation_token)]
    {
        let refused = async |call: &str, owner: &str, answer: Result<(), Status>| {
            if kind != owner {
                assert_eq!(reason(&answer.unwrap_err()), "TOKEN_INVALID", "{kind} on {call}");
            }
        };
        let mut client = house.client.clone();
        let asked = bearing(token, pb::GetIntakeRequest { name: name.clone() });
        refused("GetIntake", "client", client.get_intake(asked).await.map(drop)).await;
        let asked = bearing(token, pb::WatchIntakeRequest { name: name.clone() });
        refused("WatchIntake", "client", client.watch_intake(asked).await.map(drop)).await;
        let asked = bearing(token, pb::InvitePartnerRequest { name: name.clone(), ..Default::default() });
        refused("InvitePartner", "client", client.invite_partner(asked).await.map(drop)).await;
        let asked = bearing(token, pb::CancelAppointmentRequest::default());
        refused("CancelAppointment", "client", client.cancel_appointment(asked).await.map(drop)).await;
        let asked = bearing(token, pb::ConfirmAppointmentRequest::default());
        refused("ConfirmAppointment", "client", client.confirm_appointment(asked).await.map(drop)).await;
        let asked = bearing(token, pb::GetDraftRequest {});
        refused("GetDraft", "draft", client.get_draft(asked).await.map(drop)).await;
        let asked = bearing(token, pb::SaveDraftRequest::default());
        refused("SaveDraft", "draft", client.save_draft(asked).await.map(drop)).await;
        let asked = bearing(token, pb::AcceptInvitationRequest::default());
        refused("AcceptInvitation", "invitation", client.accept_invitation(asked).await.map(drop)).await;
        let asked = bearing(token, pb::DeclineInvitationRequest::default());
        refused("DeclineInvitation", "invitation", client.decline_invitation(asked).await.map(drop)).await;
    }
    let none = house.client.clone().get_draft(Request::new(pb::GetDraftRequest {})).await.unwrap_err();
    assert_eq!(told(&none), (Code::Unauthenticated, "TOKEN_INVALID".to_owned()));
}
