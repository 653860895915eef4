//! A resource's taken time; the database refuses an overlap.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "calendar_blocks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub starts_at: DateTimeUtc,
    pub ends_at: DateTimeUtc,
    pub appointment_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::appointments::Entity",
        from = "Column::AppointmentId",
        to = "super::appointments::Column::Id"
    )]
    Appointment,
}
impl Related<super::appointments::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Appointment.def()
    }
}
impl ActiveModelBehavior for ActiveModel {}
