//! The files that decide, or decided.

use rapport_domain::protocol::Protocol;
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::audit;

use crate::{Deps, policy, protocols::Protocols, refusal::Refusal, trail};

/// The protocol in force, or an older one by its digest.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id))]
pub(crate) async fn run(
    deps: &Deps,
    protocols: &Protocols,
    staff: &StaffPrincipal,
    digest: &str,
) -> Result<pb::GetProtocolResponse, Refusal> {
    let in_force = deps.practice.protocol.digest();
    let wanted = if digest.is_empty() { in_force } else { digest };
    let protocol = protocols.get(&deps.store, wanted).await.map_err(|refusal| match refusal {
        Refusal::ProtocolUnknown => Refusal::NotFound,
        other => other,
    })?;
    let resources = vec![format!("protocols/{}", protocol.digest())];
    audit::write(&deps.store, &trail::by_staff(deps, staff, policy::GET_PROTOCOL, resources)).await?;
    Ok(response(&protocol, in_force))
}

fn response(protocol: &Protocol, in_force: &str) -> pb::GetProtocolResponse {
    pb::GetProtocolResponse {
        digest: protocol.digest().to_owned(),
        in_force: protocol.digest() == in_force,
        files: protocol.files().into_iter().collect(),
    }
}
