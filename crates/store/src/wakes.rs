//! Who is told after a commit that there is something to do or to show.
//!
//! A wake is a hint: it may come for nothing, and on PostgreSQL it may be lost
//! for a moment, so everybody who waits also looks by themselves, slowly.

use std::sync::Arc;

use tokio::sync::watch;

mod postgres;

use postgres::Outward;

/// What there is news about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// Events to relay.
    Outbox,
    /// Letters to send.
    Letters,
    /// Cases to show.
    Cases,
    /// Messages of the local transport.
    Deliveries,
}

impl Topic {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Outbox, Self::Letters, Self::Cases, Self::Deliveries];

    /// Its bit in a set of topics.
    pub(crate) const fn bit(self) -> u8 {
        match self {
            Self::Outbox => 1,
            Self::Letters => 2,
            Self::Cases => 4,
            Self::Deliveries => 8,
        }
    }
}

/// Tells and is told, in this process and, on PostgreSQL, in every other.
pub struct Wakes {
    here: Arc<Here>,
    others: Option<Outward>,
}

/// Waits for news about one topic.
pub struct Wake(watch::Receiver<()>);

impl Wakes {
    /// Waits for news about a topic; what happens from now on is not missed.
    #[must_use]
    pub fn subscribe(&self, topic: Topic) -> Wake {
        Wake(self.here.of(topic).subscribe())
    }

    /// Tells everybody. Store functions do so by themselves after their commit.
    pub fn wake(&self, topic: Topic) {
        self.wake_all(topic.bit());
    }

    /// Tells everybody about a set of topics.
    pub(crate) fn wake_all(&self, topics: u8) {
        self.here.wake(topics);
        if let Some(others) = &self.others {
            others.tell(topics);
        }
    }

    /// For SQLite, whose database has one process.
    pub(crate) fn in_process() -> Self {
        Self { here: Arc::default(), others: None }
    }

    /// For PostgreSQL.
    pub(crate) fn across_processes(url: &str) -> Self {
        let here = Arc::<Here>::default();
        let others = Outward::start(url, Arc::clone(&here));
        Self { here, others: Some(others) }
    }
}

impl Wake {
    /// Returns at the next news, at once where some came since the last call.
    pub async fn changed(&mut self) {
        if self.0.changed().await.is_err() {
            // The store is gone: there is no more news.
            std::future::pending::<()>().await;
        }
    }
}

/// This process's waiters.
#[derive(Default)]
struct Here {
    outbox: watch::Sender<()>,
    letters: watch::Sender<()>,
    cases: watch::Sender<()>,
    deliveries: watch::Sender<()>,
}

impl Here {
    const fn of(&self, topic: Topic) -> &watch::Sender<()> {
        match topic {
            Topic::Outbox => &self.outbox,
            Topic::Letters => &self.letters,
            Topic::Cases => &self.cases,
            Topic::Deliveries => &self.deliveries,
        }
    }

    fn wake(&self, topics: u8) {
        for topic in Topic::ALL {
            if topics & topic.bit() != 0 {
                self.of(topic).send_replace(());
            }
        }
    }
}
