//! How to reach somebody from now on. Nothing of what was there is shown: whoever holds the device may be somebody else.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use rapport_proto::{errors::Reason, intake as pb};

use super::{
    about::{Day, week},
    session,
};
use crate::{
    about::{About, PAGES, check, check::Errors, message},
    api::bearer,
    desk::Desk,
    form::Form,
    own::Own,
    problem::{Problem, reason},
    shell::{Shell, page},
    visitor::Visitor,
    words,
};

#[derive(Template)]
#[template(path = "reach.html")]
struct Reach {
    shell: Shell,
    about: About,
    errors: Errors,
    safe: Vec<Day>,
    request_id: String,
    w: &'static words::About,
    steps: &'static words::Steps,
}

/// `GET /reach`
pub(crate) async fn show(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, Problem> {
    let own = Own::of(&visitor).ok_or(Problem::Closed)?;
    // Nobody fills in a form whose intake is closed to them.
    session::read(&desk, &own).await?;
    write(&desk, &visitor, About::default(), Errors::default()).await
}

/// `POST /reach`
pub(crate) async fn change(State(desk): State<Desk>, visitor: Visitor, sent: Form) -> Result<Response, Problem> {
    let own = Own::of(&visitor).ok_or(Problem::Closed)?;
    let name = session::read(&desk, &own).await?.name;
    let [_, fields, ..] = PAGES;
    let about = About::default().with_page(fields, &sent);
    let errors = check::reach(&about, &visitor.words().about);
    if !errors.0.is_empty() {
        return refuse(&desk, &visitor, about, errors).await;
    }
    let request = pb::UpdateContactRequest {
        name,
        request_id: sent.text("request_id").to_owned(),
        contact: Some(message::contact(&about)),
        email: about.text_of("email").to_owned(),
        phone: about.text_of("phone").to_owned(),
    };
    match desk.api.intake().update_contact(bearer(&own.token, request)?).await {
        Ok(_) => Ok(Redirect::to("/session").into_response()),
        Err(status) if reason(&status) == Some(Reason::FieldsInvalid) => {
            let errors = Errors(vec![("email", visitor.words().about.wrong_email)]);
            refuse(&desk, &visitor, about, errors).await
        }
        Err(status) => Err(status.into()),
    }
}

async fn refuse(desk: &Desk, visitor: &Visitor, about: About, errors: Errors) -> Result<Response, Problem> {
    let mut response = write(desk, visitor, about, errors).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

async fn write(desk: &Desk, visitor: &Visitor, about: About, errors: Errors) -> Result<Response, Problem> {
    let practice = desk.board.today(visitor.language).await?;
    let words = visitor.words();
    Ok(page(&Reach {
        shell: Shell::around(visitor, Some(&*practice)),
        safe: week(&about, "safe", &practice, false, visitor.language, &words.about),
        about,
        errors,
        request_id: desk.ids.uuid().to_string(),
        w: &words.about,
        steps: &words.steps,
    }))
}
