//! What staff decide: an urgency, an end, what was done about a report.

use jiff::{SignedDuration, Timestamp};
use rapport_domain::{
    case::{CloseReason, Note},
    contact::Line,
    id::{CaseId, ReportId},
    problem::FieldProblems,
    report::ReportDecision,
    triage::Urgency,
};
use rapport_proto::{enums, staff as pb, time};

use super::client::optional;
use crate::refusal::Refusal;

/// How far a caller's clock may be ahead of ours.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(5);

/// An urgency that somebody judged.
#[derive(Clone)]
pub(crate) struct OverrideUrgency {
    pub(crate) case: CaseId,
    pub(crate) etag: String,
    pub(crate) urgency: Urgency,
    pub(crate) reason: Note,
}

/// A case that somebody ends.
#[derive(Clone)]
pub(crate) struct CloseCase {
    pub(crate) case: CaseId,
    pub(crate) etag: String,
    pub(crate) reason: CloseReason,
    pub(crate) note: Option<Note>,
}

/// What somebody did about a report.
#[derive(Clone)]
pub(crate) struct CompleteReport {
    pub(crate) report: ReportId,
    pub(crate) etag: String,
    pub(crate) decision: ReportDecision,
}

/// Reads the request.
pub(crate) fn override_urgency(request: pb::OverrideUrgencyRequest) -> Result<OverrideUrgency, Refusal> {
    let mut problems = FieldProblems::default();
    let case = problems.take("name", request.name.parse());
    let urgency = problems.take("urgency", enums::read(request.urgency));
    let reason = problems.take("reason", Note::parse(&request.reason));
    match (case, urgency, reason) {
        (Some(case), Some(urgency), Some(reason)) => Ok(OverrideUrgency { case, etag: request.etag, urgency, reason }),
        _ => Err(Refusal::Fields(problems.into_vec())),
    }
}

/// Reads the request.
pub(crate) fn close_case(request: pb::CloseCaseRequest) -> Result<CloseCase, Refusal> {
    let mut problems = FieldProblems::default();
    let case = problems.take("name", request.name.parse());
    let reason = problems.take("reason", enums::read(request.reason));
    let note = problems.take("note", optional(&request.note, Note::parse));
    if (reason, &note) == (Some(CloseReason::Other), &Some(None)) {
        problems.add("note", "must say how the case ended");
    }
    match (case, reason, note) {
        (Some(case), Some(reason), Some(note)) if problems.is_empty() => {
            Ok(CloseCase { case, etag: request.etag, reason, note })
        }
        _ => Err(Refusal::Fields(problems.into_vec())),
    }
}

/// Reads the request.
pub(crate) fn complete_report(request: pb::CompleteReportRequest, now: Timestamp) -> Result<CompleteReport, Refusal> {
    use pb::complete_report_request::Decision;
    let mut problems = FieldProblems::default();
    let report = problems.take("name", request.name.parse());
    let decision = match &request.decision {
        Some(Decision::Made(made)) => self::made(made, now, &mut problems),
        Some(Decision::NotRequired(why)) => {
            problems.take("not_required.note", Note::parse(&why.note)).map(|note| ReportDecision::NotRequired { note })
        }
        None => {
            problems.add("decision", "must be given");
            None
        }
    };
    match (report, decision) {
        (Some(report), Some(decision)) => Ok(CompleteReport { report, etag: request.etag, decision }),
        _ => Err(Refusal::Fields(problems.into_vec())),
    }
}

fn made(message: &pb::ReportMade, now: Timestamp, problems: &mut FieldProblems) -> Option<ReportDecision> {
    let agency = problems.take("made.agency", Line::parse(&message.agency));
    let at = problems.take("made.time", past(message.time.as_ref(), now));
    let reference = problems.take("made.reference", optional(&message.reference, Line::parse));
    let note = problems.take("made.note", optional(&message.note, Note::parse));
    Some(ReportDecision::Made { agency: agency?, at: at?, reference: reference?, note: note? })
}

pub(super) fn past(message: Option<&prost_types::Timestamp>, now: Timestamp) -> Result<Timestamp, &'static str> {
    let at = message.ok_or("must be given")?;
    let at = time::from_message(at).ok_or("must be a time")?;
    if at > now + CLOCKS_DIFFER { Err("must not be in the future") } else { Ok(at.min(now)) }
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

    fn case() -> String {
        "cases/00000000-0000-7000-8000-000000000001".to_owned()
    }

    #[test]
    fn an_override_needs_a_case_an_urgency_and_a_reason() {
        assert_eq!(fields(override_urgency(pb::OverrideUrgencyRequest::default())), ["name", "urgency", "reason"]);
        let request = |reason: String| pb::OverrideUrgencyRequest {
            name: case(),
            urgency: pb::Urgency::Routine.into(),
            reason,
            ..Default::default()
        };
        assert!(fields(override_urgency(request("é".repeat(2000)))).is_empty());
        assert_eq!(fields(override_urgency(request("é".repeat(2001)))), ["reason"]);
    }

    #[test]
    fn an_end_that_no_word_names_needs_a_note() {
        let request = |reason: pb::CloseReason, note: &str| pb::CloseCaseRequest {
            name: case(),
            reason: reason.into(),
            note: note.to_owned(),
            ..Default::default()
        };
        assert_eq!(fields(close_case(request(pb::CloseReason::Unspecified, "\u{7}"))), ["reason", "note"]);
        assert_eq!(fields(close_case(request(pb::CloseReason::Other, " "))), ["note"]);
        assert!(fields(close_case(request(pb::CloseReason::Other, "Moved."))).is_empty());
        assert!(fields(close_case(request(pb::CloseReason::Unreachable, ""))).is_empty());
    }

    #[test]
    fn a_report_was_made_to_somebody_and_not_tomorrow_or_a_note_says_why_not() {
        use pb::complete_report_request::Decision;
        let now: Timestamp = "2026-11-24T16:00:00Z".parse().unwrap();
        let request = |decision| pb::CompleteReportRequest {
            name: "reports/00000000-0000-7000-8000-000000000001".to_owned(),
            decision,
            ..Default::default()
        };
        let made = |hours: i64| pb::ReportMade {
            agency: "County child protection".to_owned(),
            time: Some(time::to_message(now + SignedDuration::from_hours(hours))),
            ..Default::default()
        };
        let read = |decision| fields(complete_report(request(decision), now));
        assert_eq!(read(None), ["decision"]);
        assert!(read(Some(Decision::Made(made(-2)))).is_empty());
        assert_eq!(read(Some(Decision::Made(made(24)))), ["made.time"]);
        assert_eq!(read(Some(Decision::Made(pb::ReportMade::default()))), ["made.agency", "made.time"]);
        assert_eq!(read(Some(Decision::NotRequired(pb::ReportNotRequired::default()))), ["not_required.note"]);
    }
}
