use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "intakes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub case_id: Uuid,
    pub data_key: Uuid,
    pub care: String,
    pub if_partner_silent: Option<String>,
    pub protocol: String,
    pub received_at: DateTimeUtc,
    pub status_token_hash: Vec<u8>,
    /// Of the link in letters; none until a letter carries it.
    #[sea_orm(unique)]
    pub session_token_hash: Option<Vec<u8>>,
    /// Raised, it makes that link another one.
    pub session_epoch: i32,
    /// `Submission`, under the person's key.
    pub submission: Vec<u8>,
}
sealed_under_key!();
