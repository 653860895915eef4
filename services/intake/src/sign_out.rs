//! A member of staff leaves.

use rapport_security::StaffPrincipal;
use rapport_store::{Session, audit, sessions};

use crate::{Deps, policy, refusal::Refusal, trail};

/// Ends this session, or all of theirs. A token of the command line ends by its date alone.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id))]
pub(crate) async fn run(
    deps: &Deps,
    staff: &StaffPrincipal,
    session: Option<Session>,
    everywhere: bool,
) -> Result<(), Refusal> {
    audit::write(&deps.store, &trail::by_staff(deps, staff, policy::SIGN_OUT, Vec::new())).await?;
    match session {
        Some(session) if everywhere => sessions::end_all(&deps.store, session.account).await.map(drop)?,
        Some(session) => sessions::end(&deps.store, session.id).await?,
        None => {}
    }
    Ok(())
}
