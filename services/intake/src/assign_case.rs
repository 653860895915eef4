//! A case goes into a colleague's hands.

use rapport_domain::appointment::Changed;
use rapport_proto::staff as pb;
use rapport_security::{Role, StaffPrincipal};
use rapport_store::{Tx, audit, staff_tokens};

use crate::{
    Deps, list_colleagues,
    parse::AssignCase,
    policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    staff_case::StaffCase,
    trail,
};

/// Writes down whose it is. A clinician's case goes to a clinician alone.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, case.id = %asked.case))]
pub(crate) async fn run(
    deps: &Deps,
    staff: StaffPrincipal,
    asked: AssignCase,
    repeatable: Repeatable,
) -> Result<pb::AssignCaseResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (staff, asked) = (staff.clone(), asked.clone());
        Box::pin(async move { Ok(pb::AssignCaseResponse { summary: Some(assign(deps, tx, &staff, &asked).await?) }) })
    })
    .await
}

async fn assign(deps: &Deps, tx: &Tx, staff: &StaffPrincipal, asked: &AssignCase) -> Result<pb::CaseSummary, Refusal> {
    let mut it = StaffCase::read(tx, asked.case).await?;
    if !policy::may_claim(staff.role, &it.case) {
        return Err(Refusal::RoleForbidden);
    }
    let to = asked.assignee.as_str();
    if it.case.assign(to)? == Changed::Now {
        it.check_etag(&asked.etag)?;
        if !roles_of(deps, tx, to).await?.iter().any(|role| policy::may_claim(*role, &it.case)) {
            return Err(Refusal::field("assignee", "must be a colleague who may work on this case"));
        }
        it.save(tx).await?;
    }
    audit::write(tx, &trail::by_staff(deps, staff, policy::ASSIGN_CASE, vec![it.case.id.to_string()])).await?;
    Ok(it.summary(staff.role))
}

/// In which roles somebody of that name works here: by an account, or by a token from the command line.
async fn roles_of(deps: &Deps, tx: &Tx, name: &str) -> Result<Vec<Role>, Refusal> {
    let mut roles = staff_tokens::roles_of(tx, name, deps.clock.now()).await?;
    let accounts = list_colleagues::in_use(tx).await?;
    roles.extend(accounts.iter().filter(|account| account.name.as_str() == name).map(|account| account.role));
    Ok(roles)
}
