//! What triage found, kept encrypted under the person's key.

use rapport_domain::{
    id::{CaseId, IntakeId},
    triage::TriageResult,
};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::{
    Conn, StoreError, Tx, column,
    entity::{data_keys, intakes, triage_results as table},
    keys,
    store::sealed::Sealed,
};

/// Keeps an intake's result; the first one stands.
///
/// # Errors
/// Where the database fails or there is no such intake.
pub async fn put(tx: &Tx, intake: IntakeId, result: &TriageResult) -> Result<(), StoreError> {
    let (of, key) = intakes::Entity::find_by_id(intake.uuid())
        .find_also_related(data_keys::Entity)
        .one(tx.db())
        .await?
        .ok_or(StoreError::Missing("an intake"))?;
    let key_id = of.data_key;
    let sealed = keys::open(tx, key)?.seal("triage_results", "result", of.id, &column::to_json(result)?);
    let row = table::Model { intake_id: of.id, case_id: of.case_id, data_key: key_id, result: sealed };
    table::Entity::insert(row.into_active_model())
        .on_conflict_do_nothing_on([table::Column::IntakeId])
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

/// An intake's own result, opened; none before it was triaged.
///
/// # Errors
/// Where the database fails or the row cannot be opened.
pub async fn of_intake(conn: &impl Conn, intake: IntakeId) -> Result<Option<TriageResult>, StoreError> {
    let row = table::Entity::find_by_id(intake.uuid()).find_also_related(data_keys::Entity).one(conn.db()).await?;
    row.map(|(row, key)| open(conn, &row, key)).transpose()
}

/// The results of a case's intakes, opened, the first one first.
///
/// # Errors
/// Where the database fails or a row cannot be opened.
pub async fn of_case(conn: &impl Conn, case: CaseId) -> Result<Vec<(IntakeId, TriageResult)>, StoreError> {
    let rows = table::Entity::find()
        .filter(table::Column::CaseId.eq(case.uuid()))
        .order_by_asc(table::Column::IntakeId)
        .find_also_related(data_keys::Entity)
        .all(conn.db())
        .await?;
    rows.into_iter().map(|(row, key)| Ok((IntakeId::new(row.intake_id), open(conn, &row, key)?))).collect()
}

fn open(conn: &impl Conn, row: &table::Model, key: Option<data_keys::Model>) -> Result<TriageResult, StoreError> {
    let json = keys::open(conn, key)?.open("triage_results", "result", row.intake_id, &row.result)?;
    column::from_json(&json, "a triage result")
}
