//! Every address of staff's pages, in one list. As for clients, a `GET` changes nothing, and whatever changes something
//! is a `POST` that `CsrfLayer` has let through. Nobody comes to a page who may not make every call that it is made of.
//! No address holds a name, an answer or a token that opens anything twice.

use super::{
    account, accounts, audit, calendar,
    case::{self, acts, brief, reveal, times},
    health, intake, keys, letters, mailbox, news, practice, queue,
    roster::{self, elsewhere, import, newcomer, treated},
    rpc, sample_letters, sign_in, sign_out, welcome,
};
use crate::routes::Route;

/// Whether an address is one of staff's.
pub(crate) fn holds(path: &str) -> bool {
    path.strip_prefix("/staff").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

pub(crate) fn all() -> Vec<Route> {
    [way_in(), house(), desk()].into_iter().flatten().collect()
}

/// The way in and out.
fn way_in() -> Vec<Route> {
    vec![
        Route::get("/staff/sign-in", &[], sign_in::show),
        Route::post("/staff/sign-in", &[], sign_in::sign_in),
        Route::post("/staff/sign-out", &[], sign_out::sign_out),
        Route::get("/staff/welcome", &[], welcome::show),
        Route::post("/staff/welcome", &[], welcome::come),
        Route::get("/staff/welcome/{token}", &[], welcome::open),
        Route::post("/staff/welcome/enrol", &[], welcome::enrol),
        Route::get("/staff/account", &[rpc::GET_SESSION], account::show),
        Route::post("/staff/account/password", &[rpc::CHANGE_PASSWORD], account::change_password),
        Route::post("/staff/account/codes", &[rpc::REPLACE_RECOVERY_CODES], account::replace_codes),
    ]
}

/// What keeps the house running.
fn house() -> Vec<Route> {
    vec![
        Route::get("/staff/letters", &[rpc::LIST_LETTERS], letters::show),
        Route::post("/staff/letters/resend", &[rpc::RESEND_LETTER], letters::resend),
        Route::post("/staff/letters/resolve", &[rpc::RESOLVE_LETTER], letters::resolve),
        Route::get("/staff/mailbox", &[rpc::LIST_MAIL], mailbox::show),
        Route::get("/staff/mailbox/{id}", &[rpc::GET_MAIL], mailbox::read),
        Route::get("/staff/mailbox/{id}/message", &[rpc::GET_MAIL], mailbox::message),
        Route::get("/staff/health", &[rpc::GET_HEALTH], health::show),
        Route::post("/staff/health/replay", &[rpc::REPLAY_DEAD_LETTER], health::replay),
        Route::get("/staff/calendar", &[rpc::LIST_SESSIONS], calendar::show),
        Route::get("/staff/practice", &[rpc::GET_PROTOCOL], practice::show),
        Route::get(
            "/staff/practice/letters",
            &[rpc::LIST_LETTER_PREVIEWS, rpc::GET_LETTER_PREVIEW],
            sample_letters::show,
        ),
        Route::get("/staff/practice/letters/{id}", &[rpc::GET_LETTER_PREVIEW], sample_letters::letter),
        Route::post("/staff/practice/replay", &[rpc::GET_PROTOCOL, rpc::REPLAY_PROTOCOL], practice::replay),
        Route::get("/staff/roster", &[rpc::LIST_THERAPISTS], roster::show),
        Route::post("/staff/roster/rooms/close", &[rpc::LIST_THERAPISTS, rpc::CLOSE_ROOM], roster::close_room),
        Route::post("/staff/roster/rooms/open", &[rpc::REOPEN_ROOM], roster::open_room),
        Route::get("/staff/roster/new", &[rpc::CREATE_THERAPIST], newcomer::show),
        Route::post("/staff/roster/new", &[rpc::CREATE_THERAPIST], newcomer::add),
        Route::get("/staff/roster/import", &[rpc::IMPORT_ROSTER], import::show),
        Route::post("/staff/roster/import", &[rpc::IMPORT_ROSTER], import::import).of_at_most(roster::MOST_FILE_BYTES),
        Route::get("/staff/roster/{id}", &[rpc::GET_THERAPIST, rpc::LIST_HOURS], roster::one),
        Route::post("/staff/roster/{id}/hours", &[rpc::GET_THERAPIST, rpc::SET_HOURS], roster::set_hours),
        Route::post("/staff/roster/{id}/profile", &[rpc::GET_THERAPIST, rpc::UPDATE_THERAPIST], roster::update),
        Route::post("/staff/roster/{id}/busy", &[rpc::GET_THERAPIST, rpc::IMPORT_BUSY_TIMES], elsewhere::import)
            .of_at_most(roster::MOST_FILE_BYTES),
        Route::post("/staff/roster/{id}/feed", &[rpc::GET_THERAPIST, rpc::CREATE_CALENDAR_FEED], elsewhere::make_feed),
        Route::post(
            "/staff/roster/{id}/feed/end",
            &[rpc::GET_THERAPIST, rpc::REVOKE_CALENDAR_FEED],
            elsewhere::end_feed,
        ),
        Route::post(
            "/staff/roster/{id}/treated",
            &[rpc::GET_THERAPIST, rpc::NOTE_TREATED_CLIENT, rpc::FORGET_TREATED_CLIENT],
            treated::change,
        ),
        Route::get("/staff/audit", &[rpc::LIST_AUDIT_ENTRIES], audit::show),
        Route::post("/staff/audit/export", &[rpc::EXPORT_AUDIT_TRAIL], audit::export),
        Route::post("/staff/audit/verify", &[rpc::VERIFY_AUDIT_TRAIL], audit::verify),
        Route::get("/staff/accounts", &[rpc::LIST_ACCOUNTS], accounts::show),
        Route::post("/staff/accounts/invite", &[rpc::LIST_ACCOUNTS, rpc::INVITE_STAFF], accounts::invite),
        Route::post("/staff/accounts/change", &[rpc::UPDATE_ACCOUNT], accounts::change),
        Route::post("/staff/accounts/reset", &[rpc::RESET_ACCOUNT], accounts::reset),
    ]
}

/// The queue and its cases.
fn desk() -> Vec<Route> {
    vec![
        Route::get("/staff", &[rpc::LIST_CASES], queue::show),
        Route::post("/staff/find", &[rpc::LIST_CASES], queue::find),
        Route::get("/staff/news", &[rpc::WATCH_CASES], news::stream),
        Route::post("/staff/keys", &[], keys::choose),
        Route::get("/staff/intake", &[rpc::CREATE_INTAKE], intake::show),
        Route::post("/staff/intake", &[rpc::CREATE_INTAKE], intake::take),
        // A case.
        Route::get("/staff/cases/{id}", &[rpc::GET_CASE], case::show),
        Route::get("/staff/cases/{id}/brief", &[rpc::GET_CASE, rpc::REVEAL_ANSWERS], brief::show),
        Route::post("/staff/cases/{id}/reveal", &[rpc::GET_CASE, rpc::REVEAL_ANSWERS], reveal::reveal),
        Route::post("/staff/cases/{id}/claim", &[rpc::GET_CASE, rpc::CLAIM_CASE], acts::claim),
        Route::post("/staff/cases/{id}/release", &[rpc::GET_CASE, rpc::RELEASE_CASE], acts::release),
        Route::post("/staff/cases/{id}/assign", &[rpc::GET_CASE, rpc::ASSIGN_CASE], acts::assign),
        Route::post("/staff/cases/{id}/call", &[rpc::GET_CASE, rpc::RECORD_CONTACT_ATTEMPT], acts::call),
        Route::post("/staff/cases/{id}/note", &[rpc::GET_CASE, rpc::ADD_NOTE], acts::note),
        Route::post("/staff/cases/{id}/urgency", &[rpc::GET_CASE, rpc::OVERRIDE_URGENCY], acts::judge),
        Route::post("/staff/cases/{id}/acknowledge", &[rpc::GET_CASE, rpc::ACKNOWLEDGE_ALERT], acts::acknowledge),
        Route::post("/staff/cases/{id}/report", &[rpc::GET_CASE, rpc::COMPLETE_REPORT], acts::report),
        Route::post("/staff/cases/{id}/stop", &[rpc::GET_CASE, rpc::STOP_CONTACT], acts::stop),
        Route::post("/staff/cases/{id}/resume", &[rpc::GET_CASE, rpc::RESUME_CONTACT], acts::resume),
        Route::post("/staff/cases/{id}/refer", &[rpc::GET_CASE, rpc::REFER_CASE], acts::refer),
        Route::post("/staff/cases/{id}/close", &[rpc::GET_CASE, rpc::CLOSE_CASE], acts::close),
        Route::post("/staff/cases/{id}/reopen", &[rpc::GET_CASE, rpc::REOPEN_CASE], acts::reopen),
        // Its session.
        Route::get("/staff/cases/{id}/matches", &[rpc::GET_CASE, rpc::LIST_MATCHES], times::matches),
        Route::post("/staff/cases/{id}/book", &[rpc::GET_CASE, rpc::LIST_MATCHES, rpc::BOOK_APPOINTMENT], times::book),
        Route::post(
            "/staff/cases/{id}/move",
            &[rpc::GET_CASE, rpc::LIST_MATCHES, rpc::RESCHEDULE_APPOINTMENT],
            times::relocate,
        ),
        Route::post("/staff/cases/{id}/confirm", &[rpc::GET_CASE, rpc::CONFIRM_APPOINTMENT], times::confirm),
        Route::post("/staff/cases/{id}/cancel", &[rpc::GET_CASE, rpc::CANCEL_APPOINTMENT], times::cancel),
        Route::post("/staff/cases/{id}/attendance", &[rpc::GET_CASE, rpc::MARK_ATTENDANCE], times::attendance),
    ]
}
