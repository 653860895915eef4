//! The RPCs of `rapport.intake.v1.IntakeService`: parse, call, convert.

use std::sync::Arc;

use futures::stream::BoxStream;
use rapport_domain::id::IntakeId;
use rapport_proto::intake::{self as pb, intake_service_server::IntakeService};
use rapport_security::Principal;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use crate::{
    Deps, cancel_appointment, confirm_appointment, get_intake, get_screening, guard::StreamPlace, parse, policy,
    protocols::Protocols, refusal::Refusal, repeat::Repeatable, submit_intake, watch_intake,
};

/// What clients call.
pub(crate) struct ClientApi {
    deps: Deps,
    protocols: Arc<Protocols>,
    stop: CancellationToken,
}

impl ClientApi {
    pub(crate) const fn new(deps: Deps, protocols: Arc<Protocols>, stop: CancellationToken) -> Self {
        Self { deps, protocols, stop }
    }
}

#[tonic::async_trait]
impl IntakeService for ClientApi {
    async fn get_screening(
        &self,
        request: Request<pb::GetScreeningRequest>,
    ) -> Result<Response<pb::GetScreeningResponse>, Status> {
        let language = parse::offered_language(&request.get_ref().language, &self.deps.practice);
        Ok(Response::new(get_screening::run(&self.deps, language).await?))
    }

    async fn submit_intake(
        &self,
        request: Request<pb::SubmitIntakeRequest>,
    ) -> Result<Response<pb::SubmitIntakeResponse>, Status> {
        Ok(Response::new(submit_intake::run(&self.deps, &self.protocols, request.into_inner()).await?))
    }

    async fn get_intake(
        &self,
        request: Request<pb::GetIntakeRequest>,
    ) -> Result<Response<pb::GetIntakeResponse>, Status> {
        let own = own_intake(&request)?;
        let asked = parse::name("name", &request.get_ref().name)?;
        let intake = get_intake::run(&self.deps, &self.protocols, own, asked).await?;
        Ok(Response::new(pb::GetIntakeResponse { intake: Some(intake) }))
    }

    type WatchIntakeStream = BoxStream<'static, Result<pb::WatchIntakeResponse, Status>>;

    async fn watch_intake(
        &self,
        request: Request<pb::WatchIntakeRequest>,
    ) -> Result<Response<Self::WatchIntakeStream>, Status> {
        let own = own_intake(&request)?;
        let place = request.extensions().get::<StreamPlace>().cloned();
        let asked = parse::name("name", &request.get_ref().name)?;
        Ok(Response::new(watch_intake::run(&self.deps, &self.protocols, own, asked, place, self.stop.clone()).await?))
    }

    async fn confirm_appointment(
        &self,
        request: Request<pb::ConfirmAppointmentRequest>,
    ) -> Result<Response<pb::ConfirmAppointmentResponse>, Status> {
        let own = own_intake(&request)?;
        let request = request.into_inner();
        let appointment = parse::name("name", &request.name)?;
        let repeatable = Repeatable::new(
            &self.deps,
            &Principal::Client(own.uuid()),
            policy::CONFIRM_APPOINTMENT,
            &request,
            &request.request_id,
        )?;
        Ok(Response::new(confirm_appointment::run(&self.deps, own, appointment, request.etag, repeatable).await?))
    }

    async fn cancel_appointment(
        &self,
        request: Request<pb::CancelAppointmentRequest>,
    ) -> Result<Response<pb::CancelAppointmentResponse>, Status> {
        let own = own_intake(&request)?;
        let request = request.into_inner();
        let appointment = parse::name("name", &request.name)?;
        let repeatable = Repeatable::new(
            &self.deps,
            &Principal::Client(own.uuid()),
            policy::CANCEL_APPOINTMENT,
            &request,
            &request.request_id,
        )?;
        Ok(Response::new(cancel_appointment::run(&self.deps, own, appointment, request.etag, repeatable).await?))
    }
}

/// The intake whose token the caller came with, as the guard found it.
fn own_intake<T>(request: &Request<T>) -> Result<IntakeId, Refusal> {
    match request.extensions().get::<Principal>() {
        Some(Principal::Client(intake)) => Ok(IntakeId::new(*intake)),
        _ => Err(Refusal::Internal("a client's call came past the guard")),
    }
}
