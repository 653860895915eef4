//! Weeks, hours and times, in the practice's zone.
//!
//! [`week`] is a stretch of a day that recurs, [`hours`] makes instants of it,
//! [`slots`] lays sessions into it, [`busy`] is what is taken.

pub mod busy;
pub mod hours;
pub mod slots;
#[cfg(test)]
mod tests;
pub mod week;
pub mod words;
