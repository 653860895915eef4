//! The way in: address, password and second factor, all at once, so that nothing has to be kept between two steps and
//! nobody learns which of them was wrong.

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use rapport_proto::staff::{OpenedSession, SignInRequest, sign_in_request::SecondFactor};
use tonic::Code;

use super::{errors::Errors, problem::Problem, shell::Shell, signed_in::Staff};
use crate::{
    api::anonymous,
    cookies::{Cookie, Keep, SetCookies},
    desk::Desk,
    form::Form,
    shell::page,
};

pub(super) const PATH: &str = "/staff/sign-in";
const REFUSED: &str = "The address, the password or the code is not right, or there were too many tries. Check all three; after five failures wait a few minutes.";

#[derive(Template)]
#[template(path = "staff/sign_in.html")]
struct SignInPage {
    shell: Shell,
    /// Where they wanted to go.
    back: String,
    email: String,
    /// Whether they gave a recovery code instead of one of the app.
    recovery: bool,
    errors: Errors,
}

/// `GET /staff/sign-in?back=…`
pub(crate) async fn show(State(desk): State<Desk>, RawQuery(query): RawQuery) -> Response {
    let back = Form::of_query(query.as_deref()).text("back").to_owned();
    let shell = Shell::of_nobody(&desk).await;
    page(&SignInPage { shell, back, email: String::new(), recovery: false, errors: Errors::default() })
}

/// `POST /staff/sign-in`
pub(crate) async fn sign_in(State(desk): State<Desk>, sent: Form) -> Result<Response, Problem> {
    let (code, recovery) = (digits(sent.text("code")), sent.text("recovery").trim().to_owned());
    let second_factor =
        if recovery.is_empty() { SecondFactor::Code(code) } else { SecondFactor::RecoveryCode(recovery.clone()) };
    let request = SignInRequest {
        email: sent.text("email").trim().to_owned(),
        password: sent.text("password").to_owned(),
        second_factor: Some(second_factor),
    };
    match desk.staff.accounts().sign_in(anonymous(request)).await {
        Ok(answer) => enter(&desk, answer.into_inner().session.unwrap_or_default(), sent.text("back")).await,
        Err(status) if status.code() == Code::Unauthenticated => {
            let refused = SignInPage {
                shell: Shell::of_nobody(&desk).await,
                back: sent.text("back").to_owned(),
                email: sent.text("email").to_owned(),
                recovery: !recovery.is_empty(),
                errors: Errors::one("email", REFUSED),
            };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&refused)).into_response())
        }
        Err(status) => Err(status.into()),
    }
}

/// Hands the session to the browser, and goes where they wanted to, or where they start.
pub(super) async fn enter(desk: &Desk, session: OpenedSession, back: &str) -> Result<Response, Problem> {
    let staff = Staff::of(desk, &session.token, false, PATH).await?;
    let to = if is_ours(back) { back } else { staff.home() };
    Ok(hand_over(&session.token, Redirect::to(to).into_response()))
}

/// The answer with the session's cookie, and without the one-time sign-in's.
pub(super) fn hand_over(token: &str, mut response: Response) -> Response {
    let cookies = SetCookies::default().set(Cookie::Staff, token, Keep::Session).forget(Cookie::Welcome);
    cookies.into_headers(response.headers_mut());
    response
}

/// Whether an address leads to one of our pages: whatever else a link said is not followed.
fn is_ours(back: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~?=&%+".contains(&byte);
    let path = back.split('?').next().unwrap_or_default();
    super::routes::holds(path) && !back.contains("//") && !back.contains("..") && back.bytes().all(plain)
}

/// A code as its app shows it, with a gap in the middle.
fn digits(text: &str) -> String {
    text.chars().filter(|char| !char.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere_after_signing_in() {
        for ours in ["/staff", "/staff/cases/0193-a", "/staff?urgency=urgent&state=held"] {
            assert!(is_ours(ours), "{ours}");
        }
        for other in [
            "",
            "/",
            "//elsewhere.example",
            "/staff//elsewhere.example",
            "https://elsewhere.example/staff",
            "/staffing",
            "/staff/../session",
            "/staff\\elsewhere.example",
            "/staff\r\nx: y",
        ] {
            assert!(!is_ours(other), "{other}");
        }
    }

    #[test]
    fn a_code_may_be_typed_as_it_is_shown() {
        assert_eq!(digits(" 123 456 "), "123456");
    }
}
