//! How the installation does, for the light on staff's pages.

use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use rapport_domain::{
    health::{Signs, examine},
    practice::roster::licences_to_renew,
};
use rapport_messaging::topology::QUEUES;
use rapport_proto::staff as pb;
use rapport_store::{health, therapists};
use tokio::sync::Mutex;

use crate::{Deps, refusal::Refusal, view};

/// Every open page of the staff asks; the queues and tables are looked into once for all of them.
const KEPT: SignedDuration = SignedDuration::from_secs(5);

/// What was found last, and when.
#[derive(Default)]
pub(crate) struct LastLook(Mutex<Option<(Timestamp, pb::Health)>>);

/// What is behind the light. It tells of nobody, and so leaves no row in the audit trail.
pub(crate) async fn run(deps: &Deps, last: &LastLook) -> Result<pb::Health, Refusal> {
    let now = deps.clock.now();
    let mut last = last.0.lock().await;
    if let Some((at, health)) = &*last
        && (SignedDuration::ZERO..KEPT).contains(&at.duration_until(now))
    {
        return Ok(health.clone());
    }
    let found = view::health(&examine(&signs(deps, now).await?), now);
    *last = Some((now, found.clone()));
    Ok(found)
}

async fn signs(deps: &Deps, now: Timestamp) -> Result<Signs, Refusal> {
    let depths = try_join_all(QUEUES.iter().map(|queue| deps.transport.depth(queue))).await;
    if let Err(error) = &depths {
        tracing::warn!(error = error as &dyn std::error::Error, "the queues cannot be looked into");
    }
    let backlog = health::backlog(&deps.store, now).await?;
    let (everybody, today) = (therapists::all(&deps.store).await?, deps.practice.today(now));
    let licences = licences_to_renew(&everybody, today);
    let (ended, ending): (Vec<_>, Vec<_>) = licences.partition(|(_, licence)| licence.expires < today);
    Ok(Signs {
        now,
        dead_letters: depths.ok().map(|depths| depths.iter().map(|depth| depth.dead).sum()),
        outbox: backlog.outbox,
        undecided: backlog.undecided,
        letters_due: backlog.letters_due,
        letters_refused: backlog.letters_refused,
        letters_unknown: backlog.letters_unknown,
        unsealed: backlog.unsealed,
        licences_ending: ending.len() as u64,
        licences_ended: ended.len() as u64,
    })
}
