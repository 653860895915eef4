//! The RPCs of `rapport.intake.v1.IntakeService`: parse, call, convert.

use std::sync::Arc;

use futures::stream::BoxStream;
use rapport_domain::id::{DraftId, IntakeId, InvitationId};
use rapport_proto::intake::{self as pb, intake_service_server::IntakeService};
use rapport_security::Principal;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use crate::{
    Deps, accept_invitation, cancel_appointment, confirm_appointment, decline_invitation, get_draft, get_intake,
    get_screening, guard::StreamPlace, invite_partner, list_open_slots, looks::Looks, own_intake::OwnIntake, parse,
    policy, protocols::Protocols, refusal::Refusal, repeat::Repeatable, request_call, reschedule_appointment,
    save_draft, slot::Place, submit_intake, update_contact, watch_intake,
};

/// What clients call.
pub(crate) struct ClientApi {
    deps: Deps,
    protocols: Arc<Protocols>,
    looks: Looks,
    stop: CancellationToken,
}

impl ClientApi {
    pub(crate) fn new(deps: Deps, protocols: Arc<Protocols>, stop: CancellationToken) -> Self {
        Self { deps, protocols, looks: Looks::default(), stop }
    }
}

#[tonic::async_trait]
impl IntakeService for ClientApi {
    async fn get_screening(
        &self,
        request: Request<pb::GetScreeningRequest>,
    ) -> Result<Response<pb::GetScreeningResponse>, Status> {
        let language = parse::offered_language(&request.get_ref().language, &self.deps.practice);
        let protocol = &request.get_ref().protocol;
        Ok(Response::new(get_screening::run(&self.deps, &self.protocols, language, protocol).await?))
    }

    async fn submit_intake(
        &self,
        request: Request<pb::SubmitIntakeRequest>,
    ) -> Result<Response<pb::SubmitIntakeResponse>, Status> {
        Ok(Response::new(submit_intake::run(&self.deps, &self.protocols, request.into_inner()).await?))
    }

    async fn request_call(
        &self,
        request: Request<pb::RequestCallRequest>,
    ) -> Result<Response<pb::RequestCallResponse>, Status> {
        Ok(Response::new(request_call::run(&self.deps, &self.protocols, request.into_inner()).await?))
    }

    async fn get_intake(
        &self,
        request: Request<pb::GetIntakeRequest>,
    ) -> Result<Response<pb::GetIntakeResponse>, Status> {
        let own = own_intake(&request)?;
        let asked = asked_for(own, &request.get_ref().name)?;
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
        let asked = asked_for(own, &request.get_ref().name)?;
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
        let own = OwnIntake::read(&self.deps, &self.protocols, own).await?;
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
        let own = OwnIntake::read(&self.deps, &self.protocols, own).await?;
        Ok(Response::new(cancel_appointment::run(&self.deps, own, appointment, request.etag, repeatable).await?))
    }

    async fn update_contact(
        &self,
        request: Request<pb::UpdateContactRequest>,
    ) -> Result<Response<pb::UpdateContactResponse>, Status> {
        let caller = caller(&request)?;
        let own = own_intake(&request)?;
        let request = request.into_inner();
        let asked = update_contact::read(own, &request)?;
        let repeatable = Repeatable::new(&self.deps, &caller, policy::UPDATE_CONTACT, &request, &request.request_id)?;
        Ok(Response::new(update_contact::run(&self.deps, own, asked, repeatable).await?))
    }

    async fn list_open_slots(
        &self,
        request: Request<pb::ListOpenSlotsRequest>,
    ) -> Result<Response<pb::ListOpenSlotsResponse>, Status> {
        let own = own_intake(&request)?;
        self.looks.count(own, self.deps.clock.now())?;
        let query = parse::list_open_slots(request.get_ref(), own, self.deps.store.keyring())?;
        let own = OwnIntake::read(&self.deps, &self.protocols, own).await?;
        Ok(Response::new(list_open_slots::run(&self.deps, own, query).await?))
    }

    async fn reschedule_appointment(
        &self,
        request: Request<pb::RescheduleAppointmentRequest>,
    ) -> Result<Response<pb::RescheduleAppointmentResponse>, Status> {
        let own = own_intake(&request)?;
        let request = request.into_inner();
        let session = parse::name("name", &request.name)?;
        let repeatable = Repeatable::new(
            &self.deps,
            &Principal::Client(own.uuid()),
            policy::RESCHEDULE_APPOINTMENT,
            &request,
            &request.request_id,
        )?;
        let wanted = Place { own, session }.open(self.deps.store.keyring(), &request.slot)?;
        let own = OwnIntake::read(&self.deps, &self.protocols, own).await?;
        let moved = reschedule_appointment::run(&self.deps, own, session, wanted, request.etag, repeatable).await?;
        Ok(Response::new(moved))
    }

    async fn save_draft(
        &self,
        request: Request<pb::SaveDraftRequest>,
    ) -> Result<Response<pb::SaveDraftResponse>, Status> {
        let caller = caller(&request)?;
        Ok(Response::new(save_draft::run(&self.deps, &self.protocols, caller, request.into_inner()).await?))
    }

    async fn get_draft(&self, request: Request<pb::GetDraftRequest>) -> Result<Response<pb::GetDraftResponse>, Status> {
        let Principal::Draft(draft) = caller(&request)? else { return Err(past_the_guard().into()) };
        Ok(Response::new(get_draft::run(&self.deps, &self.protocols, DraftId::new(draft)).await?))
    }

    async fn invite_partner(
        &self,
        request: Request<pb::InvitePartnerRequest>,
    ) -> Result<Response<pb::InvitePartnerResponse>, Status> {
        let own = own_intake(&request)?;
        Ok(Response::new(invite_partner::run(&self.deps, &self.protocols, own, request.into_inner()).await?))
    }

    async fn accept_invitation(
        &self,
        request: Request<pb::AcceptInvitationRequest>,
    ) -> Result<Response<pb::AcceptInvitationResponse>, Status> {
        let caller = caller(&request)?;
        let id = own_invitation(&caller)?;
        let request = request.into_inner();
        let language = parse::offered_language(&request.language, &self.deps.practice);
        let repeatable =
            Repeatable::new(&self.deps, &caller, policy::ACCEPT_INVITATION, &request, &request.request_id)?;
        Ok(Response::new(accept_invitation::run(&self.deps, id, language, repeatable).await?))
    }

    async fn decline_invitation(
        &self,
        request: Request<pb::DeclineInvitationRequest>,
    ) -> Result<Response<pb::DeclineInvitationResponse>, Status> {
        let caller = caller(&request)?;
        let id = own_invitation(&caller)?;
        let request = request.into_inner();
        let repeatable =
            Repeatable::new(&self.deps, &caller, policy::DECLINE_INVITATION, &request, &request.request_id)?;
        Ok(Response::new(decline_invitation::run(&self.deps, id, repeatable).await?))
    }
}

/// Who calls, as the guard found out.
fn caller<T>(request: &Request<T>) -> Result<Principal, Refusal> {
    request.extensions().get::<Principal>().cloned().ok_or(past_the_guard())
}

/// The intake whose token the caller came with.
fn own_intake<T>(request: &Request<T>) -> Result<IntakeId, Refusal> {
    match caller(request)? {
        Principal::Client(intake) => Ok(IntakeId::new(intake)),
        _ => Err(past_the_guard()),
    }
}

/// The intake that is asked for: the token's own where nothing is named, as behind a link that holds the token alone.
fn asked_for(own: IntakeId, name: &str) -> Result<IntakeId, Refusal> {
    if name.is_empty() { Ok(own) } else { parse::name("name", name) }
}

/// The invitation whose token the caller came with.
const fn own_invitation(caller: &Principal) -> Result<InvitationId, Refusal> {
    match caller {
        Principal::Invitation(invitation) => Ok(InvitationId::new(*invitation)),
        _ => Err(past_the_guard()),
    }
}

const fn past_the_guard() -> Refusal {
    Refusal::Internal("a client's call came past the guard")
}
