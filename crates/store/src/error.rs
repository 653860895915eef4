//! What can go wrong in the database, in texts that carry no value of any row.

use rapport_security::OpenError;
use sea_orm::{DbErr, RuntimeErr};

/// A failure of the store. The database's own message may quote values, so
/// only its code is kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The row was changed since it was read: read again and decide again.
    #[error("the row has changed since it was read")]
    Conflict,
    /// A row that something else points to is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// The database cannot be reached, or no connection came free in time.
    #[error("the database cannot be reached")]
    Unavailable,
    /// The database ended the statement (lock or statement timeout, deadlock): it may be tried again.
    #[error("the database ended the statement (code {0}); it may be tried again")]
    Interrupted(String),
    /// The database refused the statement.
    #[error("the database refused a statement (code {0})")]
    Refused(String),
    /// The database's address cannot be used.
    #[error("the database's address cannot be used: {0}")]
    Address(&'static str),
    /// The schema is not the one that this version knows.
    #[error("{0}")]
    Schema(String),
    /// A stored value cannot be opened or understood.
    #[error("{0} cannot be read: it was altered, or another master key is in use")]
    Unreadable(&'static str),
    /// The work was cut off before it was committed.
    #[error("the work was cut off before it was committed")]
    CutOff,
}

impl StoreError {
    /// Whether the same work may succeed a little later.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Conflict | Self::Unavailable | Self::Interrupted(_) | Self::CutOff)
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => Self::Unavailable,
            DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
                from_sqlx(cause.as_database_error().map(|database| database.code().unwrap_or_default().into_owned()))
            }
            _ => Self::Refused("client".to_owned()),
        }
    }
}

impl From<OpenError> for StoreError {
    fn from(_: OpenError) -> Self {
        Self::Unreadable("a sealed value")
    }
}

/// SQLSTATE on PostgreSQL, the extended result code on SQLite; `None` where the
/// failure was not the database's own (a broken connection).
fn from_sqlx(code: Option<String>) -> StoreError {
    match code.as_deref() {
        None => StoreError::Unavailable,
        // Serialization failure, deadlock, lock not available, cancelled by timeout.
        Some("40001" | "40P01" | "55P03" | "57014") => StoreError::Interrupted(code.unwrap_or_default()),
        // Idle in transaction too long, shutdown, crash, starting up, too many connections.
        Some("25P03" | "57P01" | "57P02" | "57P03" | "53300") => StoreError::Unavailable,
        // SQLITE_BUSY and SQLITE_LOCKED with their extended codes.
        Some("5" | "6" | "261" | "517" | "262") => StoreError::Interrupted(code.unwrap_or_default()),
        Some(_) => StoreError::Refused(code.unwrap_or_default()),
    }
}
