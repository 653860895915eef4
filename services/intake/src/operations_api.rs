//! The RPCs of `rapport.staff.v1.OperationsService`: parse, call, convert.

use rapport_domain::id::FeedId;
use rapport_proto::{
    enums,
    staff::{self as pb, operations_service_server::OperationsService},
};
use rapport_security::Principal;
use tonic::{Request, Response, Status};

use crate::{
    Deps, calendar_feed, list_letters, parse, policy, refusal::Refusal, repeat::Repeatable, report_bounce,
    resend_letter, resolve_letter, staff_api::staff, staff_letter::StaffLetter, trail,
};

/// What keeps the installation running.
pub(crate) struct OperationsApi {
    deps: Deps,
}

impl OperationsApi {
    pub(crate) const fn new(deps: Deps) -> Self {
        Self { deps }
    }
}

#[tonic::async_trait]
impl OperationsService for OperationsApi {
    async fn list_letters(
        &self,
        request: Request<pb::ListLettersRequest>,
    ) -> Result<Response<pb::ListLettersResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let asked = request.case_name.clone();
        let query = parse::list_letters(request, self.deps.store.keyring())?;
        let listed = list_letters::run(&self.deps, &staff, query).await;
        Ok(Response::new(trail::noting_refusal(&self.deps, &staff, policy::LIST_LETTERS, asked, listed).await?))
    }

    async fn resend_letter(
        &self,
        request: Request<pb::ResendLetterRequest>,
    ) -> Result<Response<pb::ResendLetterResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let rpc = policy::RESEND_LETTER;
        let letter = parse::name("name", &request.name)?;
        let principal = Principal::Staff(staff.clone());
        let repeatable = Repeatable::new(&self.deps, &principal, rpc, &request, &request.request_id)?;
        let asked = StaffLetter { letter, etag: request.etag };
        let resent = resend_letter::run(&self.deps, staff.clone(), asked, repeatable).await;
        Ok(Response::new(trail::noting_refusal(&self.deps, &staff, rpc, request.name, resent).await?))
    }

    async fn resolve_letter(
        &self,
        request: Request<pb::ResolveLetterRequest>,
    ) -> Result<Response<pb::ResolveLetterResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let rpc = policy::RESOLVE_LETTER;
        let letter = parse::name("name", &request.name)?;
        let outcome = enums::read(request.outcome).map_err(|why| Refusal::field("outcome", why.to_string()))?;
        let principal = Principal::Staff(staff.clone());
        let repeatable = Repeatable::new(&self.deps, &principal, rpc, &request, &request.request_id)?;
        let asked = StaffLetter { letter, etag: request.etag };
        let resolved = resolve_letter::run(&self.deps, staff.clone(), asked, outcome, repeatable).await;
        Ok(Response::new(trail::noting_refusal(&self.deps, &staff, rpc, request.name, resolved).await?))
    }

    async fn create_calendar_feed(
        &self,
        request: Request<pb::CreateCalendarFeedRequest>,
    ) -> Result<Response<pb::CreateCalendarFeedResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let therapist = parse::name("therapist", &request.therapist)?;
        let (principal, rpc) = (Principal::Staff(staff.clone()), policy::CREATE_CALENDAR_FEED);
        let repeatable = Repeatable::new(&self.deps, &principal, rpc, &request, &request.request_id)?;
        Ok(Response::new(calendar_feed::create(&self.deps, staff, therapist, repeatable).await?))
    }

    async fn revoke_calendar_feed(
        &self,
        request: Request<pb::RevokeCalendarFeedRequest>,
    ) -> Result<Response<pb::RevokeCalendarFeedResponse>, Status> {
        let staff = staff(&request)?;
        let therapist = parse::name("therapist", &request.get_ref().therapist)?;
        calendar_feed::revoke(&self.deps, &staff, therapist).await?;
        Ok(Response::new(pb::RevokeCalendarFeedResponse {}))
    }

    async fn get_calendar_feed(
        &self,
        request: Request<pb::GetCalendarFeedRequest>,
    ) -> Result<Response<pb::GetCalendarFeedResponse>, Status> {
        let Some(Principal::Feed(feed)) = request.extensions().get::<Principal>() else {
            return Err(Refusal::Internal("a feed's call came past the guard").into());
        };
        let feed = FeedId::new(*feed);
        Ok(Response::new(calendar_feed::read(&self.deps, feed, &request.get_ref().etag).await?))
    }

    async fn report_bounce(
        &self,
        request: Request<pb::ReportBounceRequest>,
    ) -> Result<Response<pb::ReportBounceResponse>, Status> {
        let bounce = parse::bounce(&request.into_inner(), self.deps.store.keyring())?;
        report_bounce::run(&self.deps, bounce).await?;
        Ok(Response::new(pb::ReportBounceResponse {}))
    }
}
