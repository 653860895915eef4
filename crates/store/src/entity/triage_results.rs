use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "triage_results")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub intake_id: Uuid,
    pub case_id: Uuid,
    pub data_key: Uuid,
    /// `TriageResult`, under the person's key.
    pub result: Vec<u8>,
}
sealed_under_key!();
