//! The local transport: a row per event and bound queue.

use jiff::Timestamp;
use rapport_messaging::{Message, topology};
use sea_orm::{EntityTrait, IntoActiveModel};

use crate::{StoreError, Topic, Tx, column, entity::deliveries as table, keys::new_row_id, store::sealed::Sealed};

/// The state of a row that nobody works on.
const READY: &str = "ready";

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
