//! The RPCs of `rapport.staff.v1.AuditService`: parse, call, convert.

use futures::{StreamExt, stream::BoxStream};
use rapport_proto::staff::{self as pb, audit_service_server::AuditService};
use tonic::{Request, Response, Status};

use crate::{Deps, guard::StreamPlace, parse, read_audit, refusal::Refusal, staff_api::staff};

/// What auditors read.
pub(crate) struct AuditApi {
    deps: Deps,
}

impl AuditApi {
    pub(crate) const fn new(deps: Deps) -> Self {
        Self { deps }
    }
}

#[tonic::async_trait]
impl AuditService for AuditApi {
    async fn list_audit_entries(
        &self,
        request: Request<pb::ListAuditEntriesRequest>,
    ) -> Result<Response<pb::ListAuditEntriesResponse>, Status> {
        let staff = staff(&request)?;
        let query = parse::list_audit_entries(request.into_inner(), self.deps.store.keyring())?;
        Ok(Response::new(read_audit::list(&self.deps, &staff, query).await?))
    }

    async fn verify_audit_trail(
        &self,
        request: Request<pb::VerifyAuditTrailRequest>,
    ) -> Result<Response<pb::VerifyAuditTrailResponse>, Status> {
        let staff = staff(&request)?;
        let head = parse::audit_head(&request.into_inner().head)?;
        Ok(Response::new(read_audit::verify(&self.deps, &staff, head).await?))
    }

    type ExportAuditTrailStream = BoxStream<'static, Result<pb::ExportAuditTrailResponse, Status>>;

    async fn export_audit_trail(
        &self,
        request: Request<pb::ExportAuditTrailRequest>,
    ) -> Result<Response<Self::ExportAuditTrailStream>, Status> {
        let staff = staff(&request)?;
        let place = request.extensions().get::<StreamPlace>().cloned();
        let filter = parse::audit_filter(request.into_inner().filter)?;
        let pages = read_audit::export(&self.deps, &staff, filter).await?;
        let told = pages.map(move |page| {
            // Held for as long as the stream is read.
            let _place = &place;
            page.map_err(|error| Refusal::from(error).into())
        });
        Ok(Response::new(told.boxed()))
    }
}
