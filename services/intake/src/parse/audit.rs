//! Which part of the audit trail.

use prost::Message;
use rapport_domain::problem::FieldProblems;
use rapport_proto::{staff as pb, time};
use rapport_security::Keyring;
use rapport_store::audit::read::AuditFilter;
use uuid::Uuid;

use super::page::{self, Page};
use crate::refusal::Refusal;

/// Bytes of a seal.
const SEAL: usize = 32;

/// A page of the trail that was asked for.
pub(crate) struct ListAuditEntries {
    pub(crate) filter: AuditFilter,
    pub(crate) page: Page<Uuid>,
}

/// Reads the request.
pub(crate) fn list_audit_entries(
    request: pb::ListAuditEntriesRequest,
    keyring: &Keyring,
) -> Result<ListAuditEntries, Refusal> {
    let mut problems = FieldProblems::default();
    let size = page::size(request.page_size, &mut problems);
    let bound_to =
        [b"ListAuditEntries".as_slice(), &request.filter.clone().unwrap_or_default().encode_to_vec()].concat();
    let filter = filter(request.filter, &mut problems);
    if !problems.is_empty() {
        return Err(Refusal::Fields(problems.into_vec()));
    }
    Ok(ListAuditEntries { filter, page: Page::open(size, &request.page_token, bound_to, keyring)? })
}

/// Reads a filter.
pub(crate) fn audit_filter(given: Option<pb::AuditFilter>) -> Result<AuditFilter, Refusal> {
    let mut problems = FieldProblems::default();
    let filter = filter(given, &mut problems);
    if problems.is_empty() { Ok(filter) } else { Err(Refusal::Fields(problems.into_vec())) }
}

/// Reads a head in hex; none where nothing was given.
pub(crate) fn audit_head(hex: &str) -> Result<Option<Vec<u8>>, Refusal> {
    if hex.is_empty() {
        return Ok(None);
    }
    let digits = || hex.bytes().all(|byte| byte.is_ascii_hexdigit()) && hex.len() == 2 * SEAL;
    let byte = |at: usize| hex.get(2 * at..2 * at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes = digits().then(|| (0..SEAL).filter_map(byte).collect());
    bytes.map(Some).ok_or_else(|| Refusal::field("head", "must be 64 hexadecimal digits"))
}

fn filter(given: Option<pb::AuditFilter>, problems: &mut FieldProblems) -> AuditFilter {
    let given = given.unwrap_or_default();
    let said = |text: String| Some(text).filter(|text| !text.is_empty());
    let mut instant = |field: &str, given: Option<prost_types::Timestamp>| {
        let read = given.as_ref().map(time::from_message);
        if read == Some(None) {
            problems.add(field, "must be an instant of this calendar");
        }
        read.flatten()
    };
    let (since, until) =
        (instant("filter.since_time", given.since_time), instant("filter.until_time", given.until_time));
    if given.resource.contains(['%', '_', ' ']) {
        problems.add("filter.resource", "must be the name of a resource");
    }
    AuditFilter {
        principal: said(given.principal),
        method: said(given.method),
        resource: said(given.resource),
        since,
        until,
    }
}
