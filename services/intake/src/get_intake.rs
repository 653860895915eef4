//! Where a client's own intake stands.

use jiff::Timestamp;
use rapport_domain::id::IntakeId;
use rapport_proto::intake as pb;
use rapport_store::{appointments, audit, cases, intakes, therapists, wishes};

use crate::{Deps, own_appointment::is_for, policy, protocols::Protocols, refusal::Refusal, trail, view};

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
    let intake = intakes::get(&deps.store, own).await?.ok_or(Refusal::NotFound)?;
    let case = cases::get(&deps.store, intake.case).await?.ok_or(Refusal::NotFound)?;
    let appointment = match appointments::current_of_case(&deps.store, intake.case).await? {
        Some(latest) if is_for(&deps.store, &latest, &intake, &case).await? => Some(latest),
        _ => None,
    };
    let wish = match &appointment {
        Some(appointment) => wishes::of(&deps.store, appointment.id, own).await?,
        None => None,
    };
    let therapist = match &appointment {
        Some(appointment) => therapists::get(&deps.store, appointment.therapist).await?,
        None => None,
    };
    let protocol = protocols.get(&deps.store, &intake.protocol).await?;
    let found = protocol.triage(&deps.practice.subject(&intake.submission, intake.care.care(), intake.received_at));
    let standing =
        view::Standing { intake: &intake, state: case.state, appointment: appointment.as_ref(), wish, found: &found };
    let name = therapist.map(|therapist| therapist.name).unwrap_or_default();
    Ok(view::intake(&standing, &name, &deps.practice, now))
}
