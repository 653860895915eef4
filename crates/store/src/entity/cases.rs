use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cases")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub data_key: Uuid,
    pub care: String,
    pub if_partner_silent: Option<String>,
    pub state: String,
    /// Rank of the urgency: a higher one comes first in the queue.
    pub urgency: i16,
    /// Rank of what a machine may book.
    pub booking: i16,
    pub clinician_only: bool,
    pub flagged: bool,
    pub respond_by: DateTimeUtc,
    pub created_at: DateTimeUtc,
    pub assignee: Option<String>,
    pub silent_rounds: i32,
    pub version: i64,
    /// `CaseDetail`, under the case's key.
    pub detail: Vec<u8>,
}
sealed_under_key!();
