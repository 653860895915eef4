//! The audit trail, for auditors; reading it leaves an entry too.

use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use rapport_proto::{staff as pb, time};
use rapport_security::StaffPrincipal;
use rapport_store::{
    Store, StoreError,
    audit::{
        self,
        read::{AuditFilter, AuditRecord, Direction},
    },
};
use uuid::Uuid;

use crate::{Deps, parse::ListAuditEntries, policy, refusal::Refusal, trail};

/// Entries in a part of an export.
const PART: u64 = 500;

/// A page of it.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id))]
pub(crate) async fn list(
    deps: &Deps,
    staff: &StaffPrincipal,
    query: ListAuditEntries,
) -> Result<pb::ListAuditEntriesResponse, Refusal> {
    audit::write(&deps.store, &trail::by_staff(deps, staff, policy::LIST_AUDIT_ENTRIES, Vec::new())).await?;
    let (filter, most) = (&query.filter, query.page.size as u64 + 1);
    // One more than asked for tells whether there is a next page.
    let mut found = audit::read::page(&deps.store, filter, Direction::Back, query.page.after, most).await?;
    let more = found.len() > query.page.size;
    found.truncate(query.page.size);
    let next_page_token = match found.last().filter(|_| more) {
        Some(last) => query.page.token_behind(&last.id, deps.store.keyring())?,
        None => String::new(),
    };
    Ok(pb::ListAuditEntriesResponse { entries: found.into_iter().map(entry).collect(), next_page_token })
}

/// Whether it is as it was written.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id))]
pub(crate) async fn verify(
    deps: &Deps,
    staff: &StaffPrincipal,
    head: Option<Vec<u8>>,
) -> Result<pb::VerifyAuditTrailResponse, Refusal> {
    audit::write(&deps.store, &trail::by_staff(deps, staff, policy::VERIFY_AUDIT_TRAIL, Vec::new())).await?;
    let found = audit::verify::run(&deps.store, head.as_deref(), |_| ()).await?;
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    Ok(pb::VerifyAuditTrailResponse {
        intact: found.faults.is_empty(),
        faults: found.faults.iter().map(ToString::to_string).collect(),
        sealed_entries: count(found.sealed),
        unsealed_entries: count(found.unsealed),
        forgotten_entries: count(found.forgotten),
        head_number: found.head.as_ref().map_or(0, |head| head.number),
        head: found.head.map(|head| head.hex()).unwrap_or_default(),
    })
}

/// All of it, part by part: a part that nobody reads is not read here either.
pub(crate) async fn export(
    deps: &Deps,
    staff: &StaffPrincipal,
    filter: AuditFilter,
) -> Result<BoxStream<'static, Result<pb::ExportAuditTrailResponse, StoreError>>, Refusal> {
    audit::write(&deps.store, &trail::by_staff(deps, staff, policy::EXPORT_AUDIT_TRAIL, Vec::new())).await?;
    let parts = stream::try_unfold((deps.store.clone(), filter, None), next);
    Ok(parts.boxed())
}

type Place = (Store, AuditFilter, Option<Uuid>);

async fn next((store, filter, behind): Place) -> Result<Option<(pb::ExportAuditTrailResponse, Place)>, StoreError> {
    let found = audit::read::page(&store, &filter, Direction::Forth, behind, PART).await?;
    let Some(last) = found.last().map(|last| last.id) else { return Ok(None) };
    let part = pb::ExportAuditTrailResponse { entries: found.into_iter().map(entry).collect() };
    Ok(Some((part, (store, filter, Some(last)))))
}

fn entry(record: AuditRecord) -> pb::AuditEntry {
    pb::AuditEntry {
        time: Some(time::to_message(record.at)),
        principal: record.principal,
        role: record.role,
        method: record.method,
        resources: record.resources,
        outcome: record.outcome,
        seal: record.seal.unwrap_or_default(),
    }
}
