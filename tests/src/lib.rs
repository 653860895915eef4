//! The test stack: real parts, each test's own. `tests/README.md` shows a test.
//!
//! [`environment`] names the servers; [`rabbit`] and [`database`] give a test
//! its share of them. [`fault_proxy`] and [`smtp`] break what a test wants
//! broken. [`production`] is an installation of [`processes`], which [`people`]
//! come to, with the sample practice or a [`practice_folder`] of the test's own.
//! [`http`] asks for pages, [`clients`] are programs of other languages, and [`mail_server`] is a mail
//! server of somebody else's. [`wait`] is how a test waits: on a condition, never for a time.

#![expect(clippy::disallowed_methods, reason = "the edge: names from random ids, servers from the environment")]

pub mod clients;
pub mod database;
pub mod environment;
pub mod fault_proxy;
pub mod http;
pub mod mail_server;
pub mod people;
pub mod practice_folder;
pub mod processes;
pub mod production;
pub mod rabbit;
pub mod smtp;
pub mod wait;
