//! Each step of an alert, once.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alert_steps")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub alert_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub step: i32,
    /// Positions in the chain, with a space between.
    pub told: String,
    pub at: DateTimeUtc,
}
no_relations!();
