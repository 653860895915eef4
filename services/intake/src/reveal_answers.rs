//! A clinician sees everything that a case's clients answered, and says why.

use rapport_domain::{
    case::{CaseNote, NoteKind},
    id::NoteId,
    intake::Intake,
};
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{Tx, audit, cases, intakes, notes};

use crate::{Deps, parse::RevealAnswers, policy, protocols::Protocols, refusal::Refusal, trail, view};

/// Reveals them: why stands in the case and in the trail, for good, before anything is told.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, case.id = %asked.case))]
pub(crate) async fn run(
    deps: &Deps,
    protocols: &Protocols,
    staff: StaffPrincipal,
    asked: RevealAnswers,
) -> Result<pb::RevealAnswersResponse, Refusal> {
    let within = deps.clone();
    let (note, wanted, all) =
        deps.store.transact(move |tx| Box::pin(async move { note(&within, tx, &staff, asked).await })).await?;
    let sources = view::Sources::of(&all);
    let mut screenings = Vec::with_capacity(wanted.len());
    for intake in &wanted {
        let protocol = protocols.get(&deps.store, &intake.protocol).await?;
        screenings.push(view::revealed(intake, &protocol, &sources));
    }
    Ok(pb::RevealAnswersResponse { screenings, note: Some(view::note(&note)) })
}

/// Writes down who sees whose answers and why; gives the intakes that were asked for, and all of the case.
async fn note(
    deps: &Deps,
    tx: &Tx,
    staff: &StaffPrincipal,
    asked: RevealAnswers,
) -> Result<(CaseNote, Vec<Intake>, Vec<Intake>), Refusal> {
    let case = cases::get(tx, asked.case).await?.ok_or(Refusal::NotFound)?;
    let all = intakes::of_case(tx, case.id).await?;
    let is_wanted = |intake: &&Intake| asked.intake.is_none_or(|only| only == intake.id);
    let wanted: Vec<Intake> = all.iter().filter(is_wanted).cloned().collect();
    if wanted.is_empty() {
        return Err(Refusal::NotFound);
    }
    let (id, by, at) = (NoteId::new(deps.ids.uuid()), staff.label.clone(), deps.clock.now());
    let note = CaseNote { id, kind: NoteKind::Clinical, text: asked.reason, by, at };
    notes::add(tx, case.id, &note).await?;
    let told = wanted.iter().map(|intake| intake.id.to_string());
    let resources = std::iter::once(case.id.to_string()).chain(told).chain([note.id.to_string()]).collect();
    audit::write(tx, &trail::by_staff(deps, staff, policy::REVEAL_ANSWERS, resources)).await?;
    Ok((note, wanted, all))
}
