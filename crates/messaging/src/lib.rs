//! How one part of Rapport tells another that something happened: every event
//! reaches every bound queue at least once, and whoever handles it says what
//! became of it.
//!
//! Read [`transport`] first: the words and the promises that hold for every
//! transport. [`topology`] is the one place where queues and their bindings
//! stand, [`dead_letter`] says how people name what nobody could handle. [`amqp`] keeps the promises over RabbitMQ; the embedded default keeps
//! the same ones in the store's table `deliveries`. One suite in `tests/` holds
//! both to them.

pub mod amqp;
pub mod dead_letter;
pub mod topology;
pub mod transport;

pub use dead_letter::{DeadLetterName, DeadLetterNameError};
pub use topology::Queue;
pub use transport::{
    DeadLetter, Depth, Handler, InspectError, Kind, Message, PublishError, RetryTiers, Transport, Verdict,
};
