//! Every address of staff's pages, in one list. As for clients, a `GET` changes nothing, and whatever changes something
//! is a `POST` that `CsrfLayer` has let through. No address holds a name, an answer or a token that opens anything twice.

use axum::{
    Router,
    routing::{get, post},
};

use super::{
    account, accounts, audit, calendar, health, letters, mailbox, practice, roster, sign_in, sign_out, welcome,
};
use crate::desk::Desk;

/// Whether an address is one of staff's.
pub(crate) fn holds(path: &str) -> bool {
    path.strip_prefix("/staff").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

pub(crate) fn all() -> Router<Desk> {
    Router::new()
        // The way in and out.
        .route("/staff/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/staff/sign-out", post(sign_out::sign_out))
        .route("/staff/welcome", get(welcome::show).post(welcome::come))
        .route("/staff/welcome/{token}", get(welcome::open))
        .route("/staff/welcome/enrol", post(welcome::enrol))
        .route("/staff/account", get(account::show))
        .route("/staff/account/password", post(account::change_password))
        .route("/staff/account/codes", post(account::replace_codes))
        // What keeps the house running.
        .route("/staff/letters", get(letters::show))
        .route("/staff/letters/resend", post(letters::resend))
        .route("/staff/letters/resolve", post(letters::resolve))
        .route("/staff/mailbox", get(mailbox::show))
        .route("/staff/mailbox/{id}", get(mailbox::read))
        .route("/staff/mailbox/{id}/message", get(mailbox::message))
        .route("/staff/health", get(health::show))
        .route("/staff/health/replay", post(health::replay))
        .route("/staff/calendar", get(calendar::show))
        .route("/staff/practice", get(practice::show))
        .route("/staff/practice/replay", post(practice::replay))
        .route("/staff/roster", get(roster::show))
        .route("/staff/roster/rooms/close", post(roster::close_room))
        .route("/staff/roster/rooms/open", post(roster::open_room))
        .route("/staff/roster/{id}", get(roster::one))
        .route("/staff/roster/{id}/hours", post(roster::set_hours))
        .route("/staff/roster/{id}/profile", post(roster::update))
        .route("/staff/audit", get(audit::show))
        .route("/staff/audit/verify", post(audit::verify))
        .route("/staff/accounts", get(accounts::show))
        .route("/staff/accounts/invite", post(accounts::invite))
        .route("/staff/accounts/change", post(accounts::change))
        .route("/staff/accounts/reset", post(accounts::reset))
}
