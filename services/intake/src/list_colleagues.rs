//! Whom a case can be handed to.

use rapport_domain::id::CaseId;
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{
    Account, Conn, StoreError,
    accounts::{self, AccountState},
    audit, cases,
};

use crate::{Deps, policy, refusal::Refusal, trail, view};

/// Accounts that are looked at: more than any practice has.
const MOST_ACCOUNTS: u64 = 10_000;

/// Everybody at the desk; or those who may work on this case.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id))]
pub(crate) async fn run(
    deps: &Deps,
    staff: &StaffPrincipal,
    case: Option<CaseId>,
) -> Result<pb::ListColleaguesResponse, Refusal> {
    let store = &deps.store;
    let case = match case {
        Some(id) => Some(cases::get(store, id).await?.ok_or(Refusal::NotFound)?),
        None => None,
    };
    let mut found = in_use(store).await?;
    found.retain(|account| match &case {
        Some(case) => policy::may_claim(account.role, case),
        None => policy::sees_cases(account.role),
    });
    found.sort_by_cached_key(|account| (account.name.as_str().to_lowercase(), account.id));
    let told = case.map(|case| case.id.to_string());
    let told = told.into_iter().chain(found.iter().map(|account| account.id.to_string())).collect();
    audit::write(store, &trail::by_staff(deps, staff, policy::LIST_COLLEAGUES, told)).await?;
    Ok(pb::ListColleaguesResponse { colleagues: found.iter().map(view::colleague).collect() })
}

/// Accounts that somebody signs in with.
pub(crate) async fn in_use(conn: &impl Conn) -> Result<Vec<Account>, StoreError> {
    let mut found = accounts::list(conn, None, MOST_ACCOUNTS).await?;
    found.retain(|account| account.state == AccountState::Active);
    Ok(found)
}
