//! One person's screening: decided on inline where safety is in question,
//! stored in one go, answered.

use std::sync::Arc;

use jiff::Timestamp;
use prost::Message;
use rapport_domain::{
    case::{Case, CaseState},
    event::{Event, Fact},
    id::{CaseId, EventId, IntakeId},
    intake::Intake,
    letter::{Cause, DueLetter, LetterKind, Recipient},
    protocol::Protocol,
    triage::Safety,
};
use rapport_proto::intake as pb;
use rapport_security::{Principal, Token};
use rapport_store::{Accepted, CaseDetail, NewIntake, RequestKey, Seen, requests};
use uuid::Uuid;

use crate::{
    Deps,
    parse::{self, SubmitIntake},
    policy,
    protocols::Protocols,
    refusal::Refusal,
    repeat, trail, view,
};

/// Stores the screening and answers with its name, its token and, where an
/// answer calls for it, what must be shown at once.
pub(crate) async fn run(
    deps: &Deps,
    protocols: &Protocols,
    request: pb::SubmitIntakeRequest,
) -> Result<pb::SubmitIntakeResponse, Refusal> {
    let digest = deps.store.keyring().request_digest(&request.encode_to_vec());
    let request_id = parse::request_id(&request.request_id).ok();
    let now = deps.clock.now();
    let (command, protocol) = match parsed(deps, protocols, request, now).await {
        Ok(parsed) => parsed,
        // A request that was good when it came is answered as it was then, even
        // where the practice asks for a newer version of a consent by now.
        Err(refusal) => return answered_before(deps, request_id, digest, now).await?.ok_or(refusal),
    };
    let (new, response) = decide(deps, &protocol, command, digest, now);
    match deps.store.accept(new).await? {
        Accepted::Stored => Ok(response),
        Accepted::Repeated(bytes) => repeat::decode(&bytes),
        Accepted::OtherBody => Err(Refusal::RequestIdReused),
        Accepted::DraftGone => Err(Refusal::Internal("a draft is gone that no submission names yet")),
    }
}

async fn parsed(
    deps: &Deps,
    protocols: &Protocols,
    request: pb::SubmitIntakeRequest,
    now: Timestamp,
) -> Result<(SubmitIntake, Arc<Protocol>), Refusal> {
    let protocol = match request.protocol.as_str() {
        "" => None,
        digest => Some(protocols.get(&deps.store, digest).await?),
    };
    let practice = &deps.practice;
    let command =
        parse::submit_intake(request, practice, protocol.as_deref(), practice.today(now)).map_err(Refusal::Fields)?;
    let protocol = protocol.ok_or(Refusal::ProtocolUnknown)?;
    Ok((command, protocol))
}

async fn answered_before(
    deps: &Deps,
    request_id: Option<Uuid>,
    digest: [u8; 32],
    now: Timestamp,
) -> Result<Option<pb::SubmitIntakeResponse>, Refusal> {
    let Some(request_id) = request_id else { return Ok(None) };
    match requests::seen(&deps.store, &request_key(request_id, digest), now).await? {
        Seen::New => Ok(None),
        Seen::Repeated(bytes) => repeat::decode(&bytes).map(Some),
        Seen::OtherBody => Err(Refusal::RequestIdReused),
    }
}

/// Everything that the submission stores, and its answer.
fn decide(
    deps: &Deps,
    protocol: &Protocol,
    command: SubmitIntake,
    digest: [u8; 32],
    now: Timestamp,
) -> (NewIntake, pb::SubmitIntakeResponse) {
    let SubmitIntake { request_id, care, submission } = command;
    let practice = &deps.practice;
    let safety = protocol.screen_safety(&practice.subject(&submission, care.care(), now));
    let notice = practice
        .safety_notice(&safety, &submission.contact.safe_hours, submission.language(), now)
        .map(|notice| view::safety_notice(&notice, submission.language()));
    let (intake_id, case_id) = (IntakeId::new(deps.ids.uuid()), CaseId::new(deps.ids.uuid()));
    let case = Case {
        id: case_id,
        care,
        state: CaseState::Received,
        urgency: safety.urgency,
        booking: safety.booking,
        clinician_only: safety.clinician_only,
        flagged: safety.flagged,
        respond_by: practice.respond_by(safety.urgency, safety.booking, care.care(), now),
        created_at: now,
        assignee: None,
        silent_rounds: 0,
        version: 1,
    };
    let token = Token::generate();
    let response =
        pb::SubmitIntakeResponse { intake: intake_id.to_string(), status_token: token.text(), safety_notice: notice };
    let detail = CaseDetail { label: submission.client.short_name(), ..CaseDetail::default() };
    let resources = vec![intake_id.to_string(), case_id.to_string()];
    let new = NewIntake {
        detail,
        intake: Intake {
            id: intake_id,
            case: case_id,
            care,
            protocol: protocol.digest().to_owned(),
            received_at: now,
            submission,
        },
        status_token_hash: token.hash(),
        event: Event {
            id: EventId::new(deps.ids.uuid()),
            occurred_at: now,
            fact: Fact::IntakeReceived { intake: intake_id, case: case_id },
        },
        letters: alert(&case, &safety),
        case,
        reports: Vec::new(),
        draft: None,
        request: request_key(request_id, digest),
        response: response.encode_to_vec(),
        audit: trail::by(deps, &Principal::Anonymous, policy::SUBMIT_INTAKE, resources),
        now,
    };
    (new, response)
}

/// Staff hear of a flagged intake from here, not from the worker: that may be down.
fn alert(case: &Case, safety: &Safety) -> Vec<DueLetter> {
    let alert = DueLetter {
        cause: Cause::Case(case.id),
        recipient: Recipient::OnCall(0),
        kind: LetterKind::StaffAlert,
        case: case.id,
        appointment: None,
    };
    safety.flagged.then_some(alert).into_iter().collect()
}

fn request_key(request_id: Uuid, digest: [u8; 32]) -> RequestKey {
    RequestKey { principal: Principal::Anonymous.to_string(), method: policy::SUBMIT_INTAKE.name, request_id, digest }
}
