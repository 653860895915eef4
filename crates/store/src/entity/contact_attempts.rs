use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contact_attempts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub case_id: Uuid,
    pub intake_id: Uuid,
    pub data_key: Uuid,
    pub at: DateTimeUtc,
    /// `AttemptTold`, under the case's key.
    pub content: Vec<u8>,
}
sealed_under_key!();
