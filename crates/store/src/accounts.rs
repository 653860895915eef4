//! Accounts of staff: who they are, and what they prove it by. Everything of a person is sealed under a key of theirs;
//! an address is found by its keyed hash.

use jiff::Timestamp;
use rapport_domain::{
    contact::{EmailAddress, Name},
    id::AccountId,
};
use rapport_security::{DataKey, Keyring, Role, TotpSecret};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, TryInsertResult,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx, column,
    entity::{accounts as table, data_keys, one_time_sign_ins},
    keys,
    store::sealed::Sealed,
};

/// An account, opened.
#[derive(Clone)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// What colleagues call its owner.
    pub name: Name,
    /// Where its owner is written to.
    pub email: EmailAddress,
    /// What its owner may do.
    pub role: Role,
    /// Whether it may be used.
    pub state: AccountState,
    /// What its owner proves it by.
    pub credentials: Credentials,
    /// Failed sign-ins since the last one that succeeded.
    pub failures: u32,
    /// Until then no sign-in succeeds.
    pub locked_until: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// How often it was changed.
    pub version: i64,
}

/// Whether an account may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// Its owner has not chosen a password yet.
    Invited,
    /// In use.
    Active,
    /// Nobody signs in with it.
    Disabled,
}

/// What somebody proves who they are by; sealed whole.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// PHC string; none until one is chosen.
    pub password: Option<String>,
    /// The secret that an authenticator app shares.
    pub totp: [u8; 20],
    /// The step of the last code that was taken: none that is not later is taken again.
    pub totp_step: u64,
    /// Keyed hashes of the recovery codes that are left.
    pub recovery: Vec<[u8; 32]>,
}

#[derive(Serialize, Deserialize)]
struct Profile {
    name: Name,
    email: EmailAddress,
}

impl Account {
    /// Somebody who was invited, with a secret for their app.
    #[must_use]
    pub fn invited(id: AccountId, name: Name, email: EmailAddress, role: Role, now: Timestamp) -> Self {
        Self {
            id,
            name,
            email,
            role,
            state: AccountState::Invited,
            credentials: Credentials::new(),
            failures: 0,
            locked_until: now,
            created_at: now,
            version: 1,
        }
    }

    /// Voids everything that its owner proved themselves by.
    pub fn start_anew(&mut self) {
        self.state = AccountState::Invited;
        self.credentials = Credentials::new();
        self.failures = 0;
        self.locked_until = self.created_at;
    }

    /// The state in which it may be used again.
    #[must_use]
    pub const fn enabled(&self) -> AccountState {
        if self.credentials.password.is_some() { AccountState::Active } else { AccountState::Invited }
    }
}

impl Credentials {
    fn new() -> Self {
        Self { password: None, totp: *TotpSecret::generate().bytes(), totp_step: 0, recovery: Vec::new() }
    }
}

impl AccountState {
    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    fn from_name(name: &str) -> Result<Self, StoreError> {
        let found = [Self::Invited, Self::Active, Self::Disabled].into_iter().find(|state| state.name() == name);
        found.ok_or(StoreError::Unreadable("an account's state"))
    }
}

/// Stores a new account.
///
/// # Errors
/// [`StoreError::Conflict`] where the address has one.
pub async fn create(tx: &Tx, account: &Account, now: Timestamp) -> Result<(), StoreError> {
    let key = keys::create(tx.store().keyring(), &account.id, now);
    let (data_key, sealed) = (key.row.id, key.key);
    data_keys::Entity::insert(key.row.into_active_model()).exec_without_returning(tx.db()).await?;
    let row = row(tx.store().keyring(), account, data_key, &sealed)?;
    let stored = table::Entity::insert(row.into_active_model())
        .on_conflict_do_nothing_on([table::Column::EmailToken])
        .exec_without_returning(tx.db())
        .await?;
    if matches!(stored, TryInsertResult::Inserted(1)) { Ok(()) } else { Err(StoreError::Conflict) }
}

/// An account.
///
/// # Errors
/// Where the database fails or the row cannot be opened.
pub async fn get(conn: &impl Conn, id: AccountId) -> Result<Option<Account>, StoreError> {
    let found = table::Entity::find_by_id(id.uuid()).find_also_related(data_keys::Entity).one(conn.db()).await?;
    found.map(|(row, key)| open(conn, row, key)).transpose()
}

/// An account that nobody else changes until the transaction ends.
///
/// # Errors
/// As [`get`].
pub async fn get_to_change(tx: &Tx, id: AccountId) -> Result<Option<Account>, StoreError> {
    // SQLite knows no such lock, and needs none: it has one writer.
    table::Entity::find_by_id(id.uuid()).lock_exclusive().one(tx.db()).await?;
    get(tx, id).await
}

/// The account of an address.
///
/// # Errors
/// As [`get`].
pub async fn by_email(conn: &impl Conn, email: &EmailAddress) -> Result<Option<Account>, StoreError> {
    let found = table::Entity::find()
        .filter(table::Column::EmailToken.eq(email_token(conn.store().keyring(), email)))
        .find_also_related(data_keys::Entity)
        .one(conn.db())
        .await?;
    found.map(|(row, key)| open(conn, row, key)).transpose()
}

/// Accounts by their ids, in order, after one of them.
///
/// # Errors
/// As [`get`].
pub async fn list(conn: &impl Conn, after: Option<AccountId>, most: u64) -> Result<Vec<Account>, StoreError> {
    let mut query = table::Entity::find().order_by_asc(table::Column::Id).limit(most);
    if let Some(after) = after {
        query = query.filter(table::Column::Id.gt(after.uuid()));
    }
    let found = query.find_also_related(data_keys::Entity).all(conn.db()).await?;
    found.into_iter().map(|(row, key)| open(conn, row, key)).collect()
}

/// Saves a changed account; its version goes up.
///
/// # Errors
/// [`StoreError::Conflict`] where somebody changed it since it was read.
pub async fn save(tx: &Tx, account: &mut Account) -> Result<(), StoreError> {
    let found = table::Entity::find_by_id(account.id.uuid()).find_also_related(data_keys::Entity).one(tx.db()).await?;
    let (old, key) = found.ok_or(StoreError::Missing("an account"))?;
    let row = row(tx.store().keyring(), account, old.data_key, &keys::open(tx, key)?)?;
    let changed = table::Entity::update_many()
        .set(table::ActiveModel {
            role: Set(row.role),
            state: Set(row.state),
            credentials: Set(row.credentials),
            failures: Set(row.failures),
            locked_until: Set(row.locked_until),
            version: Set(account.version + 1),
            ..Default::default()
        })
        .filter(table::Column::Id.eq(row.id))
        .filter(table::Column::Version.eq(account.version))
        .exec(tx.db())
        .await?;
    if changed.rows_affected != 1 {
        return Err(StoreError::Conflict);
    }
    account.version += 1;
    Ok(())
}

/// A one-time sign-in that was just made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OneTimeSignIn {
    /// Whose.
    pub account: AccountId,
    /// Whether it opens a session at once; else it lets a password be chosen and no more.
    pub opens_session: bool,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Keeps a one-time sign-in; those that the account had before are gone.
///
/// # Errors
/// Where the database fails.
pub async fn offer_sign_in(tx: &Tx, offered: OneTimeSignIn, token_hash: [u8; 32]) -> Result<(), StoreError> {
    withdraw_sign_ins(tx, offered.account).await?;
    let row = one_time_sign_ins::Model {
        token_hash: token_hash.to_vec(),
        account_id: offered.account.uuid(),
        opens_session: offered.opens_session,
        expires_at: column::from_time(offered.expires_at),
    };
    one_time_sign_ins::Entity::insert(row.into_active_model()).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// What a one-time sign-in opens, as long as it has not ended.
///
/// # Errors
/// Where the database fails.
pub async fn sign_in_by_hash(
    conn: &impl Conn,
    hash: [u8; 32],
    now: Timestamp,
) -> Result<Option<OneTimeSignIn>, StoreError> {
    let row = one_time_sign_ins::Entity::find_by_id(hash.to_vec())
        .filter(one_time_sign_ins::Column::ExpiresAt.gt(column::from_time(now)))
        .one(conn.db())
        .await?;
    row.map(|row| {
        Ok(OneTimeSignIn {
            account: AccountId::new(row.account_id),
            opens_session: row.opens_session,
            expires_at: column::to_time(row.expires_at)?,
        })
    })
    .transpose()
}

/// Uses up whatever one-time sign-ins an account has; `false` where there was none, as somebody else used it.
///
/// # Errors
/// Where the database fails.
pub async fn withdraw_sign_ins(tx: &Tx, account: AccountId) -> Result<bool, StoreError> {
    let gone = one_time_sign_ins::Entity::delete_many()
        .filter(one_time_sign_ins::Column::AccountId.eq(account.uuid()))
        .exec(tx.db())
        .await?;
    Ok(gone.rows_affected > 0)
}

/// Forgets the one-time sign-ins whose time is over; returns how many.
///
/// # Errors
/// Where the database fails.
pub async fn purge_sign_ins(conn: &impl Conn, now: Timestamp) -> Result<u64, StoreError> {
    let gone = one_time_sign_ins::Entity::delete_many()
        .filter(one_time_sign_ins::Column::ExpiresAt.lte(column::from_time(now)))
        .exec(conn.db())
        .await?;
    Ok(gone.rows_affected)
}

/// How a recovery code is kept.
#[must_use]
pub fn recovery_hash(keyring: &Keyring, plain: &str) -> [u8; 32] {
    keyring.search_token("recovery code", plain)
}

/// Nobody has two accounts by writing their address in another case.
fn email_token(keyring: &Keyring, email: &EmailAddress) -> Vec<u8> {
    keyring.search_token("staff email", &email.search_form()).to_vec()
}

fn row(keyring: &Keyring, account: &Account, data_key: Uuid, key: &DataKey) -> Result<table::Model, StoreError> {
    let id = account.id.uuid();
    let profile = Profile { name: account.name.clone(), email: account.email.clone() };
    Ok(table::Model {
        id,
        data_key,
        email_token: email_token(keyring, &account.email),
        role: account.role.name().to_owned(),
        state: account.state.name().to_owned(),
        profile: key.seal("accounts", "profile", id, &column::to_json(&profile)?),
        credentials: key.seal("accounts", "credentials", id, &column::to_json(&account.credentials)?),
        failures: column::from_count(account.failures),
        locked_until: column::from_time(account.locked_until),
        created_at: column::from_time(account.created_at),
        version: account.version,
    })
}

fn open(conn: &impl Conn, row: table::Model, key: Option<data_keys::Model>) -> Result<Account, StoreError> {
    let key = keys::open(conn, key)?;
    let profile: Profile =
        column::from_json(&key.open("accounts", "profile", row.id, &row.profile)?, "an account's profile")?;
    let credentials = key.open("accounts", "credentials", row.id, &row.credentials)?;
    Ok(Account {
        id: AccountId::new(row.id),
        name: profile.name,
        email: profile.email,
        role: Role::from_name(&row.role).ok_or(StoreError::Unreadable("a role"))?,
        state: AccountState::from_name(&row.state)?,
        credentials: column::from_json(&credentials, "an account's credentials")?,
        failures: column::to_count(row.failures),
        locked_until: column::to_time(row.locked_until)?,
        created_at: column::to_time(row.created_at)?,
        version: row.version,
    })
}
