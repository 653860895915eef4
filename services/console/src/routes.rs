//! Every page's address, in one list. A `GET` shows and changes nothing of
//! anybody's; whatever changes something is a `POST` that `CsrfLayer` has let
//! through. No address holds an answer, and none says what we do.

use axum::{
    Router,
    routing::{get, post},
};

use crate::{assets, desk::Desk, pages, problem::Problem};

pub(crate) fn all() -> Router<Desk> {
    Router::new()
        .route("/", get(pages::welcome::show))
        .route("/help", get(pages::help::show))
        .route("/answers", get(pages::questions::show))
        .route("/language", post(pages::language::choose))
        .route("/leave", post(pages::leave::leave))
        .route("/assets/{name}", get(assets::serve))
        .fallback(async || Problem::NotFound)
}
