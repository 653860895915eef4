//! Roster and calendar as this process sees them: read together, kept for a
//! moment, and shared by the cases that are matched at the same time.
//!
//! Reading every block of two weeks for each case costs more than all else
//! that a match does, and cases matched at once would all rank the same time
//! first, so that all but one would be refused. Here the next case already sees
//! what the one before it chose. What other processes take meanwhile is seen a
//! moment late: the database refuses an overlap, and a case is put before staff
//! only after a look that was taken for it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use rapport_domain::{
    calendar::{busy::Busy, taken::Taken},
    matching::Therapist,
    practice::Practice,
};
use rapport_store::{Store, StoreError, calendar, therapists};

/// How old a shared look may be: long enough that a busy worker reads the calendar a few times a second,
/// short enough that a freed time is soon offered again.
const FRESH: Duration = Duration::from_millis(250);

/// Where cases find a look that is fresh enough.
#[derive(Clone)]
pub(crate) struct Openings {
    store: Store,
    practice: Arc<Practice>,
    /// Held while one reads: the others wait and find its look.
    last: Arc<tokio::sync::Mutex<Option<Arc<Look>>>>,
    /// With the revision that it was read at: hours that were worked out are kept with it.
    roster: Arc<tokio::sync::Mutex<Option<ReadAt>>>,
}

/// A roster with the revision that it was read at.
type ReadAt = (i64, Arc<Vec<Therapist>>);

/// The roster, and what was taken within a span of time.
pub(crate) struct Look {
    pub(crate) therapists: Arc<Vec<Therapist>>,
    taken: Mutex<Taken>,
    span: (Timestamp, Timestamp),
    began: Instant,
}

impl Openings {
    pub(crate) fn new(store: Store, practice: Arc<Practice>) -> Self {
        Self { store, practice, last: Arc::default(), roster: Arc::default() }
    }

    /// A look at this span that may be shared.
    pub(crate) async fn shared(&self, span: (Timestamp, Timestamp)) -> Result<Arc<Look>, StoreError> {
        let mut last = self.last.lock().await;
        if let Some(look) = last.as_ref().filter(|look| look.began.elapsed() < FRESH && look.covers(span)) {
            return Ok(Arc::clone(look));
        }
        Ok(Arc::clone(last.insert(self.look(span).await?)))
    }

    /// A look of one's own, taken now; nobody else's choice that is not in the database counts in it.
    pub(crate) async fn own(&self, span: (Timestamp, Timestamp)) -> Result<Arc<Look>, StoreError> {
        self.look(span).await
    }

    async fn look(&self, span: (Timestamp, Timestamp)) -> Result<Arc<Look>, StoreError> {
        let began = Instant::now();
        let therapists = self.roster().await?;
        let busy = calendar::busy(&self.store, span.0, span.1).await?;
        let taken = Mutex::new(Taken::new(&self.practice.zone, &busy));
        Ok(Arc::new(Look { therapists, taken, span, began }))
    }

    /// The roster of today, read again only where anything on it has changed.
    async fn roster(&self) -> Result<Arc<Vec<Therapist>>, StoreError> {
        let revision = therapists::revision(&self.store).await?;
        let mut kept = self.roster.lock().await;
        if let Some((_, roster)) = kept.as_ref().filter(|(read_at, _)| *read_at == revision) {
            return Ok(Arc::clone(roster));
        }
        let roster = Arc::new(therapists::all(&self.store).await?);
        *kept = Some((revision, Arc::clone(&roster)));
        Ok(roster)
    }
}

impl Look {
    fn covers(&self, (from, to): (Timestamp, Timestamp)) -> bool {
        self.span.0 <= from && to <= self.span.1
    }

    /// Chooses by what is taken, and takes what was chosen, before the next case chooses.
    pub(crate) fn choose<T>(&self, choose: impl FnOnce(&Taken) -> (T, Vec<Busy>)) -> T {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let (chosen, blocks) = choose(&taken);
        blocks.iter().for_each(|block| taken.add(block));
        chosen
    }
}
