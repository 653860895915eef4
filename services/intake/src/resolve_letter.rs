//! Somebody says what became of a letter that no machine can tell about, or what was done in its place.

use rapport_domain::letter::{LetterOutcome, decision};
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;

use crate::{
    Deps, policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    staff_letter::StaffLetter,
};

/// Writes it down, and has a letter that did not arrive sent again. Repeating it succeeds.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, letter.id = %asked.letter))]
pub(crate) async fn run(
    deps: &Deps,
    staff: StaffPrincipal,
    asked: StaffLetter,
    outcome: LetterOutcome,
    repeatable: Repeatable,
) -> Result<pb::ResolveLetterResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (staff, asked) = (staff.clone(), asked.clone());
        Box::pin(async move {
            let letter = asked.read(tx, &staff).await?;
            let then = decision::resolve(letter.state, letter.settled_by.is_some(), outcome)?;
            let record = asked.follow(deps, tx, &staff, policy::RESOLVE_LETTER, &letter, then).await?;
            Ok(pb::ResolveLetterResponse { record: Some(record) })
        })
    })
    .await
}
