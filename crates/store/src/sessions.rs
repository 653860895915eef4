//! Sessions of staff: a token that is stored hashed, good for as long as somebody works with it and no longer than a day's
//! work.

use jiff::{SignedDuration, Timestamp};
use rapport_domain::id::AccountId;
use rapport_security::StaffPrincipal;
use sea_orm::{ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, sea_query::Expr};
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    accounts::{self, AccountState},
    column,
    entity::staff_sessions as table,
    store::sealed::Sealed,
};

/// Without a call by a person for this long, a session is over (HIPAA's automatic log-off; NIST 800-63B asks for 30 minutes).
pub const IDLE: SignedDuration = SignedDuration::from_mins(15);

/// However much somebody works, after this long they sign in again (NIST 800-63B: at most 12 hours).
pub const LONGEST: SignedDuration = SignedDuration::from_hours(12);

/// A call within this time of the last one is not written down: half a minute of idle time is not worth a write per call.
const TOUCH_AFTER: SignedDuration = SignedDuration::from_secs(30);

/// A session that has not ended.
#[derive(Clone)]
pub struct Session {
    /// Its row.
    pub id: Uuid,
    /// Whose.
    pub account: AccountId,
    /// Who calls.
    pub staff: StaffPrincipal,
    /// When a person last used it.
    pub touched_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

impl Session {
    /// When it ends if nobody uses it.
    #[must_use]
    pub fn idle_at(&self) -> Timestamp {
        (self.touched_at + IDLE).min(self.expires_at)
    }
}

/// Opens a session and says when it ends at the latest.
///
/// # Errors
/// Where the database fails.
pub async fn open(
    tx: &Tx,
    id: Uuid,
    account: AccountId,
    token_hash: [u8; 32],
    now: Timestamp,
) -> Result<Timestamp, StoreError> {
    let expires_at = now + LONGEST;
    let row = table::Model {
        id,
        account_id: account.uuid(),
        token_hash: token_hash.to_vec(),
        created_at: column::from_time(now),
        touched_at: column::from_time(now),
        expires_at: column::from_time(expires_at),
    };
    table::Entity::insert(row.into_active_model()).exec_without_returning(tx.db()).await?;
    Ok(expires_at)
}

/// The session that a token opens, of an account that is not disabled; none once it has ended.
///
/// # Errors
/// Where the database fails or the account cannot be opened.
pub async fn by_hash(conn: &impl Conn, hash: [u8; 32], now: Timestamp) -> Result<Option<Session>, StoreError> {
    let row = table::Entity::find()
        .filter(table::Column::TokenHash.eq(hash.to_vec()))
        .filter(table::Column::ExpiresAt.gt(column::from_time(now)))
        .filter(table::Column::TouchedAt.gt(column::from_time(now - IDLE)))
        .one(conn.db())
        .await?;
    let Some(row) = row else { return Ok(None) };
    let account = accounts::get(conn, AccountId::new(row.account_id)).await?;
    let Some(account) = account.filter(|account| account.state != AccountState::Disabled) else { return Ok(None) };
    Ok(Some(Session {
        id: row.id,
        account: account.id,
        staff: StaffPrincipal {
            label: account.name.as_str().to_owned(),
            role: account.role,
            token_id: account.id.uuid(),
        },
        touched_at: column::to_time(row.touched_at)?,
        expires_at: column::to_time(row.expires_at)?,
    }))
}

/// Notes that a person used it.
///
/// # Errors
/// Where the database fails.
pub async fn touch(conn: &impl Conn, session: &Session, now: Timestamp) -> Result<(), StoreError> {
    if now.duration_since(session.touched_at) < TOUCH_AFTER {
        return Ok(());
    }
    table::Entity::update_many()
        .col_expr(table::Column::TouchedAt, Expr::value(column::from_time(now)))
        .filter(table::Column::Id.eq(session.id))
        .exec(conn.db())
        .await?;
    Ok(())
}

/// Ends one session.
///
/// # Errors
/// Where the database fails.
pub async fn end(conn: &impl Conn, id: Uuid) -> Result<(), StoreError> {
    table::Entity::delete_by_id(id).exec(conn.db()).await?;
    Ok(())
}

/// Ends every session of an account; returns how many there were.
///
/// # Errors
/// Where the database fails.
pub async fn end_all(conn: &impl Conn, account: AccountId) -> Result<u64, StoreError> {
    let ended =
        table::Entity::delete_many().filter(table::Column::AccountId.eq(account.uuid())).exec(conn.db()).await?;
    Ok(ended.rows_affected)
}

/// Ends every session of an account but one.
///
/// # Errors
/// Where the database fails.
pub async fn end_others(conn: &impl Conn, account: AccountId, but: Uuid) -> Result<(), StoreError> {
    table::Entity::delete_many()
        .filter(table::Column::AccountId.eq(account.uuid()))
        .filter(table::Column::Id.ne(but))
        .exec(conn.db())
        .await?;
    Ok(())
}

/// Forgets the sessions that have ended; returns how many.
///
/// # Errors
/// Where the database fails.
pub async fn purge(conn: &impl Conn, now: Timestamp) -> Result<u64, StoreError> {
    let over = Condition::any()
        .add(table::Column::ExpiresAt.lte(column::from_time(now)))
        .add(table::Column::TouchedAt.lte(column::from_time(now - IDLE)));
    let gone = table::Entity::delete_many().filter(over).exec(conn.db()).await?;
    Ok(gone.rows_affected)
}
