//! The store against real databases: SQLite always, PostgreSQL too where
//! `RAPPORT_TEST_POSTGRES` names a server on which databases may be created.

mod accept;
mod audit;
mod calendar;
mod calendar_changes;
mod cases;
mod confidentiality;
mod couple;
pub(crate) mod database;
mod drafts;
mod join;
mod once;
mod outbox;
mod sample;
mod schema;
mod sessions;
mod transactions;
mod upgrade;
