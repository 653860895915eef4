//! The mail ledger.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "letters")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub cause: String,
    pub recipient: String,
    pub letter: String,
    /// None where it is about the practice itself.
    pub case_id: Option<Uuid>,
    pub appointment_id: Option<Uuid>,
    pub sequence: Option<i32>,
    pub state: String,
    /// Claims of all rounds: tells a claim from a later one.
    pub attempts: i32,
    /// Claims of this round.
    pub tries: i32,
    /// How often it began anew, the first time included.
    pub rounds: i32,
    /// When this round began; when it was queued where absent.
    pub tried_from: Option<DateTimeUtc>,
    pub not_before: DateTimeUtc,
    pub leased_until: Option<DateTimeUtc>,
    /// The message, under the client's key or, to staff, the case's or the practice's.
    pub bytes: Option<Vec<u8>>,
    pub why: Option<String>,
    /// Who of staff said that nothing is left to do.
    pub settled_by: Option<String>,
    pub queued_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::cases::Entity", from = "Column::CaseId", to = "super::cases::Column::Id")]
    Case,
}
impl Related<super::cases::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Case.def()
    }
}
impl ActiveModelBehavior for ActiveModel {}
