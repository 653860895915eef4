//! Somebody who was handed an invitation looks what it is about.

use rapport_domain::{
    appointment::Appointment,
    case::CaseState,
    contact::Language,
    id::{CaseId, InvitationId},
    intake::Care,
    invitation::InvitationState,
};
use rapport_proto::intake as pb;
use rapport_security::Principal;
use rapport_store::{Tx, appointments, audit, cases, invitations};

use crate::{
    Deps, policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    trail, view,
};

/// Notes the yes for staff, and tells what the invitation says and which time is held for two: when and how, and
/// nothing of anybody.
#[tracing::instrument(skip_all, fields(invitation.id = %id))]
pub(crate) async fn run(
    deps: &Deps,
    id: InvitationId,
    language: Language,
    repeatable: Repeatable,
) -> Result<pb::AcceptInvitationResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        Box::pin(async move {
            let (invitation, _) = invitations::get(tx, id).await?.ok_or(Refusal::InvitationClosed)?;
            let case = cases::get(tx, invitation.case).await?.ok_or(Refusal::InvitationClosed)?;
            if !invitation.state.lets_in() || case.state == CaseState::Closed {
                return Err(Refusal::InvitationClosed);
            }
            if invitation.state == InvitationState::Open {
                invitations::save_state(tx, id, InvitationState::Open, InvitationState::Accepted).await?;
            }
            let session = held_for_two(tx, case.id).await?;
            let appointment = session.iter().map(|session| session.id.to_string());
            let resources = std::iter::once(id.to_string()).chain(appointment).collect();
            let caller = Principal::Invitation(id.uuid());
            audit::write(tx, &trail::by(deps, &caller, policy::ACCEPT_INVITATION, resources)).await?;
            Ok(pb::AcceptInvitationResponse {
                text: deps.practice.invitation_text.get(language).to_owned(),
                session: session.map(|session| view::invited_session(&session, &deps.practice)),
            })
        })
    })
    .await
}

async fn held_for_two(tx: &Tx, case: CaseId) -> Result<Option<Appointment>, Refusal> {
    let latest = appointments::current_of_case(tx, case).await?;
    Ok(latest.filter(|latest| latest.state.takes_time() && latest.care == Care::Couple))
}
