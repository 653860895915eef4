use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reports")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub case_id: Uuid,
    pub intake_id: Uuid,
    pub data_key: Uuid,
    /// HMAC of intake and kind: which it is tells of answers.
    pub kind_token: Vec<u8>,
    pub state: String,
    pub created_at: DateTimeUtc,
    /// `reports::Content`, under the case's key.
    pub content: Vec<u8>,
}
sealed_under_key!();
