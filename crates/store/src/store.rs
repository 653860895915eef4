//! Connecting, transactions, and who may run a query.

use futures::future::BoxFuture;
use rapport_security::Keyring;

use crate::{StoreError, Wakes};

/// Which database.
#[derive(Clone)]
pub struct StoreSettings {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: String,
    /// Connections in all; 16 is the best point that was measured.
    pub max_connections: u32,
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {}

/// An open transaction.
pub struct Tx {}

/// Who may run a query: a [`Store`] for one statement of its own, a [`Tx`] within its transaction.
pub trait Conn: sealed::Sealed + Send + Sync {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Store {}
    impl Sealed for super::Tx {}
}

impl Conn for Store {}
impl Conn for Tx {}

impl Store {
    /// Connects, and creates the file of a SQLite database that is not there yet.
    ///
    /// # Errors
    /// Where the address cannot be used or the database cannot be reached.
    pub async fn connect(_settings: &StoreSettings, _keyring: Keyring) -> Result<Self, StoreError> {
        todo!()
    }

    /// Applies the migrations that are missing and returns their names.
    ///
    /// # Errors
    /// Where the schema is newer than this version, or a statement is refused; then nothing is applied.
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        todo!()
    }

    /// Refuses a schema that this version does not know, and says what to do.
    ///
    /// # Errors
    /// [`StoreError::Schema`] where a migration is missing or unknown.
    pub async fn check_schema(&self) -> Result<(), StoreError> {
        todo!()
    }

    /// Runs `work` in one transaction and a task of its own, so that a caller
    /// that goes away leaves no half of it; commits where it succeeds, and then
    /// wakes whoever waits for what it touched. Nothing is tried twice.
    ///
    /// # Errors
    /// Those of `work`, and of the commit.
    pub async fn transact<T, E, F>(&self, _work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        E: From<StoreError> + Send + 'static,
        T: Send + 'static,
    {
        todo!()
    }

    /// Who is told after a commit.
    #[must_use]
    pub fn wakes(&self) -> &Wakes {
        todo!()
    }

    /// The keys that rows are sealed under.
    #[must_use]
    pub fn keyring(&self) -> &Keyring {
        todo!()
    }
}
