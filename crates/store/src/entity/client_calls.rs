//! What is known of one client's calls.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "client_calls")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub intake_id: Uuid,
    pub reached_at: Option<DateTimeUtc>,
    pub next_by: Option<DateTimeUtc>,
    pub outside_safe_hours: bool,
    pub stopped_at: Option<DateTimeUtc>,
}
no_relations!();
