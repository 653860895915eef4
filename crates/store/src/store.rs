//! Connecting, transactions, and who may run a query.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use futures::future::BoxFuture;
use rapport_security::Keyring;
use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
    sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
};
use tokio::sync::Mutex;
use tracing::Instrument;

use crate::{StoreError, Topic, Wakes};

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
pub struct Store(Arc<Inner>);

struct Inner {
    db: DatabaseConnection,
    keyring: Keyring,
    wakes: Wakes,
    /// SQLite has one writer at a time; ours queue here, in order, instead of
    /// sleeping and trying again inside SQLite.
    writer: Mutex<()>,
}

/// An open transaction.
pub struct Tx {
    db: DatabaseTransaction,
    store: Store,
    touched: AtomicU8,
}

/// Who may run a query: a [`Store`] for one statement of its own, a [`Tx`] within its transaction.
pub trait Conn: sealed::Sealed + Send + Sync {}

pub(crate) mod sealed {
    use crate::{Store, Topic};

    /// Keeps sea-orm's types inside this crate.
    pub trait Sealed {
        /// What sea-orm runs statements on.
        type Db: sea_orm::ConnectionTrait;

        /// Where to run a statement.
        fn db(&self) -> &Self::Db;

        /// The store that it belongs to.
        fn store(&self) -> &Store;

        /// Wakes whoever waits for a topic, in a transaction after its commit.
        fn touch(&self, topic: Topic);
    }
}

impl sealed::Sealed for Store {
    type Db = DatabaseConnection;

    fn db(&self) -> &DatabaseConnection {
        &self.0.db
    }

    fn store(&self) -> &Store {
        self
    }

    fn touch(&self, topic: Topic) {
        self.wakes().wake(topic);
    }
}

impl sealed::Sealed for Tx {
    type Db = DatabaseTransaction;

    fn db(&self) -> &DatabaseTransaction {
        &self.db
    }

    fn store(&self) -> &Store {
        &self.store
    }

    fn touch(&self, topic: Topic) {
        self.touched.fetch_or(topic.bit(), Ordering::Relaxed);
    }
}

impl Conn for Store {}
impl Conn for Tx {}

/// SQLite: one writes, some read beside it.
const SQLITE_CONNECTIONS: u32 = 4;

impl Store {
    /// Connects, and creates the file of a SQLite database that is not there yet.
    ///
    /// # Errors
    /// Where the address cannot be used or the database cannot be reached.
    pub async fn connect(settings: &StoreSettings, keyring: Keyring) -> Result<Self, StoreError> {
        let postgres = settings.url.starts_with("postgres://") || settings.url.starts_with("postgresql://");
        if !postgres && !settings.url.starts_with("sqlite:") {
            return Err(StoreError::Address("it must begin with sqlite: or postgres://"));
        }
        let db = Database::connect(options(settings, postgres)).await?;
        let wakes = if postgres { Wakes::across_processes(&settings.url) } else { Wakes::in_process() };
        Ok(Self(Arc::new(Inner { db, keyring, wakes, writer: Mutex::new(()) })))
    }

    /// Runs `work` in one transaction and a task of its own, so that a caller
    /// that goes away leaves no half of it; commits where it succeeds, and then
    /// wakes whoever waits for what it touched. Nothing is tried twice.
    ///
    /// # Errors
    /// Those of `work`, and of the commit.
    pub async fn transact<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        E: From<StoreError> + Send + 'static,
        T: Send + 'static,
    {
        let store = self.clone();
        self.uncancelled(async move { store.transact_here(work).await }).await
    }

    /// Who is told after a commit.
    #[must_use]
    pub fn wakes(&self) -> &Wakes {
        &self.0.wakes
    }

    /// The keys that rows are sealed under.
    #[must_use]
    pub fn keyring(&self) -> &Keyring {
        &self.0.keyring
    }

    /// Whether this is PostgreSQL.
    pub(crate) fn is_postgres(&self) -> bool {
        self.0.db.get_database_backend() == DbBackend::Postgres
    }

    /// Runs work in a task of its own: sqlx's BEGIN does not survive being dropped half-way
    /// (the connection would go back to the pool with a transaction open).
    pub(crate) async fn uncancelled<T, E, W>(&self, work: W) -> Result<T, E>
    where
        W: Future<Output = Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match tokio::spawn(work.in_current_span()).await {
            Ok(result) => result,
            Err(end) => match end.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_cancelled) => Err(StoreError::CutOff.into()),
            },
        }
    }

    async fn transact_here<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t Tx) -> BoxFuture<'t, Result<T, E>> + Send,
        E: From<StoreError>,
    {
        let _turn = if self.is_postgres() { None } else { Some(self.0.writer.lock().await) };
        let immediate = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let db = self.0.db.begin_with_options(immediate).await.map_err(StoreError::from)?;
        let tx = Tx { db, store: self.clone(), touched: AtomicU8::new(0) };
        match work(&tx).await {
            Ok(done) => {
                let touched = tx.touched.into_inner();
                tx.db.commit().await.map_err(StoreError::from)?;
                self.wakes().wake_all(touched);
                Ok(done)
            }
            Err(why) => {
                // Where the rollback fails too, the connection is broken and the server rolls back by itself.
                let _ = tx.db.rollback().await;
                Err(why)
            }
        }
    }
}

fn options(settings: &StoreSettings, postgres: bool) -> ConnectOptions {
    let mut options = ConnectOptions::new(&settings.url);
    options
        .max_connections(if postgres { settings.max_connections } else { SQLITE_CONNECTIONS })
        .acquire_timeout(Duration::from_secs(10))
        .connect_timeout(Duration::from_secs(10))
        .test_before_acquire_if_idle_for(Duration::from_secs(30))
        // Statements carry values, and values are PHI.
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .map_sqlx_postgres_opts(|server| {
            server.application_name("rapport").options([
                ("statement_timeout", "15s"),
                ("lock_timeout", "5s"),
                ("idle_in_transaction_session_timeout", "60s"),
            ])
        })
        .map_sqlx_sqlite_opts(|file| {
            file.create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // FULL: an acknowledged intake survives a power cut.
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(10))
        });
    options
}
