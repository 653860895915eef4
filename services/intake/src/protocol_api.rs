//! The RPCs of `rapport.staff.v1.ProtocolService`: parse, call, convert.

use std::sync::Arc;

use futures::{StreamExt, stream::BoxStream};
use rapport_proto::staff::{self as pb, protocol_service_server::ProtocolService};
use rapport_security::Principal;
use tonic::{Request, Response, Status};

use crate::{
    Deps, get_protocol, guard::StreamPlace, parse, policy, protocols::Protocols, refusal::Refusal, replay_protocol,
    staff_api::staff, view,
};

/// What clinicians change rules with.
pub(crate) struct ProtocolApi {
    deps: Deps,
    protocols: Arc<Protocols>,
}

impl ProtocolApi {
    pub(crate) const fn new(deps: Deps, protocols: Arc<Protocols>) -> Self {
        Self { deps, protocols }
    }
}

#[tonic::async_trait]
impl ProtocolService for ProtocolApi {
    async fn get_protocol(
        &self,
        request: Request<pb::GetProtocolRequest>,
    ) -> Result<Response<pb::GetProtocolResponse>, Status> {
        let staff = staff(&request)?;
        let digest = request.into_inner().digest;
        Ok(Response::new(get_protocol::run(&self.deps, &self.protocols, &staff, &digest).await?))
    }

    type ReplayProtocolStream = BoxStream<'static, Result<pb::ReplayProtocolResponse, Status>>;

    async fn replay_protocol(
        &self,
        request: Request<pb::ReplayProtocolRequest>,
    ) -> Result<Response<Self::ReplayProtocolStream>, Status> {
        let principal = Principal::Staff(staff(&request)?);
        let place = request.extensions().get::<StreamPlace>().cloned();
        let (candidate, since) = parse::replay_protocol(request.into_inner()).await?;
        let replay = replay_protocol::Replay {
            candidate: Arc::clone(&candidate),
            practice: Arc::clone(&self.deps.practice),
            since,
            principal: principal.to_string(),
            role: principal.role_name(),
            method: policy::REPLAY_PROTOCOL.name,
            clock: Arc::clone(&self.deps.clock),
        };
        let steps = replay_protocol::run(self.deps.store.clone(), replay).await.map_err(Refusal::from)?;
        let told = steps.map(move |step| {
            // Held for as long as the stream is read.
            let _place = &place;
            step.map(|step| view::replay_step(&step, &candidate)).map_err(|error| Refusal::from(error).into())
        });
        Ok(Response::new(told.boxed()))
    }
}
