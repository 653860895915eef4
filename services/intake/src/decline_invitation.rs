//! Somebody who was handed an invitation says no, for good.

use rapport_domain::{id::InvitationId, invitation::InvitationState};
use rapport_proto::intake as pb;
use rapport_security::Principal;
use rapport_store::{audit, invitations, no_contact};

use crate::{
    Deps, policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    trail,
};

/// Closes the invitation and never lets its address be written to again. Nobody is told; staff read it on the case.
#[tracing::instrument(skip_all, fields(invitation.id = %id))]
pub(crate) async fn run(
    deps: &Deps,
    id: InvitationId,
    repeatable: Repeatable,
) -> Result<pb::DeclineInvitationResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        Box::pin(async move {
            let (invitation, detail) = invitations::get(tx, id).await?.ok_or(Refusal::InvitationClosed)?;
            match invitation.state {
                InvitationState::Declined => {}
                InvitationState::Joined | InvitationState::Withdrawn => return Err(Refusal::InvitationClosed),
                open @ (InvitationState::Open | InvitationState::Accepted) => {
                    invitations::save_state(tx, id, open, InvitationState::Declined).await?;
                    if let Some(letter) = &detail.letter {
                        no_contact::add(tx, &letter.email, deps.clock.now()).await?;
                    }
                }
            }
            let caller = Principal::Invitation(id.uuid());
            audit::write(tx, &trail::by(deps, &caller, policy::DECLINE_INVITATION, vec![id.to_string()])).await?;
            Ok(pb::DeclineInvitationResponse {})
        })
    })
    .await
}
