//! What staff work on.

use jiff::Timestamp;
use rapport_domain::{
    case::{Case, CaseState, Closed, ContactStop, Override, Referred, Reopened, StaffReason},
    id::{CaseId, LetterId},
    triage::Urgency,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};

use crate::{
    Conn, SearchToken, StoreError, Topic, Tx, calls, column,
    entity::{cases as table, data_keys},
    keys::{self, NewKey},
    search,
    store::sealed::Sealed,
};

/// What staff read about a case beside its plain columns; kept encrypted under the case's key.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CaseDetail {
    /// "Sample A.".
    pub label: String,
    /// Whether its client is invented: sample data.
    #[serde(default)]
    pub sample: bool,
    /// Why it is before staff.
    pub staff_reason: Option<StaffReason>,
    /// Why this therapist and time, a sentence per term, first what speaks most for them.
    pub match_because: Vec<String>,
    /// What was let go of to find a time, in words; empty where nothing was.
    #[serde(default)]
    pub fallback: String,
    /// How people judged its urgency otherwise, the oldest first.
    #[serde(default)]
    pub overrides: Vec<Override>,
    /// How it ended, where it did.
    #[serde(default)]
    pub closed: Option<Closed>,
    /// Whose help fitted better, where it ended so.
    #[serde(default)]
    pub referred: Option<Referred>,
    /// How often it went on after it had ended, the oldest first.
    #[serde(default)]
    pub reopened: Vec<Reopened>,
    /// Which clients are not contacted any more, and may be again, the oldest first.
    #[serde(default)]
    pub stops: Vec<ContactStop>,
    /// Letters to its clients that were refused for good, until somebody has settled them.
    #[serde(default)]
    pub refused: Vec<RefusedLetter>,
}

/// A letter that its client does not have, so that somebody calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedLetter {
    /// Which.
    pub letter: LetterId,
    /// Why; never an address.
    pub why: String,
}

/// Which cases to list.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct CaseFilter {
    /// Only these; all but closed ones where empty, all where somebody is looked for.
    pub states: Vec<CaseState>,
    /// Only these; all where empty.
    pub urgencies: Vec<Urgency>,
    /// Only cases that nobody claimed.
    pub unclaimed_only: bool,
    /// Only cases that this member of staff claimed.
    pub assignee: Option<String>,
    /// Only cases whose promise is past without anybody having reached the client.
    pub overdue_only: bool,
    /// Only cases that one of these finds; all where absent.
    pub languages: Option<Vec<SearchToken>>,
    /// Likewise: of somebody who is looked for.
    pub client: Option<Vec<SearchToken>>,
}

/// Where a page of the queue ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseCursor {
    urgency: Urgency,
    respond_by: Timestamp,
    case: CaseId,
}

impl CaseCursor {
    /// Behind this case.
    #[must_use]
    pub const fn behind(case: &Case) -> Self {
        Self { urgency: case.urgency, respond_by: case.respond_by, case: case.id }
    }
}

/// A case.
///
/// # Errors
/// Where the database fails.
pub async fn get(conn: &impl Conn, id: CaseId) -> Result<Option<Case>, StoreError> {
    table::Entity::find_by_id(id.uuid()).one(conn.db()).await?.as_ref().map(read).transpose()
}

/// How many open cases there are of each state, and how many of these are late: somebody should have answered by now.
/// A case whose time is held or fixed is never late.
///
/// # Errors
/// Where the database fails.
pub async fn tally(conn: &impl Conn, now: Timestamp) -> Result<(Vec<(CaseState, u64)>, u64), StoreError> {
    let rows: Vec<(String, i64)> = table::Entity::find()
        .select_only()
        .column(table::Column::State)
        .column_as(table::Column::Id.count(), "cases")
        .filter(table::Column::State.ne(CaseState::Closed.name()))
        .group_by(table::Column::State)
        .into_tuple()
        .all(conn.db())
        .await?;
    let read = |(state, cases): (String, i64)| {
        let state = CaseState::from_name(&state).ok_or(StoreError::Unreadable("a case's state"))?;
        Ok((state, cases.unsigned_abs()))
    };
    let waiting = [CaseState::Received, CaseState::Triaged, CaseState::BeforeStaff].map(CaseState::name);
    let late = table::Entity::find()
        .filter(table::Column::State.is_in(waiting))
        .filter(table::Column::RespondBy.lt(column::from_time(now)))
        .count(conn.db())
        .await?;
    Ok((rows.into_iter().map(read).collect::<Result<_, StoreError>>()?, late))
}

/// Cases that no machine has decided on yet, the oldest first.
///
/// # Errors
/// Where the database fails.
pub async fn undecided(conn: &impl Conn, limit: u64) -> Result<Vec<Case>, StoreError> {
    let undecided = [CaseState::Received, CaseState::Triaged].map(CaseState::name);
    let rows = table::Entity::find()
        .filter(table::Column::State.is_in(undecided))
        .order_by_asc(table::Column::CreatedAt)
        .order_by_asc(table::Column::Id)
        .limit(limit)
        .all(conn.db())
        .await?;
    rows.iter().map(read).collect()
}

/// A case and what staff read about it, opened.
///
/// # Errors
/// Where the database fails or the row cannot be opened.
pub async fn get_with_detail(conn: &impl Conn, id: CaseId) -> Result<Option<(Case, CaseDetail)>, StoreError> {
    let row = table::Entity::find_by_id(id.uuid()).find_also_related(data_keys::Entity).one(conn.db()).await?;
    row.map(|(row, key)| Ok((read(&row)?, open(conn, &row, key)?))).transpose()
}

/// A case that nobody else changes until this transaction ends.
pub(crate) async fn lock(tx: &Tx, id: CaseId) -> Result<Option<Case>, StoreError> {
    let row = table::Entity::find_by_id(id.uuid()).lock_exclusive().one(tx.db()).await?;
    row.as_ref().map(read).transpose()
}

/// Writes a case that was read as it stood, and returns its new version.
///
/// # Errors
/// [`StoreError::Conflict`] where it has changed since it was read.
pub async fn save(tx: &Tx, case: &Case) -> Result<i64, StoreError> {
    change(tx, case, table::ActiveModel::default()).await
}

/// Writes a case that was read as it stood together with what staff read about it, and returns its new version.
///
/// # Errors
/// [`StoreError::Conflict`] where it has changed since it was read.
pub async fn save_with_detail(tx: &Tx, case: &Case, detail: &CaseDetail) -> Result<i64, StoreError> {
    let sealed = seal(tx, case.id, detail).await?;
    change(tx, case, table::ActiveModel { detail: Set(sealed), ..Default::default() }).await
}

/// What staff read about a case, opened.
///
/// # Errors
/// Where the database fails or the row cannot be opened.
pub async fn detail(conn: &impl Conn, id: CaseId) -> Result<Option<CaseDetail>, StoreError> {
    let row = table::Entity::find_by_id(id.uuid()).find_also_related(data_keys::Entity).one(conn.db()).await?;
    row.map(|(row, key)| open(conn, &row, key)).transpose()
}

/// Writes what staff read about a case.
///
/// # Errors
/// Where the database fails or there is no such case.
pub async fn save_detail(tx: &Tx, id: CaseId, detail: &CaseDetail) -> Result<(), StoreError> {
    let sealed = seal(tx, id, detail).await?;
    table::Entity::update_many()
        .set(table::ActiveModel { detail: Set(sealed), ..Default::default() })
        .filter(table::Column::Id.eq(id.uuid()))
        .exec(tx.db())
        .await?;
    tx.touch(Topic::Cases);
    Ok(())
}

/// A page of the queue: by urgency, then by the time left to answer.
///
/// # Errors
/// Where the database fails or a row cannot be opened.
pub async fn list(
    conn: &impl Conn,
    filter: &CaseFilter,
    after: Option<CaseCursor>,
    limit: u64,
) -> Result<Vec<(Case, CaseDetail)>, StoreError> {
    let rows = table::Entity::find()
        .filter(matching(filter))
        .filter(after.map_or_else(Condition::all, behind))
        .order_by_desc(table::Column::Urgency)
        .order_by_asc(table::Column::RespondBy)
        .order_by_asc(table::Column::Id)
        .limit(limit)
        .find_also_related(data_keys::Entity)
        .all(conn.db())
        .await?;
    rows.into_iter().map(|(row, key)| Ok((read(&row)?, open(conn, &row, key)?))).collect()
}

/// The row of a new case.
pub(crate) fn row(case: &Case, detail: &CaseDetail, key: &NewKey) -> Result<table::Model, StoreError> {
    let (care, if_partner_silent) = column::from_wish(case.care);
    let id = case.id.uuid();
    Ok(table::Model {
        id,
        data_key: key.row.id,
        care,
        if_partner_silent,
        state: case.state.name().to_owned(),
        urgency: column::from_urgency(case.urgency),
        booking: column::from_booking(case.booking),
        clinician_only: case.clinician_only,
        flagged: case.flagged,
        respond_by: column::from_time(case.respond_by),
        created_at: column::from_time(case.created_at),
        assignee: case.assignee.clone(),
        silent_rounds: column::from_count(case.silent_rounds),
        version: case.version,
        detail: key.key.seal("cases", "detail", id, &column::to_json(detail)?),
    })
}

async fn change(tx: &Tx, case: &Case, also: table::ActiveModel) -> Result<i64, StoreError> {
    let version = case.version + 1;
    let change = table::ActiveModel {
        state: Set(case.state.name().to_owned()),
        urgency: Set(column::from_urgency(case.urgency)),
        booking: Set(column::from_booking(case.booking)),
        clinician_only: Set(case.clinician_only),
        flagged: Set(case.flagged),
        respond_by: Set(column::from_time(case.respond_by)),
        assignee: Set(case.assignee.clone()),
        silent_rounds: Set(column::from_count(case.silent_rounds)),
        version: Set(version),
        ..also
    };
    let saved = table::Entity::update_many()
        .set(change)
        .filter(table::Column::Id.eq(case.id.uuid()))
        .filter(table::Column::Version.eq(case.version))
        .exec(tx.db())
        .await?;
    if saved.rows_affected == 0 {
        return Err(StoreError::Conflict);
    }
    tx.touch(Topic::Cases);
    Ok(version)
}

async fn seal(tx: &Tx, id: CaseId, detail: &CaseDetail) -> Result<Vec<u8>, StoreError> {
    Ok(keys::of_case(tx, id).await?.seal("cases", "detail", id.uuid(), &column::to_json(detail)?))
}

fn matching(filter: &CaseFilter) -> Condition {
    let mut condition = match (filter.states.is_empty(), &filter.client) {
        (true, Some(_)) => Condition::all(),
        (true, None) => Condition::all().add(table::Column::State.ne(CaseState::Closed.name())),
        (false, _) => Condition::all().add(table::Column::State.is_in(filter.states.iter().map(|state| state.name()))),
    };
    if !filter.urgencies.is_empty() {
        let ranks = filter.urgencies.iter().map(|urgency| column::from_urgency(*urgency));
        condition = condition.add(table::Column::Urgency.is_in(ranks));
    }
    if filter.unclaimed_only {
        condition = condition.add(table::Column::Assignee.is_null());
    }
    if let Some(assignee) = &filter.assignee {
        condition = condition.add(table::Column::Assignee.eq(assignee));
    }
    if filter.overdue_only {
        condition = condition.add(calls::is_overdue());
    }
    for tokens in filter.languages.iter().chain(&filter.client) {
        condition = condition.add(table::Column::Id.in_subquery(search::cases_found_by(tokens)));
    }
    condition
}

/// Everything that the queue's order puts behind a place in it.
fn behind(cursor: CaseCursor) -> Condition {
    use table::Column::{Id, RespondBy, Urgency};
    let (urgency, respond_by) = (column::from_urgency(cursor.urgency), column::from_time(cursor.respond_by));
    let tie = Condition::any()
        .add(RespondBy.gt(respond_by))
        .add(Condition::all().add(RespondBy.eq(respond_by)).add(Id.gt(cursor.case.uuid())));
    Condition::any().add(Urgency.lt(urgency)).add(Condition::all().add(Urgency.eq(urgency)).add(tie))
}

fn read(row: &table::Model) -> Result<Case, StoreError> {
    Ok(Case {
        id: CaseId::new(row.id),
        care: column::to_wish(&row.care, row.if_partner_silent.as_deref())?,
        state: CaseState::from_name(&row.state).ok_or(StoreError::Unreadable("a case's state"))?,
        urgency: column::to_urgency(row.urgency)?,
        booking: column::to_booking(row.booking)?,
        clinician_only: row.clinician_only,
        flagged: row.flagged,
        respond_by: column::to_time(row.respond_by)?,
        created_at: column::to_time(row.created_at)?,
        assignee: row.assignee.clone(),
        silent_rounds: column::to_count(row.silent_rounds),
        version: row.version,
    })
}

fn open(conn: &impl Conn, row: &table::Model, key: Option<data_keys::Model>) -> Result<CaseDetail, StoreError> {
    let json = keys::open(conn, key)?.open("cases", "detail", row.id, &row.detail)?;
    column::from_json(&json, "a case's detail")
}
