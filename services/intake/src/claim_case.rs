//! A member of staff takes a case in hand.

use rapport_domain::id::CaseId;
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{Tx, audit, cases};

use crate::{
    Deps, policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    trail, view,
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
    let mut case = cases::get(tx, id).await?.ok_or(Refusal::NotFound)?;
    if !policy::may_claim(staff.role, &case) {
        return Err(Refusal::RoleForbidden);
    }
    let read_etag = view::case_etag(&case);
    let held_before = case.assignee.is_some();
    case.claim(&staff.label)?;
    if !held_before {
        if !etag.is_empty() && etag != read_etag {
            return Err(Refusal::EtagMismatch);
        }
        case.version = cases::save(tx, &case).await?;
    }
    let detail = cases::detail(tx, id).await?.unwrap_or_default();
    audit::write(tx, &trail::by_staff(deps, staff, policy::CLAIM_CASE, vec![id.to_string()])).await?;
    Ok(view::summary(&case, &detail, staff.role))
}
