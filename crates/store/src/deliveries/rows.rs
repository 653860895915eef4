//! The rows: how they are written, claimed and settled.

use jiff::Timestamp;
use rapport_messaging::{DeadLetter, Depth, Message, Queue, topology};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
    sea_query::{Expr, LockBehavior, LockType, SelectStatement},
};
use uuid::Uuid;

use crate::{
    Store, StoreError, Topic, Tx, column, entity::deliveries as table, keys::new_row_id, store::sealed::Sealed,
};

/// Waits, or is in a consumer's hands while its lease lasts.
const READY: &str = "ready";
/// Given up.
const DEAD: &str = "dead";

/// A message in a consumer's hands.
pub(super) struct Claimed {
    pub(super) message: Message,
    /// How often it was tried before.
    pub(super) attempts: u32,
    /// How often it was handed out, this time included: more than it was tried, where its consumer ended with it.
    pub(super) leases: u32,
    id: Uuid,
    /// Tells this claim from a later one.
    leased_until: Timestamp,
}

/// What becomes of a claimed row.
pub(super) enum Settle {
    /// Handled.
    Forget,
    /// Tried; comes again at this time.
    Delay(Timestamp, String),
    /// Tried and given up.
    Bury(String),
    /// Not tried to its end; somebody else may.
    HandBack,
}

/// Writes a row for every queue that hears of each message; one that is there already stays as it is.
pub(crate) async fn enqueue(tx: &Tx, batch: &[Message], now: Timestamp) -> Result<(), StoreError> {
    let rows = batch.iter().flat_map(|message| {
        topology::bound_to(&message.routing_key).map(move |queue| {
            table::Model {
                id: new_row_id(now),
                event: message.event_id,
                queue: queue.name.to_owned(),
                routing_key: message.routing_key.clone(),
                body: message.body.clone(),
                state: READY.to_owned(),
                attempts: 0,
                leases: 0,
                not_before: column::from_time(now),
                leased_until: None,
                cause: None,
            }
            .into_active_model()
        })
    });
    table::Entity::insert_many(rows)
        .on_conflict_do_nothing_on([table::Column::Event, table::Column::Queue])
        .exec_without_returning(tx.db())
        .await?;
    tx.touch(Topic::Deliveries);
    Ok(())
}

/// Takes messages that are due, or whose consumer let its lease end.
pub(super) async fn claim(
    store: &Store,
    queue: Queue,
    limit: u64,
    now: Timestamp,
    leased_until: Timestamp,
) -> Result<Vec<Claimed>, StoreError> {
    let mut rows = store
        .transact(move |tx| {
            Box::pin(async move {
                let leased = table::ActiveModel {
                    leased_until: Set(Some(column::from_time(leased_until))),
                    ..Default::default()
                };
                let claimed = table::Entity::update_many()
                    .set(leased)
                    .col_expr(table::Column::Leases, Expr::col(table::Column::Leases).add(1))
                    .filter(table::Column::Id.in_subquery(oldest_due(queue, limit, now)))
                    .exec_with_returning(tx.db())
                    .await?;
                Ok::<_, StoreError>(claimed)
            })
        })
        .await?;
    // RETURNING keeps no order.
    rows.sort_by_key(|row| (row.not_before, row.event));
    let claimed = |row: table::Model| Claimed {
        message: Message { event_id: row.event, routing_key: row.routing_key, body: row.body },
        attempts: column::to_count(row.attempts),
        leases: column::to_count(row.leases),
        id: row.id,
        leased_until,
    };
    Ok(rows.into_iter().map(claimed).collect())
}

/// Settles a claim. One that lost its lease changes nothing: the message is somebody else's.
pub(super) async fn settle(store: &Store, claimed: Claimed, settle: Settle) -> Result<(), StoreError> {
    store
        .transact(move |tx| {
            Box::pin(async move {
                let held = Condition::all()
                    .add(table::Column::Id.eq(claimed.id))
                    .add(table::Column::LeasedUntil.eq(column::from_time(claimed.leased_until)));
                if matches!(settle, Settle::Forget) {
                    table::Entity::delete_many().filter(held).exec(tx.db()).await?;
                    return Ok(());
                }
                let mut row = table::ActiveModel { leased_until: Set(None), ..Default::default() };
                match settle {
                    Settle::Forget => {}
                    Settle::HandBack => {
                        row.leases = Set(column::from_count(claimed.leases.saturating_sub(1)));
                        tx.touch(Topic::Deliveries);
                    }
                    Settle::Delay(not_before, cause) => {
                        row.attempts = Set(column::from_count(claimed.attempts.saturating_add(1)));
                        row.not_before = Set(column::from_time(not_before));
                        row.cause = Set(Some(cause));
                    }
                    Settle::Bury(cause) => {
                        row.attempts = Set(column::from_count(claimed.attempts.saturating_add(1)));
                        row.state = Set(DEAD.to_owned());
                        row.cause = Set(Some(cause));
                    }
                }
                table::Entity::update_many().set(row).filter(held).exec(tx.db()).await?;
                Ok(())
            })
        })
        .await
}

pub(super) async fn depth(store: &Store, queue: &Queue, now: Timestamp) -> Result<Depth, StoreError> {
    let at = column::from_time(now);
    let count = async |which: Condition| {
        let rows = table::Entity::find().filter(table::Column::Queue.eq(queue.name)).filter(which);
        rows.count(store.db()).await
    };
    Ok(Depth {
        ready: count(due(now)).await?,
        delayed: count(Condition::all().add(table::Column::State.eq(READY)).add(table::Column::NotBefore.gt(at)))
            .await?,
        dead: count(Condition::all().add(table::Column::State.eq(DEAD))).await?,
    })
}

pub(super) async fn dead_letters(store: &Store, queue: &Queue, limit: u64) -> Result<Vec<DeadLetter>, StoreError> {
    let rows = table::Entity::find()
        .filter(table::Column::Queue.eq(queue.name))
        .filter(table::Column::State.eq(DEAD))
        .order_by_asc(table::Column::Event)
        .limit(limit)
        .all(store.db())
        .await?;
    let letter = |row: table::Model| DeadLetter {
        queue: queue.name,
        event_id: Some(row.event),
        routing_key: row.routing_key,
        attempts: column::to_count(row.attempts),
        cause: row.cause.unwrap_or_default(),
        body: row.body,
    };
    Ok(rows.into_iter().map(letter).collect())
}

pub(super) async fn replay(
    store: &Store,
    queue: Queue,
    event: Option<Uuid>,
    now: Timestamp,
) -> Result<u64, StoreError> {
    store
        .transact(move |tx| {
            Box::pin(async move {
                let again = table::ActiveModel {
                    state: Set(READY.to_owned()),
                    attempts: Set(0),
                    leases: Set(0),
                    not_before: Set(column::from_time(now)),
                    cause: Set(None),
                    ..Default::default()
                };
                let chosen = Condition::all()
                    .add(table::Column::Queue.eq(queue.name))
                    .add(table::Column::State.eq(DEAD))
                    .add_option(event.map(|event| table::Column::Event.eq(event)));
                let replayed = table::Entity::update_many().set(again).filter(chosen).exec(tx.db()).await?;
                tx.touch(Topic::Deliveries);
                Ok(replayed.rows_affected)
            })
        })
        .await
}

fn due(now: Timestamp) -> Condition {
    let at = column::from_time(now);
    Condition::all()
        .add(table::Column::State.eq(READY))
        .add(table::Column::NotBefore.lte(at))
        .add(table::Column::LeasedUntil.is_null().or(table::Column::LeasedUntil.lte(at)))
}

/// SKIP LOCKED is nothing on SQLite, where the transaction is the only writer.
fn oldest_due(queue: Queue, limit: u64, now: Timestamp) -> SelectStatement {
    table::Entity::find()
        .select_only()
        .column(table::Column::Id)
        .filter(table::Column::Queue.eq(queue.name))
        .filter(due(now))
        .order_by_asc(table::Column::NotBefore)
        .order_by_asc(table::Column::Event)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_query()
}
