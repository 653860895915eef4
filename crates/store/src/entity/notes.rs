use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub case_id: Uuid,
    pub data_key: Uuid,
    pub at: DateTimeUtc,
    /// `CaseNote`, under the case's key.
    pub content: Vec<u8>,
}
sealed_under_key!();
