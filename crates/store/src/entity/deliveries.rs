//! Messages of the local transport: a row per event and bound queue.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "deliveries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event: Uuid,
    pub queue: String,
    pub routing_key: String,
    pub body: Vec<u8>,
    pub state: String,
    pub attempts: i32,
    pub leases: i32,
    pub not_before: DateTimeUtc,
    pub leased_until: Option<DateTimeUtc>,
    pub cause: Option<String>,
}
no_relations!();
