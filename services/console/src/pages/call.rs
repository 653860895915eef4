//! "Rather talk? We call you": a name, a number and when it is safe, before any question.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use rapport_proto::{
    errors::Reason,
    intake::{self as pb, GetScreeningResponse},
};

use super::{
    about::{Day, week},
    begin::to,
};
use crate::{
    about::{
        About,
        check::{self, Errors},
        message,
    },
    api::anonymous,
    cookies::{Cookie, Keep, SetCookies},
    desk::Desk,
    form::Form,
    hours,
    problem::{Problem, reason},
    shell::{Shell, page},
    visitor::Visitor,
    words,
};

/// What the page asks; of the fields of `about`, so that each reads and is checked alike.
const FIELDS: &[&str] = &["given_name", "family_name", "phone", "voicemail", "introduce_as", "safe"];

#[derive(Template)]
#[template(path = "call.html")]
struct Call {
    shell: Shell,
    practice: Arc<GetScreeningResponse>,
    hours: Vec<String>,
    about: About,
    errors: Errors,
    safe: Vec<Day>,
    /// The same press twice is one wish.
    request_id: String,
    w: &'static words::About,
    call: &'static words::Call,
    welcome: &'static words::Welcome,
    steps: &'static words::Steps,
    help: &'static words::Help,
}

/// `GET /call`
pub(crate) async fn show(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, Problem> {
    let request_id = desk.ids.uuid().to_string();
    write(&desk, &visitor, About::default(), Errors::default(), request_id).await
}

/// `POST /call`
pub(crate) async fn ask(State(desk): State<Desk>, visitor: Visitor, sent: Form) -> Result<Response, Problem> {
    let about = About::default().with_page(FIELDS, &sent);
    let request_id = sent.text("request_id").to_owned();
    let errors = check::call(&about, &visitor.words().about);
    if !errors.0.is_empty() {
        return refuse(&desk, &visitor, about, errors, request_id).await;
    }
    let contact = message::contact(&about);
    let request = pb::RequestCallRequest {
        request_id,
        given_name: about.text_of("given_name").to_owned(),
        family_name: about.text_of("family_name").to_owned(),
        phone: about.text_of("phone").to_owned(),
        language: visitor.language.tag().to_owned(),
        safe_hours: contact.safe_hours,
        voicemail_ok: contact.voicemail_ok,
        introduce_as: contact.introduce_as,
    };
    match desk.api.intake().request_call(anonymous(request)).await {
        Ok(answer) => {
            // Whoever would rather talk has not said that this device may keep anything.
            let cookies = SetCookies::default().set(Cookie::Intake, &answer.into_inner().status_token, Keep::Session);
            Ok(to("/session", cookies))
        }
        // Sent before with something else in it, from a page that was gone back to: this is another wish.
        Err(status) if matches!(reason(&status), Some(Reason::RequestIdReused | Reason::FieldsInvalid)) => {
            let errors = Errors(vec![("given_name", visitor.words().review.look_again)]);
            refuse(&desk, &visitor, about, errors, desk.ids.uuid().to_string()).await
        }
        Err(status) => Err(status.into()),
    }
}

async fn refuse(
    desk: &Desk,
    visitor: &Visitor,
    about: About,
    errors: Errors,
    request_id: String,
) -> Result<Response, Problem> {
    let mut response = write(desk, visitor, about, errors, request_id).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

async fn write(
    desk: &Desk,
    visitor: &Visitor,
    about: About,
    errors: Errors,
    request_id: String,
) -> Result<Response, Problem> {
    let practice = desk.board.today(visitor.language).await?;
    let words = visitor.words();
    Ok(page(&Call {
        shell: Shell::around(visitor, Some(&*practice)),
        hours: hours::in_words(&practice.open_hours, visitor.language),
        safe: week(&about, "safe", &practice, false, visitor.language, &words.about),
        practice,
        about,
        errors,
        request_id,
        w: &words.about,
        call: &words.call,
        welcome: &words.welcome,
        steps: &words.steps,
        help: &words.help,
    }))
}
