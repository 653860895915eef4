//! The wrapped key of one person, one case or one draft; destroying it destroys what it sealed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "data_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `intakes/…`, `cases/…`, `drafts/…` or `accounts/…`.
    pub subject: String,
    pub wrapped: Vec<u8>,
    pub master_version: i32,
}
no_relations!();
