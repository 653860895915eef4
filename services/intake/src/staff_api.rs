//! The RPCs of `rapport.staff.v1.TriageService`: parse, call, convert.

use std::sync::Arc;

use futures::stream::BoxStream;
use prost::Message;
use rapport_proto::staff::{self as pb, triage_service_server::TriageService};
use rapport_security::{Principal, StaffPrincipal};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use crate::{
    Deps, acknowledge_alert, add_note, assign_case, book_appointment, claim_case, close_case, complete_report,
    create_intake, get_case,
    guard::StreamPlace,
    list_cases, list_matches, mark_attendance, override_urgency, parse,
    policy::{self, Rpc},
    protocols::Protocols,
    record_contact_attempt, refer_case,
    refusal::Refusal,
    release_case, reopen_case,
    repeat::Repeatable,
    resume_contact, reveal_answers, staff_cancel_appointment, staff_confirm_appointment, staff_reschedule_appointment,
    stop_contact, trail, watch_cases,
};

/// What staff call.
pub(crate) struct StaffApi {
    deps: Deps,
    protocols: Arc<Protocols>,
    stop: CancellationToken,
}

impl StaffApi {
    pub(crate) const fn new(deps: Deps, protocols: Arc<Protocols>, stop: CancellationToken) -> Self {
        Self { deps, protocols, stop }
    }

    fn repeatable(
        &self,
        staff: &StaffPrincipal,
        rpc: Rpc,
        request: &impl Message,
        request_id: &str,
    ) -> Result<Repeatable, Refusal> {
        Repeatable::new(&self.deps, &Principal::Staff(staff.clone()), rpc, request, request_id)
    }

    /// The answer of a change that the state of what it names may refuse to this role.
    async fn answer<T>(
        &self,
        staff: &StaffPrincipal,
        rpc: Rpc,
        name: String,
        outcome: Result<T, Refusal>,
    ) -> Result<Response<T>, Status> {
        Ok(Response::new(trail::noting_refusal(&self.deps, staff, rpc, name, outcome).await?))
    }
}

#[tonic::async_trait]
impl TriageService for StaffApi {
    async fn list_cases(
        &self,
        request: Request<pb::ListCasesRequest>,
    ) -> Result<Response<pb::ListCasesResponse>, Status> {
        let staff = staff(&request)?;
        let query = parse::list_cases(request.into_inner(), self.deps.store.keyring(), &staff.label)?;
        Ok(Response::new(list_cases::run(&self.deps, &staff, query).await?))
    }

    type WatchCasesStream = BoxStream<'static, Result<pb::WatchCasesResponse, Status>>;

    async fn watch_cases(
        &self,
        request: Request<pb::WatchCasesRequest>,
    ) -> Result<Response<Self::WatchCasesStream>, Status> {
        let staff = staff(&request)?;
        let place = request.extensions().get::<StreamPlace>().cloned();
        Ok(Response::new(watch_cases::run(&self.deps, &staff, place, self.stop.clone()).await?))
    }

    async fn get_case(&self, request: Request<pb::GetCaseRequest>) -> Result<Response<pb::GetCaseResponse>, Status> {
        let staff = staff(&request)?;
        let case = parse::name("name", &request.get_ref().name)?;
        let record = get_case::run(&self.deps, &self.protocols, &staff, case).await?;
        Ok(Response::new(pb::GetCaseResponse { record: Some(record) }))
    }

    async fn claim_case(
        &self,
        request: Request<pb::ClaimCaseRequest>,
    ) -> Result<Response<pb::ClaimCaseResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let case = parse::name("name", &request.name)?;
        let repeatable = self.repeatable(&staff, policy::CLAIM_CASE, &request, &request.request_id)?;
        let claimed = claim_case::run(&self.deps, staff.clone(), case, request.etag, repeatable).await;
        self.answer(&staff, policy::CLAIM_CASE, request.name, claimed).await
    }

    async fn override_urgency(
        &self,
        request: Request<pb::OverrideUrgencyRequest>,
    ) -> Result<Response<pb::OverrideUrgencyResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let repeatable = self.repeatable(&staff, policy::OVERRIDE_URGENCY, &request, &request.request_id)?;
        let name = request.name.clone();
        let asked = parse::override_urgency(request)?;
        let judged = override_urgency::run(&self.deps, staff.clone(), asked, repeatable).await;
        self.answer(&staff, policy::OVERRIDE_URGENCY, name, judged).await
    }

    async fn close_case(
        &self,
        request: Request<pb::CloseCaseRequest>,
    ) -> Result<Response<pb::CloseCaseResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let repeatable = self.repeatable(&staff, policy::CLOSE_CASE, &request, &request.request_id)?;
        let name = request.name.clone();
        let asked = parse::close_case(request)?;
        let closed = close_case::run(&self.deps, staff.clone(), asked, repeatable).await;
        self.answer(&staff, policy::CLOSE_CASE, name, closed).await
    }

    async fn reveal_answers(
        &self,
        request: Request<pb::RevealAnswersRequest>,
    ) -> Result<Response<pb::RevealAnswersResponse>, Status> {
        let staff = staff(&request)?;
        let asked = parse::reveal_answers(request.get_ref())?;
        Ok(Response::new(reveal_answers::run(&self.deps, &self.protocols, staff, asked).await?))
    }

    async fn complete_report(
        &self,
        request: Request<pb::CompleteReportRequest>,
    ) -> Result<Response<pb::CompleteReportResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let repeatable = self.repeatable(&staff, policy::COMPLETE_REPORT, &request, &request.request_id)?;
        let asked = parse::complete_report(request, self.deps.clock.now())?;
        Ok(Response::new(complete_report::run(&self.deps, &self.protocols, staff, asked, repeatable).await?))
    }

    async fn confirm_appointment(
        &self,
        request: Request<pb::ConfirmAppointmentRequest>,
    ) -> Result<Response<pb::ConfirmAppointmentResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let asked = parse::name("name", &request.name)?;
        let repeatable = self.repeatable(&staff, policy::STAFF_CONFIRM_APPOINTMENT, &request, &request.request_id)?;
        let confirmed =
            staff_confirm_appointment::run(&self.deps, staff.clone(), asked, request.etag, repeatable).await;
        self.answer(&staff, policy::STAFF_CONFIRM_APPOINTMENT, request.name, confirmed).await
    }

    async fn list_matches(
        &self,
        request: Request<pb::ListMatchesRequest>,
    ) -> Result<Response<pb::ListMatchesResponse>, Status> {
        let staff = staff(&request)?;
        let name = request.get_ref().name.clone();
        let query = parse::list_matches(request.into_inner(), self.deps.store.keyring())?;
        let found = list_matches::run(&self.deps, &self.protocols, &staff, query).await;
        self.answer(&staff, policy::LIST_MATCHES, name, found).await
    }

    async fn acknowledge_alert(
        &self,
        request: Request<pb::AcknowledgeAlertRequest>,
    ) -> Result<Response<pb::AcknowledgeAlertResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let asked = parse::name("name", &request.name)?;
        let repeatable = self.repeatable(&staff, policy::ACKNOWLEDGE_ALERT, &request, &request.request_id)?;
        let acknowledged = acknowledge_alert::run(&self.deps, staff.clone(), asked, request.etag, repeatable).await;
        self.answer(&staff, policy::ACKNOWLEDGE_ALERT, request.name, acknowledged).await
    }

    async fn record_contact_attempt(
        &self,
        request: Request<pb::RecordContactAttemptRequest>,
    ) -> Result<Response<pb::RecordContactAttemptResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let repeatable = self.repeatable(&staff, policy::RECORD_CONTACT_ATTEMPT, &request, &request.request_id)?;
        let name = request.name.clone();
        let asked = parse::record_contact_attempt(request, self.deps.clock.now())?;
        let outcome = record_contact_attempt::run(&self.deps, staff.clone(), asked, repeatable).await;
        self.answer(&staff, policy::RECORD_CONTACT_ATTEMPT, name, outcome).await
    }

    async fn stop_contact(
        &self,
        request: Request<pb::StopContactRequest>,
    ) -> Result<Response<pb::StopContactResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let repeatable = self.repeatable(&staff, policy::STOP_CONTACT, &request, &request.request_id)?;
        let name = request.name.clone();
        let asked = parse::stop_contact(request)?;
        let outcome = stop_contact::run(&self.deps, staff.clone(), asked, repeatable).await;
        self.answer(&staff, policy::STOP_CONTACT, name, outcome).await
    }

    async fn resume_contact(
        &self,
        request: Request<pb::ResumeContactRequest>,
    ) -> Result<Response<pb::ResumeContactResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let repeatable = self.repeatable(&staff, policy::RESUME_CONTACT, &request, &request.request_id)?;
        let name = request.name.clone();
        let asked = parse::resume_contact(request)?;
        let outcome = resume_contact::run(&self.deps, staff.clone(), asked, repeatable).await;
        self.answer(&staff, policy::RESUME_CONTACT, name, outcome).await
    }

    async fn assign_case(
        &self,
        request: Request<pb::AssignCaseRequest>,
    ) -> Result<Response<pb::AssignCaseResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let repeatable = self.repeatable(&staff, policy::ASSIGN_CASE, &request, &request.request_id)?;
        let name = request.name.clone();
        let asked = parse::assign_case(request)?;
        let outcome = assign_case::run(&self.deps, staff.clone(), asked, repeatable).await;
        self.answer(&staff, policy::ASSIGN_CASE, name, outcome).await
    }

    async fn release_case(
        &self,
        request: Request<pb::ReleaseCaseRequest>,
    ) -> Result<Response<pb::ReleaseCaseResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let repeatable = self.repeatable(&staff, policy::RELEASE_CASE, &request, &request.request_id)?;
        let asked = parse::name("name", &request.name)?;
        let outcome = release_case::run(&self.deps, staff.clone(), asked, request.etag, repeatable).await;
        self.answer(&staff, policy::RELEASE_CASE, request.name, outcome).await
    }

    async fn add_note(&self, request: Request<pb::AddNoteRequest>) -> Result<Response<pb::AddNoteResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let repeatable = self.repeatable(&staff, policy::ADD_NOTE, &request, &request.request_id)?;
        let name = request.name.clone();
        let asked = parse::add_note(request)?;
        let outcome = add_note::run(&self.deps, staff.clone(), asked, repeatable).await;
        self.answer(&staff, policy::ADD_NOTE, name, outcome).await
    }

    async fn refer_case(
        &self,
        request: Request<pb::ReferCaseRequest>,
    ) -> Result<Response<pb::ReferCaseResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let repeatable = self.repeatable(&staff, policy::REFER_CASE, &request, &request.request_id)?;
        let name = request.name.clone();
        let asked = parse::refer_case(request)?;
        let outcome = refer_case::run(&self.deps, staff.clone(), asked, repeatable).await;
        self.answer(&staff, policy::REFER_CASE, name, outcome).await
    }

    async fn reopen_case(
        &self,
        request: Request<pb::ReopenCaseRequest>,
    ) -> Result<Response<pb::ReopenCaseResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let repeatable = self.repeatable(&staff, policy::REOPEN_CASE, &request, &request.request_id)?;
        let name = request.name.clone();
        let asked = parse::reopen_case(request)?;
        let outcome = reopen_case::run(&self.deps, staff.clone(), asked, repeatable).await;
        self.answer(&staff, policy::REOPEN_CASE, name, outcome).await
    }

    async fn create_intake(
        &self,
        request: Request<pb::CreateIntakeRequest>,
    ) -> Result<Response<pb::CreateIntakeResponse>, Status> {
        let staff = staff(&request)?;
        Ok(Response::new(create_intake::run(&self.deps, &self.protocols, &staff, request.into_inner()).await?))
    }

    async fn book_appointment(
        &self,
        request: Request<pb::BookAppointmentRequest>,
    ) -> Result<Response<pb::BookAppointmentResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let repeatable = self.repeatable(&staff, policy::BOOK_APPOINTMENT, &request, &request.request_id)?;
        let name = request.name.clone();
        let asked = parse::book_appointment(request, &self.deps.practice, self.deps.clock.now())?;
        let booked = book_appointment::run(&self.deps, &self.protocols, staff.clone(), asked, repeatable).await;
        self.answer(&staff, policy::BOOK_APPOINTMENT, name, booked).await
    }

    async fn reschedule_appointment(
        &self,
        request: Request<pb::RescheduleAppointmentRequest>,
    ) -> Result<Response<pb::RescheduleAppointmentResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let rpc = policy::STAFF_RESCHEDULE_APPOINTMENT;
        let repeatable = self.repeatable(&staff, rpc, &request, &request.request_id)?;
        let name = request.name.clone();
        let asked = parse::staff_reschedule(request, &self.deps.practice, self.deps.clock.now())?;
        let moved =
            staff_reschedule_appointment::run(&self.deps, &self.protocols, staff.clone(), asked, repeatable).await;
        self.answer(&staff, rpc, name, moved).await
    }

    async fn cancel_appointment(
        &self,
        request: Request<pb::CancelAppointmentRequest>,
    ) -> Result<Response<pb::CancelAppointmentResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let asked = parse::name("name", &request.name)?;
        let rpc = policy::STAFF_CANCEL_APPOINTMENT;
        let repeatable = self.repeatable(&staff, rpc, &request, &request.request_id)?;
        let cancelled = staff_cancel_appointment::run(&self.deps, staff.clone(), asked, request.etag, repeatable).await;
        self.answer(&staff, rpc, request.name, cancelled).await
    }

    async fn mark_attendance(
        &self,
        request: Request<pb::MarkAttendanceRequest>,
    ) -> Result<Response<pb::MarkAttendanceResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let repeatable = self.repeatable(&staff, policy::MARK_ATTENDANCE, &request, &request.request_id)?;
        let name = request.name.clone();
        let asked = parse::mark_attendance(request)?;
        let marked = mark_attendance::run(&self.deps, staff.clone(), asked, repeatable).await;
        self.answer(&staff, policy::MARK_ATTENDANCE, name, marked).await
    }
}

/// Who calls, as the guard found it.
pub(crate) fn staff<T>(request: &Request<T>) -> Result<StaffPrincipal, Refusal> {
    match request.extensions().get::<Principal>() {
        Some(Principal::Staff(staff)) => Ok(staff.clone()),
        _ => Err(Refusal::Internal("a staff call came past the guard")),
    }
}
