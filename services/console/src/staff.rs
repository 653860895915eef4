//! The practice's side: pages for staff, below `/staff`.
//!
//! A client of the staff API with the token of whoever signed in; which pages and
//! actions are offered follows from what the service says that they may call, so
//! that nothing here decides who may do what. One language, English: what stands on
//! a page stands in its template, and `words` holds the names of enumerations.
//!
//! Read `routes` (the one list of pages), `admit` (who is let in), `signed_in` (who asks, and how they call
//! the service), `rpc` (the calls that pages are offered by), `places` (the
//! navigation), `shell` (what stands around every page), `problem` (why a page
//! cannot be shown). Then one file for each page.

mod account;
mod accounts;
pub(crate) mod admit;
mod audit;
mod calendar;
mod case;
mod clock;
mod errors;
mod health;
mod intake;
mod keys;
mod left;
mod letters;
mod mailbox;
mod news;
mod paging;
mod places;
mod practice;
pub(crate) mod problem;
mod qr;
mod queue;
mod roster;
pub(crate) mod routes;
mod rpc;
mod sample_letters;
mod shell;
mod sign_in;
mod sign_out;
mod signed_in;
mod welcome;
mod words;

#[cfg(test)]
mod tests;
