//! The one list of consumers, and how each answers the transport.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use rapport_domain::event::Event;
use rapport_messaging::{
    Handler, Message, Queue, Verdict,
    topology::{MATCH_CASE, TRIAGE_INTAKE},
};
use rapport_proto::event::decode;
use tokio_util::sync::CancellationToken;

use crate::{Config, Deps, job::JobError, match_case::MatchCase, protocols::Protocols, triage_intake::TriageIntake};

/// Tries at once after somebody else changed the same row. Two workers meet on a row; more than two seldom do.
const CONFLICT_TRIES: u32 = 5;
/// Seconds of waiting for a database that does not answer before the message goes back to the transport: 63 seconds in all, so that
/// a failover costs no retry tier, and well below the half hour after which a broker takes a message away.
const STORE_WAITS: [u64; 6] = [1, 2, 4, 8, 16, 32];

/// Everything that the worker hears, and who works on it.
#[must_use]
pub fn all(deps: &Deps) -> [Consumer; 2] {
    let protocols = Protocols::default();
    let triage = TriageIntake::new(deps.clone(), protocols.clone());
    [
        Consumer { queue: TRIAGE_INTAKE, job: Arc::new(triage) },
        Consumer { queue: MATCH_CASE, job: Arc::new(MatchCase::new(deps.clone(), protocols)) },
    ]
}

/// Consumes every queue of the list until `stop`.
pub(crate) async fn run(config: &Config, deps: &Deps, stop: &CancellationToken) {
    let consuming = all(deps).map(async |consumer| {
        let queue = consumer.queue;
        deps.transport.consume(&queue, config.concurrency, Arc::new(consumer), stop.clone()).await;
    });
    futures::future::join_all(consuming).await;
}

/// Work on one event. Doing it twice does nothing the second time.
#[async_trait]
pub(crate) trait Job: Send + Sync {
    async fn run(&self, event: &Event) -> Result<(), JobError>;
}

/// A queue and who works on its messages.
pub struct Consumer {
    /// What it hears.
    pub queue: Queue,
    job: Arc<dyn Job>,
}

#[async_trait]
impl Handler for Consumer {
    /// Undecodable and poisonous messages fail; what the store or a race kept from being done retries.
    async fn handle(&self, message: &Message) -> Verdict {
        let event = match decode(&message.body) {
            Ok(event) => event,
            Err(error) => return Verdict::Fail(error.to_string()),
        };
        let mut conflicts = 0;
        let mut waits = STORE_WAITS.iter();
        loop {
            match self.job.run(&event).await {
                Ok(()) => return Verdict::Done,
                Err(error @ JobError::Poison(_)) => return Verdict::Fail(error.to_string()),
                Err(JobError::Conflict) if conflicts < CONFLICT_TRIES => conflicts += 1,
                Err(JobError::Store(error)) if error.is_transient() => match waits.next() {
                    Some(seconds) => tokio::time::sleep(Duration::from_secs(*seconds)).await,
                    None => return Verdict::Retry(error.to_string()),
                },
                Err(error) => return Verdict::Retry(error.to_string()),
            }
        }
    }
}
