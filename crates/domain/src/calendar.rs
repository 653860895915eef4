//! Weeks, hours and times, in the practice's zone.
//!
//! [`week`] is a stretch of a day that recurs every week, [`recurrence`] a start that comes again by a rule, [`hours`]
//! makes instants of wall times. [`timetable`] is when a therapist works, [`elsewhere`] what their own calendar says ([`ics`] reads it),
//! [`outside`] why a session that was booked no longer stands within it.
//! [`slots`] lays sessions into it, [`busy`] is a stretch that is taken, [`taken`] looks all of them up.

pub mod busy;
pub mod elsewhere;
pub mod hours;
pub mod ics;
pub mod outside;
pub mod recurrence;
pub mod slots;
pub mod taken;
#[cfg(test)]
mod tests;
pub mod timetable;
pub mod week;
pub mod words;
