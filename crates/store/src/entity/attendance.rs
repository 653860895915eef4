//! Who came to a session.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attendance")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub appointment_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub intake_id: Uuid,
    pub attendance: String,
    /// The account's label.
    pub staff: String,
    pub at: DateTimeUtc,
}
no_relations!();
