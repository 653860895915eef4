//! What changed in the calendar and on the roster since somebody looked.

use std::{collections::BTreeSet, time::Duration};

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::{Conn, StoreError};

/// The roster's name among the resources.
pub const ROSTER: &str = "roster";

/// How long a change stands in the log. Whoever has not looked for as long reads everything again.
pub const KEPT: Duration = Duration::from_secs(2 * 3600);

/// Where somebody has read up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark(i64);

/// What changed behind a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// For the next time.
    pub mark: Mark,
    /// `therapists/{id}`, `rooms/{id}`, [`ROSTER`]. One that did not change may be among them, one that did is.
    pub resources: BTreeSet<String>,
}

/// Every transaction that had ended when this snapshot was taken lies below the mark, and what it wrote is in it.
const SINCE_POSTGRES: &str = "SELECT DISTINCT now.mark, changes.resource \
    FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS mark) AS now \
    LEFT JOIN calendar_changes AS changes ON changes.mark >= $1";

const SINCE_SQLITE: &str = "SELECT DISTINCT now.mark, changes.resource \
    FROM (SELECT COALESCE(MAX(mark), 0) + 1 AS mark FROM calendar_changes) AS now \
    LEFT JOIN calendar_changes AS changes ON changes.mark >= ?1";

/// What changed behind a mark; nothing without one. Read it before what it tells of: what changes in between is then
/// told of once more.
///
/// # Errors
/// Where the database fails.
pub async fn since(conn: &impl Conn, mark: Option<Mark>) -> Result<Changes, StoreError> {
    let backend = conn.db().get_database_backend();
    let sql = if backend == DbBackend::Postgres { SINCE_POSTGRES } else { SINCE_SQLITE };
    let from = mark.map_or(i64::MAX, |mark| mark.0);
    let rows = conn.db().query_all_raw(Statement::from_sql_and_values(backend, sql, [from.into()])).await?;
    let first = rows.first().ok_or(StoreError::Unreadable("the calendar's mark"))?;
    let mark = Mark(first.try_get("", "mark")?);
    let resources = rows.iter().map(|row| row.try_get::<Option<String>>("", "resource"));
    let resources = resources.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    Ok(Changes { mark, resources })
}

/// Forgets changes that are older than [`KEPT`] by the database's own clock; returns how many.
///
/// # Errors
/// Where the database fails.
pub async fn purge(conn: &impl Conn) -> Result<u64, StoreError> {
    let backend = conn.db().get_database_backend();
    let seconds = KEPT.as_secs();
    let sql = match backend {
        DbBackend::Postgres => {
            format!("DELETE FROM calendar_changes WHERE at < now() - make_interval(secs => {seconds})")
        }
        _ => format!("DELETE FROM calendar_changes WHERE at < unixepoch() - {seconds}"),
    };
    Ok(conn.db().execute_raw(Statement::from_string(backend, sql)).await?.rows_affected())
}
