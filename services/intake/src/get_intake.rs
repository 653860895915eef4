//! Where a client's own intake stands.

use jiff::Timestamp;
use rapport_domain::id::IntakeId;
use rapport_proto::intake as pb;
use rapport_store::{appointments, audit, calls, cases, therapists};

use crate::{
    Deps,
    own_appointment::{Said, is_for, part},
    own_intake::OwnIntake,
    policy,
    protocols::Protocols,
    refusal::Refusal,
    trail, view,
};

/// The caller's own intake; any other is not found, whether it exists or not.
#[tracing::instrument(skip_all, fields(intake.id = %own))]
pub(crate) async fn run(
    deps: &Deps,
    protocols: &Protocols,
    own: IntakeId,
    asked: IntakeId,
) -> Result<pb::Intake, Refusal> {
    if asked != own {
        return Err(Refusal::NotFound);
    }
    let intake = look(deps, protocols, own, deps.clock.now()).await?;
    let resources = std::iter::once(intake.name.clone())
        .chain(intake.appointment.as_ref().map(|appointment| appointment.name.clone()))
        .collect();
    audit::write(&deps.store, &trail::by_client(deps, own, policy::GET_INTAKE, resources)).await?;
    Ok(intake)
}

/// The same for our own eyes, as it reads at this instant: nothing of it leaves.
pub(crate) async fn look(
    deps: &Deps,
    protocols: &Protocols,
    own: IntakeId,
    now: Timestamp,
) -> Result<pb::Intake, Refusal> {
    let store = &deps.store;
    let own = OwnIntake::read(deps, protocols, own).await?;
    let case = cases::get(store, own.intake.case).await?.ok_or(Refusal::NotFound)?;
    let part = part(store, &own).await?;
    let latest = appointments::current_of_case(store, case.id).await?;
    let appointment = latest.filter(|latest| is_for(latest, &own, part));
    let said = match &appointment {
        Some(appointment) => Said::read(store, appointment, own.intake.id, now).await?,
        None => Said::default(),
    };
    let therapist = match &appointment {
        Some(appointment) => therapists::get(store, appointment.therapist).await?,
        None => None,
    };
    let calls = calls::of_client(store, own.intake.id).await?;
    let standing =
        view::Standing { own: &own, part, state: case.state, appointment: appointment.as_ref(), said, calls };
    Ok(view::intake(&standing, therapist.as_ref(), &deps.practice, now))
}
