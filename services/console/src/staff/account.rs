//! One's own account: who one is here, the password, recovery codes, and the way out everywhere.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use rapport_proto::{
    errors::Reason,
    staff::{ChangePasswordRequest, ReplaceRecoveryCodesRequest},
};
use tonic::Status;

use super::{errors::Errors, problem::Problem, shell::Shell, signed_in::Staff, welcome::CodesPage};
use crate::{desk::Desk, form::Form, problem::reason, shell::page};

const PATH: &str = "/staff/account";
const WRONG: &str = "This is not your password, or there were too many tries. Wait a few minutes after five failures.";

#[derive(Template)]
#[template(path = "staff/account.html")]
struct AccountPage {
    shell: Shell,
    name: String,
    email: String,
    role: &'static str,
    errors: Errors,
}

/// `GET /staff/account`
pub(crate) async fn show(State(desk): State<Desk>, staff: Staff) -> Response {
    write(&desk, &staff, Errors::default()).await
}

/// `POST /staff/account/password`
pub(crate) async fn change_password(State(desk): State<Desk>, staff: Staff, sent: Form) -> Result<Response, Problem> {
    let (current, new) = (sent.text("current").to_owned(), sent.text("new").to_owned());
    if new != sent.text("again") {
        return Ok(refuse(&desk, &staff, Errors::one("again", "This is not the same password as above.")).await);
    }
    let request = staff.ask(ChangePasswordRequest { current_password: current, new_password: new })?;
    match desk.staff.accounts().change_password(request).await {
        Ok(_) => Ok(Redirect::to(PATH).into_response()),
        Err(status) => {
            let errors = wrong(status, "current", &[("new_password", "new"), ("current_password", "current")])?;
            Ok(refuse(&desk, &staff, errors).await)
        }
    }
}

/// `POST /staff/account/codes`: the new ones are shown in the answer, once.
pub(crate) async fn replace_codes(State(desk): State<Desk>, staff: Staff, sent: Form) -> Result<Response, Problem> {
    let request = staff.ask(ReplaceRecoveryCodesRequest { current_password: sent.text("proof").to_owned() })?;
    match desk.staff.accounts().replace_recovery_codes(request).await {
        Ok(answer) => {
            let shell = Shell::of(&desk, &staff).await;
            Ok(page(&CodesPage { shell, codes: answer.into_inner().recovery_codes, onward: PATH }))
        }
        Err(status) => {
            let errors = wrong(status, "proof", &[("current_password", "proof")])?;
            Ok(refuse(&desk, &staff, errors).await)
        }
    }
}

/// A wrong password is told beside its field; it does not end the session.
fn wrong(status: Status, password: &str, fields: &[(&str, &str)]) -> Result<Errors, Problem> {
    if reason(&status) == Some(Reason::SignInRefused) {
        return Ok(Errors::one(password, WRONG));
    }
    Errors::of_fields(status, fields)
}

async fn refuse(desk: &Desk, staff: &Staff, errors: Errors) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, write(desk, staff, errors).await).into_response()
}

async fn write(desk: &Desk, staff: &Staff, errors: Errors) -> Response {
    page(&AccountPage {
        shell: Shell::of(desk, staff).await,
        name: staff.account.display_name.clone(),
        email: staff.account.email.clone(),
        role: staff.role(),
        errors,
    })
}
