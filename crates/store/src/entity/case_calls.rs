//! Which promise of a case was kept by a call, and of which one on call was told that it was not.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_calls")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub case_id: Uuid,
    /// The `respond_by` that was.
    pub answered_for: Option<DateTimeUtc>,
    /// The `respond_by` that was.
    pub escalated_for: Option<DateTimeUtc>,
}
no_relations!();
