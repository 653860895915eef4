//! Looking into queues, for people: rare, so each look has a connection of its own.

use lapin::{
    Channel,
    message::Delivery,
    options::{BasicAckOptions, BasicGetOptions, BasicNackOptions},
};
use uuid::Uuid;

use super::{
    Shared, declare, envelope,
    publisher::Publisher,
    session::{Session, Trouble, within},
};
use crate::{
    topology::Queue,
    transport::{DeadLetter, Depth, InspectError, Message},
};

pub(super) async fn depth(shared: &Shared, queue: &Queue) -> Result<Depth, InspectError> {
    let session = Session::open(shared, "inspection").await?;
    let depth = declare::one(&session.channel, shared, queue).await?;
    session.close(shared.timeout).await;
    Ok(depth)
}

pub(super) async fn dead_letters(
    shared: &Shared,
    queue: &Queue,
    limit: usize,
) -> Result<Vec<DeadLetter>, InspectError> {
    let session = Session::open(shared, "inspection").await?;
    let mut letters = Vec::new();
    while letters.len() < limit {
        let Some(delivery) = take(&session.channel, shared, queue).await? else { break };
        letters.push(envelope::dead_letter(queue, &delivery));
    }
    leave(session, shared).await?;
    Ok(letters)
}

pub(super) async fn replay(
    shared: &Shared,
    publisher: &Publisher,
    queue: &Queue,
    event: Option<Uuid>,
) -> Result<usize, InspectError> {
    let session = Session::open(shared, "replay").await?;
    // What dies again meanwhile is left for the next time, or this would never end.
    let there = declare::one(&session.channel, shared, queue).await?.dead;
    let mut replayed = 0;
    for _ in 0..there {
        let Some(delivery) = take(&session.channel, shared, queue).await? else { break };
        let dead = envelope::dead_letter(queue, &delivery);
        let Some(event_id) = dead.event_id.filter(|id| event.is_none_or(|wanted| wanted == *id)) else { continue };
        let message = Message { event_id, routing_key: dead.routing_key, body: delivery.data };
        publisher.publish(vec![envelope::copy(shared.names.queue(queue), &message, 0, None)]).await?;
        let acknowledging = async { delivery.acker.ack(BasicAckOptions::default()).await };
        within(shared.timeout, "acknowledging", acknowledging).await?;
        replayed += 1;
    }
    leave(session, shared).await?;
    Ok(replayed)
}

async fn take(channel: &Channel, shared: &Shared, queue: &Queue) -> Result<Option<Delivery>, Trouble> {
    let getting = channel.basic_get(shared.names.dead(queue).into(), BasicGetOptions::default());
    Ok(within(shared.timeout, "taking a dead letter", getting).await?.map(|got| got.delivery))
}

/// Everything taken and not acknowledged goes back.
async fn leave(session: Session, shared: &Shared) -> Result<(), Trouble> {
    let all = BasicNackOptions { multiple: true, requeue: true };
    within(shared.timeout, "putting back", session.channel.basic_nack(0, all)).await?;
    session.close(shared.timeout).await;
    Ok(())
}
