//! An operator's one-time sign-in opens a session: for the first look at a new installation, and for whoever lost everything.

use rapport_domain::id::AccountId;
use rapport_proto::staff as pb;
use rapport_security::Principal;
use rapport_store::{AccountState, Tx, accounts, audit};

use crate::{Deps, open_session, policy, refusal::Refusal, trail};

/// Uses it up and opens the session.
#[tracing::instrument(skip_all, fields(account.id = %account))]
pub(crate) async fn run(deps: &Deps, account: AccountId) -> Result<pb::RedeemSignInResponse, Refusal> {
    let deps_in = deps.clone();
    deps.store.transact(move |tx| Box::pin(async move { redeem(&deps_in, tx, account).await })).await
}

async fn redeem(deps: &Deps, tx: &Tx, account: AccountId) -> Result<pb::RedeemSignInResponse, Refusal> {
    let account = accounts::get_to_change(tx, account).await?.ok_or(Refusal::TokenInvalid)?;
    // Of two that use it at once the second finds it gone.
    if account.state == AccountState::Disabled || !accounts::withdraw_sign_ins(tx, account.id).await? {
        return Err(Refusal::TokenInvalid);
    }
    let principal = Principal::Newcomer(account.id.uuid());
    audit::write(tx, &trail::by(deps, &principal, policy::REDEEM_SIGN_IN, Vec::new())).await?;
    Ok(pb::RedeemSignInResponse { session: Some(open_session::run(deps, tx, account).await?) })
}
