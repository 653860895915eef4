//! The folder that letters go to where there is no mail server: as their readers would have them, in plain text.

use askama::Template;
use axum::{
    extract::{Path, RawQuery, State},
    http::header,
    response::{IntoResponse, Response},
};
use rapport_proto::{
    errors::Reason,
    staff::{GetMailRequest, ListMailRequest, Mail},
};

use super::{
    clock::{Clock, Moment},
    paging::Pager,
    problem::Problem,
    shell::Shell,
    signed_in::Staff,
};
use crate::{desk::Desk, form::Form, problem::reason, shell::page};

const PATH: &str = "/staff/mailbox";
const PAGE_SIZE: i32 = 50;

#[derive(Template)]
#[template(path = "staff/mailbox.html")]
struct MailboxPage {
    shell: Shell,
    /// Whether letters go to a folder here.
    on: bool,
    mail: Vec<(Mail, Option<Moment>)>,
    pager: Pager,
}

#[derive(Template)]
#[template(path = "staff/mail.html")]
struct MailPage {
    shell: Shell,
    mail: Mail,
    written: Option<Moment>,
}

/// `GET /staff/mailbox?page=…`
pub(crate) async fn show(
    State(desk): State<Desk>,
    staff: Staff,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let asked = Form::of_query(query.as_deref());
    let request = ListMailRequest { page_size: PAGE_SIZE, page_token: asked.text("page").to_owned() };
    let (on, listed) = match desk.staff.operations().list_mail(staff.ask(request)?).await {
        Ok(listed) => (true, listed.into_inner()),
        Err(status) if reason(&status) == Some(Reason::MailboxOff) => (false, Default::default()),
        Err(status) => return Err(status.into()),
    };
    let clock = Clock::of(&desk).await?;
    let with_moment = |mail: Mail| {
        let written = clock.moment(mail.write_time.as_ref());
        (mail, written)
    };
    Ok(page(&MailboxPage {
        shell: Shell::of(&desk, &staff).await,
        on,
        mail: listed.mail.into_iter().map(with_moment).collect(),
        pager: Pager::of(PATH, &asked, &[], &listed.next_page_token),
    }))
}

/// `GET /staff/mailbox/{id}`
pub(crate) async fn read(State(desk): State<Desk>, staff: Staff, Path(id): Path<String>) -> Result<Response, Problem> {
    let mail = get(&desk, &staff, &id).await?;
    let written = Clock::of(&desk).await?.moment(mail.write_time.as_ref());
    Ok(page(&MailPage { shell: Shell::of(&desk, &staff).await, mail, written }))
}

/// `GET /staff/mailbox/{id}/message`: for a mail program, which shows what a page of ours must not run.
pub(crate) async fn message(
    State(desk): State<Desk>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let mail = get(&desk, &staff, &id).await?;
    let headers = [
        (header::CONTENT_TYPE, "message/rfc822"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"letter.eml\""),
    ];
    Ok((headers, mail.message).into_response())
}

async fn get(desk: &Desk, staff: &Staff, id: &str) -> Result<Mail, Problem> {
    let request = staff.ask(GetMailRequest { name: format!("mail/{id}") })?;
    desk.staff.operations().get_mail(request).await?.into_inner().mail.ok_or(Problem::NOT_FOUND)
}
