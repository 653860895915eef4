//! Whose calendar may be read by whoever holds this token: one for each therapist.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "calendar_feeds")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub therapist_id: Uuid,
    pub token_hash: Vec<u8>,
    pub created_at: DateTimeUtc,
}
no_relations!();
