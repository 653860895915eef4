//! The practice's letters with invented people and numbers: what a client would get, for whoever answers for it.

use rapport_domain::{
    contact::{Language, Mailbox},
    letter::LetterKind,
};
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::audit;

use crate::{Deps, policy, refusal::Refusal, trail, view};

/// A letter as it would leave the practice today; it goes to nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterPreview {
    /// Which.
    pub kind: LetterKind,
    /// For which mailbox.
    pub mailbox: Mailbox,
    /// In which language.
    pub language: Language,
    /// What the inbox shows.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// As a page.
    pub html: String,
}

/// Writes a letter with sample data, for each mailbox that it is written for and in each language. Letters are another
/// service's: whoever puts the services together hands this in.
pub type WriteSamples = dyn Fn(LetterKind) -> Vec<LetterPreview> + Send + Sync;

/// All of them, without their words.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id))]
pub(crate) async fn list(deps: &Deps, staff: &StaffPrincipal) -> Result<pb::ListLetterPreviewsResponse, Refusal> {
    let letters = LetterKind::ALL.into_iter().flat_map(|kind| (deps.letters)(kind));
    let previews: Vec<_> = letters.map(|it| view::letter_preview(&it)).collect();
    let names = previews.iter().map(|it| it.name.clone()).collect();
    audit::write(&deps.store, &trail::by_staff(deps, staff, policy::LIST_LETTER_PREVIEWS, names)).await?;
    Ok(pb::ListLetterPreviewsResponse { previews })
}

/// The one of this name, with its words.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id))]
pub(crate) async fn get(
    deps: &Deps,
    staff: &StaffPrincipal,
    kind: LetterKind,
    name: &str,
) -> Result<pb::LetterPreview, Refusal> {
    let letter = (deps.letters)(kind).into_iter().find(|it| view::letter_preview_name(it) == name);
    let letter = letter.ok_or(Refusal::NotFound)?;
    audit::write(&deps.store, &trail::by_staff(deps, staff, policy::GET_LETTER_PREVIEW, vec![name.to_owned()])).await?;
    Ok(view::full_letter_preview(letter))
}
