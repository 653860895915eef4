//! A seal over a batch of the audit trail, and over the seal before it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_seals")]
pub struct Model {
    /// From 1, without a gap.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// How many entries it covers.
    pub entries: i32,
    pub seal: Vec<u8>,
    pub sealed_at: DateTimeUtc,
    /// Says that its entries were forgotten when their time was over, and not deleted by somebody else.
    pub purge_mark: Option<Vec<u8>>,
}
no_relations!();
