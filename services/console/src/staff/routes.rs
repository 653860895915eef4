//! Every address of staff's pages, in one list. As for clients, a `GET` changes nothing, and whatever changes something
//! is a `POST` that `CsrfLayer` has let through. No address holds a name, an answer or a token that opens anything twice.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

use super::{
    account, accounts, audit, calendar,
    case::{self, acts, brief, reveal, times},
    health, intake, keys, letters, mailbox, news, practice, queue,
    roster::{self, elsewhere, import, newcomer, treated},
    sample_letters, sign_in, sign_out, welcome,
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
        .route("/staff/practice/letters", get(sample_letters::show))
        .route("/staff/practice/letters/{id}", get(sample_letters::letter))
        .route("/staff/practice/replay", post(practice::replay))
        .route("/staff/roster", get(roster::show))
        .route("/staff/roster/rooms/close", post(roster::close_room))
        .route("/staff/roster/rooms/open", post(roster::open_room))
        .route("/staff/roster/new", get(newcomer::show).post(newcomer::add))
        .route("/staff/roster/import", get(import::show).post(import::import).layer(files()))
        .route("/staff/roster/{id}", get(roster::one))
        .route("/staff/roster/{id}/hours", post(roster::set_hours))
        .route("/staff/roster/{id}/profile", post(roster::update))
        .route("/staff/roster/{id}/busy", post(elsewhere::import).layer(files()))
        .route("/staff/roster/{id}/feed", post(elsewhere::make_feed))
        .route("/staff/roster/{id}/feed/end", post(elsewhere::end_feed))
        .route("/staff/roster/{id}/treated", post(treated::change))
        .route("/staff/audit", get(audit::show))
        .route("/staff/audit/export", post(audit::export))
        .route("/staff/audit/verify", post(audit::verify))
        .route("/staff/accounts", get(accounts::show))
        .route("/staff/accounts/invite", post(accounts::invite))
        .route("/staff/accounts/change", post(accounts::change))
        .route("/staff/accounts/reset", post(accounts::reset))
        // The queue.
        .route("/staff", get(queue::show))
        .route("/staff/find", post(queue::find))
        .route("/staff/news", get(news::stream))
        .route("/staff/keys", post(keys::choose))
        .route("/staff/intake", get(intake::show).post(intake::take))
        // A case.
        .route("/staff/cases/{id}", get(case::show))
        .route("/staff/cases/{id}/brief", get(brief::show))
        .route("/staff/cases/{id}/reveal", post(reveal::reveal))
        .route("/staff/cases/{id}/claim", post(acts::claim))
        .route("/staff/cases/{id}/release", post(acts::release))
        .route("/staff/cases/{id}/assign", post(acts::assign))
        .route("/staff/cases/{id}/call", post(acts::call))
        .route("/staff/cases/{id}/note", post(acts::note))
        .route("/staff/cases/{id}/urgency", post(acts::judge))
        .route("/staff/cases/{id}/acknowledge", post(acts::acknowledge))
        .route("/staff/cases/{id}/report", post(acts::report))
        .route("/staff/cases/{id}/stop", post(acts::stop))
        .route("/staff/cases/{id}/resume", post(acts::resume))
        .route("/staff/cases/{id}/refer", post(acts::refer))
        .route("/staff/cases/{id}/close", post(acts::close))
        .route("/staff/cases/{id}/reopen", post(acts::reopen))
        // Its session.
        .route("/staff/cases/{id}/matches", get(times::matches))
        .route("/staff/cases/{id}/book", post(times::book))
        .route("/staff/cases/{id}/move", post(times::relocate))
        .route("/staff/cases/{id}/confirm", post(times::confirm))
        .route("/staff/cases/{id}/cancel", post(times::cancel))
        .route("/staff/cases/{id}/attendance", post(times::attendance))
}

/// Around a form with a file in it.
fn files() -> DefaultBodyLimit {
    DefaultBodyLimit::max(roster::MOST_FILE_BYTES)
}
