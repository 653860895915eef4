//! The queue.

use rapport_domain::case::Case;
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{CaseCursor, CaseDetail, audit, cases};

use crate::{Deps, case_calls, parse::ListCases, policy, refusal::Refusal, trail, view};

/// A page of the queue as the caller's role may see it.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id))]
pub(crate) async fn run(
    deps: &Deps,
    staff: &StaffPrincipal,
    query: ListCases,
) -> Result<pb::ListCasesResponse, Refusal> {
    // One more than asked for tells whether there is a next page.
    let mut found = cases::list(&deps.store, &query.filter, query.page.after, query.page.size as u64 + 1).await?;
    let more = found.len() > query.page.size;
    found.truncate(query.page.size);
    let next_page_token = match found.last().filter(|_| more) {
        Some((last, _)) => query.page.token_behind(&CaseCursor::behind(last), deps.store.keyring())?,
        None => String::new(),
    };
    let resources = found.iter().map(|(case, _)| case.id.to_string()).collect();
    audit::write(&deps.store, &trail::by_staff(deps, staff, policy::LIST_CASES, resources)).await?;
    let (listed, details): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    let calls = case_calls::of(&deps.store, &listed).await?;
    let line = |(case, detail): (&Case, &CaseDetail)| {
        view::summary(case, detail, calls.get(&case.id).copied().unwrap_or_default(), staff.role)
    };
    let cases = listed.iter().zip(&details).map(line).collect();
    Ok(pb::ListCasesResponse { cases, next_page_token })
}
