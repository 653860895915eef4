//! A case whose event died is announced again: where the database was away for
//! longer than every retry, its message is a dead letter and nothing else would
//! ever move it (received, or triaged, and nothing decided).
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
    id::CaseId,
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
    seen: Mutex<BTreeMap<CaseId, Still>>,
}

/// Since when a case has stood as it does.
#[derive(Clone, Copy)]
struct Still {
    version: i64,
    since: Timestamp,
    announced: u32,
}

impl ResumeCases {
    /// Has seen no case yet.
    #[must_use]
    pub fn new(deps: Deps) -> Self {
        Self { deps, seen: Mutex::default() }
    }

    /// Announces every case that has stood still for too long, and says how many those are.
    ///
    /// # Errors
    /// Where the store fails; the rest is announced at the next turn.
    pub async fn resume(&self, now: Timestamp) -> Result<usize, JobError> {
        let undecided = cases::undecided(&self.deps.store, BATCH).await?;
        let due = self.due(&undecided, now);
        for (case, announced) in &due {
            announce(&self.deps, case, *announced, now).await?;
            self.note(case, now);
        }
        Ok(due.len())
    }

    /// Those that have not moved for long enough, with how often they were announced before. Whatever moved is forgotten.
    fn due(&self, undecided: &[Case], now: Timestamp) -> Vec<(Case, u32)> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let known = std::mem::take(&mut *seen);
        let mut due = Vec::new();
        for case in undecided {
            let fresh = Still { version: case.version, since: now, announced: 0 };
            let still = known.get(&case.id).copied().filter(|still| still.version == case.version).unwrap_or(fresh);
            seen.insert(case.id, still);
            if now >= still.since + STILL * (1 << still.announced.min(MOST_DOUBLINGS)) {
                due.push((case.clone(), still.announced));
            }
        }
        due
    }

    fn note(&self, case: &Case, now: Timestamp) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(still) = seen.get_mut(&case.id) {
            still.since = now;
            still.announced += 1;
        }
    }
}

#[tracing::instrument(skip_all, fields(case.id = %case.id))]
async fn announce(deps: &Deps, case: &Case, announced: u32, now: Timestamp) -> Result<(), JobError> {
    let first = intakes::first_of_case(&deps.store, case.id).await?;
    let intake = first.ok_or(JobError::Poison("the case has no intake"))?;
    let event = match case.state {
        CaseState::Received => Fact::IntakeReceived { intake, case: case.id },
        _ => Fact::CaseTriaged { case: case.id, intake },
    };
    let event = deps.event(event, now);
    let alert = (announced >= UNHEARD).then(|| alert(case.id, Cause::Case(case.id)));
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
