//! Lines that answer now, one press away from every page. It shows them even where the intake service is away.

use askama::Template;
use axum::{extract::State, response::Response};
use rapport_proto::intake::CrisisLine;

use crate::{
    desk::Desk,
    shell::{Shell, page},
    visitor::Visitor,
    words,
};

#[derive(Template)]
#[template(path = "help.html")]
struct Help {
    shell: Shell,
    lines: Vec<CrisisLine>,
    help: &'static words::Help,
}

/// `GET /help`
pub(crate) async fn show(State(desk): State<Desk>, visitor: Visitor) -> Response {
    let practice = desk.board.today(visitor.language).await.ok().or_else(|| desk.board.last(visitor.language));
    let lines = practice.as_ref().map(|practice| practice.lines.clone()).unwrap_or_default();
    let shell = Shell::around(&visitor, practice.as_deref());
    page(&Help { shell, lines, help: &visitor.words().help })
}
