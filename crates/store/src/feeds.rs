//! Calendar feeds: whose calendar the holder of a token may read.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rapport_domain::id::{FeedId, TherapistId};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::{Conn, StoreError, Tx, column, entity::calendar_feeds as table, store::sealed::Sealed};

/// A feed that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Its row.
    pub id: FeedId,
    /// Whose calendar it shows.
    pub therapist: TherapistId,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Keeps a feed in the place of the one that its therapist had: the older address shows nothing any more.
///
/// # Errors
/// Where the database fails.
pub async fn put(tx: &Tx, feed: &Feed, token_hash: [u8; 32]) -> Result<(), StoreError> {
    remove(tx, feed.therapist).await?;
    let row = table::Model {
        id: feed.id.uuid(),
        therapist_id: feed.therapist.uuid(),
        token_hash: token_hash.to_vec(),
        created_at: column::from_time(feed.created_at),
    };
    table::Entity::insert(row.into_active_model()).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Ends a therapist's feed, and says whether there was one.
///
/// # Errors
/// Where the database fails.
pub async fn remove(tx: &Tx, therapist: TherapistId) -> Result<bool, StoreError> {
    let gone =
        table::Entity::delete_many().filter(table::Column::TherapistId.eq(therapist.uuid())).exec(tx.db()).await?;
    Ok(gone.rows_affected > 0)
}

/// The feed of a token.
///
/// # Errors
/// Where the database fails.
pub async fn by_token(conn: &impl Conn, token_hash: [u8; 32]) -> Result<Option<Feed>, StoreError> {
    let row = table::Entity::find().filter(table::Column::TokenHash.eq(token_hash.to_vec())).one(conn.db()).await?;
    row.map(read).transpose()
}

/// A feed by its row.
///
/// # Errors
/// Where the database fails.
pub async fn get(conn: &impl Conn, id: FeedId) -> Result<Option<Feed>, StoreError> {
    table::Entity::find_by_id(id.uuid()).one(conn.db()).await?.map(read).transpose()
}

/// A therapist's feed.
///
/// # Errors
/// Where the database fails.
pub async fn of_therapist(conn: &impl Conn, therapist: TherapistId) -> Result<Option<Feed>, StoreError> {
    let row = table::Entity::find().filter(table::Column::TherapistId.eq(therapist.uuid())).one(conn.db()).await?;
    row.map(read).transpose()
}

/// When each therapist's feed was made.
///
/// # Errors
/// Where the database fails.
pub async fn made(conn: &impl Conn) -> Result<BTreeMap<TherapistId, Timestamp>, StoreError> {
    let rows = table::Entity::find().all(conn.db()).await?;
    rows.into_iter().map(|row| Ok((TherapistId::new(row.therapist_id), column::to_time(row.created_at)?))).collect()
}

fn read(row: table::Model) -> Result<Feed, StoreError> {
    Ok(Feed {
        id: FeedId::new(row.id),
        therapist: TherapistId::new(row.therapist_id),
        created_at: column::to_time(row.created_at)?,
    })
}
