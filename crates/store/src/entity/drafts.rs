//! Screenings that were not sent yet. A draft goes with its key: see the foreign key in `migrations`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "drafts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub data_key: Uuid,
    pub token_hash: Vec<u8>,
    pub protocol: String,
    pub revision: i64,
    /// `Answers`, under the draft's own key.
    pub answers: Vec<u8>,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
}
sealed_under_key!();
