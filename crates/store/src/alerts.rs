//! Alerts: what the on-call chain was told, and who has acknowledged it.
//!
//! An alert is born with the ledger row of its first letter, in the statement
//! that queues it, so that there is none that nobody walks.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rapport_domain::{
    alert::{Acknowledged, Alert, AlertState, AlertStep},
    case::CaseState,
    id::{AlertId, CaseId, LetterId},
    letter::DueLetter,
    triage::Urgency,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use uuid::Uuid;

use crate::{
    Conn, StoreError, Topic, Tx, column,
    entity::{alert_steps as steps_table, alerts as table, cases, letters},
    store::sealed::Sealed,
};

/// Alerts whose next step may be due, the one that has waited longest first: its time has come, its case was raised to
/// one that cannot wait, or has ended.
///
/// # Errors
/// Where the database fails.
pub async fn due(conn: &impl Conn, now: Timestamp, limit: u64) -> Result<Vec<AlertId>, StoreError> {
    let cases_that = |condition: Condition| {
        cases::Entity::find().select_only().column(cases::Column::Id).filter(condition).into_query()
    };
    let ended = cases_that(Condition::all().add(cases::Column::State.eq(CaseState::Closed.name())));
    let urgent = column::from_urgency(Urgency::Urgent);
    let raised = cases_that(Condition::all().add(cases::Column::Urgency.gte(urgent)));
    let raised = Condition::all().add(table::Column::WallTime.eq(false)).add(table::Column::CaseId.in_subquery(raised));
    let ids: Vec<Uuid> = table::Entity::find()
        .select_only()
        .column(table::Column::Id)
        .filter(table::Column::State.eq(AlertState::Open.name()))
        .filter(
            Condition::any()
                .add(table::Column::NextAt.lte(column::from_time(now)))
                .add(raised)
                .add(table::Column::CaseId.in_subquery(ended)),
        )
        .order_by_asc(table::Column::NextAt)
        .order_by_asc(table::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(conn.db())
        .await?;
    Ok(ids.into_iter().map(AlertId::new).collect())
}

/// An alert.
///
/// # Errors
/// Where the database fails.
pub async fn get(conn: &impl Conn, id: AlertId) -> Result<Option<Alert>, StoreError> {
    table::Entity::find_by_id(id.uuid()).one(conn.db()).await?.map(read).transpose()
}

/// A case's alerts with the steps that were taken, the oldest first.
///
/// # Errors
/// Where the database fails.
pub async fn of_case(conn: &impl Conn, case: CaseId) -> Result<Vec<(Alert, Vec<AlertStep>)>, StoreError> {
    let rows = table::Entity::find()
        .filter(table::Column::CaseId.eq(case.uuid()))
        .order_by_asc(table::Column::RaisedAt)
        .order_by_asc(table::Column::Id)
        .all(conn.db())
        .await?;
    let taken = steps_table::Entity::find()
        .filter(steps_table::Column::AlertId.is_in(rows.iter().map(|row| row.id)))
        .order_by_asc(steps_table::Column::Step)
        .all(conn.db())
        .await?;
    let mut steps: BTreeMap<Uuid, Vec<AlertStep>> = BTreeMap::new();
    for row in taken {
        let told = row.told.split_whitespace().filter_map(|position| position.parse().ok()).collect();
        let step = AlertStep { number: column::to_count(row.step), told, at: column::to_time(row.at)? };
        steps.entry(row.alert_id).or_default().push(step);
    }
    rows.into_iter()
        .map(|row| {
            let steps = steps.remove(&row.id).unwrap_or_default();
            Ok((read(row)?, steps))
        })
        .collect()
}

/// Which of these cases have an alert that nobody has acknowledged.
///
/// # Errors
/// Where the database fails.
pub async fn unacknowledged(
    conn: &impl Conn,
    cases: impl Iterator<Item = CaseId>,
) -> Result<BTreeSet<CaseId>, StoreError> {
    let waiting = AlertState::ALL.into_iter().filter(|state| state.wants_somebody()).map(AlertState::name);
    let ids: Vec<Uuid> = table::Entity::find()
        .select_only()
        .column(table::Column::CaseId)
        .distinct()
        .filter(table::Column::CaseId.is_in(cases.map(CaseId::uuid)))
        .filter(table::Column::State.is_in(waiting))
        .into_tuple()
        .all(conn.db())
        .await?;
    Ok(ids.into_iter().map(CaseId::new).collect())
}

/// Whether somebody has the alert that this letter belongs to: then it need not be sent.
///
/// # Errors
/// Where the database fails.
pub async fn is_acknowledged(conn: &impl Conn, letter: LetterId) -> Result<bool, StoreError> {
    let cause: Option<String> = letters::Entity::find_by_id(letter.uuid())
        .select_only()
        .column(letters::Column::Cause)
        .into_tuple()
        .one(conn.db())
        .await?;
    let Some(cause) = cause else { return Ok(false) };
    let step_of = cause.rsplit_once('/').and_then(|(alert, _)| alert.parse::<AlertId>().ok());
    let found = match step_of {
        Some(alert) => table::Entity::find_by_id(alert.uuid()),
        None => table::Entity::find().filter(table::Column::Cause.eq(cause)),
    };
    let alert = found.one(conn.db()).await?;
    Ok(alert.is_some_and(|alert| alert.state == AlertState::Acknowledged.name()))
}

/// Writes an alert that was read as it stood.
///
/// # Errors
/// [`StoreError::Conflict`] where it has changed since it was read.
pub async fn save(tx: &Tx, alert: &Alert) -> Result<i64, StoreError> {
    let version = alert.version + 1;
    let acknowledged = alert.acknowledged.as_ref();
    let change = table::ActiveModel {
        state: Set(alert.state.name().to_owned()),
        steps: Set(column::from_count(alert.steps)),
        since: Set(column::from_time(alert.since)),
        next_at: Set(column::from_time(alert.next_at)),
        wall_time: Set(alert.wall_time),
        acknowledged_by: Set(acknowledged.map(|it| it.by.clone())),
        acknowledged_at: Set(acknowledged.map(|it| column::from_time(it.at))),
        version: Set(version),
        ..Default::default()
    };
    let saved = table::Entity::update_many()
        .set(change)
        .filter(table::Column::Id.eq(alert.id.uuid()))
        .filter(table::Column::Version.eq(alert.version))
        .exec(tx.db())
        .await?;
    if saved.rows_affected == 0 {
        return Err(StoreError::Conflict);
    }
    tx.touch(Topic::Cases);
    Ok(version)
}

/// Notes steps that were taken. One that was taken before is an error: each is taken once.
///
/// # Errors
/// Where the database fails.
pub async fn add_steps(tx: &Tx, alert: AlertId, steps: &[AlertStep]) -> Result<(), StoreError> {
    if steps.is_empty() {
        return Ok(());
    }
    let rows = steps.iter().map(|step| {
        let told: Vec<_> = step.told.iter().map(u32::to_string).collect();
        steps_table::Model {
            alert_id: alert.uuid(),
            step: column::from_count(step.number),
            told: told.join(" "),
            at: column::from_time(step.at),
        }
        .into_active_model()
    });
    steps_table::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// The rows of the alerts that these letters raise, each named after its letter's row.
pub(crate) fn raised_by(due: &[DueLetter], rows: &[letters::Model]) -> Vec<table::Model> {
    due.iter().zip(rows).filter(|(letter, _)| letter.raises_alert()).map(|(letter, row)| born(letter, row)).collect()
}

/// Writes rows; one of the same cause stays as it is.
pub(crate) async fn insert_rows(tx: &Tx, rows: Vec<table::Model>) -> Result<(), StoreError> {
    table::Entity::insert_many(rows.into_iter().map(IntoActiveModel::into_active_model))
        .on_conflict_do_nothing_on([table::Column::Cause])
        .exec_without_returning(tx.db())
        .await?;
    tx.touch(Topic::Cases);
    Ok(())
}

fn born(due: &DueLetter, letter: &letters::Model) -> table::Model {
    table::Model {
        id: letter.id,
        cause: letter.cause.clone(),
        case_id: due.case.uuid(),
        state: AlertState::Open.name().to_owned(),
        raised_at: letter.queued_at,
        steps: 0,
        since: letter.queued_at,
        next_at: letter.queued_at,
        wall_time: false,
        acknowledged_by: None,
        acknowledged_at: None,
        version: 1,
    }
}

fn read(row: table::Model) -> Result<Alert, StoreError> {
    let acknowledged = match (row.acknowledged_by, row.acknowledged_at) {
        (Some(by), Some(at)) => Some(Acknowledged { by, at: column::to_time(at)? }),
        _ => None,
    };
    Ok(Alert {
        id: AlertId::new(row.id),
        case: CaseId::new(row.case_id),
        raised_at: column::to_time(row.raised_at)?,
        state: AlertState::from_name(&row.state).ok_or(StoreError::Unreadable("an alert's state"))?,
        steps: column::to_count(row.steps),
        since: column::to_time(row.since)?,
        next_at: column::to_time(row.next_at)?,
        wall_time: row.wall_time,
        acknowledged,
        version: row.version,
    })
}
