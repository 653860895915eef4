//! The RPCs of `rapport.staff.v1.AccountService`: parse, call, convert.

use std::sync::Arc;

use rapport_domain::id::AccountId;
use rapport_proto::staff::{self as pb, account_service_server::AccountService};
use rapport_security::Principal;
use rapport_store::Session;
use tonic::{Request, Response, Status};

use crate::{
    Deps, change_account, enrol, get_session, invite_staff, list_accounts, list_colleagues, own_credentials, parse,
    passwords::Passwords, policy, redeem_sign_in, refusal::Refusal, repeat::Repeatable, sign_in, sign_out,
    staff_api::staff,
};

/// How staff get in, and who may.
pub(crate) struct AccountApi {
    deps: Deps,
    passwords: Arc<Passwords>,
}

impl AccountApi {
    pub(crate) fn new(deps: Deps) -> Self {
        Self { deps, passwords: Arc::default() }
    }
}

/// Whose one-time sign-in the call came with.
fn newcomer<T>(request: &Request<T>) -> Result<AccountId, Refusal> {
    match request.extensions().get::<Principal>() {
        Some(Principal::Newcomer(account)) => Ok(AccountId::new(*account)),
        _ => Err(Refusal::Internal("a call without its one-time sign-in")),
    }
}

/// The session that the call came with; none where it came with a token of the command line.
fn session<T>(request: &Request<T>) -> Option<Session> {
    request.extensions().get::<Session>().cloned()
}

#[tonic::async_trait]
impl AccountService for AccountApi {
    async fn sign_in(&self, request: Request<pb::SignInRequest>) -> Result<Response<pb::SignInResponse>, Status> {
        Ok(Response::new(sign_in::run(&self.deps, &self.passwords, request.into_inner()).await?))
    }

    async fn redeem_sign_in(
        &self,
        request: Request<pb::RedeemSignInRequest>,
    ) -> Result<Response<pb::RedeemSignInResponse>, Status> {
        Ok(Response::new(redeem_sign_in::run(&self.deps, newcomer(&request)?).await?))
    }

    async fn get_enrolment(
        &self,
        request: Request<pb::GetEnrolmentRequest>,
    ) -> Result<Response<pb::GetEnrolmentResponse>, Status> {
        Ok(Response::new(enrol::show(&self.deps, newcomer(&request)?).await?))
    }

    async fn enrol(&self, request: Request<pb::EnrolRequest>) -> Result<Response<pb::EnrolResponse>, Status> {
        let account = newcomer(&request)?;
        Ok(Response::new(enrol::run(&self.deps, &self.passwords, account, request.into_inner()).await?))
    }

    async fn get_session(
        &self,
        request: Request<pb::GetSessionRequest>,
    ) -> Result<Response<pb::GetSessionResponse>, Status> {
        let staff = staff(&request)?;
        Ok(Response::new(get_session::run(&self.deps, &staff, session(&request)).await?))
    }

    async fn sign_out(&self, request: Request<pb::SignOutRequest>) -> Result<Response<pb::SignOutResponse>, Status> {
        let (staff, session) = (staff(&request)?, session(&request));
        sign_out::run(&self.deps, &staff, session, request.into_inner().everywhere).await?;
        Ok(Response::new(pb::SignOutResponse {}))
    }

    async fn change_password(
        &self,
        request: Request<pb::ChangePasswordRequest>,
    ) -> Result<Response<pb::ChangePasswordResponse>, Status> {
        let session = session(&request).ok_or(Refusal::NotFound)?;
        own_credentials::change_password(&self.deps, &self.passwords, session, request.into_inner()).await?;
        Ok(Response::new(pb::ChangePasswordResponse {}))
    }

    async fn replace_recovery_codes(
        &self,
        request: Request<pb::ReplaceRecoveryCodesRequest>,
    ) -> Result<Response<pb::ReplaceRecoveryCodesResponse>, Status> {
        let session = session(&request).ok_or(Refusal::NotFound)?;
        let current = request.into_inner().current_password;
        let codes = own_credentials::replace_recovery_codes(&self.deps, &self.passwords, session, current).await?;
        Ok(Response::new(pb::ReplaceRecoveryCodesResponse { recovery_codes: codes }))
    }

    async fn invite_staff(
        &self,
        request: Request<pb::InviteStaffRequest>,
    ) -> Result<Response<pb::InviteStaffResponse>, Status> {
        let (staff, request) = (staff(&request)?, request.into_inner());
        let caller = Principal::Staff(staff.clone());
        let repeatable = Repeatable::new(&self.deps, &caller, policy::INVITE_STAFF, &request, &request.request_id)?;
        let invited = parse::invite_staff(request)?;
        Ok(Response::new(invite_staff::run(&self.deps, staff, invited, repeatable).await?))
    }

    async fn list_accounts(
        &self,
        request: Request<pb::ListAccountsRequest>,
    ) -> Result<Response<pb::ListAccountsResponse>, Status> {
        let staff = staff(&request)?;
        let query = parse::list_accounts(&request.into_inner(), self.deps.store.keyring())?;
        Ok(Response::new(list_accounts::run(&self.deps, &staff, query).await?))
    }

    async fn list_colleagues(
        &self,
        request: Request<pb::ListColleaguesRequest>,
    ) -> Result<Response<pb::ListColleaguesResponse>, Status> {
        let staff = staff(&request)?;
        let case = parse::list_colleagues(&request.into_inner())?;
        Ok(Response::new(list_colleagues::run(&self.deps, &staff, case).await?))
    }

    async fn update_account(
        &self,
        request: Request<pb::UpdateAccountRequest>,
    ) -> Result<Response<pb::UpdateAccountResponse>, Status> {
        let (staff, request) = (staff(&request)?, request.into_inner());
        let caller = Principal::Staff(staff.clone());
        let repeatable = Repeatable::new(&self.deps, &caller, policy::UPDATE_ACCOUNT, &request, &request.request_id)?;
        let wanted = parse::update_account(request)?;
        Ok(Response::new(change_account::update(&self.deps, staff, wanted, repeatable).await?))
    }

    async fn reset_account(
        &self,
        request: Request<pb::ResetAccountRequest>,
    ) -> Result<Response<pb::ResetAccountResponse>, Status> {
        let (staff, request) = (staff(&request)?, request.into_inner());
        let caller = Principal::Staff(staff.clone());
        let repeatable = Repeatable::new(&self.deps, &caller, policy::RESET_ACCOUNT, &request, &request.request_id)?;
        let account = parse::name("name", &request.name)?;
        Ok(Response::new(change_account::reset(&self.deps, staff, account, request.letter, repeatable).await?))
    }
}
