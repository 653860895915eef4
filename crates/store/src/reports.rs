//! What the law asks of a practice that learns of harm: one of each kind per intake.
//! Which kind stands encrypted, since it tells what somebody answered.

use rapport_domain::{
    id::{CaseId, IntakeId, ReportId},
    report::{Report, ReportRecord, ReportState},
};
use rapport_security::DataKey;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Conn, Store, StoreError, Topic, Tx, column,
    entity::{data_keys, reports as table},
    keys,
    store::sealed::Sealed,
};

/// What a report is about and, once it is completed, what was decided; sealed under the case's key.
#[derive(Serialize, Deserialize)]
struct Content {
    kind: String,
    record: Option<ReportRecord>,
}

/// Opens reports of one case; one that this intake has already stays as it is.
///
/// # Errors
/// Where the database fails or there is no such case.
pub async fn open(tx: &Tx, case: CaseId, reports: &[Report]) -> Result<(), StoreError> {
    if reports.is_empty() {
        return Ok(());
    }
    let (key_id, key) = keys::named_of_case(tx, case).await?;
    insert_rows(tx, rows(tx.store(), reports, key_id, &key)?).await
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
    let content = Content { kind: report.kind.clone(), record: Some(record.clone()) };
    let change = table::ActiveModel {
        state: Set(ReportState::Completed.name().to_owned()),
        content: Set(seal(&keys::of_case(tx, report.case).await?, id, &content)?),
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

/// The rows of open reports of one case, sealed under its key.
pub(crate) fn rows(
    store: &Store,
    reports: &[Report],
    key_id: Uuid,
    key: &DataKey,
) -> Result<Vec<table::Model>, StoreError> {
    let row = |report: &Report| {
        let id = report.id.uuid();
        let once = format!("{}/{}", report.intake, report.kind);
        Ok(table::Model {
            id,
            case_id: report.case.uuid(),
            intake_id: report.intake.uuid(),
            data_key: key_id,
            kind_token: store.keyring().search_token("report", &once).to_vec(),
            state: report.state.name().to_owned(),
            created_at: column::from_time(report.created_at),
            content: seal(key, id, &Content { kind: report.kind.clone(), record: None })?,
        })
    };
    reports.iter().map(row).collect()
}

/// Writes rows; one that is there already stays as it is.
pub(crate) async fn insert_rows(tx: &Tx, rows: Vec<table::Model>) -> Result<(), StoreError> {
    table::Entity::insert_many(rows.into_iter().map(IntoActiveModel::into_active_model))
        .on_conflict_do_nothing_on([table::Column::KindToken])
        .exec_without_returning(tx.db())
        .await?;
    tx.touch(Topic::Cases);
    Ok(())
}

fn seal(key: &DataKey, id: Uuid, content: &Content) -> Result<Vec<u8>, StoreError> {
    Ok(key.seal("reports", "content", id, &column::to_json(content)?))
}

fn unseal(
    conn: &impl Conn,
    row: &table::Model,
    key: Option<data_keys::Model>,
) -> Result<(Report, Option<ReportRecord>), StoreError> {
    let json = keys::open(conn, key)?.open("reports", "content", row.id, &row.content)?;
    let content: Content = column::from_json(&json, "a report")?;
    let report = Report {
        id: ReportId::new(row.id),
        case: CaseId::new(row.case_id),
        intake: IntakeId::new(row.intake_id),
        kind: content.kind,
        state: ReportState::from_name(&row.state).ok_or(StoreError::Unreadable("a report's state"))?,
        created_at: column::to_time(row.created_at)?,
    };
    Ok((report, content.record))
}
