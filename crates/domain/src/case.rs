//! A case: what staff work on, and where it stands.
//!
//! A machine only ever raises it; people override and close it. [`state`] says
//! where it stands, [`reason`] why it is before staff, [`record`] keeps what staff
//! decided about it.

pub mod reason;
pub mod record;
pub mod state;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

use crate::{
    appointment::{AppointmentState, Changed},
    id::CaseId,
    intake::{Care, CareWish, IfPartnerSilent},
    report::{Report, ReportState},
    triage::{Booking, Urgency},
};

pub use reason::StaffReason;
pub use record::{CaseNote, CloseReason, Closed, ContactStop, Note, NoteKind, Override, Referred, Reopened};
pub use state::CaseState;

/// A case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// Whom the care is for.
    pub care: CareWish,
    /// Where it stands.
    pub state: CaseState,
    /// How soon it must be answered; a machine only raises it.
    pub urgency: Urgency,
    /// What a machine may book; only ever tightens here.
    pub booking: Booking,
    /// Whether only a clinician may decide.
    pub clinician_only: bool,
    /// Whether a safety rule fired.
    pub flagged: bool,
    /// By when it must be answered.
    pub respond_by: Timestamp,
    /// When its first intake came.
    pub created_at: Timestamp,
    /// Who claimed it.
    pub assignee: Option<String>,
    /// How often a joint hold was freed because the partner stayed silent.
    pub silent_rounds: u32,
    /// Rises with every change; the etag.
    pub version: i64,
}

/// A change that the case's state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CaseError {
    /// It has ended.
    #[error("the case is closed")]
    Closed,
    /// Somebody else works on it.
    #[error("somebody else claimed the case")]
    ClaimedByAnother,
    /// Only a clinician may do that.
    #[error("a clinician decides on this case")]
    CliniciansOnly,
    /// A report that the answers ask for was not completed.
    #[error("a report of the case is open")]
    ReportOpen,
}

impl Case {
    /// Raises what triage found; never lowers anything.
    pub fn triage(
        &mut self,
        urgency: Urgency,
        booking: Booking,
        clinician_only: bool,
        flagged: bool,
        respond_by: Timestamp,
    ) {
        if self.state == CaseState::Received {
            self.state = CaseState::Triaged;
        }
        self.urgency = self.urgency.max(urgency);
        self.booking = self.booking.max(booking);
        self.clinician_only |= clinician_only;
        self.flagged |= flagged;
        self.respond_by = self.respond_by.min(respond_by);
    }

    /// A second partner's screening came, and its safety rules ask for this. Where the case stands and what a machine
    /// may book stay as they are: the release step weighs that, and nobody can see a difference before it.
    ///
    /// # Errors
    /// Where it has ended.
    pub fn join(
        &mut self,
        urgency: Urgency,
        clinician_only: bool,
        flagged: bool,
        respond_by: Timestamp,
    ) -> Result<(), CaseError> {
        if self.state == CaseState::Closed {
            return Err(CaseError::Closed);
        }
        self.urgency = self.urgency.max(urgency);
        self.clinician_only |= clinician_only;
        self.flagged |= flagged;
        self.respond_by = self.respond_by.min(respond_by);
        Ok(())
    }

    /// Whom the next session is for: a couple whose second partner stayed silent may have asked for one alone.
    #[must_use]
    pub const fn next_session_for(&self) -> Care {
        match self.care {
            CareWish::Couple(IfPartnerSilent::SeeMeAlone) if self.silent_rounds > 0 => Care::Individual,
            wish => wish.care(),
        }
    }

    /// Puts it before staff; `false` where it has ended and nothing is left to decide.
    #[must_use]
    pub fn refer(&mut self) -> bool {
        if self.state == CaseState::Closed {
            return false;
        }
        self.state = CaseState::BeforeStaff;
        true
    }

    /// Follows its appointment: a time is held, or fixed.
    ///
    /// # Errors
    /// Where it has ended.
    pub fn follow(&mut self, appointment: AppointmentState) -> Result<(), CaseError> {
        if self.state == CaseState::Closed {
            return Err(CaseError::Closed);
        }
        match appointment {
            AppointmentState::Held => self.state = CaseState::Held,
            AppointmentState::Confirmed => self.state = CaseState::Confirmed,
            AppointmentState::Released | AppointmentState::Cancelled => {}
        }
        Ok(())
    }

    /// Its hold was freed because the partner stayed silent: another time is looked for.
    ///
    /// # Errors
    /// Where it has ended.
    pub fn look_again(&mut self) -> Result<(), CaseError> {
        if self.state == CaseState::Closed {
            return Err(CaseError::Closed);
        }
        self.state = CaseState::Triaged;
        self.silent_rounds += 1;
        Ok(())
    }

    /// A letter to its client was refused for good: somebody calls, by then at the latest. `false` where it has ended.
    #[must_use]
    pub fn owe_call(&mut self, by: Timestamp) -> bool {
        match self.state {
            CaseState::Closed => return false,
            // What was promised until now was kept with the session.
            CaseState::Held | CaseState::Confirmed => self.respond_by = by,
            CaseState::Received | CaseState::Triaged | CaseState::BeforeStaff => {
                self.respond_by = self.respond_by.min(by);
            }
        }
        true
    }

    /// Takes it in hand; repeating it succeeds and changes nothing.
    ///
    /// # Errors
    /// Where it has ended, or somebody else took it.
    pub fn claim(&mut self, by: &str) -> Result<(), CaseError> {
        if self.state == CaseState::Closed {
            return Err(CaseError::Closed);
        }
        match self.assignee.as_deref() {
            Some(holder) if holder != by => Err(CaseError::ClaimedByAnother),
            Some(_) => Ok(()),
            None => {
                self.assignee = Some(by.to_owned());
                Ok(())
            }
        }
    }

    /// Puts it into somebody's hands, whoever had it before; repeating it succeeds and changes nothing.
    ///
    /// # Errors
    /// Where it has ended.
    pub fn assign(&mut self, to: &str) -> Result<Changed, CaseError> {
        if self.state == CaseState::Closed {
            return Err(CaseError::Closed);
        }
        if self.assignee.as_deref() == Some(to) {
            return Ok(Changed::Already);
        }
        self.assignee = Some(to.to_owned());
        Ok(Changed::Now)
    }

    /// Lets it go again; repeating it succeeds and changes nothing.
    ///
    /// # Errors
    /// Where it has ended, or somebody else than its holder or a clinician does.
    pub fn release(&mut self, by: &str, by_clinician: bool) -> Result<Changed, CaseError> {
        if self.state == CaseState::Closed {
            return Err(CaseError::Closed);
        }
        match self.assignee.as_deref() {
            None => Ok(Changed::Already),
            Some(holder) if holder != by && !by_clinician => Err(CaseError::ClaimedByAnother),
            Some(_) => {
                self.assignee = None;
                Ok(Changed::Now)
            }
        }
    }

    /// Goes on after it had ended, before staff: a call is owed, by then. Repeating it succeeds and changes nothing.
    ///
    /// # Errors
    /// Where somebody else than a clinician reopens a safety case.
    pub fn reopen(&mut self, by_clinician: bool, respond_by: Timestamp) -> Result<Changed, CaseError> {
        if !by_clinician && self.is_safety_case() {
            return Err(CaseError::CliniciansOnly);
        }
        if self.state != CaseState::Closed {
            return Ok(Changed::Already);
        }
        self.state = CaseState::BeforeStaff;
        self.respond_by = respond_by;
        self.assignee = None;
        Ok(Changed::Now)
    }

    /// Whether a person owes a call or a decision by when it must be answered. Of a case that has its session, only
    /// where safety is in question.
    #[must_use]
    pub const fn call_is_owed(&self) -> bool {
        match self.state {
            CaseState::Received | CaseState::Triaged | CaseState::BeforeStaff => true,
            CaseState::Held | CaseState::Confirmed => {
                self.flagged || matches!(self.urgency, Urgency::Urgent | Urgency::Immediate)
            }
            CaseState::Closed => false,
        }
    }

    /// Whether only a clinician lowers, confirms or closes it.
    #[must_use]
    pub const fn is_safety_case(&self) -> bool {
        self.flagged || self.clinician_only
    }

    /// From when a promise counts that a person's urgency brings. Raised: from now, when it became known. Lowered:
    /// from the day the case came, since nobody's waiting begins anew.
    #[must_use]
    pub fn promised_from(&self, urgency: Urgency, now: Timestamp) -> Timestamp {
        if urgency > self.urgency { now } else { self.created_at }
    }

    /// A person judges how soon it must be answered. Raising never loosens by when, lowering never tightens it; what
    /// a machine may book stays, and what triage finds later still raises. `safety` is the highest that safety
    /// rules asked for.
    ///
    /// # Errors
    /// Where it has ended, or somebody else than a clinician lowers a safety case, or one below what a safety rule
    /// asked for.
    pub fn override_urgency(
        &mut self,
        urgency: Urgency,
        respond_by: Timestamp,
        by_clinician: bool,
        safety: Urgency,
    ) -> Result<Changed, CaseError> {
        if self.state == CaseState::Closed {
            return Err(CaseError::Closed);
        }
        if urgency == self.urgency {
            return Ok(Changed::Already);
        }
        if urgency > self.urgency {
            self.respond_by = self.respond_by.min(respond_by);
        } else if !by_clinician && (self.is_safety_case() || urgency < safety) {
            return Err(CaseError::CliniciansOnly);
        } else {
            self.respond_by = self.respond_by.max(respond_by);
        }
        self.urgency = urgency;
        Ok(Changed::Now)
    }

    /// Ends it; repeating it succeeds and changes nothing. `reports` are all that it has.
    ///
    /// # Errors
    /// Where a report is open, or somebody else than a clinician ends a safety case or one with a report. They are
    /// not told of the report.
    pub fn close(&mut self, by_clinician: bool, reports: &[Report]) -> Result<Changed, CaseError> {
        if !by_clinician && (self.is_safety_case() || !reports.is_empty()) {
            return Err(CaseError::CliniciansOnly);
        }
        if self.state == CaseState::Closed {
            return Ok(Changed::Already);
        }
        if reports.iter().any(|report| report.state == ReportState::Open) {
            return Err(CaseError::ReportOpen);
        }
        self.state = CaseState::Closed;
        Ok(Changed::Now)
    }
}
