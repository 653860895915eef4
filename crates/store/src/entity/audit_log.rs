use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_log")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub at: DateTimeUtc,
    pub principal: String,
    pub role: String,
    pub method: String,
    /// Names, with a space between.
    pub resources: String,
    pub outcome: String,
    /// The number of the seal over it; none until it is sealed.
    pub seal: Option<i64>,
}
no_relations!();
