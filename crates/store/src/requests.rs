//! Requests that were answered, so that a repeated one is answered the same.

use jiff::{SignedDuration, Timestamp};
use rapport_security::Keyring;
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use crate::{Conn, StoreError, Tx, column, entity::request_ids as table, store::sealed::Sealed};

/// How long a repeated request is answered the same.
pub const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What names a request, and what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    /// Who sent it, as `Principal` displays.
    pub principal: String,
    /// The RPC.
    pub method: &'static str,
    /// The id that the caller made.
    pub request_id: Uuid,
    /// `Keyring::request_digest` of the re-encoded request.
    pub digest: [u8; 32],
}

/// Whether a request came before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// It did not.
    New,
    /// It did; answer with these bytes.
    Repeated(Vec<u8>),
    /// Its id came with another request.
    OtherBody,
}

/// Whether a request came before, within the last seven days.
///
/// # Errors
/// Where the database fails or the stored answer cannot be opened.
pub async fn seen(conn: &impl Conn, request: &RequestKey, now: Timestamp) -> Result<Seen, StoreError> {
    let key = (request.principal.clone(), request.method.to_owned(), request.request_id);
    let kept = table::Entity::find_by_id(key)
        .filter(table::Column::ExpiresAt.gt(column::from_time(now)))
        .one(conn.db())
        .await?;
    match kept {
        None => Ok(Seen::New),
        Some(row) if row.digest != request.digest => Ok(Seen::OtherBody),
        Some(row) => {
            let keyring = conn.store().keyring();
            let answer =
                keyring.open_response(&request.principal, request.method, request.request_id, &row.response)?;
            Ok(Seen::Repeated(answer))
        }
    }
}

/// Keeps an answer for seven days, in the place of one that has expired.
///
/// # Errors
/// [`StoreError::Conflict`] where the same request was answered meanwhile: roll back and ask [`seen`] again.
pub async fn keep(tx: &Tx, request: &RequestKey, response: &[u8], now: Timestamp) -> Result<(), StoreError> {
    keep_row(tx, row(tx.store().keyring(), request, response, now)?, now).await
}

/// Forgets answers older than seven days; returns how many.
///
/// # Errors
/// Where the database fails.
pub async fn purge_expired(conn: &impl Conn, now: Timestamp) -> Result<u64, StoreError> {
    let gone = table::Entity::delete_many()
        .filter(table::Column::ExpiresAt.lte(column::from_time(now)))
        .exec(conn.db())
        .await?;
    Ok(gone.rows_affected)
}

/// Writes the row of an answered request, in the place of one that has expired.
pub(crate) async fn keep_row(tx: &Tx, row: table::Model, now: Timestamp) -> Result<(), StoreError> {
    use table::Column::{Digest, ExpiresAt, Method, Principal, RequestId, Response};
    let replace_expired = OnConflict::columns([Principal, Method, RequestId])
        .update_columns([Digest, Response, ExpiresAt])
        .action_and_where(Expr::col((table::Entity, ExpiresAt)).lte(column::from_time(now)))
        .to_owned();
    let kept = table::Entity::insert(row.into_active_model())
        .on_conflict(replace_expired)
        .exec_without_returning(tx.db())
        .await?;
    if kept == 0 { Err(StoreError::Conflict) } else { Ok(()) }
}

/// The row of an answered request.
pub(crate) fn row(
    keyring: &Keyring,
    request: &RequestKey,
    response: &[u8],
    now: Timestamp,
) -> Result<table::Model, StoreError> {
    let expires_at = now.checked_add(KEPT).map_err(|_| StoreError::Unreadable("the clock"))?;
    Ok(table::Model {
        principal: request.principal.clone(),
        method: request.method.to_owned(),
        request_id: request.request_id,
        digest: request.digest.to_vec(),
        response: keyring.seal_response(&request.principal, request.method, request.request_id, response),
        expires_at: column::from_time(expires_at),
    })
}
