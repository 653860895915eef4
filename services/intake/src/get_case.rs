//! One case in full.

use rapport_domain::id::CaseId;
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{appointments, audit, cases, intakes, letters, therapists, triage_results};

use crate::{Deps, policy, refusal::Refusal, trail, view};

/// The case as the caller's role may see it. What a role may not see is not even read.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, case.id = %id))]
pub(crate) async fn run(deps: &Deps, staff: &StaffPrincipal, id: CaseId) -> Result<pb::Case, Refusal> {
    let store = &deps.store;
    let case = cases::get(store, id).await?.ok_or(Refusal::NotFound)?;
    let detail = cases::detail(store, id).await?.unwrap_or_default();
    let intakes = intakes::of_case(store, id).await?;
    let results = if policy::sees_answers(staff.role) { triage_results::of_case(store, id).await? } else { Vec::new() };
    let appointment =
        appointments::current_of_case(store, id).await?.filter(|appointment| appointment.state.takes_time());
    let therapist = match &appointment {
        Some(appointment) => therapists::get(store, appointment.therapist).await?,
        None => None,
    };
    let letters = letters::of_case(store, id).await?;
    let resources = std::iter::once(id.to_string())
        .chain(intakes.iter().map(|intake| intake.id.to_string()))
        .chain(appointment.iter().map(|appointment| appointment.id.to_string()))
        .collect();
    audit::write(store, &trail::by_staff(deps, staff, policy::GET_CASE, resources)).await?;
    let record = view::Record {
        case: &case,
        detail: &detail,
        intakes: &intakes,
        results: &results,
        appointment: appointment.as_ref(),
        therapist: therapist.as_ref(),
        letters: &letters,
    };
    Ok(view::case(&record, &deps.practice, staff.role))
}
