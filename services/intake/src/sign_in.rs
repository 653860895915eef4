//! A member of staff signs in with address, password and second factor.
//!
//! Whatever is wrong, the refusal is the same and takes as long: nobody learns which addresses have an account, or which
//! half was right. What it was stands in the audit trail.

use jiff::{SignedDuration, Timestamp};
use rapport_domain::contact::EmailAddress;
use rapport_proto::staff::{self as pb, sign_in_request::SecondFactor};
use rapport_security::{Principal, TotpSecret, plain_recovery_code};
use rapport_store::{Account, AccountState, AuditEntry, Tx, accounts, audit};
use zeroize::Zeroizing;

use crate::{Deps, open_session, passwords::Passwords, policy, refusal::Refusal, status, trail};

/// So many failures in a row cost nothing but the try.
const FREE_FAILURES: u32 = 5;
/// How long the first one after those closes the account; each further one doubles it.
const FIRST_LOCK: SignedDuration = SignedDuration::from_secs(30);
/// The longest: whoever locks a colleague out by failing for them does so for an hour at most.
const LONGEST_LOCK: SignedDuration = SignedDuration::from_hours(1);

/// Opens a session.
#[tracing::instrument(skip_all)]
pub(crate) async fn run(
    deps: &Deps,
    passwords: &Passwords,
    request: pb::SignInRequest,
) -> Result<pb::SignInResponse, Refusal> {
    let pb::SignInRequest { email, password, second_factor } = request;
    let account = match EmailAddress::parse(&email) {
        Ok(email) => accounts::by_email(&deps.store, &email).await?,
        Err(_) => None,
    };
    let hash = account.as_ref().and_then(|account| account.credentials.password.clone());
    let right = passwords.matches(Zeroizing::new(password), hash.clone()).await?;
    let Some(account) = account else {
        return Err(refuse(deps, &Principal::Anonymous).await?);
    };
    let try_ = Try { hash, right, second_factor };
    let deps_in = deps.clone();
    // One at a time for each account: two tries at once with one code must not both succeed.
    let signed_in: Result<Option<pb::SignInResponse>, Refusal> =
        deps.store.transact(move |tx| Box::pin(async move { decide(&deps_in, tx, account, try_).await })).await;
    match signed_in {
        Ok(Some(response)) => Ok(response),
        Ok(None) => Err(Refusal::SignInRefused),
        Err(refusal) => Err(refusal),
    }
}

/// What somebody tried with.
struct Try {
    /// The hash that the password was held against.
    hash: Option<String>,
    right: bool,
    second_factor: Option<SecondFactor>,
}

/// Decides on the account as it stands; none where the try failed, which is noted.
async fn decide(deps: &Deps, tx: &Tx, read: Account, it: Try) -> Result<Option<pb::SignInResponse>, Refusal> {
    let now = deps.clock.now();
    let mut account = accounts::get_to_change(tx, read.id).await?.ok_or(Refusal::SignInRefused)?;
    let same = account.credentials.password == it.hash;
    let open = account.state == AccountState::Active && account.locked_until <= now;
    let proven = open && same && it.right && second_factor(deps, &mut account, it.second_factor, now);
    let principal = Principal::Newcomer(account.id.uuid());
    if !proven {
        if open {
            failed(&mut account, now);
            accounts::save(tx, &mut account).await?;
        }
        audit::write(tx, &refused(deps, &principal)).await?;
        return Ok(None);
    }
    account.failures = 0;
    let recovery_codes_left = i32::try_from(account.credentials.recovery.len()).unwrap_or(i32::MAX);
    accounts::save(tx, &mut account).await?;
    let session = open_session::run(deps, tx, account).await?;
    audit::write(tx, &trail::by(deps, &principal, policy::SIGN_IN, Vec::new())).await?;
    Ok(Some(pb::SignInResponse { session: Some(session), recovery_codes_left }))
}

/// Takes a code or a recovery code, each once.
fn second_factor(deps: &Deps, account: &mut Account, given: Option<SecondFactor>, now: Timestamp) -> bool {
    let credentials = &mut account.credentials;
    match given {
        Some(SecondFactor::Code(code)) => {
            let step = TotpSecret::from_bytes(credentials.totp).step(&code, now.as_second().unsigned_abs());
            let later = step.filter(|step| *step > credentials.totp_step);
            credentials.totp_step = later.unwrap_or(credentials.totp_step);
            later.is_some()
        }
        Some(SecondFactor::RecoveryCode(code)) => {
            let hash = accounts::recovery_hash(deps.store.keyring(), &plain_recovery_code(&code));
            let before = credentials.recovery.len();
            credentials.recovery.retain(|one| *one != hash);
            credentials.recovery.len() < before
        }
        None => false,
    }
}

/// Counts a failure, and closes the account for a while where there were too many.
pub(crate) fn failed(account: &mut Account, now: Timestamp) {
    account.failures = account.failures.saturating_add(1);
    if let Some(doubled) = account.failures.checked_sub(FREE_FAILURES) {
        let lock = FIRST_LOCK.checked_mul(1 << doubled.min(10)).unwrap_or(LONGEST_LOCK);
        account.locked_until = now + lock.min(LONGEST_LOCK);
    }
}

async fn refuse(deps: &Deps, principal: &Principal) -> Result<Refusal, Refusal> {
    audit::write(&deps.store, &refused(deps, principal)).await?;
    Ok(Refusal::SignInRefused)
}

fn refused(deps: &Deps, principal: &Principal) -> AuditEntry {
    let outcome = status::outcome(&Refusal::SignInRefused);
    AuditEntry { outcome, ..trail::by(deps, principal, policy::SIGN_IN, Vec::new()) }
}

#[cfg(test)]
mod tests {
    use rapport_domain::{contact::Name, id::AccountId};
    use rapport_security::Role;

    use super::*;

    #[test]
    fn an_account_is_closed_longer_with_every_failure_and_never_for_more_than_an_hour() {
        let (now, id) = (Timestamp::UNIX_EPOCH, AccountId::new(uuid::Uuid::nil()));
        let (name, email) = (Name::parse("Sam").unwrap(), EmailAddress::parse("sam@example.com").unwrap());
        let account = Account::invited(id, name, email, Role::Coordinator, now);
        let locks: Vec<i64> = (0..40)
            .scan(account, |account, _| {
                failed(account, now);
                Some(account.locked_until.as_second())
            })
            .collect();
        assert_eq!(locks[..8], [0, 0, 0, 0, 30, 60, 120, 240]);
        assert!(locks.is_sorted() && locks[39] == 3600);
    }
}
