//! A case: how to call safely first, then why it stands where it does, then everything that is known of it.
//!
//! [`tried`] is an action that did not go through and what was typed for it, [`acts`] the actions, [`times`] those about a
//! session, [`snapshot`] tells what changed meanwhile, [`say`] turns what the service tells into words, [`timeline`] puts
//! what happened in its order, [`reveal`] shows every answer to whoever says
//! why, [`brief`] is the page that a therapist reads before the first session.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use rapport_domain::contact::Language;
use rapport_proto::{
    intake::AppointmentState,
    staff::{self as pb, CaseState, GetCaseRequest, ListColleaguesRequest, NoteKind},
};

pub(crate) mod acts;
pub(crate) mod brief;
mod chart;
pub(crate) mod reveal;
pub(crate) mod say;
mod snapshot;
mod timeline;
pub(crate) mod times;
mod tried;

use say::Say;
use snapshot::Snapshot;
use timeline::Entry;
pub(crate) use tried::Tried;

use super::{
    keys::Keys,
    left::Left,
    problem::Problem,
    queue::{beside::Beside, line},
    rpc,
    shell::Shell,
    signed_in::Staff,
    words,
};
use crate::{desk::Desk, shell::page, visitor::Visitor};

/// What somebody may do on this page: what their role may call, and what makes sense as the case stands.
struct May {
    claim: bool,
    release: bool,
    assign: bool,
    call: bool,
    note: bool,
    judge: bool,
    book: bool,
    session: bool,
    close: bool,
    refer: bool,
    reopen: bool,
    stop: bool,
    resume: bool,
    report: bool,
    reveal: bool,
}

#[derive(Template)]
#[template(path = "staff/case.html")]
struct CasePage {
    shell: Shell,
    beside: Option<Beside>,
    case: pb::Case,
    summary: pb::CaseSummary,
    mark: words::Mark,
    care: &'static str,
    left: Option<Left>,
    entries: Vec<Entry>,
    scales: Vec<chart::Scale>,
    may: May,
    /// Whom the case can be handed to.
    colleagues: Vec<pb::Colleague>,
    clinician: bool,
    mine: bool,
    say: Say,
    tried: Tried,
    snapshot: String,
    request_id: String,
    keys: Keys,
}

/// `GET /staff/cases/{id}`
pub(crate) async fn show(
    State(desk): State<Desk>,
    staff: Staff,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    write(&desk, &staff, &visitor, &id, Tried::nothing()).await
}

/// The case with this id, as their role may see it.
pub(super) async fn read(desk: &Desk, staff: &Staff, id: &str) -> Result<pb::Case, Problem> {
    let request = staff.ask(GetCaseRequest { name: format!("cases/{id}") })?;
    desk.staff.triage().get_case(request).await?.into_inner().record.ok_or(Problem::OURS)
}

/// The page, with an action that did not go through where there was one.
pub(super) async fn write(
    desk: &Desk,
    staff: &Staff,
    visitor: &Visitor,
    id: &str,
    mut tried: Tried,
) -> Result<Response, Problem> {
    let (case, beside) = tokio::join!(read(desk, staff, id), Beside::of(desk, staff, visitor));
    let case = case?;
    let summary = case.summary.clone().unwrap_or_default();
    let (practice, now) = (desk.board.today(Language::En).await?, desk.clock.now());
    let say = Say::new(&practice, now, &case);
    let may = May::of(staff, &summary, &case);
    let colleagues = if may.assign { colleagues(desk, staff, &summary).await? } else { Vec::new() };
    let entries = timeline::of(&case, &say);
    let snapshot = Snapshot::of(&summary, &case, now);
    tried.compare(&snapshot, &entries);
    let status = tried.status;
    let shown = page(&CasePage {
        shell: Shell::of(desk, staff).await,
        beside,
        mark: words::urgency(summary.urgency()),
        care: line::care(summary.care()),
        left: line::left(&summary, now),
        scales: chart::scales(&case),
        may,
        colleagues,
        clinician: staff.is_clinician(),
        mine: summary.assignee == staff.account.display_name,
        snapshot: snapshot.text(),
        request_id: desk.ids.uuid().to_string(),
        keys: Keys::of(visitor),
        entries,
        say,
        tried,
        summary,
        case,
    });
    Ok(if status == StatusCode::OK { shown } else { (status, shown).into_response() })
}

/// Whoever may work on this case, but for whoever has it already.
async fn colleagues(desk: &Desk, staff: &Staff, summary: &pb::CaseSummary) -> Result<Vec<pb::Colleague>, Problem> {
    let request = staff.ask(ListColleaguesRequest { case_name: summary.name.clone() })?;
    let mut colleagues = desk.staff.accounts().list_colleagues(request).await?.into_inner().colleagues;
    colleagues.retain(|colleague| colleague.display_name != summary.assignee);
    Ok(colleagues)
}

impl May {
    fn of(staff: &Staff, summary: &pb::CaseSummary, case: &pb::Case) -> Self {
        let open = summary.state() != CaseState::Closed;
        let held = !summary.assignee.is_empty();
        let theirs = summary.assignee == staff.account.display_name;
        // Whoever is no clinician reads that one decides; the service says so too, whatever is offered here.
        let decides = !summary.clinician_only || staff.is_clinician();
        let session = case.appointment.is_some();
        Self {
            claim: open && !held && decides && staff.may(rpc::CLAIM_CASE),
            release: open && held && (theirs || staff.is_clinician()) && staff.may(rpc::RELEASE_CASE),
            assign: open && decides && staff.may(rpc::ASSIGN_CASE) && staff.may(rpc::LIST_COLLEAGUES),
            call: open && staff.may(rpc::RECORD_CONTACT_ATTEMPT),
            note: staff.may(rpc::ADD_NOTE),
            judge: open && staff.may(rpc::OVERRIDE_URGENCY),
            book: open && decides && staff.may(rpc::LIST_MATCHES) && staff.may(rpc::BOOK_APPOINTMENT),
            session: open && session && staff.may(rpc::CANCEL_APPOINTMENT),
            close: open && staff.may(rpc::CLOSE_CASE),
            refer: open && staff.may(rpc::REFER_CASE),
            reopen: !open && staff.may(rpc::REOPEN_CASE),
            stop: open && staff.may(rpc::STOP_CONTACT),
            resume: staff.may(rpc::RESUME_CONTACT) && case.contacts.iter().any(|it| it.contact_stop_time.is_some()),
            report: staff.may(rpc::COMPLETE_REPORT),
            reveal: staff.may(rpc::REVEAL_ANSWERS),
        }
    }
}

#[cfg(test)]
mod tests;
