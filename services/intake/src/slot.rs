//! A time that a client may name without knowing what names it: sealed for them and their session.

use rapport_domain::{
    appointment::MoveRequest,
    id::{AppointmentId, IntakeId},
    matching::Choice,
};
use rapport_security::Keyring;

use crate::refusal::Refusal;

/// What a client wants instead of the time that they have.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// One of the open times.
    Slot(Choice),
    /// What their partner proposed, as they read it.
    Proposal(String),
}

/// How the name of a partner's proposal begins; a sealed slot has no such sign in it.
const PROPOSAL: &str = "proposal:";

/// Where slots belong.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) own: IntakeId,
    pub(crate) session: AppointmentId,
}

impl Place {
    /// The name of an open time.
    pub(crate) fn seal(self, keyring: &Keyring, choice: &Choice) -> Result<String, Refusal> {
        let json = serde_json::to_vec(choice).map_err(|_| Refusal::Internal("a slot cannot be written"))?;
        Ok(keyring.seal_page_token(&self.bound_to(), &json))
    }

    /// Reads [`Place::seal`] and [`proposal`].
    ///
    /// # Errors
    /// Where it is none of this client's, or of another session.
    pub(crate) fn open(self, keyring: &Keyring, slot: &str) -> Result<Wanted, Refusal> {
        if slot.starts_with(PROPOSAL) {
            return Ok(Wanted::Proposal(slot.to_owned()));
        }
        let choice = keyring.open_page_token(&self.bound_to(), slot).ok();
        let choice = choice.and_then(|json| serde_json::from_slice(&json).ok());
        choice
            .map(Wanted::Slot)
            .ok_or_else(|| Refusal::field("slot", "must be a slot that ListOpenSlots gave for this appointment"))
    }

    fn bound_to(self) -> Vec<u8> {
        let Self { own, session } = self;
        [b"Slot".as_slice(), own.uuid().as_bytes(), session.uuid().as_bytes()].concat()
    }
}

/// The name of what the other partner proposes: the same as long as it waits, so that whoever watches their page is told
/// of changes alone.
pub(crate) fn proposal(asked: &MoveRequest) -> String {
    let sequence = asked.proposal.as_ref().map_or(0, |proposal| proposal.sequence);
    format!("{PROPOSAL}{sequence}.{}", asked.asked)
}
