//! All answers of a case, word by word, for a clinician who says why: it stands among the case's notes before anything is
//! shown. The answers are in the answer to that press and in no page that could be opened again.

use askama::Template;
use axum::response::Response;
use rapport_domain::contact::Language;
use rapport_proto::staff::{self as pb, RevealAnswersRequest};

use super::{acts::Act, read, say::Say};
use crate::{
    shell::page,
    staff::{problem::Problem, shell::Shell},
};

#[derive(Template)]
#[template(path = "staff/revealed.html")]
struct RevealedPage {
    shell: Shell,
    id: String,
    label: String,
    screenings: Vec<pb::RevealedScreening>,
    note: pb::Note,
    say: Say,
}

/// `POST /staff/cases/{id}/reveal`
pub(crate) async fn reveal(act: Act) -> Result<Response, Problem> {
    let request =
        RevealAnswersRequest { name: act.name(), reason: act.text("reveal_reason"), ..RevealAnswersRequest::default() };
    let answered = act.desk.staff.triage().reveal_answers(act.staff.ask(request)?).await;
    let revealed = match answered {
        Ok(revealed) => revealed.into_inner(),
        Err(status) => return act.settle::<()>("reveal", Err(status), &[("reason", "reveal_reason")]).await,
    };
    let case = read(&act.desk, &act.staff, &act.id).await?;
    let (practice, now) = (act.desk.board.today(Language::En).await?, act.desk.clock.now());
    Ok(page(&RevealedPage {
        shell: Shell::of(&act.desk, &act.staff).await,
        id: act.id,
        label: case.summary.as_ref().map(|it| it.label.clone()).unwrap_or_default(),
        screenings: revealed.screenings,
        note: revealed.note.unwrap_or_default(),
        say: Say::new(&practice, now, &case),
    }))
}
