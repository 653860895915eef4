//! Where a client's own intake stands.

use rapport_domain::id::IntakeId;
use rapport_proto::intake as pb;
use rapport_store::{appointments, audit, cases, intakes, therapists};

use crate::{Deps, policy, refusal::Refusal, trail, view};

/// The caller's own intake; any other is not found, whether it exists or not.
#[tracing::instrument(skip_all, fields(intake.id = %own))]
pub(crate) async fn run(deps: &Deps, own: IntakeId, asked: IntakeId) -> Result<pb::Intake, Refusal> {
    if asked != own {
        return Err(Refusal::NotFound);
    }
    let intake = look(deps, own).await?;
    let resources = std::iter::once(intake.name.clone())
        .chain(intake.appointment.as_ref().map(|appointment| appointment.name.clone()))
        .collect();
    audit::write(&deps.store, &trail::by_client(deps, own, policy::GET_INTAKE, resources)).await?;
    Ok(intake)
}

/// The same for our own eyes: nothing of it leaves.
pub(crate) async fn look(deps: &Deps, own: IntakeId) -> Result<pb::Intake, Refusal> {
    let intake = intakes::get(&deps.store, own).await?.ok_or(Refusal::NotFound)?;
    let case = cases::get(&deps.store, intake.case).await?.ok_or(Refusal::NotFound)?;
    let appointment = appointments::current_of_case(&deps.store, intake.case).await?;
    let therapist = match &appointment {
        Some(appointment) => therapists::get(&deps.store, appointment.therapist).await?,
        None => None,
    };
    let standing = view::Standing { intake: &intake, case: &case, appointment: appointment.as_ref() };
    let name = therapist.map(|therapist| therapist.name).unwrap_or_default();
    Ok(view::intake(&standing, &name, &deps.practice, deps.clock.now()))
}
