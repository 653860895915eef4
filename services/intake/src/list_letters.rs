//! Letters, and where each stands.

use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{audit, letters};

use crate::{Deps, parse::ListLetters, policy, refusal::Refusal, trail, view};

/// A page of letters as the caller's role may see them.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id))]
pub(crate) async fn run(
    deps: &Deps,
    staff: &StaffPrincipal,
    query: ListLetters,
) -> Result<pb::ListLettersResponse, Refusal> {
    // What is left out of an answer must not be found out by asking for it.
    if query.filter.case.is_some() && !policy::sees_cases(staff.role) {
        return Err(Refusal::RoleForbidden);
    }
    // One more than asked for tells whether there is a next page.
    let mut found = letters::list(&deps.store, &query.filter, query.page.after, query.page.size as u64 + 1).await?;
    let more = found.len() > query.page.size;
    found.truncate(query.page.size);
    let next_page_token = match found.last().filter(|_| more) {
        Some(last) => query.page.token_behind(&last.id, deps.store.keyring())?,
        None => String::new(),
    };
    let resources = found.iter().map(|letter| letter.id.to_string()).collect();
    audit::write(&deps.store, &trail::by_staff(deps, staff, policy::LIST_LETTERS, resources)).await?;
    let letters = found.iter().map(|letter| view::letter(letter, staff.role)).collect();
    Ok(pb::ListLettersResponse { letters, next_page_token })
}
