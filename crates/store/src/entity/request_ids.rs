//! Requests that were answered.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "request_ids")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub principal: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub method: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub request_id: Uuid,
    /// Keyed digest of the request.
    pub digest: Vec<u8>,
    /// The answer, under the keyring's response key.
    pub response: Vec<u8>,
    pub expires_at: DateTimeUtc,
}
no_relations!();
