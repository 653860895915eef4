//! Members of staff who sign in.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "accounts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub data_key: Uuid,
    /// Keyed hash of the address.
    pub email_token: Vec<u8>,
    pub role: String,
    pub state: String,
    /// Name and address, under the account's key.
    pub profile: Vec<u8>,
    /// `Credentials`, under the account's key.
    pub credentials: Vec<u8>,
    pub failures: i32,
    pub locked_until: DateTimeUtc,
    pub created_at: DateTimeUtc,
    pub version: i64,
}
sealed_under_key!();
