//! A draft as far as it may be shown again.

use rapport_domain::id::DraftId;
use rapport_proto::{intake as pb, time};
use rapport_security::Principal;
use rapport_store::{audit, drafts};

use crate::{Deps, policy, protocols::Protocols, refusal::Refusal, trail, view};

/// The draft without any answer that bears on safety: whoever opens it may not
/// be the one who wrote it, or not be alone.
#[tracing::instrument(skip_all, fields(draft.id = %id))]
pub(crate) async fn run(deps: &Deps, protocols: &Protocols, id: DraftId) -> Result<pb::GetDraftResponse, Refusal> {
    let draft = drafts::get(&deps.store, id, deps.clock.now()).await?.ok_or(Refusal::TokenInvalid)?;
    let protocol = protocols.get(&deps.store, &draft.protocol).await?;
    let resources = vec![id.to_string()];
    audit::write(&deps.store, &trail::by(deps, &Principal::Draft(id.uuid()), policy::GET_DRAFT, resources)).await?;
    Ok(pb::GetDraftResponse {
        screenings: view::answers(draft.answers, |questionnaire, item| !protocol.is_safety_item(questionnaire, item)),
        protocol: draft.protocol,
        revision: draft.revision,
        expire_time: Some(time::to_message(draft.expires_at)),
    })
}
