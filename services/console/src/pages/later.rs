//! Stopping on the way: the link to go on by.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Redirect, Response},
};

use crate::{
    desk::Desk,
    draft::Draft,
    headers::over_tls,
    problem::Problem,
    shell::{Shell, page},
    visitor::Visitor,
    words,
};

#[derive(Template)]
#[template(path = "later.html")]
struct Later {
    shell: Shell,
    link: String,
    w: &'static words::Review,
}

/// `GET /later`
pub(crate) async fn show(State(desk): State<Desk>, visitor: Visitor, headers: HeaderMap) -> Result<Response, Problem> {
    // A link is shown only where it leads somewhere.
    let Some(draft) = Draft::open(&desk, &visitor).await? else { return Ok(Redirect::to("/").into_response()) };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let scheme = if over_tls(&headers) { "https" } else { "http" };
    let link = format!("{scheme}://{host}/continue/{}", draft.token);
    let shell = Shell::of(&desk, &visitor).await?;
    Ok(page(&Later { shell, link, w: &visitor.words().review }))
}
