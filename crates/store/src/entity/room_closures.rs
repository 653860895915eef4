//! When a room cannot be used.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "room_closures")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub room: String,
    pub starts_at: DateTimeUtc,
    pub ends_at: DateTimeUtc,
}
no_relations!();
