//! Asking the partner: every word is shown first, the link is handed over by the client, and a letter is a press of its
//! own.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use rapport_domain::contact::{EmailAddress, Language};
use rapport_proto::{errors::Reason, intake as pb};

use crate::{
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
#[template(path = "invite.html")]
struct Invite {
    shell: Shell,
    /// What the invitation says.
    text: String,
    /// The link, or where there are no pages the token alone; empty before it was asked for.
    link: String,
    is_link: bool,
    letter: Letter,
    email: String,
    request_id: String,
    w: &'static words::Invite,
}

/// Where the letter stands.
#[derive(PartialEq)]
enum Letter {
    Offered,
    BadAddress,
    Done,
    Off,
}

#[derive(Template)]
#[template(path = "not_offered.html")]
struct NotOffered {
    shell: Shell,
    w: &'static words::Invite,
}

/// `GET /invite`: only the words; nothing is made.
pub(crate) async fn show(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, Problem> {
    let own = Own::of(&visitor).ok_or(Problem::Closed)?;
    let request = pb::InvitePartnerRequest { validate_only: true, ..Default::default() };
    ask(&desk, &visitor, &own, request, Letter::Offered, "").await
}

/// `POST /invite`: the link, and where an address is given the one letter.
pub(crate) async fn make(State(desk): State<Desk>, visitor: Visitor, sent: Form) -> Result<Response, Problem> {
    let own = Own::of(&visitor).ok_or(Problem::Closed)?;
    let mut request = pb::InvitePartnerRequest { request_id: sent.text("request_id").to_owned(), ..Default::default() };
    let email = sent.text("email").trim();
    if !sent.has("email") {
        return ask(&desk, &visitor, &own, request, Letter::Offered, "").await;
    }
    if EmailAddress::parse(email).is_err() {
        let mut response = ask(&desk, &visitor, &own, request, Letter::BadAddress, email).await?;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    let language = Language::parse(sent.text("language")).unwrap_or(visitor.language).tag().to_owned();
    request.letter = Some(pb::InvitationLetter { email: email.to_owned(), language });
    ask(&desk, &visitor, &own, request, Letter::Done, "").await
}

async fn ask(
    desk: &Desk,
    visitor: &Visitor,
    own: &Own,
    request: pb::InvitePartnerRequest,
    letter: Letter,
    email: &str,
) -> Result<Response, Problem> {
    let shell = Shell::of(desk, visitor).await?;
    let w = &visitor.words().invite;
    let without_letter = pb::InvitePartnerRequest { letter: None, ..request.clone() };
    let mut letter = letter;
    let answer = match desk.api.intake().invite_partner(bearer(&own.token, request)?).await {
        Err(status) if reason(&status) == Some(Reason::InvitationNotOffered) => {
            return Ok(page(&NotOffered { shell, w }));
        }
        Err(status) if reason(&status) == Some(Reason::InvitationLetterOff) => {
            letter = Letter::Off;
            let request_id = desk.ids.uuid().to_string();
            let request = pb::InvitePartnerRequest { request_id, ..without_letter };
            desk.api.intake().invite_partner(bearer(&own.token, request)?).await?
        }
        answer => answer?,
    };
    let answer = answer.into_inner();
    let is_link = !answer.link.is_empty();
    Ok(page(&Invite {
        shell,
        text: answer.text,
        link: if is_link { answer.link } else { answer.invitation_token },
        is_link,
        letter,
        email: email.to_owned(),
        request_id: desk.ids.uuid().to_string(),
        w,
    }))
}
