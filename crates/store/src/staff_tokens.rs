//! Staff's bearer tokens, stored hashed.

use jiff::Timestamp;
use rapport_security::{Role, StaffPrincipal};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use crate::{Conn, StoreError, column, entity::staff_tokens as table};

/// A token that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewStaffToken {
    /// Its row.
    pub id: Uuid,
    /// What colleagues call its holder.
    pub label: String,
    /// What its holder may do.
    pub role: Role,
    /// What the token hashes to.
    pub hash: [u8; 32],
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Keeps a token.
///
/// # Errors
/// Where the database fails.
pub async fn add(conn: &impl Conn, token: &NewStaffToken) -> Result<(), StoreError> {
    let row = table::Model {
        id: token.id,
        token_hash: token.hash.to_vec(),
        label: token.label.clone(),
        role: token.role.name().to_owned(),
        created_at: column::from_time(token.created_at),
        expires_at: column::from_time(token.expires_at),
    };
    table::Entity::insert(row.into_active_model()).exec_without_returning(conn.db()).await?;
    Ok(())
}

/// In which roles a colleague of this label may work now; none where there is nobody.
///
/// # Errors
/// Where the database fails.
pub async fn roles_of(conn: &impl Conn, label: &str, now: Timestamp) -> Result<Vec<Role>, StoreError> {
    let rows = table::Entity::find()
        .filter(table::Column::Label.eq(label))
        .filter(table::Column::ExpiresAt.gt(column::from_time(now)))
        .all(conn.db())
        .await?;
    rows.iter().map(|row| Role::from_name(&row.role).ok_or(StoreError::Unreadable("a role"))).collect()
}

/// Who holds a token that has not ended.
///
/// # Errors
/// Where the database fails.
pub async fn by_hash(conn: &impl Conn, hash: [u8; 32], now: Timestamp) -> Result<Option<StaffPrincipal>, StoreError> {
    let row = table::Entity::find()
        .filter(table::Column::TokenHash.eq(hash.to_vec()))
        .filter(table::Column::ExpiresAt.gt(column::from_time(now)))
        .one(conn.db())
        .await?;
    row.map(|row| {
        let role = Role::from_name(&row.role).ok_or(StoreError::Unreadable("a role"))?;
        Ok(StaffPrincipal { label: row.label, role, token_id: row.id })
    })
    .transpose()
}
