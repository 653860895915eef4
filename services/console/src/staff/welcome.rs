//! A one-time sign-in: it is pasted, or comes with a link; then its owner chooses a password and takes a second factor,
//! or, where an operator made it to open a session, presses a button. Opening a link does nothing.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use rapport_proto::staff::{EnrolRequest, GetEnrolmentRequest, GetEnrolmentResponse, RedeemSignInRequest};
use tonic::Code;

use super::{errors::Errors, problem, problem::Problem, qr, shell::Shell, sign_in, signed_in::Staff, words};
use crate::{
    api::bearer,
    cookies::{Cookie, Keep, SetCookies},
    desk::Desk,
    form::Form,
    shell::page,
    visitor::Visitor,
};

const PATH: &str = "/staff/welcome";
const GONE: &str = "This one-time sign-in opens nothing: it was used, its time is over, or a letter of it is missing. Ask for a new one.";

#[derive(Template)]
#[template(path = "staff/welcome.html")]
struct WelcomePage {
    shell: Shell,
    /// Whether the browser has one already, that only needs a press.
    has_one: bool,
    errors: Errors,
}

#[derive(Template)]
#[template(path = "staff/enrol.html")]
struct EnrolPage {
    shell: Shell,
    name: String,
    email: String,
    role: &'static str,
    /// Edge and path of the picture.
    picture: Option<(i32, String)>,
    secret: String,
    errors: Errors,
}

#[derive(Template)]
#[template(path = "staff/codes.html")]
pub(super) struct CodesPage {
    pub(super) shell: Shell,
    pub(super) codes: Vec<String>,
    pub(super) onward: &'static str,
}

/// `GET /staff/welcome/{token}`: the token moves from the address into a cookie, and nothing else happens.
pub(crate) async fn open(State(desk): State<Desk>, Path(token): Path<String>) -> Response {
    let mut response = problem::arrive(&desk, PATH.to_owned()).await;
    SetCookies::default().set(Cookie::Welcome, &token, Keep::Session).into_headers(response.headers_mut());
    response
}

/// `GET /staff/welcome`
pub(crate) async fn show(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, Problem> {
    let Some(token) = visitor.cookies.get(Cookie::Welcome) else { return Ok(ask(&desk, false, None).await) };
    match enrolment(&desk, token).await? {
        Some(found) => Ok(write(&desk, found, Errors::default()).await),
        None => Ok(ask(&desk, true, None).await),
    }
}

/// `POST /staff/welcome`: one that was pasted, or the cookie's.
pub(crate) async fn come(State(desk): State<Desk>, visitor: Visitor, sent: Form) -> Result<Response, Problem> {
    let typed = sent.text("sign_in").trim();
    let kept = visitor.cookies.get(Cookie::Welcome).filter(|_| typed.is_empty());
    let Some(token) = kept.or_else(|| Some(typed).filter(|it| is_token(it))) else {
        return Ok(ask(&desk, false, Some(GONE)).await);
    };
    if enrolment(&desk, token).await?.is_some() {
        let mut response = Redirect::to(PATH).into_response();
        SetCookies::default().set(Cookie::Welcome, token, Keep::Session).into_headers(response.headers_mut());
        return Ok(response);
    }
    let request = bearer(token, RedeemSignInRequest {})?;
    match desk.staff.accounts().redeem_sign_in(request).await {
        Ok(answer) => sign_in::enter(&desk, answer.into_inner().session.unwrap_or_default(), "").await,
        Err(status) if status.code() == Code::Unauthenticated => Ok(ask(&desk, false, Some(GONE)).await),
        Err(status) => Err(status.into()),
    }
}

/// `POST /staff/welcome/enrol`: the recovery codes are shown in the answer, once.
pub(crate) async fn enrol(State(desk): State<Desk>, visitor: Visitor, sent: Form) -> Result<Response, Problem> {
    let Some(token) = visitor.cookies.get(Cookie::Welcome) else { return Ok(ask(&desk, false, Some(GONE)).await) };
    let Some(found) = enrolment(&desk, token).await? else { return Ok(ask(&desk, false, Some(GONE)).await) };
    let (password, code) = (sent.text("password").to_owned(), sent.text("code").replace(' ', ""));
    if password != sent.text("again") {
        let differs = Errors::one("again", "This is not the same password as above.");
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, write(&desk, found, differs).await).into_response());
    }
    let request = bearer(token, EnrolRequest { password, code })?;
    match desk.staff.accounts().enrol(request).await {
        Ok(answer) => {
            let answer = answer.into_inner();
            let token = answer.session.unwrap_or_default().token;
            let staff = Staff::of(&desk, &token, false, PATH).await?;
            let shell = Shell::of(&desk, &staff).await;
            let shown = page(&CodesPage { shell, codes: answer.recovery_codes, onward: staff.home() });
            Ok(sign_in::hand_over(&token, shown))
        }
        Err(status) => {
            let errors = Errors::of_fields(status, &[("password", "password"), ("code", "code")])?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, write(&desk, found, errors).await).into_response())
        }
    }
}

/// What its owner needs to enrol; `None` where it is no sign-in of a new or reset account.
async fn enrolment(desk: &Desk, token: &str) -> Result<Option<GetEnrolmentResponse>, Problem> {
    match desk.staff.accounts().get_enrolment(bearer(token, GetEnrolmentRequest {})?).await {
        Ok(found) => Ok(Some(found.into_inner())),
        Err(status) if status.code() == Code::Unauthenticated => Ok(None),
        Err(status) => Err(status.into()),
    }
}

async fn ask(desk: &Desk, has_one: bool, wrong: Option<&str>) -> Response {
    let errors = wrong.map_or_else(Errors::default, |wrong| Errors::one("sign_in", wrong));
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let shell = Shell::of_nobody(desk).await;
    (status, page(&WelcomePage { shell, has_one, errors })).into_response()
}

async fn write(desk: &Desk, found: GetEnrolmentResponse, errors: Errors) -> Response {
    let account = found.account.unwrap_or_default();
    page(&EnrolPage {
        shell: Shell::of_nobody(desk).await,
        role: words::role(account.role()),
        name: account.display_name,
        email: account.email,
        picture: qr::draw(&found.totp_uri),
        secret: in_fours(&found.totp_secret),
        errors,
    })
}

/// As tokens are written: 43 characters of base64url.
fn is_token(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// In groups that an eye can follow.
fn in_fours(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_in_fours() {
        assert_eq!(in_fours("ABCDEFGHI"), "ABCD EFGH I");
    }

    #[test]
    fn only_a_whole_token_is_tried() {
        assert!(is_token(&"a".repeat(43)));
        assert!(!is_token(&"a".repeat(42)) && !is_token(&format!("{}\n", "a".repeat(42))));
    }
}
