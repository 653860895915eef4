use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub case_id: Uuid,
    pub inviter: Uuid,
    pub data_key: Uuid,
    pub token_hash: Vec<u8>,
    /// `InvitationDetail`, under the case's key.
    pub detail: Vec<u8>,
    pub state: String,
    pub created_at: DateTimeUtc,
}
sealed_under_key!();
