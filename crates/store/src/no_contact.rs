//! Addresses that asked never to be written to again: kept as keyed hashes, for good.

use jiff::Timestamp;
use rapport_domain::contact::EmailAddress;
use sea_orm::{EntityTrait, IntoActiveModel};

use crate::{Conn, Store, StoreError, Tx, column, entity::no_contact as table, store::sealed::Sealed};

/// Never writes to this address again; repeating it changes nothing.
///
/// # Errors
/// Where the database fails.
pub async fn add(tx: &Tx, email: &EmailAddress, now: Timestamp) -> Result<(), StoreError> {
    let row = table::Model { token: token(tx.store(), email), at: column::from_time(now) };
    table::Entity::insert(row.into_active_model())
        .on_conflict_do_nothing_on([table::Column::Token])
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

/// Whether this address is never written to.
///
/// # Errors
/// Where the database fails.
pub async fn contains(conn: &impl Conn, email: &EmailAddress) -> Result<bool, StoreError> {
    Ok(table::Entity::find_by_id(token(conn.store(), email)).one(conn.db()).await?.is_some())
}

/// Another kind than the search's: this list does not tell who is a client.
fn token(store: &Store, email: &EmailAddress) -> Vec<u8> {
    store.keyring().search_token("no_contact", &email.search_form()).to_vec()
}
