//! Weeks, hours and times, in the practice's zone.
//!
//! [`week`] is a stretch of a day that recurs, [`hours`] makes instants of it,
//! [`slots`] lays sessions into it, [`busy`] is a stretch that is taken, [`taken`]
//! looks all of them up.

pub mod busy;
pub mod hours;
pub mod slots;
pub mod taken;
#[cfg(test)]
mod tests;
pub mod week;
pub mod words;
