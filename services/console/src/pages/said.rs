//! A page that says one thing: what was done, or why nothing is to be done here any more.

use askama::Template;
use axum::{http::StatusCode, response::Response};

use crate::{
    desk::Desk,
    problem::Problem,
    shell::{Shell, page},
    visitor::Visitor,
    words::Saying,
};

#[derive(Template)]
#[template(path = "said.html")]
struct Said {
    shell: Shell,
    says: &'static Saying,
    /// Whether calling us is the way on.
    call: bool,
    /// Back to what happens next.
    back: Option<&'static str>,
}

/// Something is done.
pub(super) async fn done(desk: &Desk, visitor: &Visitor, says: &'static Saying) -> Result<Response, Problem> {
    let shell = Shell::of(desk, visitor).await?;
    Ok(page(&Said { shell, says, call: false, back: None }))
}

/// It cannot be done here; a call is the way on.
pub(super) async fn call_us(
    desk: &Desk,
    visitor: &Visitor,
    status: StatusCode,
    says: &'static Saying,
    back: Option<&'static str>,
) -> Result<Response, Problem> {
    let shell = Shell::of(desk, visitor).await?;
    let mut response = page(&Said { shell, says, call: true, back });
    *response.status_mut() = status;
    Ok(response)
}
