//! What somebody does with a case: one form each, sent as it was read, so that whoever was overtaken is told and loses
//! nothing. Who may is the service's to say.

use axum::{
    extract::{FromRequest, FromRequestParts, Path, Request},
    response::{IntoResponse, Redirect, Response},
};
use rapport_domain::contact::Language;
use rapport_proto::staff as pb;
use tonic::Status;

use super::{Tried, say::Say, write};
use crate::{
    desk::Desk,
    form::Form,
    staff::{errors::Errors, problem::Problem, signed_in::Staff},
    visitor::Visitor,
};

const NO_DECISION: &str = "Say what was done: a report was made, or the law asks for none.";
const NO_TIME: &str = "This must be a day and a time, like 2026-12-03 18:00.";

/// A form of a case's page, with who sent it. It holds what was typed, so it has no `Debug`.
pub(crate) struct Act {
    pub(super) desk: Desk,
    pub(super) staff: Staff,
    pub(super) visitor: Visitor,
    pub(super) id: String,
    pub(super) sent: Form,
}

impl FromRequest<Desk> for Act {
    type Rejection = Problem;

    async fn from_request(request: Request, desk: &Desk) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let staff = Staff::from_request_parts(&mut parts, desk).await?;
        let Ok(visitor) = Visitor::from_request_parts(&mut parts, desk).await;
        let id = Path::<String>::from_request_parts(&mut parts, desk).await.map_err(|_| Problem::NOT_FOUND)?.0;
        let sent = Form::from_request(Request::from_parts(parts, body), desk).await?;
        Ok(Self { desk: desk.clone(), staff, visitor, id, sent })
    }
}

impl Act {
    pub(super) fn name(&self) -> String {
        format!("cases/{}", self.id)
    }

    /// A field as it was typed.
    pub(super) fn text(&self, field: &str) -> String {
        self.sent.text(field).to_owned()
    }

    /// A field as a number of an enumeration.
    pub(super) fn number(&self, field: &str) -> i32 {
        self.sent.text(field).parse().unwrap_or_default()
    }

    /// A field as a time of the practice; `None` where it was left empty.
    pub(super) async fn time(&self, field: &str) -> Result<Option<prost_types::Timestamp>, Errors> {
        if self.sent.text(field).trim().is_empty() {
            return Ok(None);
        }
        let practice = self.desk.board.today(Language::En).await.map_err(|_| Errors::one(field, NO_TIME))?;
        let found = Say::parse(&practice.time_zone, self.sent.text(field).trim());
        found.map(Some).ok_or_else(|| Errors::one(field, NO_TIME))
    }

    /// Back to where it was pressed; or the case's page, with what stood against it.
    pub(super) async fn settle<T>(
        self,
        act: &'static str,
        answered: Result<T, Status>,
        fields: &[(&str, &str)],
    ) -> Result<Response, Problem> {
        match answered {
            Ok(_) if self.sent.text("back") == "queue" => {
                Ok(Redirect::to(&format!("/staff#case-{}", self.id)).into_response())
            }
            Ok(_) => Ok(Redirect::to(&format!("/staff/cases/{}", self.id)).into_response()),
            Err(status) => {
                let tried = Tried::refused(act, self.sent, status, fields)?;
                write(&self.desk, &self.staff, &self.visitor, &self.id, tried).await
            }
        }
    }

    /// The page with a field that is wrong before the service is asked.
    pub(super) async fn mend(self, act: &'static str, errors: Errors) -> Result<Response, Problem> {
        let tried = Tried::wrong(act, self.sent, errors);
        write(&self.desk, &self.staff, &self.visitor, &self.id, tried).await
    }
}

/// `POST /staff/cases/{id}/claim`
pub(crate) async fn claim(act: Act) -> Result<Response, Problem> {
    let request = pb::ClaimCaseRequest { name: act.name(), request_id: act.text("request_id"), etag: act.text("etag") };
    let answered = act.desk.staff.triage().claim_case(act.staff.ask(request)?).await;
    act.settle("claim", answered, &[]).await
}

/// `POST /staff/cases/{id}/release`
pub(crate) async fn release(act: Act) -> Result<Response, Problem> {
    let request =
        pb::ReleaseCaseRequest { name: act.name(), request_id: act.text("request_id"), etag: act.text("etag") };
    let answered = act.desk.staff.triage().release_case(act.staff.ask(request)?).await;
    act.settle("release", answered, &[]).await
}

/// `POST /staff/cases/{id}/assign`
pub(crate) async fn assign(act: Act) -> Result<Response, Problem> {
    if act.sent.text("assignee").is_empty() {
        return act.mend("assign", Errors::one("assignee", "Choose whom it goes to.")).await;
    }
    let request = pb::AssignCaseRequest {
        name: act.name(),
        request_id: act.text("request_id"),
        etag: act.text("etag"),
        assignee: act.text("assignee"),
    };
    let answered = act.desk.staff.triage().assign_case(act.staff.ask(request)?).await;
    act.settle("assign", answered, &[("assignee", "assignee")]).await
}

/// `POST /staff/cases/{id}/call`
pub(crate) async fn call(act: Act) -> Result<Response, Problem> {
    let (time, next_by_time) = match (act.time("call_time").await, act.time("next_by").await) {
        (Ok(time), Ok(next)) => (time, next),
        (Err(errors), _) | (_, Err(errors)) => return act.mend("call", errors).await,
    };
    let request = pb::RecordContactAttemptRequest {
        name: act.text("intake"),
        request_id: act.text("request_id"),
        etag: act.text("etag"),
        time,
        channel: act.number("channel"),
        outcome: act.number("outcome"),
        note: act.text("call_note"),
        danger: act.text("danger"),
        next_by_time,
    };
    let answered = act.desk.staff.triage().record_contact_attempt(act.staff.ask(request)?).await;
    let fields = [
        ("outcome", "outcome"),
        ("time", "call_time"),
        ("channel", "channel"),
        ("note", "call_note"),
        ("danger", "danger"),
        ("next_by_time", "next_by"),
    ];
    act.settle("call", answered, &fields).await
}

/// `POST /staff/cases/{id}/note`
pub(crate) async fn note(act: Act) -> Result<Response, Problem> {
    let request = pb::AddNoteRequest {
        name: act.name(),
        request_id: act.text("request_id"),
        // A note takes nothing from anybody: whoever wrote another one meanwhile is no hindrance.
        etag: String::new(),
        kind: act.number("kind"),
        text: act.text("note_text"),
    };
    let answered = act.desk.staff.triage().add_note(act.staff.ask(request)?).await;
    act.settle("note", answered, &[("text", "note_text"), ("kind", "kind")]).await
}

/// `POST /staff/cases/{id}/urgency`
pub(crate) async fn judge(act: Act) -> Result<Response, Problem> {
    let request = pb::OverrideUrgencyRequest {
        name: act.name(),
        request_id: act.text("request_id"),
        etag: act.text("etag"),
        urgency: act.number("urgency"),
        reason: act.text("judge_reason"),
    };
    let answered = act.desk.staff.triage().override_urgency(act.staff.ask(request)?).await;
    act.settle("judge", answered, &[("reason", "judge_reason"), ("urgency", "urgency")]).await
}

/// `POST /staff/cases/{id}/close`
pub(crate) async fn close(act: Act) -> Result<Response, Problem> {
    let request = pb::CloseCaseRequest {
        name: act.name(),
        request_id: act.text("request_id"),
        etag: act.text("etag"),
        reason: act.number("close_reason"),
        note: act.text("close_note"),
    };
    let answered = act.desk.staff.triage().close_case(act.staff.ask(request)?).await;
    act.settle("close", answered, &[("reason", "close_reason"), ("note", "close_note")]).await
}

/// `POST /staff/cases/{id}/refer`
pub(crate) async fn refer(act: Act) -> Result<Response, Problem> {
    let request = pb::ReferCaseRequest {
        name: act.name(),
        request_id: act.text("request_id"),
        etag: act.text("etag"),
        to: act.text("refer_to"),
        reason: act.text("refer_reason"),
    };
    let answered = act.desk.staff.triage().refer_case(act.staff.ask(request)?).await;
    act.settle("refer", answered, &[("to", "refer_to"), ("reason", "refer_reason")]).await
}

/// `POST /staff/cases/{id}/reopen`
pub(crate) async fn reopen(act: Act) -> Result<Response, Problem> {
    let request = pb::ReopenCaseRequest {
        name: act.name(),
        request_id: act.text("request_id"),
        etag: act.text("etag"),
        reason: act.text("reopen_reason"),
    };
    let answered = act.desk.staff.triage().reopen_case(act.staff.ask(request)?).await;
    act.settle("reopen", answered, &[("reason", "reopen_reason")]).await
}

/// `POST /staff/cases/{id}/stop`
pub(crate) async fn stop(act: Act) -> Result<Response, Problem> {
    let request = pb::StopContactRequest {
        name: act.text("intake"),
        request_id: act.text("request_id"),
        etag: act.text("etag"),
        reason: act.number("stop_reason"),
        note: act.text("stop_note"),
    };
    let answered = act.desk.staff.triage().stop_contact(act.staff.ask(request)?).await;
    act.settle("stop", answered, &[("reason", "stop_reason"), ("note", "stop_note")]).await
}

/// `POST /staff/cases/{id}/resume`
pub(crate) async fn resume(act: Act) -> Result<Response, Problem> {
    let request = pb::ResumeContactRequest {
        name: act.text("intake"),
        request_id: act.text("request_id"),
        etag: act.text("etag"),
        reason: act.text("resume_reason"),
    };
    let answered = act.desk.staff.triage().resume_contact(act.staff.ask(request)?).await;
    act.settle("resume", answered, &[("reason", "resume_reason")]).await
}

/// `POST /staff/cases/{id}/acknowledge`
pub(crate) async fn acknowledge(act: Act) -> Result<Response, Problem> {
    let request = pb::AcknowledgeAlertRequest {
        name: act.text("alert"),
        request_id: act.text("request_id"),
        etag: act.text("etag"),
    };
    let answered = act.desk.staff.triage().acknowledge_alert(act.staff.ask(request)?).await;
    act.settle("acknowledge", answered, &[]).await
}

/// `POST /staff/cases/{id}/report`
pub(crate) async fn report(act: Act) -> Result<Response, Problem> {
    use pb::complete_report_request::Decision;
    let time = match act.time("made_time").await {
        Ok(time) => time,
        Err(errors) => return act.mend("report", errors).await,
    };
    let decision = match act.sent.text("decision") {
        "made" => Some(Decision::Made(pb::ReportMade {
            agency: act.text("agency"),
            time,
            reference: act.text("reference"),
            note: act.text("report_note"),
        })),
        "not" => Some(Decision::NotRequired(pb::ReportNotRequired { note: act.text("report_note") })),
        _ => return act.mend("report", Errors::one("decision", NO_DECISION)).await,
    };
    let request = pb::CompleteReportRequest {
        name: act.text("report"),
        request_id: act.text("request_id"),
        etag: act.text("etag"),
        decision,
    };
    let answered = act.desk.staff.triage().complete_report(act.staff.ask(request)?).await;
    let fields = [
        ("decision", "decision"),
        ("made.agency", "agency"),
        ("made.time", "made_time"),
        ("made.reference", "reference"),
        ("made.note", "report_note"),
        ("not_required.note", "report_note"),
    ];
    act.settle("report", answered, &fields).await
}
