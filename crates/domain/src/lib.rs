//! What the practice knows and decides, and nothing else: no I/O, no async, no
//! clock, no randomness. Time, ids and secrets come in as arguments.
//!
//! Read it in the order in which an intake passes through it: [`contact`] and
//! [`intake`] (who asks, for what), [`screening`] (questions and answers),
//! [`triage`] (how urgent, and why), [`matching`] and [`calendar`] (with whom,
//! and when), [`case`], [`invitation`], [`appointment`] and [`report`] (where it stands), [`event`]
//! [`letter`], [`alert`] and [`calls`] (what the rest of the house and the client are told). [`practice`] holds the files
//! that a practice edits, [`protocol`] those of them that decide; [`problem`] is how all of them say what is wrong, and [`replay`] tries
//! those that decide on the past. [`health`] says how the whole house does.

pub mod alert;
pub mod appointment;
pub mod calendar;
pub mod calls;
pub mod case;
pub mod contact;
pub mod event;
pub mod health;
pub mod id;
pub mod intake;
pub mod invitation;
pub mod letter;
pub mod matching;
pub mod practice;
pub mod problem;
pub mod protocol;
pub mod replay;
pub mod report;
pub mod screening;
pub mod triage;
