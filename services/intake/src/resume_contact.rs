//! A client who was not contacted any more may be again.

use rapport_domain::{case::ContactStop, id::IntakeId};
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{Tx, audit, calls, intakes};

use crate::{
    Deps,
    parse::WithReason,
    policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    staff_case::StaffCase,
    trail,
};

/// Takes it back. Links in letters that have left stay dead, letters that were silenced unsent, and the invitation
/// withdrawn.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, intake.id = %asked.of))]
pub(crate) async fn run(
    deps: &Deps,
    staff: StaffPrincipal,
    asked: WithReason<IntakeId>,
    repeatable: Repeatable,
) -> Result<pb::ResumeContactResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (staff, asked) = (staff.clone(), asked.clone());
        Box::pin(
            async move { Ok(pb::ResumeContactResponse { summary: Some(resume(deps, tx, &staff, &asked).await?) }) },
        )
    })
    .await
}

async fn resume(
    deps: &Deps,
    tx: &Tx,
    staff: &StaffPrincipal,
    asked: &WithReason<IntakeId>,
) -> Result<pb::CaseSummary, Refusal> {
    let intake = intakes::get(tx, asked.of).await?.ok_or(Refusal::NotFound)?;
    let mut it = StaffCase::read(tx, intake.case).await?;
    let mut known = calls::of_client(tx, intake.id).await?;
    if known.resume() {
        it.check_etag(&asked.etag)?;
        calls::put(tx, intake.id, &known).await?;
        let (note, by, at) = (Some(asked.reason.clone()), staff.label.clone(), deps.clock.now());
        it.detail.stops.push(ContactStop { intake: intake.id, stopped: None, note, by, at });
        it.save(tx).await?;
    }
    let resources = vec![intake.id.to_string(), it.case.id.to_string()];
    audit::write(tx, &trail::by_staff(deps, staff, policy::RESUME_CONTACT, resources)).await?;
    Ok(it.summary(staff.role))
}
