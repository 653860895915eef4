//! A member of staff takes a case in hand.

use rapport_domain::id::CaseId;
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{Tx, audit};

use crate::{
    Deps, policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    staff_case::StaffCase,
    trail,
};

/// Claims the case; repeating it succeeds.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, case.id = %id))]
pub(crate) async fn run(
    deps: &Deps,
    staff: StaffPrincipal,
    id: CaseId,
    etag: String,
    repeatable: Repeatable,
) -> Result<pb::ClaimCaseResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (staff, etag) = (staff.clone(), etag.clone());
        Box::pin(async move { Ok(pb::ClaimCaseResponse { summary: Some(claim(deps, tx, &staff, id, &etag).await?) }) })
    })
    .await
}

async fn claim(
    deps: &Deps,
    tx: &Tx,
    staff: &StaffPrincipal,
    id: CaseId,
    etag: &str,
) -> Result<pb::CaseSummary, Refusal> {
    let mut it = StaffCase::read(tx, id).await?;
    if !policy::may_claim(staff.role, &it.case) {
        return Err(Refusal::RoleForbidden);
    }
    let held_before = it.case.assignee.is_some();
    it.case.claim(&staff.label)?;
    if !held_before {
        it.check_etag(etag)?;
        it.save(tx).await?;
    }
    audit::write(tx, &trail::by_staff(deps, staff, policy::CLAIM_CASE, vec![id.to_string()])).await?;
    Ok(it.summary(staff.role))
}
