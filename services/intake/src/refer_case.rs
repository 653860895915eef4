//! A case ends because somebody else's help fits better.

use rapport_domain::case::{CloseReason, Referred};
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::Tx;

use crate::{
    Deps, close_case,
    parse::{CloseCase, ReferCase},
    policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
};

/// Ends it as any other end does, and keeps whose help that is.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, case.id = %asked.case))]
pub(crate) async fn run(
    deps: &Deps,
    staff: StaffPrincipal,
    asked: ReferCase,
    repeatable: Repeatable,
) -> Result<pb::ReferCaseResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (staff, asked) = (staff.clone(), asked.clone());
        Box::pin(async move { Ok(pb::ReferCaseResponse { summary: Some(refer(deps, tx, &staff, asked).await?) }) })
    })
    .await
}

async fn refer(deps: &Deps, tx: &Tx, staff: &StaffPrincipal, asked: ReferCase) -> Result<pb::CaseSummary, Refusal> {
    let ReferCase { case, etag, to, reason } = asked;
    let (by, at) = (staff.label.clone(), deps.clock.now());
    let referred = Referred { to, reason: reason.clone(), by, at };
    let end = CloseCase { case, etag, reason: CloseReason::ReferredOn, note: Some(reason) };
    close_case::end(deps, tx, staff, &end, Some(referred), policy::REFER_CASE).await
}
