//! `rapport staff add` and `rapport staff sign-in`: accounts from the command line, for whoever holds the master key.

use anyhow::{Context, bail};
use jiff::{SignedDuration, Timestamp};
use rapport_domain::{
    contact::{EmailAddress, Name},
    id::AccountId,
};
use rapport_runtime::{Clock, Ids, SystemClock, SystemIds, telemetry};
use rapport_security::{Role, Token};
use rapport_store::{Account, AuditEntry, OneTimeSignIn, Store, StoreError, accounts, audit};
use serde::Serialize;

use crate::{
    cli::{StaffAdd, StaffSignIn},
    house::{self, Schema},
    print,
    settings::Settings,
};

/// How long a new colleague has to enrol: a long weekend.
const TO_ENROL: SignedDuration = SignedDuration::from_hours(72);
/// How long a sign-in that opens a session stays good: it is used by whoever stands at the screen.
const TO_OPEN: SignedDuration = SignedDuration::from_mins(15);

#[derive(Serialize)]
struct Offered<'a> {
    account: String,
    email: &'a str,
    role: &'static str,
    one_time_sign_in: String,
    opens_session: bool,
    expires_at: Timestamp,
}

/// Makes an account and prints its one-time sign-in, once.
///
/// # Errors
/// Where a name or address is none, the address has an account, or the database fails.
pub(crate) async fn add(settings: &Settings, wish: &StaffAdd) -> anyhow::Result<()> {
    telemetry::init(&settings.log);
    let name = Name::parse(&wish.name).map_err(|why| anyhow::anyhow!("--name {why}"))?;
    let email = EmailAddress::parse(&wish.email).map_err(|why| anyhow::anyhow!("--email {why}"))?;
    let store = open(settings).await?;
    let (account, token) = make(&store, name, email, wish.role.0, wish.open, &SystemClock, &SystemIds).await?;
    tell(&account, &token, wish.open, wish.json)
}

/// Prints a one-time sign-in for somebody who lost everything: it opens a session at once.
///
/// # Errors
/// Where the address has no account, or the database fails.
pub(crate) async fn sign_in(settings: &Settings, wish: &StaffSignIn) -> anyhow::Result<()> {
    telemetry::init(&settings.log);
    let email = EmailAddress::parse(&wish.email).map_err(|why| anyhow::anyhow!("EMAIL {why}"))?;
    let store = open(settings).await?;
    let Some((account, token)) = offer_again(&store, &email, &SystemClock).await? else {
        bail!("{} has no account: make one with rapport staff add", email.as_str());
    };
    tell(&account, &token, true, wish.json)
}

/// Makes a one-time sign-in that opens a session of the account with this address; `None` where there is none.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn offer_again(
    store: &Store,
    email: &EmailAddress,
    clock: &dyn Clock,
) -> anyhow::Result<Option<(Account, Token)>> {
    let Some(account) = accounts::by_email(store, email).await? else { return Ok(None) };
    let token = Token::generate();
    let (offered, hash) = (offer(&account, true, clock.now()), token.hash());
    let entry = entry(&account, "rapport staff sign-in", clock.now());
    let kept: Result<(), StoreError> = store
        .transact(move |tx| {
            Box::pin(async move {
                accounts::offer_sign_in(tx, offered, hash).await?;
                audit::write(tx, &entry).await
            })
        })
        .await;
    kept.context("the sign-in cannot be kept")?;
    Ok(Some((account, token)))
}

/// Makes an account with its one-time sign-in.
///
/// # Errors
/// Where the address has an account, or the database fails.
pub(crate) async fn make(
    store: &Store,
    name: Name,
    email: EmailAddress,
    role: Role,
    opens_session: bool,
    clock: &dyn Clock,
    ids: &dyn Ids,
) -> anyhow::Result<(Account, Token)> {
    let now = clock.now();
    let account = Account::invited(AccountId::new(ids.uuid()), name, email, role, now);
    let token = Token::generate();
    let (row, offered, hash) = (account.clone(), offer(&account, opens_session, now), token.hash());
    let entry = entry(&account, "rapport staff add", now);
    let made: Result<(), StoreError> = store
        .transact(move |tx| {
            Box::pin(async move {
                accounts::create(tx, &row, now).await?;
                accounts::offer_sign_in(tx, offered, hash).await?;
                audit::write(tx, &entry).await
            })
        })
        .await;
    match made {
        Err(StoreError::Conflict) => bail!("{} has an account already", account.email.as_str()),
        made => made.context("the account cannot be kept")?,
    }
    Ok((account, token))
}

async fn open(settings: &Settings) -> anyhow::Result<Store> {
    let store = house::open_store(settings).await?;
    house::settle_schema(&store, if settings.is_production() { Schema::Check } else { Schema::Migrate }).await?;
    Ok(store)
}

fn offer(account: &Account, opens_session: bool, now: Timestamp) -> OneTimeSignIn {
    let lasts = if opens_session { TO_OPEN } else { TO_ENROL };
    OneTimeSignIn { account: account.id, opens_session, expires_at: now + lasts }
}

fn entry(account: &Account, method: &'static str, now: Timestamp) -> AuditEntry {
    AuditEntry {
        at: now,
        principal: "operator".to_owned(),
        role: "operator",
        method,
        resources: vec![account.id.to_string()],
        outcome: "OK",
    }
}

fn tell(account: &Account, token: &Token, opens_session: bool, json: bool) -> anyhow::Result<()> {
    let offered = offer(account, opens_session, SystemClock.now());
    if json {
        return print::json(&Offered {
            account: account.id.to_string(),
            email: account.email.as_str(),
            role: account.role.name(),
            one_time_sign_in: token.text(),
            opens_session,
            expires_at: offered.expires_at,
        });
    }
    print::line(token.text())?;
    let what = if opens_session { "opens a session" } else { "lets them choose a password" };
    print::complain(format_args!(
        "A one-time sign-in for {}, {}: it {what}, once, until {:.0}, and is shown this once.",
        account.name.as_str(),
        account.role.name(),
        offered.expires_at
    ));
    Ok(())
}
