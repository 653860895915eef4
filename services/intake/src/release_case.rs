//! A case is let go.

use rapport_domain::{appointment::Changed, id::CaseId};
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

/// Nobody holds it any more.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, case.id = %id))]
pub(crate) async fn run(
    deps: &Deps,
    staff: StaffPrincipal,
    id: CaseId,
    etag: String,
    repeatable: Repeatable,
) -> Result<pb::ReleaseCaseResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (staff, etag) = (staff.clone(), etag.clone());
        Box::pin(
            async move { Ok(pb::ReleaseCaseResponse { summary: Some(release(deps, tx, &staff, id, &etag).await?) }) },
        )
    })
    .await
}

async fn release(
    deps: &Deps,
    tx: &Tx,
    staff: &StaffPrincipal,
    id: CaseId,
    etag: &str,
) -> Result<pb::CaseSummary, Refusal> {
    let mut it = StaffCase::read(tx, id).await?;
    if it.case.release(&staff.label, policy::decides_safety(staff.role))? == Changed::Now {
        it.check_etag(etag)?;
        it.save(tx).await?;
    }
    audit::write(tx, &trail::by_staff(deps, staff, policy::RELEASE_CASE, vec![id.to_string()])).await?;
    Ok(it.summary(staff.role))
}
