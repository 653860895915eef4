//! A person judges how soon a case must be answered.

use rapport_domain::{
    appointment::Changed,
    case::{Case, CaseState, Override},
    event::Fact,
    letter::{Cause, DueLetter, LetterKind, Recipient},
    triage::Urgency,
};
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{Tx, audit, calls, letters, outbox, triage_results};

use crate::{
    Deps,
    own_appointment::event,
    parse::OverrideUrgency,
    policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    staff_case::StaffCase,
    trail,
};

/// Writes the new urgency, by when the case must be answered, and who judged so and why.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, case.id = %asked.case))]
pub(crate) async fn run(
    deps: &Deps,
    staff: StaffPrincipal,
    asked: OverrideUrgency,
    repeatable: Repeatable,
) -> Result<pb::OverrideUrgencyResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (staff, asked) = (staff.clone(), asked.clone());
        Box::pin(
            async move { Ok(pb::OverrideUrgencyResponse { summary: Some(judge(deps, tx, &staff, &asked).await?) }) },
        )
    })
    .await
}

async fn judge(
    deps: &Deps,
    tx: &Tx,
    staff: &StaffPrincipal,
    asked: &OverrideUrgency,
) -> Result<pb::CaseSummary, Refusal> {
    let mut it = StaffCase::read(tx, asked.case).await?;
    let (now, before) = (deps.clock.now(), it.case.urgency);
    let promised = promised(deps, &it.case, asked.urgency);
    let safety = safety_urgency(tx, &it.case).await?;
    let was_kept = calls::is_answered(tx, &it.case).await?;
    if it.case.override_urgency(asked.urgency, promised, policy::decides_safety(staff.role), safety)? == Changed::Now {
        it.check_etag(&asked.etag)?;
        if was_kept && it.case.urgency > before {
            // What was promised was kept by a call: what is owed now stands alone.
            it.case.respond_by = promised;
        }
        let (by, reason) = (staff.label.clone(), asked.reason.clone());
        it.detail.overrides.push(Override { from: before, to: asked.urgency, reason, by, at: now });
        it.save(tx).await?;
        if it.case.urgency >= Urgency::Urgent && it.case.urgency > before {
            alert(deps, tx, &it.case).await?;
        }
    }
    audit::write(tx, &trail::by_staff(deps, staff, policy::OVERRIDE_URGENCY, vec![it.case.id.to_string()])).await?;
    Ok(it.summary(staff.role))
}

/// What safety rules asked for; of an intake that is not triaged yet, all that its case has came from them.
async fn safety_urgency(tx: &Tx, case: &Case) -> Result<Urgency, Refusal> {
    if case.state == CaseState::Received {
        return Ok(case.urgency);
    }
    let results = triage_results::of_case(tx, case.id).await?;
    Ok(results.iter().map(|(_, found)| found.safety_urgency()).fold(Urgency::Routine, Urgency::max))
}

/// By when it must be answered at that urgency.
fn promised(deps: &Deps, case: &Case, urgency: Urgency) -> jiff::Timestamp {
    let from = case.promised_from(urgency, deps.clock.now());
    deps.practice.respond_by(urgency, case.booking, case.care.care(), from)
}

/// Somebody on call is told, as of every case that cannot wait, even where an earlier alert left.
async fn alert(deps: &Deps, tx: &Tx, case: &Case) -> Result<(), Refusal> {
    let referred = event(deps, Fact::CaseReferred { case: case.id });
    outbox::add(tx, &referred).await?;
    let alert = DueLetter {
        cause: Cause::Event(referred.id),
        recipient: Recipient::OnCall(0),
        kind: LetterKind::StaffAlert,
        case: case.id,
        appointment: None,
    };
    letters::queue(tx, &[alert], deps.clock.now()).await?;
    Ok(())
}
