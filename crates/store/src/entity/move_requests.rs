//! Another time that a client asked for.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "move_requests")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub appointment_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub intake_id: Uuid,
    pub asked: i32,
    /// None, with all that follows, where the last wish was done at once.
    pub therapist_id: Option<Uuid>,
    pub starts_at: Option<DateTimeUtc>,
    pub ends_at: Option<DateTimeUtc>,
    pub format: Option<String>,
    pub location: Option<String>,
    pub sequence: i32,
    pub expires_at: Option<DateTimeUtc>,
    pub declined: bool,
}
no_relations!();
