//! Events that wait to be published; committed with what they tell of.

use jiff::Timestamp;
use rapport_domain::event::Event;
use rapport_messaging::{Message, PublishError, Transport, transport::Kind};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    Statement,
    sea_query::{LockBehavior, LockType},
};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::{Conn, Store, StoreError, Topic, Tx, column, deliveries, entity::outbox as table, store::sealed::Sealed};

/// Adds an event.
///
/// # Errors
/// Where the database fails.
pub async fn add(tx: &Tx, event: &Event) -> Result<(), StoreError> {
    table::Entity::insert(row(event).into_active_model()).exec_without_returning(tx.db()).await?;
    tx.touch(Topic::Outbox);
    Ok(())
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
    store: &Store,
    transport: &dyn Transport,
    limit: u32,
    now: Timestamp,
) -> Result<Relayed, StoreError> {
    match transport.kind() {
        Kind::Local => deliver_here(store, limit, now).await,
        Kind::Amqp if store.is_postgres() => publish_locked(store, transport, limit, now).await,
        Kind::Amqp => publish_unlocked(store, transport, limit, now).await,
    }
}

/// Forgets events published before this time; returns how many.
///
/// # Errors
/// Where the database fails.
pub async fn purge_published_before(conn: &impl Conn, before: Timestamp) -> Result<u64, StoreError> {
    let gone = table::Entity::delete_many()
        .filter(table::Column::PublishedAt.lt(column::from_time(before)))
        .exec(conn.db())
        .await?;
    Ok(gone.rows_affected)
}

/// The row of a new event.
pub(crate) fn row(event: &Event) -> table::Model {
    table::Model {
        id: event.id.uuid(),
        routing_key: event.fact.routing_key().to_owned(),
        body: rapport_proto::event::encode(event),
        occurred_at: column::from_time(event.occurred_at),
        published_at: None,
    }
}

async fn deliver_here(store: &Store, limit: u32, now: Timestamp) -> Result<Relayed, StoreError> {
    store
        .transact(move |tx| {
            Box::pin(async move {
                let batch = waiting(tx, limit).await?;
                deliveries::enqueue(tx, &batch, now).await?;
                mark(tx, &batch, now).await
            })
        })
        .await
}

/// The rows stay locked while they are published, so that another relay takes
/// others, and are free again the moment this one dies. The transaction has a
/// task of its own; the publishing stays here, where the transport is.
async fn publish_locked(
    store: &Store,
    transport: &dyn Transport,
    limit: u32,
    now: Timestamp,
) -> Result<Relayed, StoreError> {
    let (taken, to_publish) = oneshot::channel::<Vec<Message>>();
    let (confirmed, outcome) = oneshot::channel::<()>();
    let marking = store.transact(move |tx| {
        Box::pin(async move {
            let batch = waiting(tx, limit).await?;
            if batch.is_empty() || taken.send(batch.clone()).is_err() || outcome.await.is_err() {
                return Ok(Relayed::default());
            }
            mark(tx, &batch, now).await
        })
    });
    let publishing = async move {
        let Ok(batch) = to_publish.await else { return None };
        let result = transport.publish(&batch).await;
        if result.is_ok() {
            let _ = confirmed.send(());
        }
        // Dropping `confirmed` unsent ends the transaction with nothing marked.
        result.err()
    };
    let (marked, failed) = futures::join!(marking, publishing);
    Ok(Relayed { failed, ..marked? })
}

/// SQLite with a broker: there is one process, and its one writer must not wait for the broker.
async fn publish_unlocked(
    store: &Store,
    transport: &dyn Transport,
    limit: u32,
    now: Timestamp,
) -> Result<Relayed, StoreError> {
    let batch = waiting(store, limit).await?;
    if batch.is_empty() {
        return Ok(Relayed::default());
    }
    match transport.publish(&batch).await {
        Ok(()) => mark(store, &batch, now).await,
        Err(failed) => Ok(Relayed { published: 0, failed: Some(failed) }),
    }
}

/// The oldest that wait and that no other relay holds: never "behind the last
/// one seen", which would lose rows that commit out of order.
async fn waiting(conn: &impl Conn, limit: u32) -> Result<Vec<Message>, StoreError> {
    let rows = table::Entity::find()
        .filter(table::Column::PublishedAt.is_null())
        .order_by_asc(table::Column::Id)
        .limit(u64::from(limit))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(conn.db())
        .await?;
    let message = |row: table::Model| Message { event_id: row.id, routing_key: row.routing_key, body: row.body };
    Ok(rows.into_iter().map(message).collect())
}

async fn mark(conn: &impl Conn, batch: &[Message], now: Timestamp) -> Result<Relayed, StoreError> {
    let at = column::from_time(now);
    let ids = batch.iter().map(|message| message.event_id);
    let published = if conn.store().is_postgres() {
        // One text for every size of batch, so that it is prepared once: an IN list has one per size.
        let ids: Vec<String> = ids.map(|id: Uuid| id.to_string()).collect();
        let sql = "UPDATE outbox SET published_at = $1 WHERE id = ANY(string_to_array($2, ',')::uuid[])";
        let values = [at.into(), ids.join(",").into()];
        conn.db().execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?.rows_affected()
    } else {
        let marked = table::ActiveModel { published_at: Set(Some(at)), ..Default::default() };
        table::Entity::update_many()
            .set(marked)
            .filter(table::Column::Id.is_in(ids))
            .exec(conn.db())
            .await?
            .rows_affected
    };
    Ok(Relayed { published, failed: None })
}
