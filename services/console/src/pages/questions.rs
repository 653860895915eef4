//! Questions that people ask.

use askama::Template;
use axum::{extract::State, response::Response};

use crate::{
    desk::Desk,
    problem::Problem,
    shell::{Shell, page},
    visitor::Visitor,
    words,
};

#[derive(Template)]
#[template(path = "questions.html")]
struct Questions {
    shell: Shell,
    w: &'static words::Questions,
}

/// `GET /answers`
pub(crate) async fn show(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, Problem> {
    let shell = Shell::of(&desk, &visitor).await?;
    Ok(page(&Questions { shell, w: &visitor.words().questions }))
}
