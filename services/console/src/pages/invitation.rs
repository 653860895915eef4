//! Being asked by somebody: opening the link changes nothing, a press says yes or no.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use rapport_proto::{
    errors::Reason,
    intake::{self as pb, Format},
    time,
};
use tonic::{Code, Status};

use super::{begin::to, said};
use crate::{
    api::bearer,
    cookies::{Cookie, Keep, SetCookies},
    dates,
    desk::Desk,
    form::Form,
    problem::{Problem, reason},
    shell::{Shell, page},
    visitor::Visitor,
    words,
};

#[derive(Template)]
#[template(path = "invitation.html")]
struct Invitation {
    shell: Shell,
    request_id: String,
    w: &'static words::Invite,
}

#[derive(Template)]
#[template(path = "invited.html")]
struct Invited {
    shell: Shell,
    text: String,
    /// When, and where or how; of nobody.
    session: Option<(String, String)>,
    said: &'static words::Invite,
    w: &'static words::Welcome,
}

/// `GET /invitation/{token}`: the token moves from the address into a cookie, and nothing else happens.
pub(crate) async fn open(Path(token): Path<String>) -> Response {
    to("/invitation", SetCookies::default().set(Cookie::Invitation, &token, Keep::Session))
}

/// `GET /invitation`
pub(crate) async fn show(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, Problem> {
    if visitor.cookies.get(Cookie::Invitation).is_none() {
        return Ok(Redirect::to("/").into_response());
    }
    let shell = Shell::of(&desk, &visitor).await?;
    Ok(page(&Invitation { shell, request_id: desk.ids.uuid().to_string(), w: &visitor.words().invite }))
}

/// `POST /invitation/look`: what it is about, before anything is answered.
pub(crate) async fn look(State(desk): State<Desk>, visitor: Visitor, sent: Form) -> Result<Response, Problem> {
    let token = visitor.cookies.get(Cookie::Invitation).ok_or(Problem::Closed)?;
    let request = pb::AcceptInvitationRequest {
        request_id: sent.text("request_id").to_owned(),
        language: visitor.language.tag().to_owned(),
    };
    let answer = match desk.api.intake().accept_invitation(bearer(token, request)?).await {
        Ok(answer) => answer.into_inner(),
        Err(status) => return closed(&desk, &visitor, status).await,
    };
    let words = visitor.words();
    let session = answer.session.as_ref().and_then(|session| {
        let at = time::from_message(session.start_time.as_ref()?)?;
        let place = match session.format() {
            Format::Video => words.about.video.to_owned(),
            _ => session.location.clone(),
        };
        Some((dates::moment(at, &session.time_zone, visitor.language), place))
    });
    Ok(page(&Invited {
        shell: Shell::of(&desk, &visitor).await?,
        text: answer.text,
        session,
        said: &words.invite,
        w: &words.welcome,
    }))
}

/// `POST /invitation/decline`: no, for good.
pub(crate) async fn decline(State(desk): State<Desk>, visitor: Visitor, sent: Form) -> Result<Response, Problem> {
    let token = visitor.cookies.get(Cookie::Invitation).ok_or(Problem::Closed)?;
    let request = pb::DeclineInvitationRequest { request_id: sent.text("request_id").to_owned() };
    if let Err(status) = desk.api.intake().decline_invitation(bearer(token, request)?).await {
        return closed(&desk, &visitor, status).await;
    }
    said::done(&desk, &visitor, &visitor.words().invite.refused).await
}

/// Whatever closed it, the page says the same.
async fn closed(desk: &Desk, visitor: &Visitor, status: Status) -> Result<Response, Problem> {
    if reason(&status) != Some(Reason::InvitationClosed) && status.code() != Code::Unauthenticated {
        return Err(status.into());
    }
    let says = &visitor.words().invite.closed;
    let mut response = said::call_us(desk, visitor, StatusCode::GONE, says, None).await?;
    SetCookies::default().forget(Cookie::Invitation).into_headers(response.headers_mut());
    Ok(response)
}
