//! One case in full.

use std::collections::{BTreeMap, BTreeSet};

use rapport_domain::{
    appointment::{Appointment, Proposal},
    case::Case,
    id::{AppointmentId, CaseId, IntakeId},
    intake::Intake,
    report::Report,
    triage::{
        JointView, TriageResult,
        joint::{Partner, compare},
    },
};
use rapport_proto::staff as pb;
use rapport_security::{Role, StaffPrincipal};
use rapport_store::{
    alerts, appointments, attendance, audit, calls, cases, intakes, invitations, letters, move_requests, notes,
    reports, search, therapists, triage_results, wishes,
};

use crate::{Deps, case_calls, policy, protocols::Protocols, refusal::Refusal, trail, view};

/// The case as the caller's role may see it. What a role may not see is not even read.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, case.id = %id))]
pub(crate) async fn run(
    deps: &Deps,
    protocols: &Protocols,
    staff: &StaffPrincipal,
    id: CaseId,
) -> Result<pb::Case, Refusal> {
    let store = &deps.store;
    let (case, detail) = cases::get_with_detail(store, id).await?.ok_or(Refusal::NotFound)?;
    let intakes = intakes::of_case(store, id).await?;
    let clinical = Clinical::read(deps, protocols, &case, &intakes, staff.role).await?;
    let appointment =
        appointments::current_of_case(store, id).await?.filter(|appointment| appointment.state.takes_time());
    let (therapist, wishes) = match &appointment {
        Some(it) => (therapists::get(store, it.therapist).await?, wishes::of_appointment(store, it.id).await?),
        None => (None, Vec::new()),
    };
    let (marks, asked_for) = match &appointment {
        Some(it) => (attendance::of_appointment(store, it.id).await?, asked_for(deps, it).await?),
        None => (Vec::new(), Vec::new()),
    };
    let twins = twins(deps, id, &intakes).await?;
    let known = calls::of_cases(store, std::iter::once(id)).await?;
    let client_calls: Vec<_> = known.into_iter().map(|(_, intake, calls)| (intake, calls)).collect();
    let record = view::Record {
        case: &case,
        detail: &detail,
        intakes: &intakes,
        invitations: &invitations::of_case(store, id).await?,
        results: &clinical.results,
        joint: clinical.joint.as_ref(),
        reports: &clinical.reports,
        appointment: appointment.as_ref(),
        therapist: therapist.as_ref(),
        wishes: &wishes,
        asked_for: &asked_for,
        marks: &marks,
        letters: &letters::of_case(store, id).await?,
        alerts: &alerts::of_case(store, id).await?,
        calls: case_calls::of(store, std::slice::from_ref(&case)).await?.remove(&id).unwrap_or_default(),
        client_calls: &client_calls,
        attempts: &calls::attempts(store, id).await?,
        notes: &notes::of_case(store, id).await?,
        twins: &twins,
    };
    let resources = told(&record, appointment.as_ref().map(|it| it.id));
    audit::write(store, &trail::by_staff(deps, staff, policy::GET_CASE, resources)).await?;
    Ok(view::case(&record, &deps.practice, staff.role))
}

/// Other times that clients asked for, as long as they wait.
async fn asked_for(deps: &Deps, session: &Appointment) -> Result<Vec<(IntakeId, Proposal)>, Refusal> {
    let (now, asked) = (deps.clock.now(), move_requests::of_appointment(&deps.store, session.id).await?);
    Ok(asked.iter().filter_map(|it| Some((it.intake, it.open(session, now)?.clone()))).collect())
}

/// What clinicians alone read.
#[derive(Default)]
struct Clinical {
    results: Vec<view::Triaged>,
    joint: Option<JointView>,
    reports: Vec<view::ReportInFull>,
}

impl Clinical {
    async fn read(
        deps: &Deps,
        protocols: &Protocols,
        case: &Case,
        intakes: &[Intake],
        role: Role,
    ) -> Result<Self, Refusal> {
        if !policy::sees_answers(role) {
            return Ok(Self::default());
        }
        let found = triage_results::of_case(&deps.store, case.id).await?;
        let joint = joint(deps, protocols, intakes, &found).await?;
        let mut results = Vec::with_capacity(found.len());
        for (intake, result) in found {
            // Whoever has to be called is read of even where what decided is no longer understood: no band is drawn then.
            let protocol = protocols.get(&deps.store, &result.protocol).await.ok();
            results.push(view::Triaged { intake, result, protocol });
        }
        let mut reports = Vec::new();
        for (report, record) in reports::of_case(&deps.store, case.id).await? {
            let label = label(deps, protocols, &report).await?;
            reports.push(view::ReportInFull { report, record, label });
        }
        Ok(Self { results, joint, reports })
    }
}

/// What a report is about, in the words of the protocol that asked for it.
pub(crate) async fn label(deps: &Deps, protocols: &Protocols, report: &Report) -> Result<String, Refusal> {
    let Some(intake) = intakes::get(&deps.store, report.intake).await? else { return Ok(String::new()) };
    let protocol = protocols.get(&deps.store, &intake.protocol).await?;
    Ok(protocol.reports().get(&report.kind).cloned().unwrap_or_default())
}

/// Both partners' views, once both are triaged. Each is read under the protocol that it was answered under.
async fn joint(
    deps: &Deps,
    protocols: &Protocols,
    intakes: &[Intake],
    results: &[(IntakeId, TriageResult)],
) -> Result<Option<JointView>, Refusal> {
    let found = |intake: &Intake| results.iter().find(|(of, _)| *of == intake.id).map(|(_, result)| result);
    let [first, second] = intakes else { return Ok(None) };
    let (Some(of_first), Some(of_second)) = (found(first), found(second)) else { return Ok(None) };
    let first_protocol = protocols.get(&deps.store, &first.protocol).await?;
    let second_protocol = protocols.get(&deps.store, &second.protocol).await?;
    Ok(Some(compare(
        Partner { protocol: &first_protocol, answers: &first.submission.answers, result: of_first },
        Partner { protocol: &second_protocol, answers: &second.submission.answers, result: of_second },
    )))
}

/// Other cases with the same address, number, or name and birthday as somebody in this one.
async fn twins(deps: &Deps, case: CaseId, intakes: &[Intake]) -> Result<Vec<view::Twin>, Refusal> {
    let mut common = BTreeMap::<CaseId, BTreeSet<_>>::new();
    for intake in intakes {
        let tokens = search::tokens(&deps.store, &intake.submission.client);
        for (other, kinds) in search::same_person(&deps.store, case, &tokens).await? {
            common.entry(other).or_default().extend(kinds);
        }
    }
    let mut twins = Vec::with_capacity(common.len());
    for (case, common) in common {
        let label = cases::detail(&deps.store, case).await?.unwrap_or_default().label;
        twins.push(view::Twin { case, label, common });
    }
    Ok(twins)
}

/// The names of everything that the answer tells of.
fn told(record: &view::Record<'_>, appointment: Option<AppointmentId>) -> Vec<String> {
    std::iter::once(record.case.id.to_string())
        .chain(record.intakes.iter().map(|intake| intake.id.to_string()))
        .chain(appointment.iter().map(AppointmentId::to_string))
        .chain(record.reports.iter().map(|it| it.report.id.to_string()))
        .chain(record.alerts.iter().map(|(alert, _)| alert.id.to_string()))
        .chain(record.attempts.iter().map(|attempt| attempt.id.to_string()))
        .chain(record.notes.iter().map(|note| note.id.to_string()))
        .chain(record.twins.iter().map(|twin| twin.case.to_string()))
        .collect()
}
