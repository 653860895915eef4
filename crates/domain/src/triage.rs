//! How urgent a case is, and why.

pub mod urgency;

pub use urgency::{Booking, Urgency};
