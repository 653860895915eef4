//! `rapport staff token`: a bearer token for the staff API.

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use rapport_domain::contact::Name;
use rapport_runtime::{Clock, Ids, SystemClock, SystemIds, telemetry};
use rapport_security::{Role, Token};
use rapport_store::{NewStaffToken, Store, staff_tokens};
use serde::Serialize;

use crate::{
    cli::StaffToken,
    house::{self, Schema},
    print,
    settings::Settings,
};

#[derive(Serialize)]
struct Made<'a> {
    token: String,
    role: &'static str,
    label: &'a str,
    expires_at: Timestamp,
}

/// Makes a token, keeps its hash and prints it, once.
///
/// # Errors
/// Where the label is not one plain line, or the database fails.
pub(crate) async fn run(settings: &Settings, wish: &StaffToken) -> anyhow::Result<()> {
    telemetry::init(&settings.log);
    let label = Name::parse(wish.label.as_deref().unwrap_or(wish.role.0.name()))
        .map_err(|why| anyhow::anyhow!("--label {why}"))?;
    let store = house::open_store(settings).await?;
    house::settle_schema(&store, if settings.is_production() { Schema::Check } else { Schema::Migrate }).await?;
    let lasts = SignedDuration::from_hours(24 * i64::from(wish.days));
    let (token, expires_at) = make(&store, wish.role.0, label.as_str(), lasts, &SystemClock, &SystemIds)
        .await
        .context("the token cannot be kept")?;
    if wish.json {
        let role = wish.role.0.name();
        return print::json(&Made { token: token.text(), role, label: label.as_str(), expires_at });
    }
    print::line(token.text())?;
    print::complain(format_args!(
        "{} for {}, until {expires_at:.0}; it is shown this once. Send it as \"authorization: Bearer TOKEN\".",
        wish.role.0.name(),
        label.as_str()
    ));
    Ok(())
}

/// Makes a token and keeps its hash; returns it with its end.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn make(
    store: &Store,
    role: Role,
    label: &str,
    lasts: SignedDuration,
    clock: &dyn Clock,
    ids: &dyn Ids,
) -> anyhow::Result<(Token, Timestamp)> {
    let token = Token::generate();
    let created_at = clock.now();
    let expires_at = created_at.checked_add(lasts)?;
    let row =
        NewStaffToken { id: ids.uuid(), label: label.to_owned(), role, hash: token.hash(), created_at, expires_at };
    staff_tokens::add(store, &row).await?;
    Ok((token, expires_at))
}
