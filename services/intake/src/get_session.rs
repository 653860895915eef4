//! The caller's own account and session.

use rapport_domain::id::AccountId;
use rapport_proto::{staff as pb, time};
use rapport_security::StaffPrincipal;
use rapport_store::{Session, accounts, audit};

use crate::{Deps, policy, refusal::Refusal, trail, view};

/// Whose it is and when it ends. A token of the command line has neither account nor times, but a role.
pub(crate) async fn run(
    deps: &Deps,
    staff: &StaffPrincipal,
    session: Option<Session>,
) -> Result<pb::GetSessionResponse, Refusal> {
    audit::write(&deps.store, &trail::by_staff(deps, staff, policy::GET_SESSION, Vec::new())).await?;
    let methods = policy::open_to(staff).map(|rpc| rpc.name.to_owned()).collect();
    let Some(session) = session else {
        let account = Some(view::unnamed_account(staff));
        return Ok(pb::GetSessionResponse { account, methods, ..Default::default() });
    };
    let account = accounts::get(&deps.store, AccountId::new(staff.token_id)).await?.ok_or(Refusal::TokenInvalid)?;
    Ok(pb::GetSessionResponse {
        account: Some(view::account(&account)),
        idle_expire_time: Some(time::to_message(session.idle_at())),
        expire_time: Some(time::to_message(session.expires_at)),
        methods,
    })
}
