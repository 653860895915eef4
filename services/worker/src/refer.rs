//! Putting a case before staff, in the caller's transaction: staff are told at
//! once, and the client reads honestly what comes next.

use jiff::Timestamp;
use rapport_domain::{
    case::{Case, StaffReason},
    event::{Event, Fact},
    id::CaseId,
    letter::{Cause, DueLetter, LetterKind, Recipient},
    triage::Booking,
};
use rapport_store::{Tx, cases, letters, outbox};

use crate::{
    Deps,
    dossier::{Dossier, letter_to},
    job::JobError,
};

/// A case that is about to be put before staff.
#[derive(Clone)]
pub(crate) struct Referral {
    reason: StaffReason,
    /// By when somebody must have called; `None` where triage has said so already.
    respond_by: Option<Timestamp>,
    event: Event,
    letters: Vec<DueLetter>,
}

impl Referral {
    /// For this reason. `cause` names the letters once and for all: the case where it is decided on for the first time
    /// (so that an alert which left when it came is not sent again), an event where it comes back later.
    pub(crate) fn plan(deps: &Deps, dossier: &Dossier, reason: StaffReason, cause: Cause, now: Timestamp) -> Self {
        let Case { id: case, urgency, care, .. } = dossier.case;
        // One who is in and never had a time reads that they are called; the release step writes its own letter.
        let first_decision = dossier.case.silent_rounds == 0 && reason != StaffReason::PartnerSilent;
        let second = dossier.second_in().filter(|_| first_decision);
        let second = second.and_then(|(intake, _)| letter_to(intake, LetterKind::WeWillCall, Cause::Intake(intake.id)));
        let letters = [Some(alert(case, cause)), dossier.letter(letter_for(&reason), cause), second];
        let respond_by = match reason {
            StaffReason::RulesForbidBooking | StaffReason::Under18 | StaffReason::AskedForACall => None,
            // Triage promised a session; from now on a call is owed.
            _ => Some(deps.practice.respond_by(urgency, Booking::AloneByStaff, care.care(), now)),
        };
        Self {
            reason,
            respond_by,
            event: deps.event(Fact::CaseReferred { case }, now),
            letters: letters.into_iter().flatten().collect(),
        }
    }

    /// Writes it. A case that has ended stays as it is.
    pub(crate) async fn write(self, tx: &Tx, mut dossier: Dossier, now: Timestamp) -> Result<(), JobError> {
        if !dossier.case.refer() {
            return Ok(());
        }
        dossier.case.respond_by = self.respond_by.unwrap_or(dossier.case.respond_by);
        dossier.detail.staff_reason = Some(self.reason);
        cases::save_with_detail(tx, &dossier.case, &dossier.detail).await?;
        outbox::add(tx, &self.event).await?;
        letters::queue(tx, &self.letters, now).await?;
        Ok(())
    }
}

/// To the first person of the on-call chain.
pub(crate) const fn alert(case: CaseId, cause: Cause) -> DueLetter {
    DueLetter { cause, recipient: Recipient::OnCall(0), kind: LetterKind::StaffAlert, case, appointment: None }
}

/// What the client reads: that no time fits yet, or that somebody calls.
const fn letter_for(reason: &StaffReason) -> LetterKind {
    match reason {
        StaffReason::NobodyMatches { .. } | StaffReason::NoTimeLeft => LetterKind::NoTimeYet,
        _ => LetterKind::WeWillCall,
    }
}
