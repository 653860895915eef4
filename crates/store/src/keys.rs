//! The key that a row is sealed with: one per person, one per case, one per draft.

use jiff::Timestamp;
use rapport_domain::id::{CaseId, DraftId, IntakeId};
use rapport_security::{DataKey, Keyring, new_id};
use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, QueryTrait, sea_query::SelectStatement,
};
use uuid::Uuid;

use crate::{
    Conn, StoreError,
    entity::{cases, data_keys, intakes},
};

/// What the practice's own key is for.
const PRACTICE: &str = "practice";

/// A fresh key and the row that keeps it.
pub(crate) struct NewKey {
    pub(crate) key: DataKey,
    pub(crate) row: data_keys::Model,
}

/// A fresh key for `intakes/…`, `cases/…` or `drafts/…`.
pub(crate) fn create(keyring: &Keyring, subject: &impl ToString, now: Timestamp) -> NewKey {
    let id = new_row_id(now);
    let key = keyring.new_data_key();
    let wrapped = keyring.wrap(id, &key);
    let row = data_keys::Model { id, subject: subject.to_string(), wrapped, master_version: Keyring::MASTER_VERSION };
    NewKey { key, row }
}

/// Opens the key of a row that was read together with it.
pub(crate) fn open(conn: &impl Conn, row: Option<data_keys::Model>) -> Result<DataKey, StoreError> {
    let row = row.ok_or(StoreError::Missing("a data key"))?;
    conn.store().keyring().unwrap(row.id, &row.wrapped).map_err(|_| StoreError::Unreadable("a data key"))
}

/// Reads and opens the key that an intake's row names.
pub(crate) async fn of_intake(conn: &impl Conn, id: IntakeId) -> Result<DataKey, StoreError> {
    let named = intakes::Entity::find_by_id(id.uuid()).select_only().column(intakes::Column::DataKey);
    named_by(conn, named.into_query()).await.map(|(_, key)| key)
}

/// Reads and opens the key that a case's row names.
pub(crate) async fn of_case(conn: &impl Conn, id: CaseId) -> Result<DataKey, StoreError> {
    named_of_case(conn, id).await.map(|(_, key)| key)
}

/// Reads and opens the practice's own key, for what is about no case; makes it where it is needed for the first time.
pub(crate) async fn of_practice(conn: &impl Conn) -> Result<DataKey, StoreError> {
    let read = || data_keys::Entity::find().filter(data_keys::Column::Subject.eq(PRACTICE)).one(conn.db());
    if let Some(row) = read().await? {
        return open(conn, Some(row));
    }
    // Of two that make it at once the second one's gives way.
    let row = create(conn.store().keyring(), &PRACTICE, Timestamp::UNIX_EPOCH).row;
    data_keys::Entity::insert(row.into_active_model())
        .on_conflict_do_nothing_on([data_keys::Column::Subject])
        .exec_without_returning(conn.db())
        .await?;
    open(conn, read().await?)
}

/// The same with the key's id, for another row that is sealed under it.
pub(crate) async fn named_of_case(conn: &impl Conn, id: CaseId) -> Result<(Uuid, DataKey), StoreError> {
    let named = cases::Entity::find_by_id(id.uuid()).select_only().column(cases::Column::DataKey);
    named_by(conn, named.into_query()).await
}

/// Reads and opens a draft's key; none where the draft is gone.
pub(crate) async fn of_draft(conn: &impl Conn, id: DraftId) -> Result<Option<DataKey>, StoreError> {
    let found = data_keys::Entity::find().filter(data_keys::Column::Subject.eq(id.to_string())).one(conn.db()).await?;
    found.map(|row| open(conn, Some(row))).transpose()
}

async fn named_by(conn: &impl Conn, key: SelectStatement) -> Result<(Uuid, DataKey), StoreError> {
    let found = data_keys::Entity::find().filter(data_keys::Column::Id.in_subquery(key));
    let row = found.one(conn.db()).await?.ok_or(StoreError::Missing("a data key"))?;
    Ok((row.id, open(conn, Some(row))?))
}

/// A UUIDv7 for a row that nobody named yet.
pub(crate) fn new_row_id(now: Timestamp) -> Uuid {
    new_id(now.as_millisecond().unsigned_abs())
}
