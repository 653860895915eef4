//! Somebody new on the roster.

use rapport_domain::matching::Therapist;
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{StoreError, Tx, audit, therapists};

use crate::{
    Deps, policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    trail, view,
};

/// Adds them. Their id is made of their first licence: the same person is not added twice.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, therapist.id = %profile.id))]
pub(crate) async fn run(
    deps: &Deps,
    staff: StaffPrincipal,
    profile: Therapist,
    repeatable: Repeatable,
) -> Result<pb::CreateTherapistResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (staff, profile) = (staff.clone(), profile.clone());
        Box::pin(async move { create(deps, tx, &staff, &profile).await })
    })
    .await
}

async fn create(
    deps: &Deps,
    tx: &Tx,
    staff: &StaffPrincipal,
    profile: &Therapist,
) -> Result<pb::CreateTherapistResponse, Refusal> {
    let added = therapists::insert(tx, profile).await.map_err(|error| match error {
        StoreError::Conflict => Refusal::TherapistExists,
        other => other.into(),
    })?;
    let resources = vec![profile.id.to_string()];
    audit::write(tx, &trail::by_staff(deps, staff, policy::CREATE_THERAPIST, resources)).await?;
    Ok(pb::CreateTherapistResponse { therapist: Some(view::therapist(deps, tx, &added).await?) })
}
