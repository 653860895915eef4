//! From the first page into the form, and back into one that was left.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};

use crate::{
    cookies::{Cookie, Keep, SetCookies},
    desk::Desk,
    draft::{self, Draft},
    form::Form,
    problem::Problem,
    visitor::Visitor,
};

/// How long a browser keeps a form's token where it may: as long as the sample practice keeps the form.
pub(crate) const KEPT: Keep = Keep::Days(14);

/// `POST /begin`
pub(crate) async fn begin(State(desk): State<Desk>, visitor: Visitor, form: Form) -> Result<Response, Problem> {
    let keep = if form.has("unsaved") { Keep::Session } else { KEPT };
    let token = draft::begin(&desk, &visitor).await?;
    let cookies = SetCookies::default()
        .set(Cookie::Draft, &token, keep)
        .forget(Cookie::Way)
        .forget(Cookie::About)
        .forget(Cookie::Intake);
    let cookies = match keep {
        Keep::Session => cookies.forget(Cookie::Keep),
        Keep::Days(_) => cookies.set(Cookie::Keep, "1", keep),
    };
    Ok(to("/questions/1", cookies))
}

/// `GET /continue/{token}`: the link that somebody copied. It changes nothing: the token moves from the address, which
/// is on the screen and in the history, into a cookie.
pub(crate) async fn resume(Path(token): Path<String>) -> Response {
    to("/continue", SetCookies::default().set(Cookie::Draft, &token, Keep::Session))
}

/// `GET /continue`: to where the form was left.
pub(crate) async fn go_on(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, Problem> {
    let Some(draft) = Draft::open(&desk, &visitor).await? else { return Ok(Redirect::to("/").into_response()) };
    let next = draft.screening.first_unanswered(&draft.answers, &draft.way);
    Ok(match next {
        Some(number) => Redirect::to(&format!("/questions/{number}")).into_response(),
        None => Redirect::to("/about/1").into_response(),
    })
}

/// To another page, with cookies.
pub(crate) fn to(path: &str, cookies: SetCookies) -> Response {
    let mut response = Redirect::to(path).into_response();
    cookies.into_headers(response.headers_mut());
    response
}
