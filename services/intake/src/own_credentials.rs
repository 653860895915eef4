//! Somebody changes what they prove themselves by: only with the password that they have.

use rapport_proto::staff as pb;
use rapport_security::recovery_codes;
use rapport_store::{Account, AuditEntry, Session, Tx, accounts, audit, sessions};
use zeroize::Zeroizing;

use crate::{
    Deps,
    enrol::{hashed, new_password},
    passwords::Passwords,
    policy::{self, Rpc},
    refusal::Refusal,
    sign_in, status, trail,
};

/// Changes the password and ends every other session.
#[tracing::instrument(skip_all, fields(account.id = %session.account))]
pub(crate) async fn change_password(
    deps: &Deps,
    passwords: &Passwords,
    session: Session,
    request: pb::ChangePasswordRequest,
) -> Result<(), Refusal> {
    let account = proven(deps, passwords, &session, request.current_password, policy::CHANGE_PASSWORD).await?;
    let password =
        new_password(&account, &request.new_password).map_err(|why| Refusal::field("new_password", why.to_string()))?;
    let hash = passwords.hash(password).await?;
    change(deps, account, policy::CHANGE_PASSWORD, session, move |account| account.credentials.password = Some(hash))
        .await
}

/// Makes new recovery codes; the old ones are void.
#[tracing::instrument(skip_all, fields(account.id = %session.account))]
pub(crate) async fn replace_recovery_codes(
    deps: &Deps,
    passwords: &Passwords,
    session: Session,
    current_password: String,
) -> Result<Vec<String>, Refusal> {
    let rpc = policy::REPLACE_RECOVERY_CODES;
    let account = proven(deps, passwords, &session, current_password, rpc).await?;
    let codes = recovery_codes();
    let kept = hashed(deps.store.keyring(), &codes);
    change(deps, account, rpc, session, move |account| account.credentials.recovery = kept).await?;
    Ok(codes)
}

/// The account of the session, where its password was given; a wrong one counts as a failed sign-in.
async fn proven(
    deps: &Deps,
    passwords: &Passwords,
    session: &Session,
    password: String,
    rpc: Rpc,
) -> Result<Account, Refusal> {
    let account = accounts::get(&deps.store, session.account).await?.ok_or(Refusal::TokenInvalid)?;
    let right = passwords.matches(Zeroizing::new(password), account.credentials.password.clone()).await?;
    if right && account.locked_until <= deps.clock.now() {
        return Ok(account);
    }
    let (deps_in, staff, id) = (deps.clone(), session.staff.clone(), account.id);
    let noted: Result<(), Refusal> = deps
        .store
        .transact(move |tx| {
            Box::pin(async move {
                let mut account = accounts::get_to_change(tx, id).await?.ok_or(Refusal::TokenInvalid)?;
                sign_in::failed(&mut account, deps_in.clock.now());
                accounts::save(tx, &mut account).await?;
                let outcome = status::outcome(&Refusal::SignInRefused);
                let entry = AuditEntry { outcome, ..trail::by_staff(&deps_in, &staff, rpc, Vec::new()) };
                Ok(audit::write(tx, &entry).await?)
            })
        })
        .await;
    noted.and(Err(Refusal::SignInRefused))
}

async fn change(
    deps: &Deps,
    read: Account,
    rpc: Rpc,
    session: Session,
    with: impl FnOnce(&mut Account) + Send + 'static,
) -> Result<(), Refusal> {
    let deps_in = deps.clone();
    deps.store
        .transact(move |tx: &Tx| {
            Box::pin(async move {
                let mut account = accounts::get_to_change(tx, read.id).await?.ok_or(Refusal::TokenInvalid)?;
                if account.version != read.version {
                    return Err(Refusal::EtagMismatch);
                }
                with(&mut account);
                account.failures = 0;
                accounts::save(tx, &mut account).await?;
                sessions::end_others(tx, account.id, session.id).await?;
                Ok(audit::write(tx, &trail::by_staff(&deps_in, &session.staff, rpc, Vec::new())).await?)
            })
        })
        .await
}
