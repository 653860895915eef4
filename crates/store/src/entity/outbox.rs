//! Events that wait to be published.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub routing_key: String,
    pub body: Vec<u8>,
    pub occurred_at: DateTimeUtc,
    pub published_at: Option<DateTimeUtc>,
}
no_relations!();
