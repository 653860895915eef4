//! A person ends a case.

use rapport_domain::{
    appointment::{Appointment, Changed},
    case::{Closed, Referred},
    event::Fact,
    letter::LetterKind,
};
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{Tx, appointments, audit, calendar, letters, outbox, reports};

use crate::{
    Deps,
    own_appointment::event,
    parse::CloseCase,
    policy::{self, Rpc},
    refusal::Refusal,
    repeat::{self, Repeatable},
    staff_case::{StaffCase, clients_of, letters_to},
    trail,
};

/// Ends it, and gives a coming session's time back. A closed case lets nobody in through its invitation: whoever
/// opens one looks at the case.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, case.id = %asked.case))]
pub(crate) async fn run(
    deps: &Deps,
    staff: StaffPrincipal,
    asked: CloseCase,
    repeatable: Repeatable,
) -> Result<pb::CloseCaseResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (staff, asked) = (staff.clone(), asked.clone());
        Box::pin(async move {
            let ended = end(deps, tx, &staff, &asked, None, policy::CLOSE_CASE).await?;
            Ok(pb::CloseCaseResponse { summary: Some(ended) })
        })
    })
    .await
}

/// The same within a transaction; `referred` says whose help fits better, where it ends so.
pub(crate) async fn end(
    deps: &Deps,
    tx: &Tx,
    staff: &StaffPrincipal,
    asked: &CloseCase,
    referred: Option<Referred>,
    rpc: Rpc,
) -> Result<pb::CaseSummary, Refusal> {
    let mut it = StaffCase::read(tx, asked.case).await?;
    let reports: Vec<_> = reports::of_case(tx, asked.case).await?.into_iter().map(|(report, _)| report).collect();
    let mut resources = vec![it.case.id.to_string()];
    if it.case.close(policy::decides_safety(staff.role), &reports)? == Changed::Now {
        it.check_etag(&asked.etag)?;
        if it.case.is_safety_case() && asked.note.is_none() {
            return Err(Refusal::field("note", "must be given where only a clinician may close the case"));
        }
        let (reason, note, by) = (asked.reason, asked.note.clone(), staff.label.clone());
        it.detail.closed = Some(Closed { reason, note, by, at: deps.clock.now() });
        it.detail.referred = referred;
        it.save(tx).await?;
        if let Some(session) = give_back(deps, tx, &it).await? {
            resources.push(session.id.to_string());
        }
    }
    audit::write(tx, &trail::by_staff(deps, staff, rpc, resources)).await?;
    Ok(it.summary(staff.role))
}

/// Frees the time of a session that is still to come. Each client who knew of it reads the same: that the time is
/// cancelled, and where to call for another. Not *will not take place*, which promises a call that a closed case
/// does not keep.
async fn give_back(deps: &Deps, tx: &Tx, it: &StaffCase) -> Result<Option<Appointment>, Refusal> {
    let now = deps.clock.now();
    let open = appointments::current_of_case(tx, it.case.id).await?;
    let Some(mut session) = open.filter(|session| session.state.takes_time() && session.starts_at > now) else {
        return Ok(None);
    };
    let read_sequence = session.sequence;
    session.cancel().map_err(|_| Refusal::AppointmentNotOpen)?;
    appointments::save(tx, &session, read_sequence).await?;
    calendar::free(tx, session.id).await?;
    let cancelled = event(deps, Fact::AppointmentCancelled { appointment: session.id, case: it.case.id });
    outbox::add(tx, &cancelled).await?;
    let clients = clients_of(tx, &it.case, &session).await?;
    letters::queue(tx, &letters_to(&clients, LetterKind::Cancelled, &session), now).await?;
    Ok(Some(session))
}
