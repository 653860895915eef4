//! The ledger's loop: takes as many letters as there are free hands, and lets
//! each hand carry one to its end.

use std::{convert::Infallible, sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rapport_messaging::{Handler, Message, Verdict};
use rapport_store::{ClaimedLetter, StoreError, Wake, letters};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::send_letter::Sender;

/// How long a letter is ours without a sign of life. After a crash, letters
/// wait this long, and one that was being sent becomes `unknown` then.
pub(crate) const LEASE: SignedDuration = SignedDuration::from_secs(15);

/// How often a letter in hand is held for longer, however long the mail server
/// takes: two signs of life may get lost.
const HELD_EVERY: Duration = Duration::from_secs(5);

/// How often the ledger is looked at when nothing wakes us: a staff alert leaves
/// within ten seconds though broker, worker and notifications are down.
const POLL: Duration = Duration::from_secs(5);

/// The shortest rest between two looks at a ledger that had nothing for us.
const SHORTEST_REST: Duration = Duration::from_millis(20);

/// How long letters in hand may take when we are asked to end. What is cut off
/// while it is being sent becomes `unknown`.
const DRAIN: Duration = Duration::from_secs(20);

/// Sends until `stop`.
pub(crate) async fn send_letters(
    sender: Arc<Sender>,
    hands: usize,
    mut wake: Wake,
    nudge: Arc<Notify>,
    stop: CancellationToken,
) {
    let hands = Arc::new(Semaphore::new(hands.max(1)));
    let in_hand = TaskTracker::new();
    let tending = tokio::spawn(tend(Arc::clone(&sender), stop.clone()));
    loop {
        let first = tokio::select! {
            () = stop.cancelled() => break,
            free = Arc::clone(&hands).acquire_owned() => free,
        };
        let Ok(first) = first else { break };
        let free = all_free(first, &hands);
        let all = free.len();
        if claim(&sender, free, &in_hand).await == all {
            continue;
        }
        let idle = until_next_turn(&sender).await;
        tokio::select! {
            () = stop.cancelled() => break,
            () = wake.changed() => {}
            () = nudge.notified() => {}
            () = tokio::time::sleep(idle) => {}
        }
    }
    if let Err(why) = tending.await {
        tracing::error!(error = %why, "what tends the ledger ended");
    }
    in_hand.close();
    if tokio::time::timeout(DRAIN, in_hand.wait()).await.is_err() {
        tracing::warn!(letters = in_hand.len(), "ended while letters were being sent");
    }
}

/// Looks after the ledger at every poll, even while every hand is busy.
async fn tend(sender: Arc<Sender>, stop: CancellationToken) {
    loop {
        if let Err(why) = sender.tend().await {
            tracing::warn!(error = %why, "the ledger cannot be tended; it is tried again");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

/// How long there is nothing to do, as far as is known; never longer than a poll.
async fn until_next_turn(sender: &Sender) -> Duration {
    let next = letters::next_turn(&sender.store).await.ok().flatten();
    let wait = |next: Timestamp| Duration::try_from(next.duration_since(sender.clock.now())).unwrap_or_default();
    // What another notifier holds locked is due and not ours: no busy waiting for it.
    next.map_or(POLL, |next| wait(next).clamp(SHORTEST_REST, POLL))
}

/// Gives each free hand a letter; says how many there were.
async fn claim(sender: &Arc<Sender>, free: Vec<OwnedSemaphorePermit>, in_hand: &TaskTracker) -> usize {
    let limit = u32::try_from(free.len()).unwrap_or(u32::MAX);
    let claimed = match letters::claim(&sender.store, sender.clock.now(), LEASE, limit).await {
        Ok(claimed) => claimed,
        Err(why) => {
            tracing::warn!(error = %why, "the ledger cannot be read; it is tried again");
            return 0;
        }
    };
    let count = claimed.len();
    for (letter, hand) in claimed.into_iter().zip(free) {
        let sender = Arc::clone(sender);
        in_hand.spawn(async move {
            carry(&sender, &letter).await;
            drop(hand);
        });
    }
    count
}

/// A letter whose turn breaks off here is found again when its lease ends.
async fn carry(sender: &Sender, letter: &ClaimedLetter) {
    let ended = tokio::select! {
        ended = sender.send_letter(letter) => ended,
        never = keep_hold(sender, letter) => match never {},
    };
    match ended {
        Ok(state) => {
            tracing::info!(letter.id = %letter.id, letter.kind = letter.kind.name(), state = state.name(), "letter");
        }
        Err(StoreError::Conflict) => {
            tracing::info!(letter.id = %letter.id, "another notifier took the letter over");
        }
        Err(why) => tracing::warn!(letter.id = %letter.id, error = %why, "a letter's turn broke off"),
    }
}

/// Shows that the letter's sender lives. What cannot be held is not dropped
/// here: the ledger refuses the next step of a sender who lost it.
async fn keep_hold(sender: &Sender, letter: &ClaimedLetter) -> Infallible {
    loop {
        tokio::time::sleep(HELD_EVERY).await;
        if let Err(why) = letters::hold(&sender.store, letter, sender.clock.now(), LEASE).await {
            tracing::warn!(letter.id = %letter.id, error = %why, "a letter in hand could not be held for longer");
        }
    }
}

fn all_free(first: OwnedSemaphorePermit, hands: &Arc<Semaphore>) -> Vec<OwnedSemaphorePermit> {
    let mut free = vec![first];
    while let Ok(another) = Arc::clone(hands).try_acquire_owned() {
        free.push(another);
    }
    free
}

/// Events tell that letters are due, never which: those stand in the ledger.
pub(crate) struct WakeNotifier(pub(crate) Arc<Notify>);

#[async_trait]
impl Handler for WakeNotifier {
    async fn handle(&self, _: &Message) -> Verdict {
        self.0.notify_one();
        Verdict::Done
    }
}
