//! When somebody sees people: rules, single days and leave, all of them.

use rapport_domain::{calendar::timetable::Timetable, matching::Therapist};
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{Tx, audit};

use crate::{
    Deps, on_roster,
    parse::SetHours,
    policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    trail, view,
};

/// Writes them; what their own calendar holds stays.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, therapist.id = %asked.therapist))]
pub(crate) async fn run(
    deps: &Deps,
    staff: StaffPrincipal,
    asked: SetHours,
    repeatable: Repeatable,
) -> Result<pb::SetHoursResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (staff, asked) = (staff.clone(), asked.clone());
        Box::pin(async move { set(deps, tx, &staff, asked).await })
    })
    .await
}

async fn set(deps: &Deps, tx: &Tx, staff: &StaffPrincipal, asked: SetHours) -> Result<pb::SetHoursResponse, Refusal> {
    let read = on_roster::read(tx, asked.therapist, &asked.etag).await?;
    let elsewhere = read.therapist.hours.elsewhere().clone();
    let hours = Timetable::new(asked.rules, asked.leave).with_elsewhere(elsewhere);
    let therapist = Therapist { hours, ..read.therapist.clone() };
    let changed = on_roster::write(deps, tx, therapist, &read, asked.validate_only).await?;
    let resources = trail::of_change(&changed);
    audit::write(tx, &trail::by_staff(deps, staff, policy::SET_HOURS, resources)).await?;
    let therapist = view::therapist(deps, tx, &changed.on_roster).await?;
    Ok(pb::SetHoursResponse { therapist: Some(therapist), outside: view::outside(&changed.outside) })
}
