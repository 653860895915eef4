//! The way out, here or everywhere.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use rapport_proto::staff::SignOutRequest;

use super::{problem::Problem, sign_in, signed_in::Staff};
use crate::{
    cookies::{Cookie, SetCookies},
    desk::Desk,
    form::Form,
};

/// `POST /staff/sign-out`: succeeds where the session has ended already.
pub(crate) async fn sign_out(
    State(desk): State<Desk>,
    staff: Result<Staff, Problem>,
    sent: Form,
) -> Result<Response, Problem> {
    match staff {
        Ok(staff) => {
            let request = staff.ask(SignOutRequest { everywhere: sent.has("everywhere") })?;
            desk.staff.accounts().sign_out(request).await?;
        }
        Err(Problem::SignedOut) => {}
        Err(problem) => return Err(problem),
    }
    let mut response = Redirect::to(sign_in::PATH).into_response();
    SetCookies::default().forget(Cookie::Staff).into_headers(response.headers_mut());
    Ok(response)
}
