//! A second partner's intake, stored whole or not at all, in the case that their invitation names.

use jiff::Timestamp;
use rapport_domain::{
    event::Event,
    id::{CaseId, DraftId, InvitationId},
    intake::Intake,
    letter::DueLetter,
    report::Report,
    triage::Urgency,
};

use crate::{
    AuditEntry, RequestKey, Seen, Store, StoreError, Tx, audit, calls, cases, drafts, intakes, invitations, letters,
    outbox, reports, requests,
};

/// Everything that a second partner's submission stores.
pub struct JoiningIntake {
    /// The invitation that it comes through; used up by it.
    pub invitation: InvitationId,
    /// The intake, in the invitation's case.
    pub intake: Intake,
    /// What the client's status token hashes to.
    pub status_token_hash: [u8; 32],
    /// What its safety rules ask of the case.
    pub raise: Raise,
    /// `IntakeReceived`.
    pub event: Event,
    /// The staff alert, where safety was flagged.
    pub letters: Vec<DueLetter>,
    /// What the law asks for, where a safety rule says so.
    pub reports: Vec<Report>,
    /// The draft that it was finished from: destroyed with its key.
    pub draft: Option<DraftId>,
    /// The request that brought it.
    pub request: RequestKey,
    /// The answer, for when the request is repeated.
    pub response: Vec<u8>,
    /// The row of the audit trail.
    pub audit: AuditEntry,
    /// The clock's time.
    pub now: Timestamp,
}

/// What a second partner's safety rules ask of the case: it only ever rises by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raise {
    /// How soon it must be answered.
    pub urgency: Urgency,
    /// Whether only a clinician may decide.
    pub clinician_only: bool,
    /// Whether a safety rule fired.
    pub flagged: bool,
    /// By when it must be answered.
    pub respond_by: Timestamp,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Joined {
    /// Stored; answer with the response that was given.
    Stored,
    /// The same request came before; answer with these bytes.
    Repeated(Vec<u8>),
    /// The request id came before with another request.
    OtherBody,
    /// Nobody comes in through this invitation any more: it was declined or used, or the case has ended.
    Closed,
    /// The draft that it was finished from is gone: it was sent before, or its time is over.
    DraftGone,
}

impl Store {
    /// Stores a second partner's intake in their partner's case: all of it,
    /// once, or nothing. Of the case nothing changes but what may only rise:
    /// its state, its hold and what a machine may book stay as they are.
    ///
    /// # Errors
    /// Where the database fails; nothing is stored then.
    pub async fn join(&self, new: JoiningIntake) -> Result<Joined, StoreError> {
        let (request, now) = (new.request.clone(), new.now);
        let outcome = self.transact(move |tx| Box::pin(new.store(tx))).await;
        match outcome {
            Ok(()) => Ok(Joined::Stored),
            Err(Stop::Because(joined)) => Ok(joined),
            // The same request came in between, and was stored.
            Err(Stop::Failed(StoreError::Conflict)) => match requests::seen(self, &request, now).await? {
                Seen::Repeated(response) => Ok(Joined::Repeated(response)),
                Seen::OtherBody => Ok(Joined::OtherBody),
                Seen::New => Err(StoreError::Conflict),
            },
            Err(Stop::Failed(error)) => Err(error),
        }
    }
}

/// Why a transaction ends with nothing stored.
enum Stop {
    Because(Joined),
    Failed(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl JoiningIntake {
    async fn store(self, tx: &Tx) -> Result<(), Stop> {
        match requests::seen(tx, &self.request, self.now).await? {
            Seen::New => {}
            Seen::Repeated(response) => return Err(Stop::Because(Joined::Repeated(response))),
            Seen::OtherBody => return Err(Stop::Because(Joined::OtherBody)),
        }
        requests::keep(tx, &self.request, &self.response, self.now).await?;
        if let Some(draft) = self.draft
            && !drafts::delete(tx, draft).await?
        {
            return Err(Stop::Because(Joined::DraftGone));
        }
        let case = self.intake.case;
        if !invitations::join(tx, self.invitation, case).await? || !self.raise.of_case(tx, case).await? {
            return Err(Stop::Because(Joined::Closed));
        }
        intakes::join(tx, &self.intake, self.status_token_hash, self.now).await?;
        outbox::add(tx, &self.event).await?;
        if !self.letters.is_empty() {
            letters::queue(tx, &self.letters, self.now).await?;
        }
        reports::open(tx, case, &self.reports).await?;
        audit::write(tx, &self.audit).await?;
        Ok(())
    }
}

impl Raise {
    /// `false` where the case has ended.
    async fn of_case(self, tx: &Tx, id: CaseId) -> Result<bool, StoreError> {
        let mut case = cases::lock(tx, id).await?.ok_or(StoreError::Missing("a case"))?;
        if calls::is_answered(tx, &case).await? {
            // What was promised to the first partner was kept: what is owed to this one stands alone.
            case.respond_by = self.respond_by;
        }
        if case.join(self.urgency, self.clinician_only, self.flagged, self.respond_by).is_err() {
            return Ok(false);
        }
        cases::save(tx, &case).await?;
        Ok(true)
    }
}
