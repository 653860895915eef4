//! A clinician writes down what was done about a report. Nothing is sent by a machine.

use rapport_domain::report::{AlreadyCompleted, ReportRecord};
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{Tx, audit, intakes, reports};

use crate::{
    Deps, get_case,
    parse::CompleteReport,
    policy,
    protocols::Protocols,
    refusal::Refusal,
    repeat::{self, Repeatable},
    staff_case::StaffCase,
    trail, view,
};

/// Completes it, once: repeating the same succeeds, anything else is refused.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, report.id = %asked.report))]
pub(crate) async fn run(
    deps: &Deps,
    protocols: &Protocols,
    staff: StaffPrincipal,
    asked: CompleteReport,
    repeatable: Repeatable,
) -> Result<pb::CompleteReportResponse, Refusal> {
    // Never changes, so it is looked up before the transaction begins.
    let (report, _) = reports::get(&deps.store, asked.report).await?.ok_or(Refusal::NotFound)?;
    let label = get_case::label(deps, protocols, &report).await?;
    repeat::change(deps, repeatable, move |deps, tx| {
        let (staff, asked, label) = (staff.clone(), asked.clone(), label.clone());
        Box::pin(async move { complete(deps, tx, &staff, asked, label).await })
    })
    .await
}

async fn complete(
    deps: &Deps,
    tx: &Tx,
    staff: &StaffPrincipal,
    asked: CompleteReport,
    label: String,
) -> Result<pb::CompleteReportResponse, Refusal> {
    let (mut report, written) = reports::get(tx, asked.report).await?.ok_or(Refusal::NotFound)?;
    let mut it = StaffCase::read(tx, report.case).await?;
    let record = match (report.complete(), written) {
        (Err(AlreadyCompleted), Some(written)) if written.decision == asked.decision => written,
        (Err(AlreadyCompleted), _) => return Err(Refusal::ReportCompleted),
        (Ok(()), _) => {
            it.check_etag(&asked.etag)?;
            let record = ReportRecord { decision: asked.decision, by: staff.label.clone(), at: deps.clock.now() };
            reports::complete(tx, &report, &record).await?;
            // The case itself changes too: whoever would close it on an older look is told, and whoever watches.
            it.save(tx).await?;
            record
        }
    };
    let resources = vec![report.id.to_string(), report.case.to_string()];
    audit::write(tx, &trail::by_staff(deps, staff, policy::COMPLETE_REPORT, resources)).await?;
    let sources = view::Sources::of(&intakes::of_case(tx, report.case).await?);
    let report = view::report(&view::ReportInFull { report, record: Some(record), label }, &sources);
    Ok(pb::CompleteReportResponse { report: Some(report), summary: Some(it.summary(staff.role)) })
}
