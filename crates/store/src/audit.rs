//! Who did or read what.
//!
//! A row is written with what it tells of, or before that leaves. [`seal`] closes rows in batches, each seal over the one
//! before it; [`mod@verify`] finds whatever was altered since; [`read`] is for those who read the trail, [`forget`] for
//! when its time is over. The key of the seals stands in no database: whoever can write every table still cannot make one.

pub mod forget;
pub mod read;
pub mod seal;
pub mod verify;

use jiff::Timestamp;
use sea_orm::{EntityTrait, IntoActiveModel};

use crate::{Conn, StoreError, column, entity::audit_log as table, keys::new_row_id};

/// A row of the audit trail: one per call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who, as `Principal` displays.
    pub principal: String,
    /// In which role.
    pub role: &'static str,
    /// The RPC or the command.
    pub method: &'static str,
    /// The names of everything that was returned or changed.
    pub resources: Vec<String>,
    /// "OK", or the error's reason.
    pub outcome: &'static str,
}

/// Writes a row; before anything told in confidence leaves.
///
/// # Errors
/// Where the database fails.
pub async fn write(conn: &impl Conn, entry: &AuditEntry) -> Result<(), StoreError> {
    table::Entity::insert(row(entry).into_active_model()).exec_without_returning(conn.db()).await?;
    Ok(())
}

/// The row of an entry.
pub(crate) fn row(entry: &AuditEntry) -> table::Model {
    table::Model {
        id: new_row_id(entry.at),
        at: column::from_time(entry.at),
        principal: entry.principal.clone(),
        role: entry.role.to_owned(),
        method: entry.method.to_owned(),
        resources: entry.resources.join(" "),
        outcome: entry.outcome.to_owned(),
        seal: None,
    }
}
