//! Events that wait to be published; committed with what they tell of.

use jiff::Timestamp;
use rapport_domain::event::Event;
use rapport_messaging::{PublishError, Transport};

use crate::{Conn, Store, StoreError, Tx};

/// Adds an event.
///
/// # Errors
/// Where the database fails.
pub async fn add(_tx: &Tx, _event: &Event) -> Result<(), StoreError> {
    todo!()
}

/// What one batch came to.
#[derive(Debug, Default)]
pub struct Relayed {
    /// Events that were published and marked so.
    pub published: u64,
    /// Why the rest of the batch stays in the outbox.
    pub failed: Option<PublishError>,
}

/// Publishes the oldest events that wait, at most `limit`, and marks those that
/// were confirmed. Two relays never hold the same row; one that dies leaves its
/// rows unpublished. For the local transport, deliveries are written in the
/// transaction that marks the row.
///
/// # Errors
/// Where the database fails; then nothing is marked.
pub async fn relay_batch(
    _store: &Store,
    _transport: &dyn Transport,
    _limit: u32,
    _now: Timestamp,
) -> Result<Relayed, StoreError> {
    todo!()
}

/// Forgets events published before this time; returns how many.
///
/// # Errors
/// Where the database fails.
pub async fn purge_published_before(_conn: &impl Conn, _before: Timestamp) -> Result<u64, StoreError> {
    todo!()
}
