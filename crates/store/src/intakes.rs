//! What one person submitted.

use jiff::Timestamp;
use rapport_domain::{
    case::CaseState,
    id::{CaseId, IntakeId},
    intake::{Intake, Submission},
};
use rapport_security::Token;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, sea_query::Expr,
};
use uuid::Uuid;

use crate::{
    Conn, SearchToken, Store, StoreError, Topic, Tx, calls, column,
    entity::{cases, data_keys, intakes as table, triage_results},
    keys::{self, NewKey},
    search,
    store::sealed::Sealed,
};

/// An intake as it stands in the database. Opening it takes computing time and no statement: whoever reads many does
/// it where nothing else waits.
pub struct SealedIntake {
    row: table::Model,
    key: Option<data_keys::Model>,
}

impl SealedIntake {
    /// Its id.
    #[must_use]
    pub const fn id(&self) -> IntakeId {
        IntakeId::new(self.row.id)
    }

    /// Digest of the protocol that it was answered under.
    #[must_use]
    pub fn protocol(&self) -> &str {
        &self.row.protocol
    }

    /// The intake.
    ///
    /// # Errors
    /// Where it cannot be opened: it was altered, its key was destroyed, or another master key is in use.
    pub fn open(self, store: &Store) -> Result<Intake, StoreError> {
        open(store, self.row, self.key)
    }
}

/// An intake, opened.
///
/// # Errors
/// Where the database fails or the row cannot be opened.
pub async fn get(conn: &impl Conn, id: IntakeId) -> Result<Option<Intake>, StoreError> {
    let row = table::Entity::find_by_id(id.uuid()).find_also_related(data_keys::Entity).one(conn.db()).await?;
    row.map(|(row, key)| open(conn, row, key)).transpose()
}

/// A case's intakes, the first one first.
///
/// # Errors
/// Where the database fails or a row cannot be opened.
pub async fn of_case(conn: &impl Conn, case: CaseId) -> Result<Vec<Intake>, StoreError> {
    let rows = table::Entity::find()
        .filter(table::Column::CaseId.eq(case.uuid()))
        .order_by_asc(table::Column::ReceivedAt)
        .order_by_asc(table::Column::Id)
        .find_also_related(data_keys::Entity)
        .all(conn.db())
        .await?;
    rows.into_iter().map(|(row, key)| open(conn, row, key)).collect()
}

/// The intake that a case began with, without opening it.
///
/// # Errors
/// Where the database fails.
pub async fn first_of_case(conn: &impl Conn, case: CaseId) -> Result<Option<IntakeId>, StoreError> {
    let id: Option<Uuid> = table::Entity::find()
        .select_only()
        .column(table::Column::Id)
        .filter(table::Column::CaseId.eq(case.uuid()))
        .order_by_asc(table::Column::ReceivedAt)
        .order_by_asc(table::Column::Id)
        .into_tuple()
        .one(conn.db())
        .await?;
    Ok(id.map(IntakeId::new))
}

/// The intake that a token opens: the one that its submission was answered with, or the one in its client's letters.
/// Neither opens anything while its client is not contacted any more.
///
/// # Errors
/// Where the database fails.
pub async fn by_token(conn: &impl Conn, hash: [u8; 32]) -> Result<Option<IntakeId>, StoreError> {
    let (status, session) = (table::Column::StatusTokenHash, table::Column::SessionTokenHash);
    let id: Option<Uuid> = table::Entity::find()
        .select_only()
        .column(table::Column::Id)
        .filter(status.eq(hash.to_vec()).or(session.eq(hash.to_vec())))
        .filter(table::Column::Id.not_in_subquery(calls::stopped()))
        .into_tuple()
        .one(conn.db())
        .await?;
    Ok(id.map(IntakeId::new))
}

/// The token of the page that a client's letters lead to; it opens the intake from the first letter on.
///
/// # Errors
/// [`StoreError::Conflict`] where it was revoked just now.
pub async fn session_token(conn: &impl Conn, id: IntakeId) -> Result<Token, StoreError> {
    let (epoch, known): (i32, Option<Vec<u8>>) = table::Entity::find_by_id(id.uuid())
        .select_only()
        .columns([table::Column::SessionEpoch, table::Column::SessionTokenHash])
        .into_tuple()
        .one(conn.db())
        .await?
        .ok_or(StoreError::Missing("an intake"))?;
    let token = conn.store().keyring().session_token(id.uuid(), column::to_count(epoch));
    let hash = token.hash().to_vec();
    if known.as_ref() == Some(&hash) {
        return Ok(token);
    }
    let opens = table::ActiveModel { session_token_hash: Set(Some(hash)), ..Default::default() };
    let written = table::Entity::update_many()
        .set(opens)
        .filter(table::Column::Id.eq(id.uuid()))
        .filter(table::Column::SessionEpoch.eq(epoch))
        .exec(conn.db())
        .await?;
    if written.rows_affected == 0 { Err(StoreError::Conflict) } else { Ok(token) }
}

/// Makes the link in every letter that has left lead nowhere; the next letter has another one.
///
/// # Errors
/// Where the database fails.
pub async fn revoke_session_token(tx: &Tx, id: IntakeId) -> Result<(), StoreError> {
    table::Entity::update_many()
        .set(table::ActiveModel { session_token_hash: Set(None), ..Default::default() })
        .col_expr(table::Column::SessionEpoch, Expr::col(table::Column::SessionEpoch).add(1))
        .filter(table::Column::Id.eq(id.uuid()))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Whether an earlier case that is still open has the same address or phone.
/// Earlier by id, so that of two that came together one goes on.
///
/// # Errors
/// Where the database fails.
pub async fn same_person_open(conn: &impl Conn, intake: &Intake, tokens: &[SearchToken]) -> Result<bool, StoreError> {
    let open = cases::Entity::find()
        .filter(cases::Column::State.ne(CaseState::Closed.name()))
        .filter(cases::Column::Id.lt(intake.case.uuid()))
        .filter(cases::Column::Id.in_subquery(search::cases_of_person(tokens)))
        .count(conn.db())
        .await?;
    Ok(open > 0)
}

/// Intakes of open cases that were never triaged, and that no case waits for: their case goes its way without them. The
/// oldest first.
///
/// # Errors
/// Where the database fails.
pub async fn left_untriaged(conn: &impl Conn, limit: u64) -> Result<Vec<(IntakeId, CaseId)>, StoreError> {
    let triaged = triage_results::Entity::find().select_only().column(triage_results::Column::IntakeId).into_query();
    let undecided = [CaseState::Received, CaseState::Closed].map(CaseState::name);
    let open = cases::Entity::find()
        .select_only()
        .column(cases::Column::Id)
        .filter(cases::Column::State.is_not_in(undecided))
        .into_query();
    let rows: Vec<(Uuid, Uuid)> = table::Entity::find()
        .select_only()
        .columns([table::Column::Id, table::Column::CaseId])
        .filter(table::Column::Id.not_in_subquery(triaged))
        .filter(table::Column::CaseId.in_subquery(open))
        .order_by_asc(table::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(conn.db())
        .await?;
    Ok(rows.into_iter().map(|(intake, case)| (IntakeId::new(intake), CaseId::new(case))).collect())
}

/// A page of all intakes in the order of their ids, for reading them all. `since` leaves out those received before.
///
/// # Errors
/// Where the database fails.
pub async fn page(
    conn: &impl Conn,
    after: Option<IntakeId>,
    since: Option<Timestamp>,
    limit: u64,
) -> Result<Vec<SealedIntake>, StoreError> {
    let rows = table::Entity::find()
        .filter(received_since(since))
        .filter(after.map_or_else(Condition::all, |id| Condition::all().add(table::Column::Id.gt(id.uuid()))))
        .order_by_asc(table::Column::Id)
        .limit(limit)
        .find_also_related(data_keys::Entity)
        .all(conn.db())
        .await?;
    Ok(rows.into_iter().map(|(row, key)| SealedIntake { row, key }).collect())
}

/// How many intakes [`page`] gives in all.
///
/// # Errors
/// Where the database fails.
pub async fn count(conn: &impl Conn, since: Option<Timestamp>) -> Result<u64, StoreError> {
    Ok(table::Entity::find().filter(received_since(since)).count(conn.db()).await?)
}

/// Writes what a client told anew, under their own key.
///
/// # Errors
/// Where the database fails or there is no such intake.
pub async fn save_submission(tx: &Tx, intake: &Intake) -> Result<(), StoreError> {
    let id = intake.id.uuid();
    let key = keys::of_intake(tx, intake.id).await?;
    let sealed = key.seal("intakes", "submission", id, &column::to_json(&intake.submission)?);
    table::Entity::update_many()
        .set(table::ActiveModel { submission: Set(sealed), ..Default::default() })
        .filter(table::Column::Id.eq(id))
        .exec(tx.db())
        .await?;
    tx.touch(Topic::Cases);
    Ok(())
}

/// Adds the second partner's intake to a case that is there, under a key of its own.
///
/// # Errors
/// Where the database fails.
pub async fn join(tx: &Tx, intake: &Intake, status_token_hash: [u8; 32], now: Timestamp) -> Result<(), StoreError> {
    let key = keys::create(tx.store().keyring(), &intake.id, now);
    let row = row(intake, &key, status_token_hash)?;
    data_keys::Entity::insert(key.row.into_active_model()).exec_without_returning(tx.db()).await?;
    table::Entity::insert(row.into_active_model()).exec_without_returning(tx.db()).await?;
    tx.touch(Topic::Cases);
    Ok(())
}

fn received_since(since: Option<Timestamp>) -> Condition {
    since.map_or_else(Condition::all, |since| {
        Condition::all().add(table::Column::ReceivedAt.gte(column::from_time(since)))
    })
}

/// The row of a new intake.
pub(crate) fn row(intake: &Intake, key: &NewKey, status_token_hash: [u8; 32]) -> Result<table::Model, StoreError> {
    let (care, if_partner_silent) = column::from_wish(intake.care);
    let id = intake.id.uuid();
    Ok(table::Model {
        id,
        case_id: intake.case.uuid(),
        data_key: key.row.id,
        care,
        if_partner_silent,
        protocol: intake.protocol.clone(),
        received_at: column::from_time(intake.received_at),
        status_token_hash: status_token_hash.to_vec(),
        session_token_hash: None,
        session_epoch: 0,
        submission: key.key.seal("intakes", "submission", id, &column::to_json(&intake.submission)?),
    })
}

fn open(conn: &impl Conn, row: table::Model, key: Option<data_keys::Model>) -> Result<Intake, StoreError> {
    let json = keys::open(conn, key)?.open("intakes", "submission", row.id, &row.submission)?;
    let submission: Submission = column::from_json(&json, "a submission")?;
    Ok(Intake {
        id: IntakeId::new(row.id),
        case: CaseId::new(row.case_id),
        care: column::to_wish(&row.care, row.if_partner_silent.as_deref())?,
        protocol: row.protocol,
        received_at: column::to_time(row.received_at)?,
        submission,
    })
}
