//! One person's screening: decided on inline where safety is in question,
//! stored in one go, answered. A second partner's, which comes with an
//! invitation, is stored in their partner's case; all else is the same.

use std::sync::Arc;

use jiff::Timestamp;
use prost::Message;
use rapport_domain::{
    case::{Case, CaseState},
    event::{Event, Fact},
    id::{CaseId, DraftId, EventId, IntakeId, ReportId},
    intake::Intake,
    invitation::Invitation,
    letter::{Cause, DueLetter, LetterKind, Recipient},
    protocol::Protocol,
    report::{Report, ReportState},
    triage::Safety,
};
use rapport_proto::intake as pb;
use rapport_security::{Principal, Token};
use rapport_store::{
    Accepted, AuditEntry, CaseDetail, Draft, Joined, JoiningIntake, NewIntake, Raise, RequestKey, Seen, drafts,
    invitations, requests,
};
use uuid::Uuid;

use crate::{
    Deps,
    parse::{self, Against, SubmitIntake},
    policy::{self, Rpc},
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
    let door = Door {
        caller: Principal::Anonymous,
        rpc: policy::SUBMIT_INTAKE,
        by_phone: false,
        answer: Box::new(|_, submitted| submitted),
    };
    store(deps, protocols, request, digest, door).await
}

/// How a screening came in.
pub(crate) struct Door<T> {
    pub(crate) caller: Principal,
    pub(crate) rpc: Rpc,
    /// Whoever calls may have no e-mail address.
    pub(crate) by_phone: bool,
    /// What whoever brought it is told.
    pub(crate) answer: Box<dyn Fn(CaseId, pb::SubmitIntakeResponse) -> T + Send + Sync>,
}

impl<T> Door<T> {
    fn key(&self, request_id: Uuid, digest: [u8; 32]) -> RequestKey {
        RequestKey { principal: self.caller.to_string(), method: self.rpc.name, request_id, digest }
    }
}

/// Stores a screening, whichever door it came through.
pub(crate) async fn store<T: Message + Default + Clone>(
    deps: &Deps,
    protocols: &Protocols,
    request: pb::SubmitIntakeRequest,
    digest: [u8; 32],
    door: Door<T>,
) -> Result<T, Refusal> {
    let request_id = request.request_id.clone();
    let read = read(deps, protocols, request, door.by_phone, deps.clock.now()).await;
    keep(deps, read, &request_id, digest, door).await
}

/// Stores what was read, or answers as before where it came before.
pub(crate) async fn keep<T: Message + Default + Clone>(
    deps: &Deps,
    read: Result<Read, Refusal>,
    request_id: &str,
    digest: [u8; 32],
    door: Door<T>,
) -> Result<T, Refusal> {
    let key = parse::request_id(request_id).ok().map(|request_id| door.key(request_id, digest));
    let now = deps.clock.now();
    let read = match read {
        Ok(read) => read,
        // A request that was good when it came is answered as it was then, even
        // where the practice asks for a newer version of a consent by now, and
        // though its draft and its invitation are used up.
        Err(refusal) => return answered_before(deps, key, now).await?.ok_or(refusal),
    };
    let (invitation, draft) = (read.invitation.clone(), read.draft);
    let (decided, response) = Decided::new(deps, read, digest, &door, now);
    let answered = match invitation {
        None => match deps.store.accept(decided.into_new(deps, draft)).await? {
            Accepted::Stored => None,
            Accepted::Repeated(bytes) => Some(bytes),
            Accepted::OtherBody => return Err(Refusal::RequestIdReused),
            Accepted::DraftGone => return Err(Refusal::DraftGone),
        },
        Some(invitation) => match deps.store.join(decided.into_joining(deps, draft, &invitation)).await? {
            Joined::Stored => None,
            Joined::Repeated(bytes) => Some(bytes),
            Joined::OtherBody => return Err(Refusal::RequestIdReused),
            Joined::Closed => return Err(Refusal::InvitationClosed),
            Joined::DraftGone => return Err(Refusal::DraftGone),
        },
    };
    answered.map_or(Ok(response), |bytes| repeat::decode(&bytes))
}

/// A submission with what it belongs to.
pub(crate) struct Read {
    pub(crate) command: SubmitIntake,
    pub(crate) protocol: Arc<Protocol>,
    pub(crate) draft: Option<DraftId>,
    pub(crate) invitation: Option<Invitation>,
}

async fn read(
    deps: &Deps,
    protocols: &Protocols,
    request: pb::SubmitIntakeRequest,
    by_phone: bool,
    now: Timestamp,
) -> Result<Read, Refusal> {
    let protocol = match request.protocol.as_str() {
        "" => None,
        digest => Some(protocols.get(&deps.store, digest).await?),
    };
    let draft = draft(deps, &request.draft_token, now).await?;
    let invitation = invitation(deps, &request.invitation_token).await?;
    let practice = &deps.practice;
    let (id, held) = match draft {
        Some(draft) => (Some(draft.id), Some((draft.protocol, draft.answers))),
        None => (None, None),
    };
    let against =
        Against { practice, protocol: protocol.as_deref(), draft: held, by_phone, today: practice.today(now) };
    let command = parse::submit_intake(request, against).map_err(Refusal::Fields)?;
    let protocol = protocol.ok_or(Refusal::ProtocolUnknown)?;
    Ok(Read { command, protocol, draft: id, invitation })
}

/// The draft of a token. One that is no token at all is told with the other bad fields.
async fn draft(deps: &Deps, token: &str, now: Timestamp) -> Result<Option<Draft>, Refusal> {
    let Ok(Some(hash)) = parse::token(token) else { return Ok(None) };
    let id = drafts::by_token(&deps.store, hash, now).await?.ok_or(Refusal::DraftGone)?;
    Ok(Some(drafts::get(&deps.store, id, now).await?.ok_or(Refusal::DraftGone)?))
}

/// The invitation of a token, as long as somebody may come in through it.
async fn invitation(deps: &Deps, token: &str) -> Result<Option<Invitation>, Refusal> {
    let Ok(Some(hash)) = parse::token(token) else { return Ok(None) };
    let id = invitations::by_token(&deps.store, hash).await?.ok_or(Refusal::InvitationClosed)?;
    let (invitation, _) = invitations::get(&deps.store, id).await?.ok_or(Refusal::InvitationClosed)?;
    if invitation.state.lets_in() { Ok(Some(invitation)) } else { Err(Refusal::InvitationClosed) }
}

async fn answered_before<T: Message + Default>(
    deps: &Deps,
    key: Option<RequestKey>,
    now: Timestamp,
) -> Result<Option<T>, Refusal> {
    let Some(key) = key else { return Ok(None) };
    match requests::seen(&deps.store, &key, now).await? {
        Seen::New => Ok(None),
        Seen::Repeated(bytes) => repeat::decode(&bytes).map(Some),
        Seen::OtherBody => Err(Refusal::RequestIdReused),
    }
}

/// What one submission comes to, whichever case it goes into.
struct Decided {
    intake: Intake,
    safety: Safety,
    token: Token,
    /// The answer's bytes, for when the request is repeated.
    response: Vec<u8>,
    request: RequestKey,
    /// Who brought it, and by which call.
    brought: (Principal, Rpc),
    now: Timestamp,
}

impl Decided {
    fn new<T: Message>(deps: &Deps, read: Read, digest: [u8; 32], door: &Door<T>, now: Timestamp) -> (Self, T) {
        let Read { command: SubmitIntake { request_id, care, submission }, protocol, invitation, .. } = read;
        let practice = &deps.practice;
        let safety = protocol.screen_safety(&practice.subject(&submission, care.care(), now));
        let notice = practice
            .safety_notice(&safety, &submission.contact.safe_hours, submission.language(), now)
            .map(|notice| view::safety_notice(&notice, submission.language()));
        let id = IntakeId::new(deps.ids.uuid());
        let case = invitation.map_or_else(|| CaseId::new(deps.ids.uuid()), |invitation| invitation.case);
        let token = Token::generate();
        let submitted =
            pb::SubmitIntakeResponse { intake: id.to_string(), status_token: token.text(), safety_notice: notice };
        let answer = (door.answer)(case, submitted);
        let protocol = protocol.digest().to_owned();
        let intake = Intake { id, case, care, protocol, received_at: now, submission };
        let (response, request) = (answer.encode_to_vec(), door.key(request_id, digest));
        let brought = (door.caller.clone(), door.rpc);
        (Self { intake, safety, token, response, request, brought, now }, answer)
    }

    /// The first screening of a case, which begins with it.
    fn into_new(self, deps: &Deps, draft: Option<DraftId>) -> NewIntake {
        let (id, care, now) = (self.intake.case, self.intake.care, self.now);
        NewIntake {
            case: Case {
                id,
                care,
                state: CaseState::Received,
                urgency: self.safety.urgency,
                booking: self.safety.booking,
                clinician_only: self.safety.clinician_only,
                flagged: self.safety.flagged,
                respond_by: self.respond_by(deps),
                created_at: now,
                assignee: None,
                silent_rounds: 0,
                version: 1,
            },
            detail: self.detail(),
            status_token_hash: self.token.hash(),
            event: self.event(deps),
            letters: self.alert(Cause::Case(id)),
            reports: self.reports(deps),
            draft,
            audit: self.audit(deps, None),
            response: self.response,
            request: self.request,
            intake: self.intake,
            now,
        }
    }

    /// A second partner's screening: the case only ever rises by it.
    fn into_joining(self, deps: &Deps, draft: Option<DraftId>, invitation: &Invitation) -> JoiningIntake {
        JoiningIntake {
            invitation: invitation.id,
            status_token_hash: self.token.hash(),
            raise: Raise {
                urgency: self.safety.urgency,
                clinician_only: self.safety.clinician_only,
                flagged: self.safety.flagged,
                respond_by: self.respond_by(deps),
            },
            event: self.event(deps),
            // Their own: of the case staff may have been alerted before.
            letters: self.alert(Cause::Intake(self.intake.id)),
            reports: self.reports(deps),
            draft,
            audit: self.audit(deps, Some(invitation)),
            response: self.response,
            request: self.request,
            intake: self.intake,
            now: self.now,
        }
    }

    fn detail(&self) -> CaseDetail {
        let client = &self.intake.submission.client;
        CaseDetail { label: client.short_name(), sample: client.is_sample(), ..CaseDetail::default() }
    }

    fn respond_by(&self, deps: &Deps) -> Timestamp {
        let care = self.intake.care.care();
        deps.practice.respond_by(self.safety.urgency, self.safety.booking, care, self.now)
    }

    fn event(&self, deps: &Deps) -> Event {
        Event {
            id: EventId::new(deps.ids.uuid()),
            occurred_at: self.now,
            fact: Fact::IntakeReceived { intake: self.intake.id, case: self.intake.case },
        }
    }

    /// Staff hear of a flagged intake from here, not from the worker: that may be down.
    fn alert(&self, cause: Cause) -> Vec<DueLetter> {
        let alert = || DueLetter {
            cause,
            recipient: Recipient::OnCall(0),
            kind: LetterKind::StaffAlert,
            case: self.intake.case,
            appointment: None,
        };
        self.safety.flagged.then(alert).into_iter().collect()
    }

    /// What the law asks for stands there from the first moment: the case cannot close without it.
    fn reports(&self, deps: &Deps) -> Vec<Report> {
        let report = |kind: &String| Report {
            id: ReportId::new(deps.ids.uuid()),
            case: self.intake.case,
            intake: self.intake.id,
            kind: kind.clone(),
            state: ReportState::Open,
            created_at: self.now,
        };
        self.safety.reports.iter().map(report).collect()
    }

    fn audit(&self, deps: &Deps, invitation: Option<&Invitation>) -> AuditEntry {
        let names = [self.intake.id.to_string(), self.intake.case.to_string()];
        let resources = names.into_iter().chain(invitation.map(|invitation| invitation.id.to_string())).collect();
        let (caller, rpc) = &self.brought;
        trail::by(deps, caller, *rpc, resources)
    }
}
