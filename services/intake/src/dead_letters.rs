//! Events that nobody could handle: listed, shown, put back.

use rapport_messaging::{DeadLetter, DeadLetterName, Queue, topology::QUEUES};
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::audit;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::{Deps, parse::ListDeadLetters, policy, refusal::Refusal, trail, view};

/// So many of a queue are looked at: a broker hands each out and takes it back for it.
const MOST: usize = 1_000;

/// One looks into the queues at a time: what a broker has handed out to one, another does not see.
#[derive(Default)]
pub(crate) struct Queues(Mutex<()>);

impl Queues {
    /// A queue's dead letters, the oldest first.
    async fn dead_letters(&self, deps: &Deps, queue: &Queue) -> Result<Vec<DeadLetter>, Refusal> {
        let _alone = self.0.lock().await;
        let mut found = deps.transport.dead_letters(queue, MOST).await?;
        // A broker puts back what it handed out in whatever order it likes.
        found.sort_by_key(|letter| letter.event_id);
        Ok(found)
    }
}

/// A page of them.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id))]
pub(crate) async fn list(
    deps: &Deps,
    queues: &Queues,
    staff: &StaffPrincipal,
    asked: ListDeadLetters,
) -> Result<pb::ListDeadLettersResponse, Refusal> {
    let (page, mut found) = (asked.page, Vec::<(Place, DeadLetter)>::new());
    let wanted = |queue: &Queue| asked.queue.is_none_or(|only| only == *queue);
    for (position, queue) in QUEUES.iter().enumerate().filter(|(_, queue)| wanted(queue)) {
        let of_queue = queues.dead_letters(deps, queue).await?.into_iter();
        let placed = of_queue.map(|letter| ((position, letter.event_id), letter));
        found.extend(placed.filter(|(place, _)| page.after.is_none_or(|after| *place > after)));
        if found.len() > page.size {
            break;
        }
    }
    let more = found.len() > page.size;
    found.truncate(page.size);
    let next_page_token = match found.last().filter(|_| more) {
        Some((place, _)) => page.token_behind(place, deps.store.keyring())?,
        None => String::new(),
    };
    let names = found.iter().filter_map(|(_, letter)| Some(DeadLetterName::of(letter)?.to_string())).collect();
    audit::write(&deps.store, &trail::by_staff(deps, staff, policy::LIST_DEAD_LETTERS, names)).await?;
    let dead_letters = found.iter().map(|(_, letter)| view::dead_letter(letter, staff.role)).collect();
    Ok(pb::ListDeadLettersResponse { dead_letters, next_page_token })
}

/// One of them.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id))]
pub(crate) async fn get(
    deps: &Deps,
    queues: &Queues,
    staff: &StaffPrincipal,
    name: DeadLetterName,
) -> Result<pb::DeadLetter, Refusal> {
    let event = name.event.ok_or_else(|| Refusal::field("name", "must name one event"))?;
    let found = queues.dead_letters(deps, &name.queue).await?;
    let letter = found.iter().find(|letter| letter.event_id == Some(event)).ok_or(Refusal::NotFound)?;
    let entry = trail::by_staff(deps, staff, policy::GET_DEAD_LETTER, vec![name.to_string()]);
    audit::write(&deps.store, &entry).await?;
    Ok(view::dead_letter(letter, staff.role))
}

/// Puts one back, or all of a queue; says how many. Whoever hears of an event again does nothing twice.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id))]
pub(crate) async fn replay(
    deps: &Deps,
    queues: &Queues,
    staff: &StaffPrincipal,
    name: DeadLetterName,
) -> Result<i32, Refusal> {
    // Before anything happens: where the trail cannot be written nothing does.
    let entry = trail::by_staff(deps, staff, policy::REPLAY_DEAD_LETTER, vec![name.to_string()]);
    audit::write(&deps.store, &entry).await?;
    let _alone = queues.0.lock().await;
    let replayed = deps.transport.replay(&name.queue, name.event).await?;
    tracing::info!(queue.name = name.queue.name, replayed, "dead letters were put back");
    Ok(i32::try_from(replayed).unwrap_or(i32::MAX))
}

/// Its queue's position and its event: the order of the listing.
type Place = (usize, Option<Uuid>);
