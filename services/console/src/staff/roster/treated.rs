//! Whom somebody treats alone since before this house knew: told by address or number, of which hashes alone are kept.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use rapport_proto::staff::{ForgetTreatedClientRequest, NoteTreatedClientRequest};

use super::{PATH, refuse};
use crate::{
    desk::Desk,
    form::Form,
    staff::{errors::Errors, problem::Problem, signed_in::Staff},
};

/// The field of the page's address that says what was done.
pub(super) const SAID: &str = "treated";
const FIELDS: &[(&str, &str)] = &[("email", "treated_email"), ("phone", "treated_phone")];

/// What was done just now.
pub(super) fn said(asked: &Form) -> &'static str {
    match asked.text("") {
        "noted" => "Noted: no couple of that person is offered to them.",
        "forgotten" => "Forgotten.",
        _ => "",
    }
}

/// `POST /staff/roster/{id}/treated`
pub(crate) async fn change(
    State(desk): State<Desk>,
    staff: Staff,
    Path(id): Path<String>,
    sent: Form,
) -> Result<Response, Problem> {
    let text = |field: &str| sent.text(field).trim().to_owned();
    let (name, email, phone) = (format!("therapists/{id}"), text("treated_email"), text("treated_phone"));
    let forget = sent.text("do") == "forget";
    let answered = if forget {
        let request = staff.ask(ForgetTreatedClientRequest { name, email, phone })?;
        desk.staff.roster().forget_treated_client(request).await.map(drop)
    } else {
        let request = staff.ask(NoteTreatedClientRequest { name, email, phone })?;
        desk.staff.roster().note_treated_client(request).await.map(drop)
    };
    match answered {
        Ok(()) => {
            let done = if forget { "forgotten" } else { "noted" };
            Ok(Redirect::to(&format!("{PATH}/{id}?{SAID}={done}#treated")).into_response())
        }
        Err(status) => {
            let errors = Errors::of_fields(status, FIELDS)?;
            refuse(&desk, &staff, id, sent, errors).await
        }
    }
}
