//! Calls that are refused, with canaries in whatever they are refused for.

use rapport_proto::{
    intake::{
        AcceptInvitationRequest, CancelAppointmentRequest, Coding, ConfirmAppointmentRequest, Consent, GetDraftRequest,
        GetIntakeRequest, InvitationLetter, InvitePartnerRequest, Quantity, SaveDraftRequest, SubmitIntakeRequest,
        SubmitIntakeResponse, WatchIntakeRequest, WeeklyWindow, value::Kind,
    },
    staff::{ClaimCaseRequest, GetCaseRequest, ListCasesRequest},
};
use rapport_tests::{production::Bearer, production::Production};
use tonic::{Code, Request, Status, client::Grpc, codegen::http::uri::PathAndQuery, transport::Endpoint};
use tonic_prost::ProstCodec;

use super::canaries::{MARK, answer, wish_to_be_called};

/// All of them; what each was told.
pub(super) async fn all(house: &Production, good: &SubmitIntakeRequest, token: &Bearer) -> Vec<Status> {
    let mut told = submissions(house, good).await;
    told.extend(names(house, token).await);
    told.extend(drafts_and_invitations(house, good, token).await);
    told.extend(staff(house).await);
    told.push(not_a_message(house).await);
    told
}

async fn submissions(house: &Production, good: &SubmitIntakeRequest) -> Vec<Status> {
    let mut client = house.client().await.unwrap();
    let mut told = Vec::new();
    let unknown = SubmitIntakeRequest { protocol: format!("{MARK}protocol"), ..good.clone() };
    for request in [everything_wrong(good.clone()), only_answers_wrong(good.clone()), unknown] {
        let mut request = Request::new(request);
        let metadata = request.metadata_mut();
        metadata.insert("authorization", format!("Bearer {MARK}bearer").parse().unwrap());
        metadata.insert("x-request-id", format!("{MARK}-request-id").parse().unwrap());
        metadata.insert("x-forwarded-for", format!("{MARK}-forwarded").parse().unwrap());
        told.push(client.submit_intake(request).await.unwrap_err());
    }
    let mut wish = wish_to_be_called(1);
    wish.given_name = format!("{MARK}\r\nBcc: {MARK}");
    told.insert(0, client.request_call(wish).await.unwrap_err());
    let codes: Vec<_> = told.iter().map(Status::code).collect();
    let invalid = Code::InvalidArgument;
    assert_eq!(codes, [invalid, invalid, invalid, Code::FailedPrecondition]);
    told
}

fn everything_wrong(mut request: SubmitIntakeRequest) -> SubmitIntakeRequest {
    let text = |field: &str| format!("{MARK}{field}");
    request.request_id = text("request");
    let client = request.client.as_mut().unwrap();
    client.given_name = format!("{MARK}\r\nBcc: {MARK}");
    client.family_name = text("family").repeat(40);
    client.email = format!("{MARK}@@{MARK}");
    client.phone = text("phone");
    client.date_of_birth = text("born");
    client.pronouns = text("pronouns").repeat(40);
    client.language = text("language");
    client.residence_state = text("state");
    let contact = request.contact.as_mut().unwrap();
    contact.mailbox = 99;
    contact.introduce_as = text("\u{7}introduce");
    contact.pin = text(" pin!");
    contact.safe_hours = vec![WeeklyWindow { day: 1, start_time: text("start"), end_time: text("end") }];
    request.care = 99;
    let preferences = request.preferences.get_or_insert_default();
    preferences.locations = vec![text("location")];
    preferences.languages = vec![text(" language")];
    preferences.payer = text("payer");
    preferences.therapist_gender = text("gender");
    preferences.therapist = format!("therapists/{MARK}");
    preferences.therapists_to_avoid = vec![text("avoid")];
    request.consents.push(Consent { id: text("consent"), version: text("version") });
    request.consents[0].version = text("version");
    request.screenings[0].questionnaire = format!("https://{MARK}.example.com/q|1");
    request
}

/// Every kind of value where another is asked for; the other fields are good.
fn only_answers_wrong(mut request: SubmitIntakeRequest) -> SubmitIntakeRequest {
    let text = || MARK.to_owned();
    let kinds = [
        Kind::Decimal(text()),
        Kind::Text(text()),
        Kind::Code(Coding { system: text(), code: text() }),
        Kind::Date(text()),
        Kind::DateTime(text()),
        Kind::Time(text()),
        Kind::Quantity(Quantity { value: text(), unit: text() }),
    ];
    let answers = &mut request.screenings[1].answers;
    for (answer, kind) in answers.iter_mut().zip(kinds) {
        answer.values[0].kind = Some(kind);
    }
    answers.push(answer(MARK, Kind::Text(text())));
    request.screenings[0].answers.push(answer("hopes", Kind::Text(MARK.repeat(1000))));
    request
}

async fn names(house: &Production, token: &Bearer) -> Vec<Status> {
    let mut client = house.client().await.unwrap();
    let [name, etag] = [format!("intakes/{MARK}"), format!("{MARK}etag")];
    let appointment = format!("appointments/{MARK}");
    let confirm = ConfirmAppointmentRequest { name: appointment.clone(), request_id: etag.clone(), etag: etag.clone() };
    let cancel = CancelAppointmentRequest { name: appointment, request_id: etag.clone(), etag };
    let bogus = Bearer::new(&format!("{MARK}bearer")).unwrap();
    vec![
        client.get_intake(token.with(GetIntakeRequest { name: name.clone() })).await.unwrap_err(),
        client.get_intake(bogus.with(GetIntakeRequest { name: name.clone() })).await.unwrap_err(),
        client.watch_intake(token.with(WatchIntakeRequest { name })).await.unwrap_err(),
        client.confirm_appointment(token.with(confirm)).await.unwrap_err(),
        client.cancel_appointment(token.with(cancel)).await.unwrap_err(),
    ]
}

async fn drafts_and_invitations(house: &Production, good: &SubmitIntakeRequest, token: &Bearer) -> Vec<Status> {
    let mut client = house.client().await.unwrap();
    let text = || MARK.to_owned();
    let bogus = Bearer::new(&format!("{MARK}bearer")).unwrap();
    let SubmitIntakeRequest { protocol, screenings, .. } = only_answers_wrong(good.clone());
    let save = SaveDraftRequest { request_id: text(), protocol, screenings, language: text(), ..Default::default() };
    let answers = SaveDraftRequest { request_id: String::new(), ..save.clone() };
    let tokens = SubmitIntakeRequest { draft_token: text(), invitation_token: text(), ..good.clone() };
    let letter = InvitationLetter { email: format!("{MARK}@@"), language: text() };
    let invite = InvitePartnerRequest { name: text(), letter: Some(letter), ..InvitePartnerRequest::default() };
    vec![
        client.save_draft(save.clone()).await.unwrap_err(),
        client.save_draft(answers).await.unwrap_err(),
        client.save_draft(bogus.with(save)).await.unwrap_err(),
        client.get_draft(bogus.with(GetDraftRequest {})).await.unwrap_err(),
        client.submit_intake(tokens).await.unwrap_err(),
        client.invite_partner(token.with(invite)).await.unwrap_err(),
        client.accept_invitation(bogus.with(AcceptInvitationRequest::default())).await.unwrap_err(),
    ]
}

async fn staff(house: &Production) -> Vec<Status> {
    let (mut triage, clinician) = house.staff("clinician").await.unwrap();
    let (_, auditor) = house.staff("auditor").await.unwrap();
    let bogus = Bearer::new(&format!("{MARK}bearer")).unwrap();
    let page = || ListCasesRequest { page_token: MARK.to_owned(), ..ListCasesRequest::default() };
    let name = || format!("cases/{MARK}");
    let claim = ClaimCaseRequest { name: name(), request_id: MARK.to_owned(), etag: MARK.to_owned() };
    vec![
        triage.list_cases(clinician.with(page())).await.unwrap_err(),
        triage.list_cases(auditor.with(page())).await.unwrap_err(),
        triage.list_cases(bogus.with(page())).await.unwrap_err(),
        triage.get_case(clinician.with(GetCaseRequest { name: name() })).await.unwrap_err(),
        triage.claim_case(clinician.with(claim)).await.unwrap_err(),
    ]
}

/// Text where SubmitIntake has a message, so that it cannot even be decoded.
#[derive(Clone, PartialEq, prost::Message)]
struct Odd {
    #[prost(string, tag = "2")]
    client: String,
}

async fn not_a_message(house: &Production) -> Status {
    let channel = Endpoint::try_from(format!("http://{}", house.processes.intake)).unwrap().connect().await.unwrap();
    let mut grpc = Grpc::new(channel);
    grpc.ready().await.unwrap();
    let path = PathAndQuery::from_static("/rapport.intake.v1.IntakeService/SubmitIntake");
    let codec = ProstCodec::<Odd, SubmitIntakeResponse>::default();
    let refused = grpc.unary(Request::new(Odd { client: MARK.to_owned() }), path, codec).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    refused
}
