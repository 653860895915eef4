//! Sending it, once however often the press is repeated: the page holds all that the request is made of, so that a press
//! whose answer was lost on the way can be repeated and finds the same answer.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use rapport_proto::{
    errors::Reason,
    intake::{self as pb, SafetyNotice},
};
use tonic::Status;
use tonic_types::StatusExt;

use super::{begin::to, review};
use crate::{
    about::{About, message},
    api::anonymous,
    cookies::{Cookie, Keep, SetCookies},
    desk::Desk,
    draft::Draft,
    form::Form,
    problem::{Problem, reason},
    shell::{Shell, page},
    visitor::Visitor,
    words::{self, Words},
};

/// How long a browser keeps the way to the session, where it may keep anything.
const SESSION: Keep = Keep::Days(60);

#[derive(Template)]
#[template(path = "sent.html")]
struct Sent {
    shell: Shell,
    notice: SafetyNotice,
    w: &'static words::Session,
    help: &'static words::Help,
}

/// `GET /send`: the page that a press led to, loaded anew.
pub(crate) async fn sent() -> Redirect {
    Redirect::to("/session")
}

/// `POST /send`
pub(crate) async fn send(State(desk): State<Desk>, visitor: Visitor, sent: Form) -> Result<Response, Problem> {
    let about = About::parse(sent.text("sheet"));
    let practice = desk.board.today(visitor.language).await?;
    let invitation = visitor.cookies.get(Cookie::Invitation).unwrap_or_default().to_owned();
    let mut request = pb::SubmitIntakeRequest {
        request_id: sent.text("request_id").to_owned(),
        protocol: sent.text("protocol").to_owned(),
        consents: message::consents(&about, &practice.consents),
        draft_token: sent.text("draft").to_owned(),
        invitation_token: invitation.clone(),
        ..Default::default()
    };
    message::fill(&mut request, &about, visitor.language.tag(), !invitation.is_empty());
    match desk.api.intake().submit_intake(anonymous(request)).await {
        Ok(answer) => done(&desk, &visitor, answer.into_inner()).await,
        Err(status) => refused(&desk, &visitor, &about, status).await,
    }
}

/// To what happens next; where something must be shown at once, it is shown here, and nowhere else again.
async fn done(desk: &Desk, visitor: &Visitor, answer: pb::SubmitIntakeResponse) -> Result<Response, Problem> {
    let keep = if visitor.cookies.get(Cookie::Keep).is_some() { SESSION } else { Keep::Session };
    let cookies = SetCookies::default()
        .set(Cookie::Intake, &answer.status_token, keep)
        .forget(Cookie::Draft)
        .forget(Cookie::Way)
        .forget(Cookie::About);
    let Some(notice) = answer.safety_notice else { return Ok(to("/session", cookies.forget(Cookie::Invitation))) };
    let words = visitor.words();
    let shell = Shell::of(desk, visitor).await?;
    // The invitation stays: repeating this press must be the same request.
    let mut response = page(&Sent { shell, notice, w: &words.session, help: &words.help });
    cookies.into_headers(response.headers_mut());
    Ok(response)
}

async fn refused(desk: &Desk, visitor: &Visitor, about: &About, status: Status) -> Result<Response, Problem> {
    match reason(&status) {
        // It was sent before, from another page: its answer is this device's already.
        Some(Reason::DraftGone) if visitor.cookies.get(Cookie::Intake).is_some() => {
            Ok(Redirect::to("/session").into_response())
        }
        Some(Reason::DraftGone | Reason::InvitationClosed) => Err(Problem::Closed),
        Some(Reason::FieldsInvalid | Reason::ProtocolUnknown | Reason::RequestIdReused) => {
            let Some(draft) = Draft::open(desk, visitor).await? else { return Err(Problem::Closed) };
            let errors = places(&status, &draft, visitor.words());
            let mut response = review::write(desk, visitor, &draft, about, errors).await?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        _ => Err(status.into()),
    }
}

/// Where to look again, once per page. The intake service's own sentences are English and for programs.
fn places(status: &Status, draft: &Draft, words: &'static Words) -> Vec<(String, String)> {
    let bad = status.get_details_bad_request().map(|bad| bad.field_violations).unwrap_or_default();
    let mut places: Vec<(String, String)> = Vec::new();
    for field in bad.iter().map(|bad| bad.field.as_str()) {
        let number = match field.split('.').next().unwrap_or_default() {
            "client" if ["client.email", "client.phone"].contains(&field) => 2,
            "client" => 1,
            "contact" => 2,
            "care" | "if_partner_silent" => 3,
            "preferences" => 4,
            "consents" => 5,
            _ => 0,
        };
        let place = match words.about.titles.get(usize::wrapping_sub(number, 1)) {
            Some(title) => (format!("/about/{number}"), (*title).to_owned()),
            None => {
                let first = draft.screening.first_unanswered(&draft.answers, &draft.way).unwrap_or(1);
                (format!("/questions/{first}"), words.review.look_again.to_owned())
            }
        };
        if !places.contains(&place) {
            places.push(place);
        }
    }
    if places.is_empty() {
        places.push(("/review".to_owned(), words.review.look_again.to_owned()));
    }
    places
}
