//! Keeps answers that are not sent yet, and says at once what they call for.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rapport_domain::{
    contact::Language,
    id::DraftId,
    problem::{FieldProblem, FieldProblems},
    protocol::{GivenAnswers, Protocol},
    screening::Answers,
};
use rapport_proto::{intake as pb, time};
use rapport_security::{Principal, Token};
use rapport_store::{Draft, Tx, audit, drafts};

use crate::{
    Deps, parse, policy,
    protocols::Protocols,
    refusal::Refusal,
    repeat::{self, Repeatable},
    trail, view,
};

/// What a draft may hold in all; a long form with every text filled in stays far below.
const MOST_BYTES: usize = 256 * 1024;

const TOO_LONG: &str = "must hold at most 256 kB in all, with what the draft holds already";
const ANOTHER_PROTOCOL: &str = "must be the draft's own, as GetDraft gives it";
const NOT_NEW: &str = "must be 0 for a new draft";

/// Begins a draft, or lays answers over those of the one that the caller's token opens.
pub(crate) async fn run(
    deps: &Deps,
    protocols: &Protocols,
    caller: Principal,
    request: pb::SaveDraftRequest,
) -> Result<pb::SaveDraftResponse, Refusal> {
    let repeatable = Repeatable::new(deps, &caller, policy::SAVE_DRAFT, &request, &request.request_id)?;
    let protocol = match request.protocol.as_str() {
        "" => return Err(Refusal::field("protocol", "must be given")),
        digest => protocols.get(&deps.store, digest).await?,
    };
    let mut problems = FieldProblems::default();
    let given = parse::given_answers(request.screenings, &protocol, &mut problems);
    if caller == Principal::Anonymous && request.expected_revision != 0 {
        problems.add("expected_revision", NOT_NEW);
    }
    let language = parse::offered_language(&request.language, &deps.practice);
    let (problems, expected) = (problems.into_vec(), request.expected_revision);
    let save = Arc::new(Save { caller, protocol, given, problems, language, expected });
    repeat::change(deps, repeatable, move |deps, tx| {
        let save = Arc::clone(&save);
        Box::pin(async move { save.write(deps, tx).await })
    })
    .await
}

/// A save, as far as it can be read without the draft.
struct Save {
    caller: Principal,
    protocol: Arc<Protocol>,
    given: Vec<GivenAnswers>,
    /// What is wrong with it so far.
    problems: Vec<FieldProblem>,
    language: Language,
    expected: i64,
}

impl Save {
    async fn write(&self, deps: &Deps, tx: &Tx) -> Result<pb::SaveDraftResponse, Refusal> {
        let now = deps.clock.now();
        let expires_at = now + SignedDuration::from_hours(24 * i64::from(deps.practice.draft_days));
        let (draft, token) = match self.caller {
            Principal::Draft(id) => (self.go_on(tx, DraftId::new(id), now, expires_at).await?, None),
            _ => self.begin(deps, tx, now, expires_at).await.map(|(draft, token)| (draft, Some(token)))?,
        };
        audit::write(tx, &trail::by(deps, &self.caller, policy::SAVE_DRAFT, vec![draft.id.to_string()])).await?;
        let notice = deps.practice.draft_notice(&self.protocol, &draft.answers, self.language);
        Ok(pb::SaveDraftResponse {
            draft_token: token.map(|token| token.text()).unwrap_or_default(),
            revision: draft.revision,
            safety_notice: notice.map(|notice| view::safety_notice(&notice, self.language)),
            expire_time: Some(time::to_message(expires_at)),
        })
    }

    async fn begin(
        &self,
        deps: &Deps,
        tx: &Tx,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(Draft, Token), Refusal> {
        let answers = self.laid_over(Answers::default())?;
        let (id, token) = (DraftId::new(deps.ids.uuid()), Token::generate());
        let protocol = self.protocol.digest().to_owned();
        let draft = Draft { id, protocol, revision: 1, answers, created_at: now, expires_at };
        drafts::create(tx, &draft, token.hash()).await?;
        Ok((draft, token))
    }

    async fn go_on(&self, tx: &Tx, id: DraftId, now: Timestamp, expires_at: Timestamp) -> Result<Draft, Refusal> {
        // The token opened it a moment ago; it was sent since.
        let draft = drafts::get(tx, id, now).await?.ok_or(Refusal::TokenInvalid)?;
        if draft.protocol != self.protocol.digest() {
            return Err(Refusal::field("protocol", ANOTHER_PROTOCOL));
        }
        if draft.revision != self.expected {
            return Err(Refusal::EtagMismatch);
        }
        let answers = self.laid_over(draft.answers)?;
        let revision = drafts::save(tx, id, self.expected, &answers, expires_at).await?;
        Ok(Draft { revision, answers, expires_at, ..draft })
    }

    fn laid_over(&self, draft: Answers) -> Result<Answers, Refusal> {
        let mut problems = FieldProblems::default();
        for problem in &self.problems {
            problems.add(&problem.field, &problem.description);
        }
        let checked = self.protocol.check_draft(draft, self.given.clone(), &mut problems);
        let answers = checked.filter(|_| problems.is_empty()).ok_or_else(|| Refusal::Fields(problems.into_vec()))?;
        let bytes = serde_json::to_vec(&answers).map_err(|_| Refusal::Internal("answers cannot be measured"))?;
        if bytes.len() > MOST_BYTES {
            return Err(Refusal::field("screenings", TOO_LONG));
        }
        Ok(answers)
    }
}
