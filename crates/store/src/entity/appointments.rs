use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "appointments")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub case_id: Uuid,
    pub therapist_id: Uuid,
    pub care: String,
    pub format: String,
    pub room: Option<String>,
    pub starts_at: DateTimeUtc,
    pub ends_at: DateTimeUtc,
    pub state: String,
    pub release_at: Option<DateTimeUtc>,
    pub sequence: i32,
}
no_relations!();
