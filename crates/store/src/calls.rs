//! Calls to clients: what became of each, what is known of a client's calls, and
//! which promise of a case was kept by one or is overdue.

use jiff::Timestamp;
use rapport_domain::{
    calls::{AttemptTold, ClientCalls, ContactAttempt, NextCall},
    case::{Case, CaseState},
    id::{AttemptId, CaseId, IntakeId},
    triage::Urgency,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use crate::{
    Conn, StoreError, Topic, Tx, column,
    entity::{case_calls, cases, client_calls as clients_table, contact_attempts as table, data_keys, intakes},
    keys,
    store::sealed::Sealed,
};

/// What is known of a client's calls.
///
/// # Errors
/// Where the database fails.
pub async fn of_client(conn: &impl Conn, intake: IntakeId) -> Result<ClientCalls, StoreError> {
    let row = clients_table::Entity::find_by_id(intake.uuid()).one(conn.db()).await?;
    row.map_or(Ok(ClientCalls::default()), |row| read(&row))
}

/// The same of every client of some cases; a client of whom nothing is known is left out.
///
/// # Errors
/// Where the database fails.
pub async fn of_cases(
    conn: &impl Conn,
    of: impl Iterator<Item = CaseId>,
) -> Result<Vec<(CaseId, IntakeId, ClientCalls)>, StoreError> {
    let ids: Vec<(Uuid, Uuid)> = intakes::Entity::find()
        .select_only()
        .columns([intakes::Column::Id, intakes::Column::CaseId])
        .filter(intakes::Column::CaseId.is_in(of.map(CaseId::uuid)))
        .order_by_asc(intakes::Column::Id)
        .into_tuple()
        .all(conn.db())
        .await?;
    let rows = clients_table::Entity::find()
        .filter(clients_table::Column::IntakeId.is_in(ids.iter().map(|(intake, _)| *intake)))
        .all(conn.db())
        .await?;
    let known = |(intake, case): &(Uuid, Uuid)| {
        let row = rows.iter().find(|row| row.intake_id == *intake)?;
        Some(read(row).map(|calls| (CaseId::new(*case), IntakeId::new(*intake), calls)))
    };
    ids.iter().filter_map(known).collect()
}

/// Writes what is known of a client's calls. Whoever writes has the case's version to be alone by.
///
/// # Errors
/// Where the database fails.
pub async fn put(tx: &Tx, intake: IntakeId, calls: &ClientCalls) -> Result<(), StoreError> {
    use clients_table::Column::{IntakeId as Intake, NextBy, OutsideSafeHours, ReachedAt, StoppedAt};
    let row = clients_table::Model {
        intake_id: intake.uuid(),
        reached_at: calls.reached_at.map(column::from_time),
        next_by: calls.next.map(|next| column::from_time(next.by)),
        outside_safe_hours: calls.next.is_some_and(|next| next.outside_safe_hours),
        stopped_at: calls.stopped_at.map(column::from_time),
    };
    let replace =
        OnConflict::column(Intake).update_columns([NextBy, OutsideSafeHours, ReachedAt, StoppedAt]).to_owned();
    clients_table::Entity::insert(row.into_active_model()).on_conflict(replace).exec_without_returning(tx.db()).await?;
    tx.touch(Topic::Cases);
    Ok(())
}

/// Clients who are not contacted any more.
pub(crate) fn stopped() -> sea_orm::sea_query::SelectStatement {
    clients_table::Entity::find()
        .select_only()
        .column(clients_table::Column::IntakeId)
        .filter(clients_table::Column::StoppedAt.is_not_null())
        .into_query()
}

/// Writes an attempt down.
///
/// # Errors
/// Where the database fails or there is no such case.
pub async fn add_attempt(tx: &Tx, attempt: &ContactAttempt) -> Result<(), StoreError> {
    let id = attempt.id.uuid();
    let (data_key, key) = keys::named_of_case(tx, attempt.case).await?;
    let row = table::Model {
        id,
        case_id: attempt.case.uuid(),
        intake_id: attempt.intake.uuid(),
        data_key,
        at: column::from_time(attempt.at),
        content: key.seal("contact_attempts", "content", id, &column::to_json(&attempt.told)?),
    };
    table::Entity::insert(row.into_active_model()).exec_without_returning(tx.db()).await?;
    tx.touch(Topic::Cases);
    Ok(())
}

/// A case's attempts, opened, the earliest first.
///
/// # Errors
/// Where the database fails or a row cannot be opened.
pub async fn attempts(conn: &impl Conn, case: CaseId) -> Result<Vec<ContactAttempt>, StoreError> {
    let rows = table::Entity::find()
        .filter(table::Column::CaseId.eq(case.uuid()))
        .order_by_asc(table::Column::At)
        .order_by_asc(table::Column::Id)
        .find_also_related(data_keys::Entity)
        .all(conn.db())
        .await?;
    rows.into_iter()
        .map(|(row, key)| {
            let json = keys::open(conn, key)?.open("contact_attempts", "content", row.id, &row.content)?;
            let told: AttemptTold = column::from_json(&json, "an attempt")?;
            Ok(ContactAttempt {
                id: AttemptId::new(row.id),
                case: CaseId::new(row.case_id),
                intake: IntakeId::new(row.intake_id),
                at: column::to_time(row.at)?,
                told,
            })
        })
        .collect()
}

/// Notes that what a case promises until then was kept by a call.
///
/// # Errors
/// Where the database fails.
pub async fn answered(tx: &Tx, case: &Case) -> Result<(), StoreError> {
    let row = case_calls::Model {
        case_id: case.id.uuid(),
        answered_for: Some(column::from_time(case.respond_by)),
        escalated_for: None,
    };
    keep(tx, row, case_calls::Column::AnsweredFor).await
}

/// Notes that whoever is on call was told that nobody kept it.
///
/// # Errors
/// Where the database fails.
pub async fn escalated(tx: &Tx, case: &Case) -> Result<(), StoreError> {
    let row = case_calls::Model {
        case_id: case.id.uuid(),
        answered_for: None,
        escalated_for: Some(column::from_time(case.respond_by)),
    };
    keep(tx, row, case_calls::Column::EscalatedFor).await
}

/// Whether what a case promises was kept by a call.
///
/// # Errors
/// Where the database fails.
pub async fn is_answered(conn: &impl Conn, case: &Case) -> Result<bool, StoreError> {
    let rows = rows_of(conn, std::slice::from_ref(case)).await?;
    Ok(rows.iter().any(|row| row.answered_for == Some(column::from_time(case.respond_by))))
}

/// Those of these cases whose promise is past, of which whoever is on call was told that nobody kept it, and nobody has
/// since.
///
/// # Errors
/// Where the database fails.
pub async fn overdue_ones(conn: &impl Conn, of: &[Case]) -> Result<Vec<CaseId>, StoreError> {
    let rows = rows_of(conn, of).await?;
    let late = |case: &&Case| {
        let promise = Some(column::from_time(case.respond_by));
        let told = |row: &case_calls::Model| row.escalated_for == promise && row.answered_for != promise;
        case.call_is_owed() && rows.iter().any(|row| row.case_id == case.id.uuid() && told(row))
    };
    Ok(of.iter().filter(late).map(|case| case.id).collect())
}

/// Cases whose promise is past with nobody having reached the client, and of which nobody on call was told so; the
/// longest past first. Of one that has its session a call is owed only where safety is in question.
///
/// # Errors
/// Where the database fails.
pub async fn overdue(conn: &impl Conn, now: Timestamp, limit: u64) -> Result<Vec<CaseId>, StoreError> {
    let kept_or_told = Expr::col((case_calls::Entity, case_calls::Column::AnsweredFor))
        .equals((cases::Entity, cases::Column::RespondBy))
        .or(Expr::col((case_calls::Entity, case_calls::Column::EscalatedFor))
            .equals((cases::Entity, cases::Column::RespondBy)));
    let done = case_calls::Entity::find()
        .select_only()
        .column(case_calls::Column::CaseId)
        .filter(Expr::col((case_calls::Entity, case_calls::Column::CaseId)).equals((cases::Entity, cases::Column::Id)))
        .filter(kept_or_told)
        .into_query();
    let ids: Vec<Uuid> = cases::Entity::find()
        .select_only()
        .column(cases::Column::Id)
        .filter(cases::Column::RespondBy.lte(column::from_time(now)))
        .filter(call_is_owed())
        .filter(cases::Column::Id.not_in_subquery(done))
        .order_by_asc(cases::Column::RespondBy)
        .order_by_asc(cases::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(conn.db())
        .await?;
    Ok(ids.into_iter().map(CaseId::new).collect())
}

/// The same of any case, as [`overdue_ones`] has it, for a statement about cases.
pub(crate) fn is_overdue() -> Condition {
    let promise = || Expr::col((cases::Entity, cases::Column::RespondBy));
    let answered = Expr::col((case_calls::Entity, case_calls::Column::AnsweredFor));
    let told = case_calls::Entity::find()
        .select_only()
        .column(case_calls::Column::CaseId)
        .filter(Expr::col((case_calls::Entity, case_calls::Column::CaseId)).equals((cases::Entity, cases::Column::Id)))
        .filter(Expr::col((case_calls::Entity, case_calls::Column::EscalatedFor)).eq(promise()))
        .filter(answered.clone().is_null().or(answered.ne(promise())))
        .into_query();
    Condition::all().add(call_is_owed()).add(cases::Column::Id.in_subquery(told))
}

/// [`Case::call_is_owed`], for a statement about cases.
fn call_is_owed() -> Condition {
    let waiting = [CaseState::Received, CaseState::Triaged, CaseState::BeforeStaff].map(CaseState::name);
    let owed = Condition::any()
        .add(cases::Column::State.is_in(waiting))
        .add(cases::Column::Flagged.eq(true))
        .add(cases::Column::Urgency.gte(column::from_urgency(Urgency::Urgent)));
    Condition::all().add(cases::Column::State.ne(CaseState::Closed.name())).add(owed)
}

async fn rows_of(conn: &impl Conn, of: &[Case]) -> Result<Vec<case_calls::Model>, StoreError> {
    let ids = of.iter().map(|case| case.id.uuid());
    Ok(case_calls::Entity::find().filter(case_calls::Column::CaseId.is_in(ids)).all(conn.db()).await?)
}

async fn keep(tx: &Tx, row: case_calls::Model, changes: case_calls::Column) -> Result<(), StoreError> {
    let replace = OnConflict::column(case_calls::Column::CaseId).update_column(changes).to_owned();
    case_calls::Entity::insert(row.into_active_model()).on_conflict(replace).exec_without_returning(tx.db()).await?;
    tx.touch(Topic::Cases);
    Ok(())
}

fn read(row: &clients_table::Model) -> Result<ClientCalls, StoreError> {
    let next = match row.next_by {
        None => None,
        Some(by) => Some(NextCall { by: column::to_time(by)?, outside_safe_hours: row.outside_safe_hours }),
    };
    Ok(ClientCalls {
        reached_at: row.reached_at.map(column::to_time).transpose()?,
        next,
        stopped_at: row.stopped_at.map(column::to_time).transpose()?,
    })
}
