//! Protocols by their digest, kept for as long as an intake pins them.

use rapport_domain::protocol::Protocol;
use sea_orm::{EntityTrait, IntoActiveModel};

use crate::{Conn, StoreError, entity::protocols as table};

/// Keeps a protocol; one that is kept already is left as it is.
///
/// # Errors
/// Where the database fails.
pub async fn pin(conn: &impl Conn, protocol: &Protocol) -> Result<(), StoreError> {
    keep(conn, protocol.digest(), protocol.bundle()).await
}

/// The bundle with this digest, as `Protocol::from_bundle` reads it.
///
/// # Errors
/// Where the database fails.
pub async fn load(conn: &impl Conn, digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(table::Entity::find_by_id(digest.to_owned()).one(conn.db()).await?.map(|row| row.bundle))
}

async fn keep(conn: &impl Conn, digest: &str, bundle: &[u8]) -> Result<(), StoreError> {
    let row = table::Model { digest: digest.to_owned(), bundle: bundle.to_vec() };
    table::Entity::insert(row.into_active_model())
        .on_conflict_do_nothing_on([table::Column::Digest])
        .exec_without_returning(conn.db())
        .await?;
    Ok(())
}
