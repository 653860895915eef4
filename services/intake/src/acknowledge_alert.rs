//! Somebody has an alert.

use rapport_domain::{appointment::Changed, id::AlertId};
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{Tx, alerts, audit};

use crate::{
    Deps, policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    staff_case::StaffCase,
    trail, view,
};

/// Notes who has it, once: whoever comes later is told who was first.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, alert.id = %asked))]
pub(crate) async fn run(
    deps: &Deps,
    staff: StaffPrincipal,
    asked: AlertId,
    etag: String,
    repeatable: Repeatable,
) -> Result<pb::AcknowledgeAlertResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (staff, etag) = (staff.clone(), etag.clone());
        Box::pin(async move { acknowledge(deps, tx, &staff, asked, &etag).await })
    })
    .await
}

async fn acknowledge(
    deps: &Deps,
    tx: &Tx,
    staff: &StaffPrincipal,
    asked: AlertId,
    etag: &str,
) -> Result<pb::AcknowledgeAlertResponse, Refusal> {
    let mut alert = alerts::get(tx, asked).await?.ok_or(Refusal::NotFound)?;
    let mut it = StaffCase::read(tx, alert.case).await?;
    if !policy::may_claim(staff.role, &it.case) {
        return Err(Refusal::RoleForbidden);
    }
    let read_etag = view::alert_etag(&alert);
    if alert.acknowledge(&staff.label, deps.clock.now()).map_err(|_| Refusal::CaseClosed)? == Changed::Now {
        if !etag.is_empty() && etag != read_etag {
            return Err(Refusal::EtagMismatch);
        }
        alert.version = alerts::save(tx, &alert).await?;
        it = StaffCase::read(tx, alert.case).await?;
    }
    let resources = vec![alert.id.to_string(), it.case.id.to_string()];
    audit::write(tx, &trail::by_staff(deps, staff, policy::ACKNOWLEDGE_ALERT, resources)).await?;
    let all = alerts::of_case(tx, it.case.id).await?;
    let told = all.iter().find(|(other, _)| other.id == alert.id).map(|(_, steps)| steps.as_slice());
    let message = view::alert(&alert, told.unwrap_or_default(), &deps.practice);
    Ok(pb::AcknowledgeAlertResponse { alert: Some(message), summary: Some(it.summary(staff.role)) })
}
