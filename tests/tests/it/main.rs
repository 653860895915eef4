//! The integration tests: one binary, so that the workspace links once for all of them.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and lives at the edge where clocks and ids are made"
)]

mod bookings;
mod browser;
mod confidential;
mod crashes;
mod dead_letters;
mod dependence;
mod feeds;
mod foreign_clients;
mod hours;
mod overtaken;
mod request_ids;
mod routes;
mod samples;
mod staff;
mod storm;
mod transport_contract;
mod twins;
mod without_broker;
