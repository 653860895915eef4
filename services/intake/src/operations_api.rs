//! The RPCs of `rapport.staff.v1.OperationsService`: parse, call, convert.

use std::path::PathBuf;

use rapport_domain::id::FeedId;
use rapport_proto::{
    enums,
    staff::{self as pb, operations_service_server::OperationsService},
};
use rapport_security::Principal;
use tonic::{Request, Response, Status};

use crate::{
    Deps, calendar_feed,
    dead_letters::{self, Queues},
    get_health::{self, LastLook},
    letter_previews, list_letters,
    mailbox::Mailbox,
    parse, policy,
    refusal::Refusal,
    repeat::Repeatable,
    report_bounce, resend_letter, resolve_letter,
    staff_api::staff,
    staff_letter::StaffLetter,
    trail,
};

/// What keeps the installation running.
pub(crate) struct OperationsApi {
    deps: Deps,
    health: LastLook,
    queues: Queues,
    mailbox: Mailbox,
}

impl OperationsApi {
    pub(crate) fn new(deps: Deps, mailbox: Option<PathBuf>) -> Self {
        Self { deps, health: LastLook::default(), queues: Queues::default(), mailbox: Mailbox::new(mailbox) }
    }
}

#[tonic::async_trait]
impl OperationsService for OperationsApi {
    async fn get_health(&self, _: Request<pb::GetHealthRequest>) -> Result<Response<pb::GetHealthResponse>, Status> {
        let health = get_health::run(&self.deps, &self.health).await?;
        Ok(Response::new(pb::GetHealthResponse { health: Some(health) }))
    }

    async fn list_dead_letters(
        &self,
        request: Request<pb::ListDeadLettersRequest>,
    ) -> Result<Response<pb::ListDeadLettersResponse>, Status> {
        let staff = staff(&request)?;
        let asked = parse::list_dead_letters(request.into_inner(), self.deps.store.keyring())?;
        Ok(Response::new(dead_letters::list(&self.deps, &self.queues, &staff, asked).await?))
    }

    async fn get_dead_letter(
        &self,
        request: Request<pb::GetDeadLetterRequest>,
    ) -> Result<Response<pb::GetDeadLetterResponse>, Status> {
        let staff = staff(&request)?;
        let name = parse::name("name", &request.get_ref().name)?;
        let dead_letter = dead_letters::get(&self.deps, &self.queues, &staff, name).await?;
        Ok(Response::new(pb::GetDeadLetterResponse { dead_letter: Some(dead_letter) }))
    }

    async fn replay_dead_letter(
        &self,
        request: Request<pb::ReplayDeadLetterRequest>,
    ) -> Result<Response<pb::ReplayDeadLetterResponse>, Status> {
        let staff = staff(&request)?;
        let name = parse::name("name", &request.get_ref().name)?;
        let replayed = dead_letters::replay(&self.deps, &self.queues, &staff, name).await?;
        Ok(Response::new(pb::ReplayDeadLetterResponse { replayed }))
    }

    async fn list_mail(&self, request: Request<pb::ListMailRequest>) -> Result<Response<pb::ListMailResponse>, Status> {
        let staff = staff(&request)?;
        let page = parse::list_mail(&request.into_inner(), self.deps.store.keyring())?;
        Ok(Response::new(self.mailbox.list(&self.deps, &staff, page).await?))
    }

    async fn get_mail(&self, request: Request<pb::GetMailRequest>) -> Result<Response<pb::GetMailResponse>, Status> {
        let staff = staff(&request)?;
        let letter = parse::mail_name(&request.get_ref().name)?;
        let mail = self.mailbox.get(&self.deps, &staff, letter).await;
        let mail = trail::noting_refusal(&self.deps, &staff, policy::GET_MAIL, letter.to_string(), mail).await?;
        Ok(Response::new(pb::GetMailResponse { mail: Some(mail) }))
    }

    async fn list_letter_previews(
        &self,
        request: Request<pb::ListLetterPreviewsRequest>,
    ) -> Result<Response<pb::ListLetterPreviewsResponse>, Status> {
        Ok(Response::new(letter_previews::list(&self.deps, &staff(&request)?).await?))
    }

    async fn get_letter_preview(
        &self,
        request: Request<pb::GetLetterPreviewRequest>,
    ) -> Result<Response<pb::GetLetterPreviewResponse>, Status> {
        let staff = staff(&request)?;
        let name = request.into_inner().name;
        let kind = parse::letter_preview_kind(&name)?;
        let preview = letter_previews::get(&self.deps, &staff, kind, &name).await?;
        Ok(Response::new(pb::GetLetterPreviewResponse { preview: Some(preview) }))
    }

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
