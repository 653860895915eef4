//! The worker: everything that happens to an intake after it was stored and
//! before its letter is written.
//!
//! Read it as an intake passes through: [`relay`] publishes what the outbox
//! holds; [`consumers`] lists who hears it; [`triage_intake`] scores and applies
//! the rules; [`match_case`] finds a therapist and a time, or puts the case
//! before staff. Then what the clock does: [`release_holds`] and
//! [`expire_holds`] end holds, [`resume_cases`] sees to those that stand still,
//! [`walk_alerts`] tells the on-call chain until somebody acknowledges, [`escalate_overdue`] of what was promised and
//! not kept, [`watch_hours`] finds sessions that hours no longer hold, [`remind`], [`send_digest`] and [`warn_licences`]
//! queue what clients and the practice are written, [`purge`] forgets what is no longer needed.
//! [`job`] says what retries and what fails. Every step can be called by itself,
//! with the time as the injected clock has it.

use std::sync::Arc;

use jiff::Timestamp;
use rapport_domain::{
    event::{Event, Fact},
    id::EventId,
    practice::Practice,
};
use rapport_messaging::Transport;
use rapport_runtime::{Clock, Ids};
use rapport_store::Store;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use resume_cases::ResumeCases;

pub mod consumers;
pub mod escalate_overdue;
pub mod expire_holds;
pub mod job;
pub mod match_case;
pub mod purge;
pub mod relay;
pub mod release_holds;
pub mod remind;
pub mod resume_cases;
pub mod seal_audit;
pub mod send_digest;
pub mod triage_intake;
pub mod walk_alerts;
pub mod warn_licences;
pub mod watch_hours;

mod book;
mod dossier;
pub mod openings;
mod protocols;
mod refer;
mod second_partner;
mod timer;

/// The worker's settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Messages of one queue that are worked on at a time.
    pub concurrency: usize,
}

impl Default for Config {
    /// Eight keep two cores and a share of the sixteen connections busy.
    fn default() -> Self {
        Self { concurrency: 8 }
    }
}

/// What every job is handed.
#[derive(Clone)]
pub struct Deps {
    /// Rows.
    pub store: Store,
    /// Events.
    pub transport: Arc<dyn Transport>,
    /// The practice's files, as they are today.
    pub practice: Arc<Practice>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn Ids>,
}

/// Takes every step of the clock once, and waits for nothing: for whoever moves the clock by hand.
///
/// # Errors
/// The first step that fails.
pub async fn take_steps(deps: &Deps) -> Result<(), job::JobError> {
    let now = deps.clock.now();
    release_holds::release_due(deps, now).await?;
    escalate_overdue::escalate_due(deps, now).await?;
    walk_alerts::walk_due(deps, now).await?;
    watch_hours::watch(deps, now).await?;
    remind::remind(deps, now).await?;
    send_digest::send_digest(deps, now).await?;
    Ok(())
}

impl Deps {
    /// Something that happens now.
    fn event(&self, fact: Fact, now: Timestamp) -> Event {
        Event { id: EventId::new(self.ids.uuid()), occurred_at: now, fact }
    }
}

/// Works until `stop`.
///
/// # Errors
/// None today: every part outlives what it depends on.
pub async fn run(config: Config, deps: Deps, stop: CancellationToken) -> anyhow::Result<()> {
    let (undecided, clock) = (ResumeCases::new(deps.clone()), &*deps.clock);
    tokio::join!(
        relay::run(&deps, &stop),
        consumers::run(&config, &deps, &stop),
        timer::every(&release_holds::TIMER, clock, &stop, &deps, release_holds::release_due),
        timer::every(&resume_cases::TIMER, clock, &stop, &undecided, ResumeCases::resume),
        timer::every(&escalate_overdue::TIMER, clock, &stop, &deps, escalate_overdue::escalate_due),
        timer::every(&walk_alerts::TIMER, clock, &stop, &deps, walk_alerts::walk_due),
        timer::every(&seal_audit::TIMER, clock, &stop, &deps, seal_audit::seal_audit),
        timer::every(&watch_hours::TIMER, clock, &stop, &deps, watch_hours::watch),
        timer::every(&remind::TIMER, clock, &stop, &deps, remind::remind),
        timer::every(&send_digest::TIMER, clock, &stop, &deps, send_digest::send_digest),
        timer::every(&warn_licences::TIMER, clock, &stop, &deps, warn_licences::warn),
        timer::every(&purge::TIMER, clock, &stop, &deps, purge::purge),
    );
    Ok(())
}
