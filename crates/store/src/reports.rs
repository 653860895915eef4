//! What the law asks of a practice that learns of harm: one of each kind per intake.

use rapport_domain::{
    id::{CaseId, IntakeId, ReportId},
    report::{Report, ReportRecord, ReportState},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::{
    Conn, StoreError, Topic, Tx, column,
    entity::{data_keys, reports as table},
    keys,
    store::sealed::Sealed,
};

/// Opens reports of one case; one that this intake has already stays as it is.
///
/// # Errors
/// Where the database fails or there is no such case.
pub async fn open(tx: &Tx, case: CaseId, reports: &[Report]) -> Result<(), StoreError> {
    if reports.is_empty() {
        return Ok(());
    }
    let key = keys::id_of_case(tx, case).await?;
    insert_rows(tx, reports.iter().map(|report| row(report, key)).collect()).await
}

/// A report and, where it is completed, its record, opened.
///
/// # Errors
/// Where the database fails or the row cannot be opened.
pub async fn get(conn: &impl Conn, id: ReportId) -> Result<Option<(Report, Option<ReportRecord>)>, StoreError> {
    let row = table::Entity::find_by_id(id.uuid()).find_also_related(data_keys::Entity).one(conn.db()).await?;
    row.map(|(row, key)| unseal(conn, &row, key)).transpose()
}

/// A case's reports with their records, opened, the oldest first.
///
/// # Errors
/// Where the database fails or a row cannot be opened.
pub async fn of_case(conn: &impl Conn, case: CaseId) -> Result<Vec<(Report, Option<ReportRecord>)>, StoreError> {
    let rows = table::Entity::find()
        .filter(table::Column::CaseId.eq(case.uuid()))
        .order_by_asc(table::Column::Id)
        .find_also_related(data_keys::Entity)
        .all(conn.db())
        .await?;
    rows.into_iter().map(|(row, key)| unseal(conn, &row, key)).collect()
}

/// Writes down what was decided about an open report.
///
/// # Errors
/// [`StoreError::Conflict`] where it is not open any more.
pub async fn complete(tx: &Tx, report: &Report, record: &ReportRecord) -> Result<(), StoreError> {
    let id = report.id.uuid();
    let sealed = keys::of_case(tx, report.case).await?.seal("reports", "record", id, &column::to_json(record)?);
    let change = table::ActiveModel {
        state: Set(ReportState::Completed.name().to_owned()),
        record: Set(Some(sealed)),
        ..Default::default()
    };
    let saved = table::Entity::update_many()
        .set(change)
        .filter(table::Column::Id.eq(id))
        .filter(table::Column::State.eq(ReportState::Open.name()))
        .exec(tx.db())
        .await?;
    if saved.rows_affected == 0 {
        return Err(StoreError::Conflict);
    }
    tx.touch(Topic::Cases);
    Ok(())
}

/// The row of an open report, sealed under this key when it is completed: the case's.
pub(crate) fn row(report: &Report, case_key: Uuid) -> table::Model {
    table::Model {
        id: report.id.uuid(),
        case_id: report.case.uuid(),
        intake_id: report.intake.uuid(),
        data_key: case_key,
        kind: report.kind.clone(),
        state: report.state.name().to_owned(),
        created_at: column::from_time(report.created_at),
        record: None,
    }
}

/// Writes rows; one that is there already stays as it is.
pub(crate) async fn insert_rows(tx: &Tx, rows: Vec<table::Model>) -> Result<(), StoreError> {
    use table::Column::{IntakeId as Intake, Kind};
    table::Entity::insert_many(rows.into_iter().map(IntoActiveModel::into_active_model))
        .on_conflict_do_nothing_on([Intake, Kind])
        .exec_without_returning(tx.db())
        .await?;
    tx.touch(Topic::Cases);
    Ok(())
}

fn unseal(
    conn: &impl Conn,
    row: &table::Model,
    key: Option<data_keys::Model>,
) -> Result<(Report, Option<ReportRecord>), StoreError> {
    let report = Report {
        id: ReportId::new(row.id),
        case: CaseId::new(row.case_id),
        intake: IntakeId::new(row.intake_id),
        kind: row.kind.clone(),
        state: ReportState::from_name(&row.state).ok_or(StoreError::Unreadable("a report's state"))?,
        created_at: column::to_time(row.created_at)?,
    };
    let Some(sealed) = &row.record else { return Ok((report, None)) };
    let json = keys::open(conn, key)?.open("reports", "record", row.id, sealed)?;
    Ok((report, Some(column::from_json(&json, "a report's record")?)))
}
