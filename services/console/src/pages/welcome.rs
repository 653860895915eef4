//! The first page: what happens, how long it takes, who sees it, what it costs.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, response::Response};
use rapport_proto::intake::GetScreeningResponse;

use crate::{
    cookies::Cookie,
    desk::Desk,
    hours,
    problem::Problem,
    shell::{Shell, page},
    visitor::Visitor,
    words,
};

#[derive(Template)]
#[template(path = "welcome.html")]
struct Welcome {
    shell: Shell,
    practice: Arc<GetScreeningResponse>,
    hours: Vec<String>,
    /// A form is open on this device.
    resumable: bool,
    w: &'static words::Welcome,
}

/// `GET /`
pub(crate) async fn show(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, Problem> {
    let practice = desk.board.today(visitor.language).await?;
    let shell = Shell::around(&visitor, Some(&*practice));
    let resumable = visitor.cookies.get(Cookie::Draft).is_some();
    let hours = hours::in_words(&practice.open_hours, visitor.language);
    Ok(page(&Welcome { shell, practice, hours, resumable, w: &visitor.words().welcome }))
}
