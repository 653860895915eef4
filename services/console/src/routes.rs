//! Every page's address, in one list. A `GET` shows and changes nothing of
//! anybody's; whatever changes something is a `POST` that `CsrfLayer` has let
//! through. No address holds an answer, and none says what we do.

use axum::{
    Router,
    routing::{get, post},
};

use crate::{assets, desk::Desk, pages, problem::Problem, programs, staff};

pub(crate) fn all() -> Router<Desk> {
    Router::new()
        .route("/", get(pages::welcome::show))
        .route("/help", get(pages::help::show))
        .route("/call", get(pages::call::show).post(pages::call::ask))
        .route("/answers", get(pages::questions::show))
        .route("/language", post(pages::language::choose))
        .route("/leave", post(pages::leave::leave))
        // The form.
        .route("/begin", post(pages::begin::begin))
        .route("/questions/{number}", get(pages::step::show).post(pages::step::answer))
        .route("/about/{number}", get(pages::about::show).post(pages::about::keep))
        .route("/review", get(pages::review::show))
        .route("/send", get(pages::send::sent).post(pages::send::send))
        .route("/later", get(pages::later::show))
        .route("/continue", get(pages::begin::go_on))
        .route("/continue/{token}", get(pages::begin::resume))
        // What became of it.
        .route("/session", get(pages::session::show))
        .route("/session/{token}", get(pages::session::open))
        .route("/session/news", get(pages::news::stream))
        .route("/session/calendar", get(pages::session::calendar))
        .route("/session/accept", post(pages::session::accept))
        .route("/session/cancel", post(pages::session::cancel))
        .route("/session/move", get(pages::move_session::show).post(pages::move_session::choose))
        .route("/reach", get(pages::reach::show).post(pages::reach::change))
        // Two partners.
        .route("/invite", get(pages::invite::show).post(pages::invite::make))
        .route("/invitation", get(pages::invitation::show))
        .route("/invitation/{token}", get(pages::invitation::open))
        .route("/invitation/look", post(pages::invitation::look))
        .route("/invitation/decline", post(pages::invitation::decline))
        // The practice's side.
        .merge(staff::routes::all())
        .merge(programs::routes())
        .route("/assets/{name}", get(assets::serve))
        .fallback(async || Problem::NotFound)
}
