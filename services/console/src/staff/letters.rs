//! The mail ledger: which letters there are, where each stands, and what somebody has to do about some.

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse, Redirect, Response},
};
use rapport_proto::staff::{LetterOutcome, ListLettersRequest, ResendLetterRequest, ResolveLetterRequest};

use super::{
    clock::{Clock, Moment},
    paging::Pager,
    problem::Problem,
    rpc,
    shell::Shell,
    signed_in::Staff,
};
use crate::{desk::Desk, form::Form, shell::page};

pub(super) const PATH: &str = "/staff/letters";
const PAGE_SIZE: i32 = 50;

/// States of the ledger as the filter offers them, with what they mean to whoever reads them.
pub(super) const STATES: [(&str, &str); 8] = [
    ("queued", "waiting"),
    ("claimed", "being written"),
    ("sending", "being sent"),
    ("retry", "tried again"),
    ("sent", "sent"),
    ("failed", "refused"),
    ("unknown", "unknown"),
    ("superseded", "not needed any more"),
];

#[derive(Template)]
#[template(path = "staff/letters.html")]
struct LettersPage {
    shell: Shell,
    letters: Vec<Row>,
    state: String,
    open: bool,
    resends: bool,
    resolves: bool,
    mailbox: bool,
    /// Whether they may look at letters with sample data.
    samples: bool,
    pager: Pager,
    back: String,
}

/// One letter.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) etag: String,
    /// "we will call"
    pub(super) kind: String,
    pub(super) state: &'static str,
    /// The state's own name: a class of the stylesheet.
    pub(super) class: String,
    /// cases/{id}; empty where it is nobody's, or not to be known.
    pub(super) case: String,
    pub(super) to: String,
    pub(super) why: String,
    pub(super) to_do: String,
    pub(super) changed: Option<Moment>,
    pub(super) next_try: Option<Moment>,
    pub(super) attempts: i32,
    pub(super) settled_by: String,
    /// Whether nobody knows if it arrived.
    pub(super) unknown: bool,
}

impl Row {
    pub(super) fn of(letter: rapport_proto::staff::Letter, clock: &Clock) -> Self {
        let state = STATES.iter().find(|(name, _)| *name == letter.state).map_or("", |(_, word)| *word);
        Self {
            kind: letter.letter.replace('_', " "),
            state,
            to: recipient(&letter.recipient),
            changed: clock.moment(letter.update_time.as_ref()),
            next_try: clock.moment(letter.next_try_time.as_ref()),
            unknown: letter.state == "unknown",
            class: letter.state,
            name: letter.name,
            etag: letter.etag,
            case: letter.case_name,
            why: letter.why,
            to_do: letter.to_do,
            attempts: letter.attempts,
            settled_by: letter.settled_by,
        }
    }
}

/// `GET /staff/letters?open=1&state=failed&page=…`
pub(crate) async fn show(
    State(desk): State<Desk>,
    staff: Staff,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let asked = Form::of_query(query.as_deref());
    let (state, open) = (asked.text("state").to_owned(), asked.has("open"));
    let known = STATES.iter().any(|(name, _)| *name == state);
    let request = ListLettersRequest {
        page_size: PAGE_SIZE,
        page_token: asked.text("page").to_owned(),
        states: known.then(|| state.clone()).into_iter().collect(),
        open_only: open,
        ..Default::default()
    };
    let listed = desk.staff.operations().list_letters(staff.ask(request)?).await?.into_inner();
    let clock = Clock::of(&desk).await?;
    Ok(page(&LettersPage {
        shell: Shell::of(&desk, &staff).await,
        letters: listed.letters.into_iter().map(|letter| Row::of(letter, &clock)).collect(),
        state,
        open,
        resends: staff.may(rpc::RESEND_LETTER),
        resolves: staff.may(rpc::RESOLVE_LETTER),
        mailbox: staff.may(rpc::LIST_MAIL),
        samples: staff.may(rpc::LIST_LETTER_PREVIEWS),
        pager: Pager::of(PATH, &asked, &["state", "open"], &listed.next_page_token),
        back: if open { "open".to_owned() } else { String::new() },
    }))
}

/// `POST /staff/letters/resend`
pub(crate) async fn resend(State(desk): State<Desk>, staff: Staff, sent: Form) -> Result<Response, Problem> {
    let (name, etag) = (sent.text("name").to_owned(), sent.text("etag").to_owned());
    let request = ResendLetterRequest { name, etag, ..Default::default() };
    desk.staff.operations().resend_letter(staff.ask(request)?).await?;
    Ok(back(&sent))
}

/// `POST /staff/letters/resolve`
pub(crate) async fn resolve(State(desk): State<Desk>, staff: Staff, sent: Form) -> Result<Response, Problem> {
    let outcome = match sent.text("outcome") {
        "arrived" => LetterOutcome::Arrived,
        "not_arrived" => LetterOutcome::NotArrived,
        "otherwise" => LetterOutcome::DoneOtherwise,
        _ => LetterOutcome::Unspecified,
    };
    let (name, etag) = (sent.text("name").to_owned(), sent.text("etag").to_owned());
    let request = ResolveLetterRequest { name, etag, outcome: outcome.into(), ..Default::default() };
    desk.staff.operations().resolve_letter(staff.ask(request)?).await?;
    Ok(back(&sent))
}

/// To the list, or to the page on which it stood.
fn back(sent: &Form) -> Response {
    let to = match sent.text("back") {
        "open" => "/staff/letters?open=1",
        "health" => "/staff/health",
        _ => PATH,
    };
    Redirect::to(to).into_response()
}

/// To whom, as the ledger names them: no name and no address.
fn recipient(name: &str) -> String {
    let (kind, position) = name.split_once('/').unwrap_or((name, ""));
    let place = position.parse::<usize>().map_or_else(|_| String::new(), |position| format!(", {}", position + 1));
    match kind {
        "intakes" => "a client".to_owned(),
        "on-call" => format!("on call{place}"),
        "digest" => "the office".to_owned(),
        "webhook" => format!("the webhook of on call{place}"),
        "invited" => "the partner who was invited".to_owned(),
        "staff" => "a colleague".to_owned(),
        "account" | "accounts" => "a colleague's account".to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_a_letter_is_for_is_said_without_a_name() {
        assert_eq!(recipient("intakes/0193"), "a client");
        assert_eq!(recipient("on-call/1"), "on call, 2");
        assert_eq!(recipient(""), "");
    }
}
