use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "therapists")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `Therapist` as JSON.
    pub profile: String,
    /// Rises with every change; the etag.
    pub version: i64,
    /// `Elsewhere` as JSON: when their own calendar is taken.
    pub elsewhere: Option<String>,
}
no_relations!();
