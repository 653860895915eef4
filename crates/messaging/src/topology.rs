//! Every consumer's queue and what it hears: the only place where they stand.
//!
//! On the broker all names carry the deployment's prefix: the topic exchange
//! `{prefix}events`; per queue `{prefix}{queue}`, its delayed retries
//! `{prefix}{queue}.retry.{delay}` and its dead letters `{prefix}{queue}.dead`.

/// A consumer's queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// Its name, which is its consumer's.
    pub name: &'static str,
    /// The routing keys that reach it.
    pub bindings: &'static [&'static str],
    /// What does not happen while a message of it is a dead letter, for people.
    pub stands_still: &'static str,
}

/// Scores a screening and applies the rules (worker).
pub const TRIAGE_INTAKE: Queue = Queue {
    name: "triage_intake",
    bindings: &["intake.received.v1"],
    stands_still: "A screening is not triaged: its case stands in the queue as it came, with what its safety answers ask for.",
};

/// Looks for a therapist and a time (worker).
pub const MATCH_CASE: Queue = Queue {
    name: "match_case",
    bindings: &["case.triaged.v1", "appointment.released.v1"],
    stands_still: "No time is looked for: the case waits, and its client reads nothing new.",
};

/// Tells the notifier that the mail ledger may hold something new (notifier).
pub const WAKE_NOTIFIER: Queue = Queue {
    name: "wake_notifier",
    bindings: &[
        "case.referred.v1",
        "appointment.held.v1",
        "appointment.confirmed.v1",
        "appointment.released.v1",
        "appointment.cancelled.v1",
        "appointment.moved.v1",
    ],
    stands_still: "Nothing: the notifier looks into its ledger by itself every few seconds.",
};

/// All of them.
pub const QUEUES: [Queue; 3] = [TRIAGE_INTAKE, MATCH_CASE, WAKE_NOTIFIER];

/// The queues that a routing key reaches.
pub fn bound_to(routing_key: &str) -> impl Iterator<Item = &'static Queue> {
    QUEUES.iter().filter(move |queue| queue.bindings.contains(&routing_key))
}

/// The queue with this name.
#[must_use]
pub fn named(name: &str) -> Option<Queue> {
    QUEUES.into_iter().find(|queue| queue.name == name)
}
