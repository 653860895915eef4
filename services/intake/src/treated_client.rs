//! Whom somebody treats alone since before this house knew. Only hashes are kept, and none is ever read back.

use rapport_domain::id::TherapistId;
use rapport_security::StaffPrincipal;
use rapport_store::{SearchToken, audit, therapists, treated};

use crate::{Deps, policy::Rpc, refusal::Refusal, trail};

/// Whether a person is noted or forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Treated {
    Note,
    Forget,
}

/// Notes or forgets whoever these tell; repeating it succeeds.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, therapist.id = %therapist))]
pub(crate) async fn run(
    deps: &Deps,
    staff: &StaffPrincipal,
    rpc: Rpc,
    what: Treated,
    therapist: TherapistId,
    tokens: Vec<SearchToken>,
) -> Result<(), Refusal> {
    let entry = trail::by_staff(deps, staff, rpc, vec![therapist.to_string()]);
    deps.store
        .transact(move |tx| {
            Box::pin(async move {
                therapists::get(tx, therapist).await?.ok_or(Refusal::NotFound)?;
                match what {
                    Treated::Note => treated::put(tx, therapist, &tokens).await?,
                    Treated::Forget => treated::remove(tx, therapist, &tokens).await?,
                }
                audit::write(tx, &entry).await?;
                Ok(())
            })
        })
        .await
}
