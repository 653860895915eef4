//! A form that is under way: the intake service keeps it, this device only the token that opens it.

use std::sync::Arc;

use rapport_domain::screening::{Answers, Questionnaire, Value};
use rapport_proto::{errors::Reason, intake as pb};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::{
    api::{anonymous, bearer},
    cookies::Cookie,
    desk::Desk,
    problem::{Problem, reason},
    screening::{
        Screening,
        sheet::{Way, answers, to_message},
    },
    visitor::Visitor,
};

/// How often a save is tried anew where others came between: as quick as somebody taps, with a script that saves each.
const MOST_TRIES: usize = 8;

/// The draft, as far as the intake service gives it back. It holds answers, so it has no `Debug`.
pub(crate) struct Draft {
    pub(crate) token: String,
    pub(crate) screening: Arc<Screening>,
    /// Without those that bear on safety.
    pub(crate) answers: Answers,
    pub(crate) way: Way,
    revision: i64,
    language: &'static str,
}

/// Why answers were not kept.
pub(crate) enum NotSaved {
    /// These of the answers do not fit their questions, by their place in what was to be saved.
    Unfit(Vec<usize>),
    /// Anything else.
    Problem(Problem),
}

/// Begins an empty one on today's protocol and gives its token.
pub(crate) async fn begin(desk: &Desk, visitor: &Visitor) -> Result<String, Problem> {
    let protocol = desk.board.today(visitor.language).await?.protocol.clone();
    let request_id = desk.ids.uuid().to_string();
    let request = pb::SaveDraftRequest { request_id, protocol, ..Default::default() };
    Ok(desk.api.intake().save_draft(anonymous(request)).await?.into_inner().draft_token)
}

impl Draft {
    /// The visitor's; `None` where their browser has none.
    pub(crate) async fn open(desk: &Desk, visitor: &Visitor) -> Result<Option<Self>, Problem> {
        let Some(token) = visitor.cookies.get(Cookie::Draft) else { return Ok(None) };
        let kept = match desk.api.intake().get_draft(bearer(token, pb::GetDraftRequest {})?).await {
            Ok(kept) => kept.into_inner(),
            Err(status) if status.code() == Code::Unauthenticated => return Err(Problem::FormGone),
            Err(status) => return Err(status.into()),
        };
        Ok(Some(Self {
            token: token.to_owned(),
            screening: desk.board.screening(visitor.language, &kept.protocol).await?,
            answers: answers(kept.screenings),
            way: Way::parse(visitor.cookies.get(Cookie::Way).unwrap_or_default()),
            revision: kept.revision,
            language: visitor.language.tag(),
        }))
    }

    /// Lays answers to one questionnaire over what is kept, and gives what must be shown at once.
    pub(crate) async fn save(
        &mut self,
        desk: &Desk,
        form: &Questionnaire,
        given: &[(String, Vec<Value>)],
    ) -> Result<Option<pb::SafetyNotice>, NotSaved> {
        let mut saved = self.try_save(desk, form, given).await;
        for _ in 0..MOST_TRIES {
            if saved.as_ref().map_or_else(Status::code, |_| Code::Ok) != Code::Aborted {
                break;
            }
            // Another press on the same form saved meanwhile: what is laid over it here is what was answered last.
            self.revision = self.current_revision(desk).await.map_err(|status| NotSaved::Problem(status.into()))?;
            saved = self.try_save(desk, form, given).await;
        }
        match saved {
            Ok(saved) => {
                self.revision = saved.revision;
                Ok(saved.safety_notice)
            }
            Err(status) if reason(&status) == Some(Reason::FieldsInvalid) => Err(unfit(&status, given.len())),
            Err(status) => Err(NotSaved::Problem(status.into())),
        }
    }

    async fn try_save(
        &self,
        desk: &Desk,
        form: &Questionnaire,
        given: &[(String, Vec<Value>)],
    ) -> Result<pb::SaveDraftResponse, Status> {
        let answer = |(link_id, values): &(String, Vec<Value>)| pb::Answer {
            link_id: link_id.clone(),
            values: values.iter().cloned().map(to_message).collect(),
        };
        let request = pb::SaveDraftRequest {
            request_id: desk.ids.uuid().to_string(),
            expected_revision: self.revision,
            protocol: self.screening.protocol.clone(),
            screenings: vec![pb::QuestionnaireAnswers {
                questionnaire: form.canonical().to_owned(),
                answers: given.iter().map(answer).collect(),
            }],
            language: self.language.to_owned(),
        };
        Ok(desk.api.intake().save_draft(bearer(&self.token, request)?).await?.into_inner())
    }

    async fn current_revision(&self, desk: &Desk) -> Result<i64, Status> {
        let request = bearer(&self.token, pb::GetDraftRequest {})?;
        Ok(desk.api.intake().get_draft(request).await?.into_inner().revision)
    }
}

/// The answers that `screenings[0].answers[N]…` names; all where nothing is named that was sent.
fn unfit(status: &Status, sent: usize) -> NotSaved {
    let bad = status.get_details_bad_request().map(|bad| bad.field_violations).unwrap_or_default();
    let place = |field: &str| field.strip_prefix("screenings[0].answers[")?.split(']').next()?.parse::<usize>().ok();
    let named: Vec<_> = bad.iter().filter_map(|bad| place(&bad.field)).filter(|place| *place < sent).collect();
    if named.is_empty() { NotSaved::Problem(Problem::TooLong) } else { NotSaved::Unfit(named) }
}
