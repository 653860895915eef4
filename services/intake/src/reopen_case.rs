//! A case that had ended goes on.

use rapport_domain::{
    appointment::Changed,
    case::{Reopened, StaffReason},
    event::Fact,
    id::CaseId,
    triage::Booking,
};
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{Tx, audit, outbox};

use crate::{
    Deps,
    own_appointment::event,
    parse::WithReason,
    policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    staff_case::StaffCase,
    trail,
};

/// Puts it before staff again. A time that was given back when it ended stays free.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, case.id = %asked.of))]
pub(crate) async fn run(
    deps: &Deps,
    staff: StaffPrincipal,
    asked: WithReason<CaseId>,
    repeatable: Repeatable,
) -> Result<pb::ReopenCaseResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (staff, asked) = (staff.clone(), asked.clone());
        Box::pin(async move { Ok(pb::ReopenCaseResponse { summary: Some(reopen(deps, tx, &staff, &asked).await?) }) })
    })
    .await
}

async fn reopen(
    deps: &Deps,
    tx: &Tx,
    staff: &StaffPrincipal,
    asked: &WithReason<CaseId>,
) -> Result<pb::CaseSummary, Refusal> {
    let mut it = StaffCase::read(tx, asked.of).await?;
    let (case, now) = (&it.case, deps.clock.now());
    let call_by = deps.practice.respond_by(case.urgency, Booking::AloneByStaff, case.care.care(), now);
    if it.case.reopen(policy::decides_safety(staff.role), call_by)? == Changed::Now {
        it.check_etag(&asked.etag)?;
        let closed = it.detail.closed.take().ok_or(Refusal::Internal("a closed case without its end"))?;
        let (reason, by) = (asked.reason.clone(), staff.label.clone());
        it.detail.reopened.push(Reopened { reason, closed, by, at: now });
        it.detail.referred = None;
        // A reason that no machine may override stays.
        if !it.detail.staff_reason.as_ref().is_some_and(StaffReason::outlives_a_session) {
            it.detail.staff_reason = Some(StaffReason::Reopened);
        }
        it.save(tx).await?;
        outbox::add(tx, &event(deps, Fact::CaseReferred { case: it.case.id })).await?;
    }
    audit::write(tx, &trail::by_staff(deps, staff, policy::REOPEN_CASE, vec![it.case.id.to_string()])).await?;
    Ok(it.summary(staff.role))
}
