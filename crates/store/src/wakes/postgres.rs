//! Wakes between processes by LISTEN and NOTIFY.
//!
//! NOTIFY takes a lock on the whole database until its transaction commits, so
//! it is never sent from within one that does work: each process sends at most
//! one every [`PAUSE`] on a connection of its own, for everything since the last.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use sqlx::{Connection, PgConnection, postgres::PgListener};
use tokio::{
    sync::Notify,
    task::{AbortHandle, spawn},
    time::sleep,
};
use uuid::Uuid;

use super::Here;

/// One channel per database: PostgreSQL keeps those of different databases apart.
const CHANNEL: &str = "rapport_wakes";

/// The least time between two NOTIFYs of one process.
const PAUSE: Duration = Duration::from_millis(5);

/// How long to wait before connecting again.
const RECONNECT: Duration = Duration::from_secs(1);

/// Every topic.
const ALL: u8 = u8::MAX;

/// Tells other processes, and is told by them, until it is dropped.
pub(super) struct Outward {
    waiting: Arc<Waiting>,
    tasks: [AbortHandle; 2],
}

/// What the others were not told yet.
#[derive(Default)]
struct Waiting {
    topics: AtomicU8,
    some: Notify,
}

impl Outward {
    pub(super) fn start(url: &str, here: Arc<Here>) -> Self {
        let waiting = Arc::<Waiting>::default();
        // Tells our own notifications from others'.
        let myself = rapport_security::new_id(0);
        let tasks = [
            spawn(tell_others(url.to_owned(), Arc::clone(&waiting), myself)).abort_handle(),
            spawn(hear_others(url.to_owned(), here, myself)).abort_handle(),
        ];
        Self { waiting, tasks }
    }

    pub(super) fn tell(&self, topics: u8) {
        self.waiting.topics.fetch_or(topics, Ordering::AcqRel);
        self.waiting.some.notify_one();
    }
}

impl Drop for Outward {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn tell_others(url: String, waiting: Arc<Waiting>, myself: Uuid) {
    let mut connection = None;
    loop {
        waiting.some.notified().await;
        let topics = waiting.topics.swap(0, Ordering::AcqRel);
        if topics != 0 && notify(&mut connection, &url, &format!("{myself} {topics}")).await.is_err() {
            connection = None;
            waiting.topics.fetch_or(topics, Ordering::AcqRel);
            waiting.some.notify_one();
            sleep(RECONNECT).await;
        }
        sleep(PAUSE).await;
    }
}

async fn notify(connection: &mut Option<PgConnection>, url: &str, payload: &str) -> Result<(), sqlx::Error> {
    let connection = match connection {
        Some(connection) => connection,
        None => connection.insert(PgConnection::connect(url).await?),
    };
    sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(payload).execute(connection).await.map(drop)
}

async fn hear_others(url: String, here: Arc<Here>, myself: Uuid) {
    let myself = myself.to_string();
    loop {
        // Whatever ended the listening, it starts anew; what was missed is covered by waking everybody.
        let _ = listen(&url, &here, &myself).await;
        sleep(RECONNECT).await;
    }
}

async fn listen(url: &str, here: &Here, myself: &str) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect(url).await?;
    listener.listen(CHANNEL).await?;
    here.wake(ALL);
    loop {
        match listener.try_recv().await? {
            Some(told) => match told.payload().split_once(' ') {
                Some((sender, _)) if sender == myself => {}
                Some((_, topics)) => here.wake(topics.parse().unwrap_or(ALL)),
                None => here.wake(ALL),
            },
            // The connection was lost, and notifications with it.
            None => here.wake(ALL),
        }
    }
}
