//! Whose answers somebody wants to see, and why.

use rapport_domain::{
    case::Note,
    id::{CaseId, IntakeId},
    problem::FieldProblems,
};
use rapport_proto::staff as pb;

use super::optional;
use crate::refusal::Refusal;

/// How the note begins that says why: whoever reads it knows what was done.
const REVEALED: &str = "Answers revealed: ";

/// Answers that somebody wants to see.
#[derive(Clone)]
pub(crate) struct RevealAnswers {
    pub(crate) case: CaseId,
    /// What stands among the case's notes.
    pub(crate) reason: Note,
    /// One of its clients' alone.
    pub(crate) intake: Option<IntakeId>,
}

/// Reads the request.
pub(crate) fn reveal_answers(request: &pb::RevealAnswersRequest) -> Result<RevealAnswers, Refusal> {
    let mut problems = FieldProblems::default();
    let case = problems.take("name", request.name.parse());
    let reason = Note::parse(&request.reason).and_then(|reason| Note::parse(&format!("{REVEALED}{}", reason.as_str())));
    let reason = problems.take("reason", reason);
    let intake = problems.take("intake", optional(&request.intake, str::parse));
    match (case, reason, intake) {
        (Some(case), Some(reason), Some(intake)) => Ok(RevealAnswers { case, reason, intake }),
        _ => Err(Refusal::Fields(problems.into_vec())),
    }
}
