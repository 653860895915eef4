//! Roster and calendar as this process sees them: read whole once, brought up to
//! date before each use, and shared by the cases that are matched at the same time.
//!
//! Reading every block of eight weeks for each case would cost more than all else
//! that a match does, so only what changed since the last look is read again; the
//! database keeps the list. And cases matched at once would all rank the same time
//! first, so that all but one would be refused: here the next case already sees
//! what the one before it chose, for a moment, until that stands in the database or
//! is forgotten. What other processes take meanwhile is seen a moment late: the
//! database refuses an overlap, and a case is put before staff only after a look
//! that was taken for it.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use rapport_domain::{
    calendar::{busy::Busy, taken::Taken},
    matching::Therapist,
    practice::Practice,
};
use rapport_store::{
    Store, StoreError, calendar,
    calendar_changes::{self, Changes, KEPT, Mark, ROSTER},
    therapists,
};

/// How old a shared look may be, and how long a choice counts that stands in no database yet: long enough that a busy
/// worker asks a few times a second, short enough that a freed time is soon offered again.
pub const FRESH: Duration = Duration::from_millis(250);

/// How far ahead a look reads: further than any promise, and so far that it is not read whole again every week.
const AHEAD: SignedDuration = SignedDuration::from_hours(8 * 7 * 24);

/// Where more than so many resources changed, everything is read again: one statement instead of a long list.
const MOST_CHANGES: usize = 64;

/// Where cases find a look that is fresh enough.
#[derive(Clone)]
pub struct Openings {
    store: Store,
    practice: Arc<Practice>,
    fresh: Duration,
    /// Held while one reads: the others wait and find its look.
    last: Arc<tokio::sync::Mutex<Option<Arc<Look>>>>,
    /// With the revision that it was read at: hours that were worked out are kept with it.
    roster: Arc<tokio::sync::Mutex<Option<ReadAt>>>,
}

/// A roster with the revision that it was read at.
type ReadAt = (i64, Arc<Vec<Therapist>>);

/// The roster, and what was taken within a span of time.
pub struct Look {
    /// Everybody.
    pub therapists: Arc<Vec<Therapist>>,
    span: (Timestamp, Timestamp),
    seen: Mutex<Seen>,
}

/// The calendar, as far as it was seen.
struct Seen {
    taken: Taken,
    /// What was chosen here and when; none of it may be in the database yet.
    chosen: Vec<(Instant, Busy)>,
    mark: Mark,
    at: Instant,
}

impl Openings {
    /// Nothing is read before somebody asks. A shared look is at most `fresh` old: [`FRESH`], but for a benchmark.
    #[must_use]
    pub fn new(store: Store, practice: Arc<Practice>, fresh: Duration) -> Self {
        Self { store, practice, fresh, last: Arc::default(), roster: Arc::default() }
    }

    /// A look at this span that may be shared.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn shared(&self, span: (Timestamp, Timestamp)) -> Result<Arc<Look>, StoreError> {
        let mut last = self.last.lock().await;
        if let Some(look) = last.as_ref().filter(|look| look.covers(span))
            && (look.age() < self.fresh || self.renew(look).await?)
        {
            return Ok(Arc::clone(look));
        }
        Ok(Arc::clone(last.insert(self.look((span.0, span.1.max(span.0 + AHEAD))).await?)))
    }

    /// A look of one's own, taken now; nobody else's choice that is not in the database counts in it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn own(&self, span: (Timestamp, Timestamp)) -> Result<Arc<Look>, StoreError> {
        self.look(span).await
    }

    async fn look(&self, span: (Timestamp, Timestamp)) -> Result<Arc<Look>, StoreError> {
        let at = Instant::now();
        let mark = calendar_changes::since(&self.store, None).await?.mark;
        let therapists = self.roster().await?;
        let busy = calendar::busy(&self.store, span.0, span.1).await?;
        let taken = Taken::new(&self.practice.zone, &busy);
        let seen = Mutex::new(Seen { taken, chosen: Vec::new(), mark, at });
        Ok(Arc::new(Look { therapists, span, seen }))
    }

    /// Reads again what changed; `false` where that is so much, or so long ago, that everything should be.
    async fn renew(&self, look: &Look) -> Result<bool, StoreError> {
        // Half of what is kept: the database's clock and ours need not agree to the second.
        if look.age() > KEPT / 2 {
            return Ok(false);
        }
        let at = Instant::now();
        let since = look.seen().mark;
        let Changes { mark, mut resources } = calendar_changes::since(&self.store, Some(since)).await?;
        resources.extend(look.forgotten(self.fresh));
        if resources.contains(ROSTER) || resources.len() > MOST_CHANGES {
            return Ok(false);
        }
        let blocks = match resources.is_empty() {
            true => Vec::new(),
            false => calendar::busy_of(&self.store, &resources, look.span.0, look.span.1).await?,
        };
        look.replace(&resources, &blocks, self.fresh, (mark, at));
        Ok(true)
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

    fn age(&self) -> Duration {
        self.seen().at.elapsed()
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Chooses by what is taken, and takes what was chosen, before the next case chooses.
    pub fn choose<T>(&self, choose: impl FnOnce(&Taken) -> (T, Vec<Busy>)) -> T {
        let mut seen = self.seen();
        let (chosen, blocks) = choose(&seen.taken);
        for block in blocks {
            seen.taken.add(&block);
            seen.chosen.push((Instant::now(), block));
        }
        chosen
    }

    /// Where something was chosen so long ago that it stands in the database by now, or never will.
    fn forgotten(&self, fresh: Duration) -> BTreeSet<String> {
        let seen = self.seen();
        let old = seen.chosen.iter().filter(|(at, _)| at.elapsed() >= fresh);
        old.map(|(_, block)| block.resource.clone()).collect()
    }

    /// Puts what was read in the place of what was known of these resources. A choice of the last moment stays.
    fn replace(&self, resources: &BTreeSet<String>, blocks: &[Busy], fresh: Duration, (mark, at): (Mark, Instant)) {
        let mut seen = self.seen();
        let Seen { taken, chosen, .. } = &mut *seen;
        resources.iter().for_each(|resource| taken.forget(resource));
        blocks.iter().for_each(|block| taken.add(block));
        chosen.retain(|(at, choice)| {
            let is_read = resources.contains(&choice.resource);
            let is_there = is_read && blocks.iter().any(|block| block.appointment == choice.appointment);
            !is_there && (!is_read || at.elapsed() < fresh)
        });
        for (_, choice) in chosen.iter().filter(|(_, choice)| resources.contains(&choice.resource)) {
            taken.add(choice);
        }
        (seen.mark, seen.at) = (mark, at);
    }
}
