//! An administrator changes what somebody may do, or gives them a new start.

use rapport_domain::id::AccountId;
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{Account, AccountState, Tx, accounts, audit, sessions};

use crate::{
    Deps, invite_staff,
    parse::UpdateAccount,
    policy::{self, Rpc},
    refusal::Refusal,
    repeat::{self, Repeatable},
    trail, view,
};

/// Changes role or state; it holds from the next call on.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, account.id = %wanted.account))]
pub(crate) async fn update(
    deps: &Deps,
    staff: StaffPrincipal,
    wanted: UpdateAccount,
    repeatable: Repeatable,
) -> Result<pb::UpdateAccountResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (staff, wanted) = (staff.clone(), wanted.clone());
        Box::pin(async move {
            let mut account = another(tx, &staff, wanted.account).await?;
            if !wanted.etag.is_empty() && wanted.etag != view::account_etag(&account) {
                return Err(Refusal::EtagMismatch);
            }
            account.role = wanted.role.unwrap_or(account.role);
            match wanted.disabled {
                Some(true) => {
                    account.state = AccountState::Disabled;
                    accounts::withdraw_sign_ins(tx, account.id).await?;
                    sessions::end_all(tx, account.id).await?;
                }
                // Whoever had chosen no password yet needs a new sign-in to do so: ResetAccount makes one.
                Some(false) if account.state == AccountState::Disabled => account.state = account.enabled(),
                _ => {}
            }
            let account = saved(deps, tx, &staff, policy::UPDATE_ACCOUNT, account).await?;
            Ok(pb::UpdateAccountResponse { account: Some(view::account(&account)) })
        })
    })
    .await
}

/// Voids password and second factor, ends every session, and makes a one-time sign-in.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, account.id = %id))]
pub(crate) async fn reset(
    deps: &Deps,
    staff: StaffPrincipal,
    id: AccountId,
    by_letter: bool,
    repeatable: Repeatable,
) -> Result<pb::ResetAccountResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let staff = staff.clone();
        Box::pin(async move {
            let mut account = another(tx, &staff, id).await?;
            account.start_anew();
            sessions::end_all(tx, id).await?;
            let account = saved(deps, tx, &staff, policy::RESET_ACCOUNT, account).await?;
            let one_time_sign_in = invite_staff::offer(deps, tx, &account, by_letter, deps.clock.now()).await?;
            Ok(pb::ResetAccountResponse { account: Some(view::account(&account)), one_time_sign_in })
        })
    })
    .await
}

/// Somebody else's account: who changes their own could lock everybody out, or give themselves what nobody gave them.
async fn another(tx: &Tx, staff: &StaffPrincipal, id: AccountId) -> Result<Account, Refusal> {
    if id.uuid() == staff.token_id {
        return Err(Refusal::OwnAccount);
    }
    accounts::get_to_change(tx, id).await?.ok_or(Refusal::NotFound)
}

async fn saved(
    deps: &Deps,
    tx: &Tx,
    staff: &StaffPrincipal,
    rpc: Rpc,
    mut account: Account,
) -> Result<Account, Refusal> {
    accounts::save(tx, &mut account).await?;
    audit::write(tx, &trail::by_staff(deps, staff, rpc, vec![account.id.to_string()])).await?;
    Ok(account)
}
