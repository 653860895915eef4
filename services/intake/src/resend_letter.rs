//! A letter goes out again at somebody's wish.

use rapport_domain::letter::decision;
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;

use crate::{
    Deps, policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    staff_letter::StaffLetter,
};

/// Lets it be tried now, or anew. Whether it is still true is asked when its turn comes, as for every letter.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, letter.id = %asked.letter))]
pub(crate) async fn run(
    deps: &Deps,
    staff: StaffPrincipal,
    asked: StaffLetter,
    repeatable: Repeatable,
) -> Result<pb::ResendLetterResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (staff, asked) = (staff.clone(), asked.clone());
        Box::pin(async move {
            let letter = asked.read(tx, &staff).await?;
            let then = decision::resend(letter.state)?;
            let record = asked.follow(deps, tx, &staff, policy::RESEND_LETTER, &letter, then).await?;
            Ok(pb::ResendLetterResponse { record: Some(record) })
        })
    })
    .await
}
