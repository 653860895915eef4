//! A case whose event died is announced again: where the database was away for
//! longer than every retry, its message is a dead letter and nothing else would
//! ever move it (received, or triaged, and nothing decided; or a second partner's
//! intake, for which no case waits).
//!
//! Nothing is stored for it. Each worker remembers since when it has seen a case
//! stand still; two workers, or one that starts anew, at worst announce a case
//! twice, and its state lets the second announcement do nothing.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use rapport_domain::{
    case::{Case, CaseState},
    event::Fact,
    id::{CaseId, IntakeId},
    letter::Cause,
};
use rapport_store::{cases, intakes, letters, outbox};

use crate::{Deps, job::JobError, refer::alert, timer::Timer};

/// How long a case stands still is counted in minutes.
pub(crate) const TIMER: Timer = Timer { name: "resume_cases", period: Duration::from_secs(60) };

/// Longer than a message that is still tried can need: the delays of its retries and, at each of four tries, the wait
/// for a database that is away come to a quarter of an hour.
const STILL: SignedDuration = SignedDuration::from_mins(20);
/// Announcements that came to nothing before staff hear of it.
const UNHEARD: u32 = 1;
/// Each wait is twice the one before, this often: what no announcement mends makes a few dead letters a day, not many.
const MOST_DOUBLINGS: u32 = 6;
/// Cases that one turn looks at; the rest waits until these have moved.
const BATCH: u64 = 500;

/// The cases that stand still.
pub struct ResumeCases {
    deps: Deps,
    seen: Mutex<BTreeMap<Standing, Still>>,
}

/// What stands still, in the state in which it does: one that has moved is another. What a second partner does to a
/// case moves nothing of the first one's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// A case that was stored, and whose intake was never triaged.
    Received(CaseId),
    /// A case that was triaged and, after so many freed holds, never matched.
    Triaged(CaseId, u32),
    /// A second partner's intake that was never triaged, while its case went on.
    Untriaged(IntakeId, CaseId),
}

/// Since when.
#[derive(Clone, Copy)]
struct Still {
    since: Timestamp,
    announced: u32,
}

impl Standing {
    fn of(case: &Case) -> Self {
        match case.state {
            CaseState::Received => Self::Received(case.id),
            _ => Self::Triaged(case.id, case.silent_rounds),
        }
    }

    const fn case(self) -> CaseId {
        match self {
            Self::Received(case) | Self::Triaged(case, _) | Self::Untriaged(_, case) => case,
        }
    }
}

impl ResumeCases {
    /// Has seen no case yet.
    #[must_use]
    pub fn new(deps: Deps) -> Self {
        Self { deps, seen: Mutex::default() }
    }

    /// Announces everything that has stood still for too long, and says how much that is.
    ///
    /// # Errors
    /// Where the store fails; the rest is announced at the next turn.
    pub async fn resume(&self, now: Timestamp) -> Result<usize, JobError> {
        let store = &self.deps.store;
        let mut standing: Vec<_> = cases::undecided(store, BATCH).await?.iter().map(Standing::of).collect();
        let untriaged = intakes::left_untriaged(store, BATCH).await?;
        standing.extend(untriaged.into_iter().map(|(intake, case)| Standing::Untriaged(intake, case)));
        let due = self.due(&standing, now);
        for (standing, announced) in &due {
            announce(&self.deps, *standing, *announced, now).await?;
            self.note(*standing, now);
        }
        Ok(due.len())
    }

    /// Those that have not moved for long enough, with how often they were announced before. Whatever moved is forgotten.
    fn due(&self, standing: &[Standing], now: Timestamp) -> Vec<(Standing, u32)> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let known = std::mem::take(&mut *seen);
        let mut due = Vec::new();
        for one in standing {
            let still = known.get(one).copied().unwrap_or(Still { since: now, announced: 0 });
            seen.insert(*one, still);
            if now >= still.since + STILL * (1 << still.announced.min(MOST_DOUBLINGS)) {
                due.push((*one, still.announced));
            }
        }
        due
    }

    fn note(&self, standing: Standing, now: Timestamp) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(still) = seen.get_mut(&standing) {
            still.since = now;
            still.announced += 1;
        }
    }
}

#[tracing::instrument(skip_all, fields(case.id = %standing.case()))]
async fn announce(deps: &Deps, standing: Standing, announced: u32, now: Timestamp) -> Result<(), JobError> {
    let case = standing.case();
    let first = intakes::first_of_case(&deps.store, case).await?;
    let first = first.ok_or(JobError::Poison("the case has no intake"))?;
    let (fact, cause) = match standing {
        Standing::Received(case) => (Fact::IntakeReceived { intake: first, case }, Cause::Case(case)),
        Standing::Triaged(case, _) => (Fact::CaseTriaged { case, intake: first }, Cause::Case(case)),
        Standing::Untriaged(intake, case) => (Fact::IntakeReceived { intake, case }, Cause::Intake(intake)),
    };
    let event = deps.event(fact, now);
    let alert = (announced >= UNHEARD).then(|| alert(case, cause));
    tracing::error!(announced, "a case stands undecided; it is announced again");
    deps.store
        .transact(move |tx| {
            Box::pin(async move {
                outbox::add(tx, &event).await?;
                letters::queue(tx, alert.as_slice(), now).await?;
                Ok(())
            })
        })
        .await
}
