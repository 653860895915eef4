//! Screenings that were not sent yet, each under a key of its own. Destroying
//! that key destroys the draft, so that nothing of it can be left behind.

use jiff::Timestamp;
use rapport_domain::{id::DraftId, screening::Answers};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, QueryTrait,
    sea_query::SelectStatement,
};
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx, column,
    entity::{data_keys, drafts as table},
    keys,
    store::sealed::Sealed,
};

/// A screening as far as it was filled in. It tells of answers, so it has no `Debug`.
#[derive(Clone, PartialEq)]
pub struct Draft {
    /// Its id.
    pub id: DraftId,
    /// Digest of the protocol that it was begun on and is finished on.
    pub protocol: String,
    /// Rises with every change, from 1.
    pub revision: i64,
    /// What was answered so far.
    pub answers: Answers,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it is destroyed.
    pub expires_at: Timestamp,
}

/// Stores a new draft, under a fresh key.
///
/// # Errors
/// Where the database fails.
pub async fn create(tx: &Tx, draft: &Draft, token_hash: [u8; 32]) -> Result<(), StoreError> {
    let key = keys::create(tx.store().keyring(), &draft.id, draft.created_at);
    let id = draft.id.uuid();
    let row = table::Model {
        id,
        data_key: key.row.id,
        token_hash: token_hash.to_vec(),
        protocol: draft.protocol.clone(),
        revision: draft.revision,
        answers: key.key.seal("drafts", "answers", id, &column::to_json(&draft.answers)?),
        created_at: column::from_time(draft.created_at),
        expires_at: column::from_time(draft.expires_at),
    };
    data_keys::Entity::insert(key.row.into_active_model()).exec_without_returning(tx.db()).await?;
    table::Entity::insert(row.into_active_model()).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// The draft that a token opens, unless its time is over.
///
/// # Errors
/// Where the database fails.
pub async fn by_token(conn: &impl Conn, hash: [u8; 32], now: Timestamp) -> Result<Option<DraftId>, StoreError> {
    let id: Option<Uuid> = table::Entity::find()
        .select_only()
        .column(table::Column::Id)
        .filter(table::Column::TokenHash.eq(hash.to_vec()))
        .filter(table::Column::ExpiresAt.gt(column::from_time(now)))
        .into_tuple()
        .one(conn.db())
        .await?;
    Ok(id.map(DraftId::new))
}

/// A draft, opened, unless its time is over.
///
/// # Errors
/// Where the database fails or the row cannot be opened.
pub async fn get(conn: &impl Conn, id: DraftId, now: Timestamp) -> Result<Option<Draft>, StoreError> {
    let row = table::Entity::find_by_id(id.uuid())
        .filter(table::Column::ExpiresAt.gt(column::from_time(now)))
        .find_also_related(data_keys::Entity)
        .one(conn.db())
        .await?;
    row.map(|(row, key)| open(conn, row, key)).transpose()
}

/// Writes a draft that was read at `expected_revision`, and returns its new revision.
///
/// # Errors
/// [`StoreError::Conflict`] where it has changed since it was read, or is gone.
pub async fn save(
    tx: &Tx,
    id: DraftId,
    expected_revision: i64,
    answers: &Answers,
    expires_at: Timestamp,
) -> Result<i64, StoreError> {
    let key = keys::of_draft(tx, id).await?.ok_or(StoreError::Conflict)?;
    let revision = expected_revision + 1;
    let change = table::ActiveModel {
        revision: Set(revision),
        answers: Set(key.seal("drafts", "answers", id.uuid(), &column::to_json(answers)?)),
        expires_at: Set(column::from_time(expires_at)),
        ..Default::default()
    };
    let saved = table::Entity::update_many()
        .set(change)
        .filter(table::Column::Id.eq(id.uuid()))
        .filter(table::Column::Revision.eq(expected_revision))
        .exec(tx.db())
        .await?;
    if saved.rows_affected == 0 { Err(StoreError::Conflict) } else { Ok(revision) }
}

/// Destroys a draft and its key; `false` where it was gone.
///
/// # Errors
/// Where the database fails.
pub async fn delete(tx: &Tx, id: DraftId) -> Result<bool, StoreError> {
    let gone =
        data_keys::Entity::delete_many().filter(data_keys::Column::Subject.eq(id.to_string())).exec(tx.db()).await?;
    Ok(gone.rows_affected > 0)
}

/// Destroys the drafts whose time is over, and their keys; returns how many.
///
/// # Errors
/// Where the database fails.
pub async fn purge_expired(conn: &impl Conn, now: Timestamp) -> Result<u64, StoreError> {
    let gone = data_keys::Entity::delete_many()
        .filter(data_keys::Column::Id.in_subquery(expired_keys(now)))
        .exec(conn.db())
        .await?;
    Ok(gone.rows_affected)
}

fn expired_keys(now: Timestamp) -> SelectStatement {
    table::Entity::find()
        .select_only()
        .column(table::Column::DataKey)
        .filter(table::Column::ExpiresAt.lte(column::from_time(now)))
        .into_query()
}

fn open(conn: &impl Conn, row: table::Model, key: Option<data_keys::Model>) -> Result<Draft, StoreError> {
    let json = keys::open(conn, key)?.open("drafts", "answers", row.id, &row.answers)?;
    Ok(Draft {
        id: DraftId::new(row.id),
        protocol: row.protocol,
        revision: row.revision,
        answers: column::from_json(&json, "a draft's answers")?,
        created_at: column::to_time(row.created_at)?,
        expires_at: column::to_time(row.expires_at)?,
    })
}
