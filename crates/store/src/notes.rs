//! What staff wrote about a case for one another; sealed under the case's key.

use rapport_domain::{case::CaseNote, id::CaseId};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::{
    Conn, StoreError, Topic, Tx, column,
    entity::{data_keys, notes as table},
    keys,
    store::sealed::Sealed,
};

/// Adds a note.
///
/// # Errors
/// Where the database fails or there is no such case.
pub async fn add(tx: &Tx, case: CaseId, note: &CaseNote) -> Result<(), StoreError> {
    let id = note.id.uuid();
    let (data_key, key) = keys::named_of_case(tx, case).await?;
    let row = table::Model {
        id,
        case_id: case.uuid(),
        data_key,
        at: column::from_time(note.at),
        content: key.seal("notes", "content", id, &column::to_json(note)?),
    };
    table::Entity::insert(row.into_active_model()).exec_without_returning(tx.db()).await?;
    tx.touch(Topic::Cases);
    Ok(())
}

/// A case's notes, opened, the earliest first.
///
/// # Errors
/// Where the database fails or a row cannot be opened.
pub async fn of_case(conn: &impl Conn, case: CaseId) -> Result<Vec<CaseNote>, StoreError> {
    let rows = table::Entity::find()
        .filter(table::Column::CaseId.eq(case.uuid()))
        .order_by_asc(table::Column::At)
        .order_by_asc(table::Column::Id)
        .find_also_related(data_keys::Entity)
        .all(conn.db())
        .await?;
    let open = |(row, key): (table::Model, Option<data_keys::Model>)| {
        let json = keys::open(conn, key)?.open("notes", "content", row.id, &row.content)?;
        column::from_json(&json, "a note")
    };
    rows.into_iter().map(open).collect()
}
