//! The database, and the only place that knows there is one: SQLite or
//! PostgreSQL, from one set of entities and migrations.
//!
//! Read [`store`] (connecting, transactions, who may run a query), [`error`],
//! [`wakes`] (who is told after a commit), [`accept`] (one intake, stored in
//! one round trip) and [`join`] (a second partner's). Then one file per
//! aggregate, all alike: [`drafts`], [`intakes`], [`cases`], [`triage_results`],
//! [`appointments`], [`wishes`], [`move_requests`], [`attendance`], [`invitations`], [`reports`], [`no_contact`],
//! [`calls`], [`notes`], [`therapists`], [`treated`], [`calendar`], [`closures`], [`outside`], [`feeds`], [`protocols`]; what makes work
//! happen once: [`outbox`], [`deliveries`], [`inbox`], [`requests`], [`letters`], [`alerts`]; and [`audit`], [`search`],
//! [`staff_tokens`], [`accounts`], [`sessions`]; [`health`] counts what waits in them. `entity` lists the tables, `migrations` makes them,
//! `keys` finds the key that a row is sealed with.
//!
//! Whatever somebody told in confidence stands in encrypted columns only; plain
//! are ids, states, urgency, times and the therapist.

pub mod accept;
pub mod accounts;
pub mod alerts;
pub mod appointments;
pub mod attendance;
pub mod audit;
pub mod calendar;
pub mod calendar_changes;
pub mod calls;
pub mod cases;
pub mod closures;
pub mod deliveries;
pub mod drafts;
pub mod error;
pub mod feeds;
pub mod health;
pub mod inbox;
pub mod intakes;
pub mod invitations;
pub mod join;
pub mod letters;
pub mod move_requests;
pub mod no_contact;
pub mod notes;
pub mod outbox;
pub mod outside;
pub mod protocols;
pub mod reports;
pub mod requests;
pub mod search;
pub mod sessions;
pub mod staff_tokens;
pub mod store;
pub mod therapists;
pub mod treated;
pub mod triage_results;
pub mod wakes;

pub mod wishes;

mod column;
mod entity;
mod keys;
mod migrations;
mod schema;

pub use accept::{Accepted, NewIntake};
pub use accounts::{Account, AccountState, Credentials, OneTimeSignIn};
pub use audit::AuditEntry;
pub use calendar::Blocked;
pub use cases::{CaseCursor, CaseDetail, CaseFilter, RefusedLetter};
pub use closures::Closure;
pub use deliveries::LocalTransport;
pub use drafts::Draft;
pub use error::StoreError;
pub use feeds::Feed;
pub use intakes::SealedIntake;
pub use invitations::{InvitationDetail, InvitationLetter};
pub use join::{Joined, JoiningIntake, Raise};
pub use letters::{ClaimedLetter, LetterFilter, LetterStanding};
pub use outside::OutsideSession;
pub use requests::{RequestKey, Seen};
pub use search::SearchToken;
pub use sessions::Session;
pub use staff_tokens::NewStaffToken;
pub use store::{Conn, Store, StoreSettings, Tx};
pub use therapists::OnRoster;
pub use wakes::{Topic, Wake, Wakes};

#[cfg(test)]
mod tests;
