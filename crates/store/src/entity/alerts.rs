//! What the on-call chain is told, until somebody acknowledges it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alerts")]
pub struct Model {
    /// That of its first letter.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// That of its first letter.
    pub cause: String,
    pub case_id: Uuid,
    pub state: String,
    pub raised_at: DateTimeUtc,
    pub steps: i32,
    pub since: DateTimeUtc,
    pub next_at: DateTimeUtc,
    pub wall_time: bool,
    pub acknowledged_by: Option<String>,
    pub acknowledged_at: Option<DateTimeUtc>,
    pub version: i64,
}
no_relations!();
