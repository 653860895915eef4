//! Consumer of `case.triaged.v1` and `appointment.released.v1`: finds a therapist
//! and a time, or puts the case before staff and says why.
//!
//! One transaction per attempt: inbox row, calendar blocks, appointment, case,
//! event and letter, or none of it. Whoever finds a time taken rolls back and
//! tries the next one. A case that is no longer waiting to be matched is left
//! alone, whatever event comes.

use async_trait::async_trait;
use jiff::Timestamp;
use rapport_domain::{
    case::{CaseState, StaffReason},
    event::{Event, Fact},
    id::{CaseId, EventId, IntakeId, TherapistId},
    letter::{Cause, LetterKind},
    matching::{EmptiedBy, rank, span},
    triage::TriageResult,
};
use rapport_messaging::topology::MATCH_CASE;
use rapport_store::{appointments, calendar, inbox, intakes, letters, search, therapists};

use crate::{
    Deps,
    book::{self, Session},
    consumers::Job,
    dossier::{self, Dossier, letter_to},
    job::JobError,
    protocols::Protocols,
    refer::{Referral, alert},
};

/// Rankings before a case goes before staff because every time went to somebody else. Each one sees what the others
/// took meanwhile, so a second is seldom needed; eight outlast two hundred intakes that come at once for twenty times.
const MOST_RANKINGS: u32 = 8;

/// Matches a case.
pub(crate) struct MatchCase {
    deps: Deps,
    protocols: Protocols,
}

/// Why a case is looked at.
struct Cue {
    event: EventId,
    /// Names the letters where the case goes before staff.
    cause: Cause,
    /// Whoever the freed session was with.
    continuity: Option<TherapistId>,
    now: Timestamp,
}

#[async_trait]
impl Job for MatchCase {
    async fn run(&self, event: &Event) -> Result<(), JobError> {
        let now = self.deps.clock.now();
        let cue = |cause, continuity| Cue { event: event.id, cause, continuity, now };
        match event.fact {
            Fact::CaseTriaged { case, intake } => self.triaged(cue(Cause::Case(case), None), case, intake).await,
            Fact::AppointmentReleased { case, appointment } => {
                let freed = appointments::get(&self.deps.store, appointment).await?;
                let continuity = freed.map(|appointment| appointment.therapist);
                self.released(cue(Cause::Event(event.id), continuity), case).await
            }
            _ => Err(JobError::Poison("match_case hears of triaged cases and released appointments only")),
        }
    }
}

impl MatchCase {
    pub(crate) const fn new(deps: Deps, protocols: Protocols) -> Self {
        Self { deps, protocols }
    }

    /// An intake was triaged: the first one's case is matched, the second partner's changes no time.
    #[tracing::instrument(skip_all, fields(event.id = %cue.event, case.id = %case, intake.id = %intake))]
    async fn triaged(&self, cue: Cue, case: CaseId, intake: IntakeId) -> Result<(), JobError> {
        let dossier = dossier::read(&self.deps.store, case).await?;
        if intake != dossier.first.id {
            return self.second_partner(&cue, dossier).await;
        }
        if dossier.case.state != CaseState::Triaged {
            return Ok(());
        }
        if let Some(reason) = forbidden(&dossier.found) {
            return self.refer(&cue, dossier, reason, Vec::new()).await;
        }
        let tokens = search::tokens(&self.deps.store, &dossier.first.submission.client);
        if intakes::same_person_open(&self.deps.store, &dossier.first, &tokens).await? {
            return self.refer(&cue, dossier, StaffReason::SamePersonElsewhere, Vec::new()).await;
        }
        self.find_time(&cue, dossier).await
    }

    /// A hold was freed: another time is looked for, unless the case is in somebody's hands already.
    #[tracing::instrument(skip_all, fields(event.id = %cue.event, case.id = %case))]
    async fn released(&self, cue: Cue, case: CaseId) -> Result<(), JobError> {
        let dossier = dossier::read(&self.deps.store, case).await?;
        if dossier.case.state != CaseState::Triaged {
            return Ok(());
        }
        self.find_time(&cue, dossier).await
    }

    /// The second partner's answers weigh at the release step alone: hold, case and the first partner's letters stay
    /// as they are. Where a person must call, staff are told, and the second partner reads so.
    async fn second_partner(&self, cue: &Cue, dossier: Dossier) -> Result<(), JobError> {
        let Some((intake, Some(found))) = dossier.second else {
            return Err(JobError::Poison("the second intake was never triaged"));
        };
        if forbidden(&found).is_none() {
            return Ok(());
        }
        // Not the case's own alert: staff may have had that for the first partner, and this is news.
        let cause = Cause::Event(cue.event);
        let own = letter_to(&intake, LetterKind::WeWillCall, cause);
        let due: Vec<_> = own.into_iter().chain([alert(intake.case, cause)]).collect();
        let (heard, now) = (cue.event, cue.now);
        self.deps
            .store
            .transact(move |tx| {
                Box::pin(async move {
                    if inbox::first_time(tx, heard, MATCH_CASE.name, now).await? {
                        letters::queue(tx, &due, now).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Tries every candidate, best first, and ranks again while all of them go to somebody else.
    async fn find_time(&self, cue: &Cue, dossier: Dossier) -> Result<(), JobError> {
        let Deps { store, practice, .. } = &self.deps;
        let protocol = self.protocols.get(store, &dossier.first.protocol).await?;
        let care = dossier.care();
        let mut left_out = Vec::new();
        for round in 0..MOST_RANKINGS {
            let wish = dossier.wish(care, cue.continuity, cue.now);
            let (from, to) = span(&wish, practice);
            let therapists = therapists::all(store).await?;
            let busy = calendar::busy(store, from, to).await?;
            let ranking = rank(&wish, &therapists, &busy, practice, protocol.weights());
            left_out = book::in_words(&ranking.excluded);
            if ranking.candidates.is_empty() {
                let reason = match ranking.emptied_by {
                    Some(EmptiedBy { text, tells_of_answers }) if round == 0 => {
                        StaffReason::NobodyMatches { filter: text, tells_of_answers }
                    }
                    _ => StaffReason::NoTimeLeft,
                };
                return self.refer(cue, dossier, reason, left_out).await;
            }
            for candidate in &ranking.candidates {
                let session = Session::plan(&self.deps, &dossier, care, candidate, &ranking.excluded, cue.now);
                match self.book(cue, dossier.clone(), session).await {
                    Err(JobError::Taken) => {}
                    outcome => return outcome,
                }
            }
        }
        self.refer(cue, dossier, StaffReason::NoTimeLeft, left_out).await
    }

    async fn book(&self, cue: &Cue, dossier: Dossier, session: Session) -> Result<(), JobError> {
        let (heard, now) = (cue.event, cue.now);
        self.deps
            .store
            .transact(move |tx| {
                Box::pin(async move {
                    if inbox::first_time(tx, heard, MATCH_CASE.name, now).await? {
                        session.book(tx, dossier, now).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    async fn refer(
        &self,
        cue: &Cue,
        dossier: Dossier,
        reason: StaffReason,
        excluded: Vec<String>,
    ) -> Result<(), JobError> {
        let referral = Referral::plan(&self.deps, &dossier, reason, cue.cause, cue.now).leaving_out(excluded);
        let (heard, now) = (cue.event, cue.now);
        self.deps
            .store
            .transact(move |tx| {
                Box::pin(async move {
                    if inbox::first_time(tx, heard, MATCH_CASE.name, now).await? {
                        referral.write(tx, dossier, now).await?;
                    }
                    Ok(())
                })
            })
            .await
    }
}

/// What keeps a machine from booking for whoever gave these answers.
fn forbidden(found: &TriageResult) -> Option<StaffReason> {
    if found.under_18 {
        Some(StaffReason::Under18)
    } else if found.booking.by_machine() {
        None
    } else {
        Some(StaffReason::RulesForbidBooking)
    }
}
