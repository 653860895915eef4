//! The trail, for those who read it.

use jiff::Timestamp;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::{Conn, StoreError, column, entity::audit_log as table};

/// An entry as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its row; in the order in which entries were made.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub principal: String,
    /// In which role.
    pub role: String,
    /// The RPC or the command.
    pub method: String,
    /// The names of everything that was returned or changed.
    pub resources: Vec<String>,
    /// "OK", or the error's reason.
    pub outcome: String,
    /// The number of the seal over it; none yet for the youngest.
    pub seal: Option<i64>,
}

/// Which entries; whatever is left out may be anything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// Who: `staff/…`, `intakes/…`, `anonymous`.
    pub principal: Option<String>,
    /// The RPC or the command.
    pub method: Option<String>,
    /// The name of something that was returned or changed.
    pub resource: Option<String>,
    /// From then on.
    pub since: Option<Timestamp>,
    /// Before then.
    pub until: Option<Timestamp>,
}

/// In which order a page is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The youngest first, for people.
    Back,
    /// The oldest first, for an export.
    Forth,
}

/// A page of entries, behind one of them.
///
/// # Errors
/// Where the database fails.
pub async fn page(
    conn: &impl Conn,
    filter: &AuditFilter,
    direction: Direction,
    behind: Option<Uuid>,
    most: u64,
) -> Result<Vec<AuditRecord>, StoreError> {
    let rows = table::Entity::find().filter(condition(filter)).limit(most);
    let rows = match direction {
        Direction::Back => rows
            .order_by_desc(table::Column::Id)
            .filter(behind.map_or_else(Condition::all, |id| Condition::all().add(table::Column::Id.lt(id)))),
        Direction::Forth => rows
            .order_by_asc(table::Column::Id)
            .filter(behind.map_or_else(Condition::all, |id| Condition::all().add(table::Column::Id.gt(id)))),
    };
    rows.all(conn.db()).await?.into_iter().map(read).collect()
}

fn condition(filter: &AuditFilter) -> Condition {
    let AuditFilter { principal, method, resource, since, until } = filter;
    Condition::all()
        .add_option(principal.as_ref().map(|principal| table::Column::Principal.eq(principal.as_str())))
        .add_option(method.as_ref().map(|method| table::Column::Method.eq(method.as_str())))
        // Names hold nothing that LIKE reads in its own way, and none is part of another: each ends in a UUID or a digest.
        .add_option(resource.as_ref().map(|resource| table::Column::Resources.contains(resource.as_str())))
        .add_option(since.map(|since| table::Column::At.gte(column::from_time(since))))
        .add_option(until.map(|until| table::Column::At.lt(column::from_time(until))))
}

fn read(row: table::Model) -> Result<AuditRecord, StoreError> {
    Ok(AuditRecord {
        id: row.id,
        at: column::to_time(row.at)?,
        principal: row.principal,
        role: row.role,
        method: row.method,
        resources: row.resources.split_ascii_whitespace().map(str::to_owned).collect(),
        outcome: row.outcome,
        seal: row.seal,
    })
}
