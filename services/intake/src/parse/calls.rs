//! Calls to clients, notes, and into whose hands a case goes.

use jiff::Timestamp;
use rapport_domain::{
    calls::{Channel, Outcome, StopReason},
    case::{Note, NoteKind},
    contact::Line,
    id::{CaseId, IntakeId},
    problem::FieldProblems,
};
use rapport_proto::{enums, staff as pb, time};

use super::{client::optional, decisions::past};
use crate::refusal::Refusal;

/// An attempt that somebody made.
#[derive(Clone)]
pub(crate) struct RecordContactAttempt {
    pub(crate) intake: IntakeId,
    pub(crate) etag: String,
    pub(crate) at: Timestamp,
    pub(crate) channel: Channel,
    pub(crate) outcome: Outcome,
    pub(crate) note: Option<Note>,
    pub(crate) danger: Option<Note>,
    pub(crate) next_by: Option<Timestamp>,
}

/// A client who is not contacted any more.
#[derive(Clone)]
pub(crate) struct StopContact {
    pub(crate) intake: IntakeId,
    pub(crate) etag: String,
    pub(crate) reason: StopReason,
    pub(crate) note: Option<Note>,
}

/// What is asked of an intake or a case with a reason.
#[derive(Clone)]
pub(crate) struct WithReason<I> {
    pub(crate) of: I,
    pub(crate) etag: String,
    pub(crate) reason: Note,
}

/// A case that goes into a colleague's hands.
#[derive(Clone)]
pub(crate) struct AssignCase {
    pub(crate) case: CaseId,
    pub(crate) etag: String,
    pub(crate) assignee: Line<100>,
}

/// Something that somebody writes about a case.
#[derive(Clone)]
pub(crate) struct AddNote {
    pub(crate) case: CaseId,
    pub(crate) etag: String,
    pub(crate) kind: NoteKind,
    pub(crate) text: Note,
}

/// A case that somebody else's help fits better.
#[derive(Clone)]
pub(crate) struct ReferCase {
    pub(crate) case: CaseId,
    pub(crate) etag: String,
    pub(crate) to: Line<100>,
    pub(crate) reason: Note,
}

/// Reads the request.
pub(crate) fn record_contact_attempt(
    request: pb::RecordContactAttemptRequest,
    now: Timestamp,
) -> Result<RecordContactAttempt, Refusal> {
    let mut problems = FieldProblems::default();
    let intake = problems.take("name", request.name.parse());
    let at = match request.time {
        None => Some(now),
        Some(at) => problems.take("time", past(Some(&at), now)),
    };
    let channel = problems.take("channel", enums::read(request.channel));
    let outcome = problems.take("outcome", enums::read(request.outcome));
    let note = problems.take("note", optional(&request.note, Note::parse));
    let danger = problems.take("danger", optional(&request.danger, Note::parse));
    let next_by = match request.next_by_time {
        None => Some(None),
        Some(by) => problems.take("next_by_time", time::from_message(&by).map(Some).ok_or("must be a time")),
    };
    let read = || {
        let (intake, at) = (intake?, at?);
        let etag = request.etag;
        Some(RecordContactAttempt {
            intake,
            etag,
            at,
            channel: channel?,
            outcome: outcome?,
            note: note?,
            danger: danger?,
            next_by: next_by?,
        })
    };
    read().ok_or_else(|| Refusal::Fields(problems.into_vec()))
}

/// Reads the request.
pub(crate) fn stop_contact(request: pb::StopContactRequest) -> Result<StopContact, Refusal> {
    let mut problems = FieldProblems::default();
    let intake = problems.take("name", request.name.parse());
    let reason = problems.take("reason", enums::read(request.reason));
    let note = problems.take("note", optional(&request.note, Note::parse));
    if (reason, &note) == (Some(StopReason::Other), &Some(None)) {
        problems.add("note", "must say why");
    }
    match (intake, reason, note) {
        (Some(intake), Some(reason), Some(note)) if problems.is_empty() => {
            Ok(StopContact { intake, etag: request.etag, reason, note })
        }
        _ => Err(Refusal::Fields(problems.into_vec())),
    }
}

/// Reads the request.
pub(crate) fn resume_contact(request: pb::ResumeContactRequest) -> Result<WithReason<IntakeId>, Refusal> {
    with_reason(&request.name, request.etag, &request.reason)
}

/// Reads the request.
pub(crate) fn reopen_case(request: pb::ReopenCaseRequest) -> Result<WithReason<CaseId>, Refusal> {
    with_reason(&request.name, request.etag, &request.reason)
}

/// Reads the request.
pub(crate) fn assign_case(request: pb::AssignCaseRequest) -> Result<AssignCase, Refusal> {
    let mut problems = FieldProblems::default();
    let case = problems.take("name", request.name.parse());
    let assignee = problems.take("assignee", Line::parse(&request.assignee));
    match (case, assignee) {
        (Some(case), Some(assignee)) => Ok(AssignCase { case, etag: request.etag, assignee }),
        _ => Err(Refusal::Fields(problems.into_vec())),
    }
}

/// Reads the request.
pub(crate) fn add_note(request: pb::AddNoteRequest) -> Result<AddNote, Refusal> {
    let mut problems = FieldProblems::default();
    let case = problems.take("name", request.name.parse());
    let kind = problems.take("kind", enums::read(request.kind));
    let text = problems.take("text", Note::parse(&request.text));
    match (case, kind, text) {
        (Some(case), Some(kind), Some(text)) => Ok(AddNote { case, etag: request.etag, kind, text }),
        _ => Err(Refusal::Fields(problems.into_vec())),
    }
}

/// Reads the request.
pub(crate) fn refer_case(request: pb::ReferCaseRequest) -> Result<ReferCase, Refusal> {
    let mut problems = FieldProblems::default();
    let case = problems.take("name", request.name.parse());
    let to = problems.take("to", Line::parse(&request.to));
    let reason = problems.take("reason", Note::parse(&request.reason));
    match (case, to, reason) {
        (Some(case), Some(to), Some(reason)) => Ok(ReferCase { case, etag: request.etag, to, reason }),
        _ => Err(Refusal::Fields(problems.into_vec())),
    }
}

fn with_reason<I: std::str::FromStr<Err: std::fmt::Display>>(
    name: &str,
    etag: String,
    reason: &str,
) -> Result<WithReason<I>, Refusal> {
    let mut problems = FieldProblems::default();
    let of = problems.take("name", name.parse());
    let reason = problems.take("reason", Note::parse(reason));
    match (of, reason) {
        (Some(of), Some(reason)) => Ok(WithReason { of, etag, reason }),
        _ => Err(Refusal::Fields(problems.into_vec())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields<T>(read: Result<T, Refusal>) -> Vec<String> {
        match read {
            Ok(_) => Vec::new(),
            Err(Refusal::Fields(problems)) => problems.into_iter().map(|problem| problem.field).collect(),
            Err(_) => panic!("another refusal"),
        }
    }

    #[test]
    fn every_bad_field_of_an_attempt_is_told() {
        let now: Timestamp = "2026-11-24T16:00:00Z".parse().unwrap();
        let tomorrow = time::to_message(now + jiff::SignedDuration::from_hours(24));
        let request = pb::RecordContactAttemptRequest {
            time: Some(tomorrow),
            note: "\u{7}".to_owned(),
            danger: "\u{7}".to_owned(),
            ..Default::default()
        };
        let expected = ["name", "time", "channel", "outcome", "note", "danger"];
        assert_eq!(fields(record_contact_attempt(request, now)), expected);
    }

    #[test]
    fn what_no_word_names_needs_a_note() {
        let request = |reason: pb::StopReason, note: &str| pb::StopContactRequest {
            name: "intakes/00000000-0000-7000-8000-000000000001".to_owned(),
            reason: reason.into(),
            note: note.to_owned(),
            ..Default::default()
        };
        assert_eq!(fields(stop_contact(request(pb::StopReason::Unspecified, ""))), ["reason"]);
        assert_eq!(fields(stop_contact(request(pb::StopReason::Other, " "))), ["note"]);
        assert!(fields(stop_contact(request(pb::StopReason::ClientAsked, ""))).is_empty());
        assert_eq!(fields(resume_contact(pb::ResumeContactRequest::default())), ["name", "reason"]);
        assert_eq!(fields(assign_case(pb::AssignCaseRequest::default())), ["name", "assignee"]);
        assert_eq!(fields(add_note(pb::AddNoteRequest::default())), ["name", "kind", "text"]);
        assert_eq!(fields(refer_case(pb::ReferCaseRequest::default())), ["name", "to", "reason"]);
    }
}
