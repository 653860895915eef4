//! Who is on the roster.

use rapport_domain::id::TherapistId;
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{audit, therapists};

use crate::{Deps, parse::ListTherapists, policy, refusal::Refusal, trail, view};

/// A page of everybody.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id))]
pub(crate) async fn run(
    deps: &Deps,
    staff: &StaffPrincipal,
    query: ListTherapists,
) -> Result<pb::ListTherapistsResponse, Refusal> {
    // One more than asked for tells whether there is a next page.
    let mut found = therapists::list(&deps.store, query.after, query.size as u64 + 1).await?;
    let more = found.len() > query.size;
    found.truncate(query.size);
    let next_page_token = match found.last().filter(|_| more) {
        Some(last) => query.token_behind(&last.therapist.id, deps.store.keyring())?,
        None => String::new(),
    };
    let resources = found.iter().map(|it| it.therapist.id.to_string()).collect();
    audit::write(&deps.store, &trail::by_staff(deps, staff, policy::LIST_THERAPISTS, resources)).await?;
    let therapists = view::therapists(deps, &deps.store, &found).await?;
    Ok(pb::ListTherapistsResponse { therapists, next_page_token })
}

/// One of them.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, therapist.id = %id))]
pub(crate) async fn one(
    deps: &Deps,
    staff: &StaffPrincipal,
    id: TherapistId,
) -> Result<pb::GetTherapistResponse, Refusal> {
    let found = therapists::get_on_roster(&deps.store, id).await?.ok_or(Refusal::NotFound)?;
    audit::write(&deps.store, &trail::by_staff(deps, staff, policy::GET_THERAPIST, vec![id.to_string()])).await?;
    Ok(pb::GetTherapistResponse { therapist: Some(view::therapist(deps, &deps.store, &found).await?) })
}
