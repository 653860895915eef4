//! Consumer of `case.triaged.v1` and `appointment.released.v1`: finds a therapist
//! and a time, or puts the case before staff and says why.
//!
//! One transaction per attempt: inbox row, calendar blocks, appointment, case,
//! event and letter, or none of it. Whoever finds a time taken rolls back and
//! tries the next one. A case that is no longer waiting to be matched is left
//! alone, whatever event comes.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use rapport_domain::{
    calendar::{busy::Busy, taken::Taken},
    case::{CaseState, StaffReason},
    event::{Event, Fact},
    id::{CaseId, EventId, IntakeId, TherapistId},
    letter::Cause,
    matching::{EmptiedBy, Outcome, Therapist, Wish, best, span, with_fallback},
    protocol::Protocol,
};
use rapport_messaging::topology::MATCH_CASE;
use rapport_store::{appointments, inbox, intakes, search};

use crate::{
    Deps,
    book::Session,
    consumers::Job,
    dossier::{self, Dossier},
    job::JobError,
    openings::{FRESH, Openings},
    protocols::Protocols,
    refer::Referral,
};

/// Times that somebody else had before a case goes before staff. Other processes alone can have one that was chosen
/// here, and each refusal rules it out.
const MOST_TRIES: u32 = 256;

/// Refusals after which the calendar is read again rather than guessed at.
const BEFORE_ANOTHER_LOOK: u32 = 4;

/// Matches a case.
pub(crate) struct MatchCase {
    deps: Deps,
    protocols: Protocols,
    openings: Openings,
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
            // Both carry a whole dossier from await to await: on the heap.
            Fact::CaseTriaged { case, intake } => {
                Box::pin(self.triaged(cue(Cause::Case(case), None), case, intake)).await
            }
            Fact::AppointmentReleased { case, appointment } => {
                let freed = appointments::get(&self.deps.store, appointment).await?;
                let continuity = freed.map(|appointment| appointment.therapist);
                Box::pin(self.released(cue(Cause::Event(event.id), continuity), case)).await
            }
            _ => Err(JobError::Poison("match_case hears of triaged cases and released appointments only")),
        }
    }
}

impl MatchCase {
    pub(crate) fn new(deps: Deps, protocols: Protocols) -> Self {
        let openings = Openings::new(deps.store.clone(), Arc::clone(&deps.practice), FRESH);
        Self { deps, protocols, openings }
    }

    /// An intake was triaged: the first partner's case is matched. The second partner's answers weigh at the release step
    /// alone; what they read was written when they were triaged.
    #[tracing::instrument(skip_all, fields(event.id = %cue.event, case.id = %case, intake.id = %intake))]
    async fn triaged(&self, cue: Cue, case: CaseId, intake: IntakeId) -> Result<(), JobError> {
        if intakes::first_of_case(&self.deps.store, case).await? != Some(intake) {
            return Ok(());
        }
        let dossier = dossier::read(&self.deps.store, case).await?;
        if dossier.case.state != CaseState::Triaged {
            return Ok(());
        }
        if let Some(reason) = forbidden(&dossier) {
            return self.refer(&cue, dossier, reason).await;
        }
        let tokens = search::tokens(&self.deps.store, &dossier.first.submission.client);
        if intakes::same_person_open(&self.deps.store, &dossier.first, &tokens).await? {
            return self.refer(&cue, dossier, StaffReason::SamePersonElsewhere).await;
        }
        Box::pin(self.find_time(&cue, dossier)).await
    }

    /// A hold was freed: another time is looked for, unless the case is in somebody's hands already.
    #[tracing::instrument(skip_all, fields(event.id = %cue.event, case.id = %case))]
    async fn released(&self, cue: Cue, case: CaseId) -> Result<(), JobError> {
        let dossier = dossier::read(&self.deps.store, case).await?;
        if dossier.case.state != CaseState::Triaged {
            return Ok(());
        }
        Box::pin(self.find_time(&cue, dossier)).await
    }

    /// Takes the best time that is left, or the next best while each turns out to be somebody else's.
    async fn find_time(&self, cue: &Cue, dossier: Dossier) -> Result<(), JobError> {
        let protocol = self.protocols.get(&self.deps.store, &dossier.first.protocol).await?;
        let whole = span(&dossier.wish(dossier.care(), cue.continuity, cue.now), &self.deps.practice);
        let mut look = self.openings.shared(whole).await?;
        let (mut is_own, mut refused) = (false, 0);
        while refused < MOST_TRIES {
            let session = look.choose(|taken| self.choose(cue, &dossier, &look.therapists, taken, &protocol));
            let look_again = match session {
                Ok(session) => match self.book(cue, dossier.clone(), session).await {
                    Err(JobError::Taken) => {
                        refused += 1;
                        refused % BEFORE_ANOTHER_LOOK == 0
                    }
                    outcome => return outcome,
                },
                Err(EmptiedBy { text, tells_of_answers }) if is_own => {
                    let reason = match refused {
                        0 => StaffReason::NobodyMatches { filter: text, tells_of_answers },
                        _ => StaffReason::NoTimeLeft,
                    };
                    return self.refer(cue, dossier, reason).await;
                }
                // What another case chose may yet fall through: only the database says that there is no time.
                Err(_) => true,
            };
            if look_again {
                (look, is_own) = (self.openings.own(whole).await?, true);
            }
        }
        self.refer(cue, dossier, StaffReason::NoTimeLeft).await
    }

    /// The best session that is left, with what it takes; or what left none.
    fn choose(
        &self,
        cue: &Cue,
        dossier: &Dossier,
        therapists: &[Therapist],
        taken: &Taken,
        protocol: &Protocol,
    ) -> (Result<Session, EmptiedBy>, Vec<Busy>) {
        let care = dossier.care();
        let wish = dossier.wish(care, cue.continuity, cue.now);
        let best = |wish: &Wish<'_>| best(wish, therapists, taken, &self.deps.practice, protocol.weights());
        let Outcome { found, let_go } = with_fallback(&wish, protocol.weights(), best, Result::is_ok);
        let session = found.map(|best| Session::plan(&self.deps, dossier, care, &best, &let_go, cue.now));
        let blocks = session.as_ref().map_or_else(|_| Vec::new(), |session| session.blocks().to_vec());
        (session, blocks)
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

    async fn refer(&self, cue: &Cue, dossier: Dossier, reason: StaffReason) -> Result<(), JobError> {
        let referral = Referral::plan(&self.deps, &dossier, reason, cue.cause, cue.now);
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
fn forbidden(dossier: &Dossier) -> Option<StaffReason> {
    let found = &dossier.found;
    if dossier.first.submission.asked_for_a_call {
        Some(StaffReason::AskedForACall)
    } else if found.under_18 {
        Some(StaffReason::Under18)
    } else if found.booking.by_machine() {
        None
    } else {
        Some(StaffReason::RulesForbidBooking)
    }
}
