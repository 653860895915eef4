//! The worker's jobs over the real store, stepped by hand: nothing sleeps, the
//! clock stands where a test puts it. With `RAPPORT_TEST_POSTGRES` set the same
//! tests run on PostgreSQL, each in a database of its own.
//!
//! [`house`] is a practice with a store and a worker, [`people`] writes intakes.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that fails should panic")]

mod alerts;
mod fallback;
mod forgetting;
mod house;
mod matching;
mod people;
mod releasing;
mod reminding;
mod resuming;
mod running;
mod second_partner;
mod staff_yes;
mod triage;
mod watching;
