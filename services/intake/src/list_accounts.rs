//! Everybody who may sign in.

use rapport_domain::id::AccountId;
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{accounts, audit};

use crate::{Deps, parse::Page, policy, refusal::Refusal, trail, view};

/// A page of accounts.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id))]
pub(crate) async fn run(
    deps: &Deps,
    staff: &StaffPrincipal,
    page: Page<AccountId>,
) -> Result<pb::ListAccountsResponse, Refusal> {
    // One more than asked for tells whether there is a next page.
    let mut found = accounts::list(&deps.store, page.after, page.size as u64 + 1).await?;
    let more = found.len() > page.size;
    found.truncate(page.size);
    let next_page_token = match found.last().filter(|_| more) {
        Some(last) => page.token_behind(&last.id, deps.store.keyring())?,
        None => String::new(),
    };
    let names = found.iter().map(|account| account.id.to_string()).collect();
    audit::write(&deps.store, &trail::by_staff(deps, staff, policy::LIST_ACCOUNTS, names)).await?;
    Ok(pb::ListAccountsResponse { accounts: found.iter().map(view::account).collect(), next_page_token })
}
