//! The RPCs of `rapport.staff.v1.TriageService`: parse, call, convert.

use futures::stream::BoxStream;
use rapport_proto::staff::{self as pb, triage_service_server::TriageService};
use rapport_security::{Principal, StaffPrincipal};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use crate::{
    Deps, claim_case, get_case, guard::StreamPlace, list_cases, parse, policy, refusal::Refusal, repeat::Repeatable,
    watch_cases,
};

/// What staff call.
pub(crate) struct StaffApi {
    deps: Deps,
    stop: CancellationToken,
}

impl StaffApi {
    pub(crate) const fn new(deps: Deps, stop: CancellationToken) -> Self {
        Self { deps, stop }
    }
}

#[tonic::async_trait]
impl TriageService for StaffApi {
    async fn list_cases(
        &self,
        request: Request<pb::ListCasesRequest>,
    ) -> Result<Response<pb::ListCasesResponse>, Status> {
        let staff = staff(&request)?;
        let query = parse::list_cases(request.into_inner(), self.deps.store.keyring())?;
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
        let record = get_case::run(&self.deps, &staff, case).await?;
        Ok(Response::new(pb::GetCaseResponse { record: Some(record) }))
    }

    async fn claim_case(
        &self,
        request: Request<pb::ClaimCaseRequest>,
    ) -> Result<Response<pb::ClaimCaseResponse>, Status> {
        let staff = staff(&request)?;
        let request = request.into_inner();
        let case = parse::name("name", &request.name)?;
        let principal = Principal::Staff(staff.clone());
        let repeatable = Repeatable::new(&self.deps, &principal, policy::CLAIM_CASE, &request, &request.request_id)?;
        Ok(Response::new(claim_case::run(&self.deps, staff, case, request.etag, repeatable).await?))
    }
}

/// Who calls, as the guard found it.
fn staff<T>(request: &Request<T>) -> Result<StaffPrincipal, Refusal> {
    match request.extensions().get::<Principal>() {
        Some(Principal::Staff(staff)) => Ok(staff.clone()),
        _ => Err(Refusal::Internal("a staff call came past the guard")),
    }
}
