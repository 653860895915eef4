//! Rows of the audit trail: one per call, written before anything told in confidence leaves.

use rapport_domain::id::IntakeId;
use rapport_security::{Principal, StaffPrincipal};
use rapport_store::{AuditEntry, audit};

use crate::{Deps, on_roster::Changed, policy::Rpc, refusal::Refusal, status};

/// A call that succeeds, and the names of everything that it returns or changes.
pub(crate) fn by(deps: &Deps, principal: &Principal, rpc: Rpc, resources: Vec<String>) -> AuditEntry {
    AuditEntry {
        at: deps.clock.now(),
        principal: principal.to_string(),
        role: principal.role_name(),
        method: rpc.name,
        resources,
        outcome: "OK",
    }
}

/// Whom a change of the roster touched: the therapist, and the cases that it put before staff.
pub(crate) fn of_change(changed: &Changed) -> Vec<String> {
    let cases = changed.outside.iter().map(|it| it.session.case.to_string());
    std::iter::once(changed.on_roster.therapist.id.to_string()).chain(cases).collect()
}

/// As [`by`], for staff.
pub(crate) fn by_staff(deps: &Deps, staff: &StaffPrincipal, rpc: Rpc, resources: Vec<String>) -> AuditEntry {
    by(deps, &Principal::Staff(staff.clone()), rpc, resources)
}

/// As [`by`], for the client of an intake.
pub(crate) fn by_client(deps: &Deps, own: IntakeId, rpc: Rpc, resources: Vec<String>) -> AuditEntry {
    by(deps, &Principal::Client(own.uuid()), rpc, resources)
}

/// Passes an outcome on; where a case itself asked for another role than the caller's, the trail says so.
pub(crate) async fn noting_refusal<T>(
    deps: &Deps,
    staff: &StaffPrincipal,
    rpc: Rpc,
    asked: String,
    outcome: Result<T, Refusal>,
) -> Result<T, Refusal> {
    if let Err(refusal @ Refusal::RoleForbidden) = &outcome {
        let entry = AuditEntry { outcome: status::outcome(refusal), ..by_staff(deps, staff, rpc, vec![asked]) };
        audit::write(&deps.store, &entry).await?;
    }
    outcome
}
