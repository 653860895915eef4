//! How the calls of cases stand, for their lines in the queue.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rapport_domain::{case::Case, id::CaseId};
use rapport_store::{Conn, StoreError, alerts, calls};

/// How one case's calls stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct CaseCalls {
    /// Whether somebody on call was told, and nobody has acknowledged.
    pub(crate) unacknowledged: bool,
    /// By when the next call is to be made.
    pub(crate) next_attempt: Option<Timestamp>,
    /// Whether what is promised is past, and nobody has reached the client.
    pub(crate) overdue: bool,
}

/// Reads them for these cases.
pub(crate) async fn of(conn: &impl Conn, cases: &[Case]) -> Result<BTreeMap<CaseId, CaseCalls>, StoreError> {
    let ids = || cases.iter().map(|case| case.id);
    let mut found: BTreeMap<CaseId, CaseCalls> = BTreeMap::new();
    for case in alerts::unacknowledged(conn, ids()).await? {
        found.entry(case).or_default().unacknowledged = true;
    }
    for (case, _, known) in calls::of_cases(conn, ids()).await? {
        let earliest = &mut found.entry(case).or_default().next_attempt;
        *earliest = earliest.iter().copied().chain(known.next.map(|next| next.by)).min();
    }
    for case in calls::overdue_ones(conn, cases).await? {
        found.entry(case).or_default().overdue = true;
    }
    Ok(found)
}
