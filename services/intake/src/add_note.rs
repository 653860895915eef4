//! Somebody of the desk writes something about a case for colleagues.

use rapport_domain::{
    case::{CaseNote, NoteKind},
    id::NoteId,
};
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{Tx, audit, notes};

use crate::{
    Deps,
    parse::AddNote,
    policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    staff_case::StaffCase,
    trail, view,
};

/// Adds it. What a coordinator writes is for the whole desk: they could not read a clinical note again.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, case.id = %asked.case))]
pub(crate) async fn run(
    deps: &Deps,
    staff: StaffPrincipal,
    asked: AddNote,
    repeatable: Repeatable,
) -> Result<pb::AddNoteResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (staff, asked) = (staff.clone(), asked.clone());
        Box::pin(async move { add(deps, tx, &staff, asked).await })
    })
    .await
}

async fn add(deps: &Deps, tx: &Tx, staff: &StaffPrincipal, asked: AddNote) -> Result<pb::AddNoteResponse, Refusal> {
    if asked.kind == NoteKind::Clinical && !policy::sees_answers(staff.role) {
        return Err(Refusal::RoleForbidden);
    }
    let mut it = StaffCase::read(tx, asked.case).await?;
    it.check_etag(&asked.etag)?;
    let (id, by, at) = (NoteId::new(deps.ids.uuid()), staff.label.clone(), deps.clock.now());
    let note = CaseNote { id, kind: asked.kind, text: asked.text, by, at };
    notes::add(tx, asked.case, &note).await?;
    // The case itself changes too: whoever decides on an older look is told, and whoever watches.
    it.save(tx).await?;
    let resources = vec![note.id.to_string(), it.case.id.to_string()];
    audit::write(tx, &trail::by_staff(deps, staff, policy::ADD_NOTE, resources)).await?;
    Ok(pb::AddNoteResponse { note: Some(view::note(&note)), summary: Some(it.summary(staff.role)) })
}
