//! Weighs past intakes by other files: what would be different, and why.
//!
//! It reads page by page and weighs on threads where nothing else waits. A page
//! too many is never read: whoever reads the steps slowly slows it down, and
//! whoever stops reading ends it. Nothing is changed but the audit trail: a row
//! at the start with what was asked, one for each page whose changes are told
//! with their names, before they are, and one at the end.

use std::{
    collections::{HashMap, VecDeque},
    num::NonZero,
    sync::Arc,
    thread,
};

use futures::{
    StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};
use jiff::Timestamp;
use rapport_domain::{
    id::IntakeId,
    practice::Practice,
    protocol::Protocol,
    replay::{Change, Refit, Tally},
};
use rapport_runtime::Clock;
use rapport_store::{AuditEntry, SealedIntake, Store, StoreError, audit, intakes, protocols};

/// Intakes in a page: enough that statements cost little beside weighing, few enough for one audit row.
const PAGE: u64 = 256;
/// Older protocols that are kept ready; a practice has hardly as many.
const MOST_OLDER: usize = 64;

/// What somebody wants to know.
#[derive(Clone)]
pub struct Replay {
    /// The files to try.
    pub candidate: Arc<Protocol>,
    /// The practice, for its zone: an age is one on a day there.
    pub practice: Arc<Practice>,
    /// Only intakes that were received from then on.
    pub since: Option<Timestamp>,
    /// Who asks, as the audit trail names them.
    pub principal: String,
    /// In which role.
    pub role: &'static str,
    /// The RPC or the command.
    pub method: &'static str,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// A step: progress and changes in turn, then the summary, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// How far it is.
    Progress {
        /// Intakes that were looked at.
        done: u64,
        /// Intakes that there were when it began.
        total: u64,
    },
    /// One intake for which something would be different.
    Change(Box<Change>),
    /// What was counted over all of them.
    Summary(Box<Tally>),
}

/// Begins; the steps come as they are read.
///
/// # Errors
/// Where the database fails.
pub async fn run(store: Store, replay: Replay) -> Result<BoxStream<'static, Result<Step, StoreError>>, StoreError> {
    let total = intakes::count(&store, replay.since).await?;
    replay.note(&store, replay.asked()).await?;
    let (tally, ready) = (Tally::default(), VecDeque::from([Step::Progress { done: 0, total }]));
    let pages = pages(store.clone(), replay.clone());
    let teller = Teller { store, replay, pages, tally, ready, done: 0, total, over: false };
    Ok(stream::try_unfold(teller, Teller::next).boxed())
}

impl Replay {
    fn asked(&self) -> Vec<String> {
        let since = self.since.map(|since| format!("since/{since}"));
        std::iter::once(format!("protocols/{}", self.candidate.digest())).chain(since).collect()
    }

    async fn note(&self, store: &Store, resources: Vec<String>) -> Result<(), StoreError> {
        let entry = AuditEntry {
            at: self.clock.now(),
            principal: self.principal.clone(),
            role: self.role,
            method: self.method,
            resources,
            outcome: "OK",
        };
        audit::write(store, &entry).await
    }
}

/// Tells what was found, a step at a time.
struct Teller {
    store: Store,
    replay: Replay,
    pages: BoxStream<'static, Result<Found, StoreError>>,
    tally: Tally,
    ready: VecDeque<Step>,
    done: u64,
    total: u64,
    over: bool,
}

/// What was found in one page.
struct Found {
    tally: Tally,
    changes: Vec<Change>,
}

impl Teller {
    async fn next(mut self) -> Result<Option<(Step, Self)>, StoreError> {
        loop {
            if let Some(step) = self.ready.pop_front() {
                return Ok(Some((step, self)));
            }
            if self.over {
                return Ok(None);
            }
            match self.pages.try_next().await? {
                Some(found) => self.take(found).await?,
                None => {
                    self.replay.note(&self.store, self.replay.asked()).await?;
                    self.ready.push_back(Step::Summary(Box::new(std::mem::take(&mut self.tally))));
                    self.over = true;
                }
            }
        }
    }

    async fn take(&mut self, found: Found) -> Result<(), StoreError> {
        let names = |change: &Change| [change.case.to_string(), change.intake.to_string()];
        let told: Vec<_> = found.changes.iter().flat_map(names).collect();
        if !told.is_empty() {
            self.replay.note(&self.store, told).await?;
        }
        self.tally.merge(&found.tally);
        self.done += found.tally.weighed() + found.tally.unreadable;
        self.ready.extend(found.changes.into_iter().map(|change| Step::Change(Box::new(change))));
        self.ready.push_back(Step::Progress { done: self.done, total: self.total.max(self.done) });
        Ok(())
    }
}

/// Where reading stands.
struct Reader {
    store: Store,
    replay: Replay,
    after: Option<IntakeId>,
    /// By digest; none where a protocol is not there or no longer understood.
    older: HashMap<String, Option<Arc<Refit>>>,
}

/// What each page holds, in order; as many are weighed at once as there are processors.
fn pages(store: Store, replay: Replay) -> BoxStream<'static, Result<Found, StoreError>> {
    let at_once = thread::available_parallelism().map_or(1, NonZero::get);
    let reader = Reader { store: store.clone(), replay: replay.clone(), after: None, older: HashMap::new() };
    stream::try_unfold(reader, Reader::next)
        .map_ok(move |page| {
            let (store, practice) = (store.clone(), Arc::clone(&replay.practice));
            on_a_thread(move || weigh(&store, &practice, page))
        })
        .try_buffered(at_once)
        .boxed()
}

type Page = Vec<(SealedIntake, Option<Arc<Refit>>)>;

impl Reader {
    async fn next(mut self) -> Result<Option<(Page, Self)>, StoreError> {
        let sealed = intakes::page(&self.store, self.after, self.replay.since, PAGE).await?;
        let Some(last) = sealed.last() else { return Ok(None) };
        self.after = Some(last.id());
        let mut page = Page::with_capacity(sealed.len());
        for intake in sealed {
            let refit = self.refit(intake.protocol()).await?;
            page.push((intake, refit));
        }
        Ok(Some((page, self)))
    }

    async fn refit(&mut self, digest: &str) -> Result<Option<Arc<Refit>>, StoreError> {
        if let Some(known) = self.older.get(digest) {
            return Ok(known.clone());
        }
        let bundle = protocols::load(&self.store, digest).await?;
        let candidate = Arc::clone(&self.replay.candidate);
        let refit = on_a_thread(move || {
            let pinned = bundle.and_then(|bundle| Protocol::from_bundle(&bundle).ok());
            pinned.map(|pinned| Arc::new(Refit::new(Arc::new(pinned), candidate)))
        });
        let refit = refit.await?;
        if self.older.len() == MOST_OLDER {
            self.older.clear();
        }
        self.older.insert(digest.to_owned(), refit.clone());
        Ok(refit)
    }
}

fn weigh(store: &Store, practice: &Practice, page: Page) -> Found {
    let mut found = Found { tally: Tally::default(), changes: Vec::new() };
    for (sealed, refit) in page {
        let (Some(refit), Ok(intake)) = (refit, sealed.open(store)) else {
            found.tally.unreadable += 1;
            continue;
        };
        let subject = practice.subject(&intake.submission, intake.care.care(), intake.received_at);
        let weighed = refit.weigh(&subject);
        let change = weighed.change(intake.id, intake.case);
        found.tally.add(&weighed, change.is_some());
        found.changes.extend(change);
    }
    found
}

async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::CutOff)
}
