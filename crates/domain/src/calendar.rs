//! Weeks, business days and slots, in the practice's zone.

pub mod week;
