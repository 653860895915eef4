//! A client's own intake with what its answers call for: whatever a client
//! reads or may do follows from this alone, never from their partner's.

use std::sync::Arc;

use rapport_domain::{id::IntakeId, intake::Intake, protocol::Protocol, triage::TriageResult};
use rapport_store::intakes;

use crate::{Deps, protocols::Protocols, refusal::Refusal};

/// An intake and what its own answers call for. Neither ever changes.
pub(crate) struct OwnIntake {
    pub(crate) intake: Intake,
    pub(crate) found: TriageResult,
    /// What both follow from.
    pub(crate) protocol: Arc<Protocol>,
}

impl OwnIntake {
    /// Reads the intake and decides by the protocol that it pinned, without waiting for triage to have done so.
    pub(crate) async fn read(deps: &Deps, protocols: &Protocols, own: IntakeId) -> Result<Arc<Self>, Refusal> {
        let intake = intakes::get(&deps.store, own).await?.ok_or(Refusal::NotFound)?;
        let protocol = protocols.get(&deps.store, &intake.protocol).await?;
        let subject = deps.practice.subject(&intake.submission, intake.care.care(), intake.received_at);
        let found = protocol.triage(&subject);
        Ok(Arc::new(Self { intake, found, protocol }))
    }

    /// Whether their answers leave a session for two to them and a machine.
    pub(crate) fn may_meet_together(&self) -> bool {
        may_meet_together(&self.found)
    }
}

/// Whether these answers leave a session for two to their client and a machine.
pub(crate) fn may_meet_together(found: &TriageResult) -> bool {
    found.booking.by_machine() && !found.flagged && !found.under_18
}
