//! A profile as it is from now on, all of it but hours.

use rapport_domain::{id::TherapistId, matching::Therapist};
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{Tx, audit};

use crate::{
    Deps, on_roster, policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    trail, view,
};

/// A profile that was asked for.
#[derive(Clone)]
pub(crate) struct UpdateTherapist {
    pub(crate) therapist: TherapistId,
    /// Its id and hours are not read.
    pub(crate) profile: Therapist,
    pub(crate) etag: String,
    pub(crate) validate_only: bool,
}

/// Writes it.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, therapist.id = %asked.therapist))]
pub(crate) async fn run(
    deps: &Deps,
    staff: StaffPrincipal,
    asked: UpdateTherapist,
    repeatable: Repeatable,
) -> Result<pb::UpdateTherapistResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (staff, asked) = (staff.clone(), asked.clone());
        Box::pin(async move { update(deps, tx, &staff, asked).await })
    })
    .await
}

async fn update(
    deps: &Deps,
    tx: &Tx,
    staff: &StaffPrincipal,
    asked: UpdateTherapist,
) -> Result<pb::UpdateTherapistResponse, Refusal> {
    let read = on_roster::read(tx, asked.therapist, &asked.etag).await?;
    let therapist = Therapist { id: read.therapist.id, hours: read.therapist.hours.clone(), ..asked.profile };
    let changed = on_roster::write(deps, tx, therapist, &read, asked.validate_only).await?;
    let resources = trail::of_change(&changed);
    audit::write(tx, &trail::by_staff(deps, staff, policy::UPDATE_THERAPIST, resources)).await?;
    let therapist = view::therapist(deps, tx, &changed.on_roster).await?;
    Ok(pb::UpdateTherapistResponse { therapist: Some(therapist), outside: view::outside(&changed.outside) })
}
