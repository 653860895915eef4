//! Whoever was invited, or reset, chooses a password and takes a second factor.

use rapport_domain::{id::AccountId, problem::FieldProblems};
use rapport_proto::staff as pb;
use rapport_security::{Keyring, Password, Principal, TotpSecret, plain_recovery_code, recovery_codes};
use rapport_store::{Account, AccountState, Tx, accounts, audit};

use crate::{Deps, open_session, passwords::Passwords, policy, refusal::Refusal, trail, view};

const WRONG_CODE: &str = "must be the six digits that the app shows now";

/// Whose one-time sign-in it is, and the secret for their app.
#[tracing::instrument(skip_all, fields(account.id = %id))]
pub(crate) async fn show(deps: &Deps, id: AccountId) -> Result<pb::GetEnrolmentResponse, Refusal> {
    let account = accounts::get(&deps.store, id).await?.ok_or(Refusal::TokenInvalid)?;
    let principal = Principal::Newcomer(id.uuid());
    audit::write(&deps.store, &trail::by(deps, &principal, policy::GET_ENROLMENT, Vec::new())).await?;
    let secret = TotpSecret::from_bytes(account.credentials.totp);
    Ok(pb::GetEnrolmentResponse {
        totp_uri: secret.uri(&deps.practice.sender_name, account.email.as_str()),
        totp_secret: secret.text(),
        account: Some(view::account(&account)),
    })
}

/// Keeps the password, holds the code against the secret, and opens the first session.
#[tracing::instrument(skip_all, fields(account.id = %id))]
pub(crate) async fn run(
    deps: &Deps,
    passwords: &Passwords,
    id: AccountId,
    request: pb::EnrolRequest,
) -> Result<pb::EnrolResponse, Refusal> {
    let account = accounts::get(&deps.store, id).await?.ok_or(Refusal::TokenInvalid)?;
    let mut problems = FieldProblems::default();
    let password = problems.take("password", new_password(&account, &request.password));
    let now = deps.clock.now().as_second().unsigned_abs();
    let step = TotpSecret::from_bytes(account.credentials.totp).step(&request.code, now);
    if step.is_none() {
        problems.add("code", WRONG_CODE);
    }
    let (Some(password), Some(step)) = (password, step) else { return Err(Refusal::Fields(problems.into_vec())) };
    let hash = passwords.hash(password).await?;
    let deps_in = deps.clone();
    deps.store.transact(move |tx| Box::pin(async move { keep(&deps_in, tx, account, hash, step).await })).await
}

async fn keep(deps: &Deps, tx: &Tx, read: Account, hash: String, step: u64) -> Result<pb::EnrolResponse, Refusal> {
    let mut account = accounts::get_to_change(tx, read.id).await?.ok_or(Refusal::TokenInvalid)?;
    // Somebody else used the same sign-in, or an administrator thought better of it, since it was read.
    let changed = account.version != read.version || account.state != AccountState::Invited;
    if changed || !accounts::withdraw_sign_ins(tx, account.id).await? {
        return Err(Refusal::TokenInvalid);
    }
    let codes = recovery_codes();
    account.state = AccountState::Active;
    account.credentials.password = Some(hash);
    account.credentials.totp_step = step;
    account.credentials.recovery = hashed(deps.store.keyring(), &codes);
    account.failures = 0;
    accounts::save(tx, &mut account).await?;
    let principal = Principal::Newcomer(account.id.uuid());
    audit::write(tx, &trail::by(deps, &principal, policy::ENROL, Vec::new())).await?;
    Ok(pb::EnrolResponse { session: Some(open_session::run(deps, tx, account).await?), recovery_codes: codes })
}

/// A password that this account may have.
pub(crate) fn new_password(account: &Account, text: &str) -> Result<Password, rapport_security::PasswordError> {
    Password::new(text, &[account.name.as_str(), account.email.as_str()])
}

/// How recovery codes are kept.
pub(crate) fn hashed(keyring: &Keyring, codes: &[String]) -> Vec<[u8; 32]> {
    codes.iter().map(|code| accounts::recovery_hash(keyring, &plain_recovery_code(code))).collect()
}
