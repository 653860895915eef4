//! Weeks, business days and slots, in the practice's zone.
//!
//! [`week`] is a stretch of a day that recurs, [`busy`] what is taken.

pub mod busy;
pub mod week;
