//! Letters as staff see them: where each stands, and what they decide about it.

use jiff::Timestamp;
use rapport_domain::{
    id::{CaseId, LetterId},
    letter::{LedgerState, LetterKind, Recipient},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::Expr,
};

use super::{changed, ended, kind, recipient, refused::forget, table};
use crate::{Conn, StoreError, Topic, Tx, column, entity::cases, store::sealed::Sealed};

/// Where a letter stands, for staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterStanding {
    /// Its row.
    pub id: LetterId,
    /// Which.
    pub kind: LetterKind,
    /// To whom.
    pub recipient: Recipient,
    /// About which case; none where it is about the practice itself.
    pub case: Option<CaseId>,
    /// Whether only a clinician decides on that.
    pub clinician_only: bool,
    /// Where it stands.
    pub state: LedgerState,
    /// How often it was claimed.
    pub attempts: u32,
    /// When it is tried next, while it waits.
    pub not_before: Timestamp,
    /// Why it stands there; never an address.
    pub why: Option<String>,
    /// Who said that nothing is left to do about it.
    pub settled_by: Option<String>,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl LetterStanding {
    /// Whether somebody has to do something about it.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.state, LedgerState::Failed | LedgerState::Unknown) && self.settled_by.is_none()
    }
}

/// Which letters to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LetterFilter {
    /// Only these; all where empty.
    pub states: Vec<LedgerState>,
    /// Only this case's.
    pub case: Option<CaseId>,
    /// Only letters that somebody has to do something about.
    pub open_only: bool,
}

/// A page of letters, the latest first.
///
/// # Errors
/// Where the database fails.
pub async fn list(
    conn: &impl Conn,
    filter: &LetterFilter,
    after: Option<LetterId>,
    limit: u64,
) -> Result<Vec<LetterStanding>, StoreError> {
    use table::Column::{CaseId, Id, SettledBy, State};
    let mut found = table::Entity::find();
    if !filter.states.is_empty() {
        found = found.filter(State.is_in(filter.states.iter().map(|state| state.name())));
    }
    if let Some(case) = filter.case {
        found = found.filter(CaseId.eq(case.uuid()));
    }
    if filter.open_only {
        let open = [LedgerState::Failed, LedgerState::Unknown].map(LedgerState::name);
        found = found.filter(State.is_in(open)).filter(SettledBy.is_null());
    }
    if let Some(after) = after {
        found = found.filter(Id.lt(after.uuid()));
    }
    read_all(conn, found.order_by_desc(Id).limit(limit)).await
}

/// Every letter about a case, the oldest first.
///
/// # Errors
/// Where the database fails.
pub async fn of_case(conn: &impl Conn, case: CaseId) -> Result<Vec<LetterStanding>, StoreError> {
    let found = table::Entity::find().filter(table::Column::CaseId.eq(case.uuid()));
    read_all(conn, found.order_by_asc(table::Column::Id)).await
}

/// A letter.
///
/// # Errors
/// Where the database fails.
pub async fn get(conn: &impl Conn, id: LetterId) -> Result<Option<LetterStanding>, StoreError> {
    Ok(read_all(conn, table::Entity::find().filter(table::Column::Id.eq(id.uuid()))).await?.pop())
}

/// Lets a letter that waits for its next try have it now.
///
/// # Errors
/// [`StoreError::Conflict`] where it has changed since it was read.
pub async fn hurry(tx: &Tx, letter: &LetterStanding, now: Timestamp) -> Result<(), StoreError> {
    let mut hurried = changed(letter.state, now);
    hurried.not_before = Set(column::from_time(now));
    decide(tx, letter, hurried, 0).await
}

/// Begins a new round: it is tried for as long as a letter that was just queued, with the same bytes where they are
/// kept still.
///
/// # Errors
/// [`StoreError::Conflict`] where it has changed since it was read.
pub async fn begin_again(tx: &Tx, letter: &LetterStanding, now: Timestamp) -> Result<(), StoreError> {
    let mut again = changed(LedgerState::Queued, now);
    again.not_before = Set(column::from_time(now));
    again.tried_from = Set(Some(column::from_time(now)));
    again.tries = Set(0);
    again.leased_until = Set(None);
    again.why = Set(None);
    again.settled_by = Set(None);
    decide(tx, letter, again, 1).await?;
    forget(tx, letter.id, letter.case).await
}

/// Somebody found out that an unknown letter arrived.
///
/// # Errors
/// [`StoreError::Conflict`] where it has changed since it was read.
pub async fn arrived(tx: &Tx, letter: &LetterStanding, by: &str, now: Timestamp) -> Result<(), StoreError> {
    let mut sent = ended(LedgerState::Sent, None, now);
    sent.settled_by = Set(Some(by.to_owned()));
    decide(tx, letter, sent, 0).await
}

/// Somebody dealt with what a letter should have told; the message is forgotten.
///
/// # Errors
/// [`StoreError::Conflict`] where it has changed since it was read.
pub async fn settle(tx: &Tx, letter: &LetterStanding, by: &str, now: Timestamp) -> Result<(), StoreError> {
    let mut settled = changed(letter.state, now);
    settled.bytes = Set(None);
    settled.settled_by = Set(Some(by.to_owned()));
    decide(tx, letter, settled, 0).await?;
    forget(tx, letter.id, letter.case).await
}

/// Letters of which nobody knows whether they arrived, since before `since`, and nobody has said anything: those in their
/// first round alone, so that none begins anew by itself twice.
///
/// # Errors
/// Where the database fails.
pub async fn unanswered(conn: &impl Conn, since: Timestamp, limit: u64) -> Result<Vec<LetterStanding>, StoreError> {
    let found = table::Entity::find()
        .filter(table::Column::State.eq(LedgerState::Unknown.name()))
        .filter(table::Column::SettledBy.is_null())
        .filter(table::Column::Rounds.eq(1))
        .filter(table::Column::UpdatedAt.lte(column::from_time(since)));
    read_all(conn, found.order_by_asc(table::Column::Id).limit(limit)).await
}

/// Changes a letter that stands as it was read: no notifier took it meanwhile, and no colleague decided.
async fn decide(tx: &Tx, letter: &LetterStanding, change: table::ActiveModel, rounds: i32) -> Result<(), StoreError> {
    let done = table::Entity::update_many()
        .set(change)
        .col_expr(table::Column::Rounds, Expr::col(table::Column::Rounds).add(rounds))
        .filter(table::Column::Id.eq(letter.id.uuid()))
        .filter(table::Column::State.eq(letter.state.name()))
        .filter(table::Column::Attempts.eq(column::from_count(letter.attempts)))
        .filter(table::Column::UpdatedAt.eq(column::from_time(letter.updated_at)))
        .exec(tx.db())
        .await?;
    if done.rows_affected == 0 {
        return Err(StoreError::Conflict);
    }
    tx.touch(Topic::Letters);
    Ok(())
}

async fn read_all(conn: &impl Conn, found: Select<table::Entity>) -> Result<Vec<LetterStanding>, StoreError> {
    found.find_also_related(cases::Entity).all(conn.db()).await?.into_iter().map(read).collect()
}

fn read((row, case): (table::Model, Option<cases::Model>)) -> Result<LetterStanding, StoreError> {
    Ok(LetterStanding {
        id: LetterId::new(row.id),
        kind: kind(&row)?,
        recipient: recipient(&row)?,
        case: row.case_id.map(CaseId::new),
        clinician_only: case.is_some_and(|case| case.clinician_only),
        state: LedgerState::from_name(&row.state).ok_or(StoreError::Unreadable("a letter's state"))?,
        attempts: column::to_count(row.attempts),
        not_before: column::to_time(row.not_before)?,
        why: row.why,
        settled_by: row.settled_by,
        queued_at: column::to_time(row.queued_at)?,
        updated_at: column::to_time(row.updated_at)?,
    })
}
