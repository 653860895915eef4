//! The mail ledger, which is the notifier's queue. [`turn`] is what becomes of a letter in a notifier's hands, [`standing`]
//! what staff see of it and decide, [`refused`] what follows where one did not reach its client.

mod refused;
mod standing;
mod turn;

use jiff::{SignedDuration, Timestamp};
use rapport_domain::{
    appointment::{Appointment, AppointmentState},
    id::{AppointmentId, CaseId, IntakeId, LetterId},
    letter::{Cause, DueLetter, LedgerState, LetterKind, PracticeLetter, Recipient},
};
use rapport_security::DataKey;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
    sea_query::{Expr, LockBehavior, LockType},
};

use crate::{
    Conn, Store, StoreError, Topic, Tx, alerts, column,
    entity::{appointments, letters as table},
    keys::{self, new_row_id},
    store::sealed::Sealed,
};

pub use refused::bounced;
pub use standing::{LetterFilter, LetterStanding, arrived, begin_again, get, hurry, list, of_case, settle, unanswered};
pub use turn::{hold, keep_bytes, posted, postpone, put_back, refuse, retry, sending, sent, superseded, unknown};

#[cfg(test)]
pub(crate) use turn::failed;
use turn::until;

/// A letter that this notifier holds until its lease ends.
#[derive(Clone)]
pub struct ClaimedLetter {
    /// Its row; stable, so that it can name the message.
    pub id: LetterId,
    /// Why, as [`Cause`] spells it.
    pub cause: String,
    /// To whom.
    pub recipient: Recipient,
    /// Which.
    pub kind: LetterKind,
    /// About which case; none where it is about the practice itself.
    pub case: Option<CaseId>,
    /// About which appointment, in which state of it.
    pub appointment: Option<(AppointmentId, u32)>,
    /// When it was queued: the message's date.
    pub queued_at: Timestamp,
    /// How often it was claimed, this time included; also tells this claim from a later one.
    pub attempts: u32,
    /// How often it was tried since [`ClaimedLetter::tried_from`], this time included.
    pub tries: u32,
    /// What the time for tries is counted from: when it was queued, or staff had it sent again.
    pub tried_from: Timestamp,
    /// The message of an earlier try, to be sent again byte by byte.
    pub bytes: Option<Vec<u8>>,
}

/// Puts letters into the ledger, and raises the alerts that begin with them; one that is there already stays as it is.
///
/// # Errors
/// Where the database fails.
pub async fn queue(tx: &Tx, letters: &[DueLetter], now: Timestamp) -> Result<(), StoreError> {
    let rows: Vec<_> = letters.iter().map(|letter| row(letter, now)).collect();
    alerts::insert_rows(tx, alerts::raised_by(letters, &rows)).await?;
    queue_rows(tx, rows).await
}

/// Puts letters about no case into the ledger; one that is there already stays as it is.
///
/// # Errors
/// Where the database fails.
pub async fn queue_of_practice(tx: &Tx, letters: &[PracticeLetter], now: Timestamp) -> Result<(), StoreError> {
    let row = |letter: &PracticeLetter| new_row(&letter.cause, &letter.recipient, letter.kind, now);
    queue_rows(tx, letters.iter().map(row).collect()).await
}

/// Lets no letter leave that waits for this client, not even one that a notifier has in hand: it loses its hold.
///
/// # Errors
/// Where the database fails.
pub async fn silence(tx: &Tx, client: IntakeId, now: Timestamp) -> Result<(), StoreError> {
    take_from_hands(tx, client, ended(LedgerState::Superseded, None, now)).await
}

/// Lets every letter that waits for this client be written anew, for how they are reached from now on. One that a
/// notifier has in hand is taken from it.
///
/// # Errors
/// Where the database fails.
pub async fn write_anew(tx: &Tx, client: IntakeId, now: Timestamp) -> Result<(), StoreError> {
    take_from_hands(tx, client, ended(LedgerState::Queued, None, now)).await?;
    tx.touch(Topic::Letters);
    Ok(())
}

/// Takes letters that are due, or whose notifier let its lease end before it began to send.
///
/// # Errors
/// Where the database fails or a kept message cannot be opened.
pub async fn claim(
    store: &Store,
    now: Timestamp,
    lease: SignedDuration,
    limit: u32,
) -> Result<Vec<ClaimedLetter>, StoreError> {
    let leased_until = until(now, lease)?;
    // One statement needs no transaction around it; SQLite's takes its turn among the writers.
    let claimed = if store.is_postgres() {
        take(store, now, leased_until, limit).await?
    } else {
        store.transact(move |tx| Box::pin(take(tx, now, leased_until, limit))).await?
    };
    let mut letters = Vec::with_capacity(claimed.len());
    for row in claimed {
        letters.push(read(store, row).await?);
    }
    Ok(letters)
}

/// Whether a letter of one of these kinds about the appointment may have reached its recipient: it was sent, or nobody
/// can tell.
///
/// # Errors
/// Where the database fails.
pub async fn may_have_arrived(
    conn: &impl Conn,
    kinds: &[LetterKind],
    recipient: &Recipient,
    appointment: AppointmentId,
) -> Result<bool, StoreError> {
    let arrived = [LedgerState::Sending, LedgerState::Sent, LedgerState::Unknown].map(LedgerState::name);
    let found = table::Entity::find()
        .select_only()
        .column(table::Column::Id)
        .filter(table::Column::AppointmentId.eq(appointment.uuid()))
        .filter(table::Column::Recipient.eq(recipient.to_string()))
        .filter(table::Column::Letter.is_in(kinds.iter().map(|kind| kind.name())))
        .filter(table::Column::State.is_in(arrived))
        .into_tuple::<uuid::Uuid>()
        .one(conn.db())
        .await?;
    Ok(found.is_some())
}

/// What a client was written about a session that is fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// To whom.
    pub recipient: Recipient,
    /// Which letter.
    pub kind: LetterKind,
    /// The session as it stands.
    pub session: Appointment,
    /// In which state of the session it was queued.
    pub sequence: u32,
    /// When.
    pub queued_at: Timestamp,
}

/// The letters of these kinds about sessions that are fixed, and begin between the two instants.
///
/// # Errors
/// Where the database fails.
pub async fn told_of_coming(
    conn: &impl Conn,
    kinds: &[LetterKind],
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Told>, StoreError> {
    let coming = || {
        appointments::Entity::find()
            .filter(appointments::Column::State.eq(AppointmentState::Confirmed.name()))
            .filter(appointments::Column::StartsAt.gt(column::from_time(from)))
            .filter(appointments::Column::StartsAt.lte(column::from_time(until)))
    };
    let sessions = coming().all(conn.db()).await?;
    let ids = coming().select_only().column(appointments::Column::Id).into_query();
    let rows = table::Entity::find()
        .filter(table::Column::AppointmentId.in_subquery(ids))
        .filter(table::Column::Letter.is_in(kinds.iter().map(|kind| kind.name())))
        .all(conn.db())
        .await?;
    let mut told = Vec::new();
    for row in rows {
        // One that was fixed between the two reads is found the next time.
        let Some(session) = sessions.iter().find(|session| Some(session.id) == row.appointment_id) else { continue };
        told.push(Told {
            recipient: recipient(&row)?,
            kind: kind(&row)?,
            session: crate::appointments::read(session.clone())?,
            sequence: row.sequence.map(column::to_count).unwrap_or_default(),
            queued_at: column::to_time(row.queued_at)?,
        });
    }
    Ok(told)
}

/// Whether a letter of this cause is in the ledger.
///
/// # Errors
/// Where the database fails.
pub async fn is_known(conn: &impl Conn, cause: &Cause) -> Result<bool, StoreError> {
    let found = table::Entity::find().filter(table::Column::Cause.eq(cause.to_string())).count(conn.db()).await?;
    Ok(found > 0)
}

/// How many letters were refused for good since then, and of how many nobody can tell whether they arrived.
///
/// # Errors
/// Where the database fails.
pub async fn undelivered(conn: &impl Conn, since: Timestamp) -> Result<(u64, u64), StoreError> {
    let state = |state: LedgerState| table::Column::State.eq(state.name());
    let refused = table::Entity::find()
        .filter(state(LedgerState::Failed))
        .filter(table::Column::UpdatedAt.gte(column::from_time(since)))
        .count(conn.db())
        .await?;
    let unknown = table::Entity::find().filter(state(LedgerState::Unknown)).count(conn.db()).await?;
    Ok((refused, unknown))
}

/// The row of a letter that is due now.
pub(crate) fn row(letter: &DueLetter, now: Timestamp) -> table::Model {
    table::Model {
        case_id: Some(letter.case.uuid()),
        appointment_id: letter.appointment.map(|(id, _)| id.uuid()),
        sequence: letter.appointment.map(|(_, sequence)| column::from_count(sequence)),
        ..new_row(&letter.cause, &letter.recipient, letter.kind, now)
    }
}

/// The row of a letter that is due now and about nothing.
fn new_row(cause: &Cause, recipient: &Recipient, kind: LetterKind, now: Timestamp) -> table::Model {
    table::Model {
        id: new_row_id(now),
        cause: cause.to_string(),
        recipient: recipient.to_string(),
        letter: kind.name().to_owned(),
        case_id: None,
        appointment_id: None,
        sequence: None,
        state: LedgerState::Queued.name().to_owned(),
        attempts: 0,
        tries: 0,
        rounds: 1,
        tried_from: None,
        not_before: column::from_time(now),
        leased_until: None,
        bytes: None,
        why: None,
        settled_by: None,
        queued_at: column::from_time(now),
        updated_at: column::from_time(now),
    }
}

/// Writes rows; one that is there already stays as it is.
pub(crate) async fn queue_rows(tx: &Tx, rows: Vec<table::Model>) -> Result<(), StoreError> {
    use table::Column::{Cause, Letter, Recipient};
    table::Entity::insert_many(rows.into_iter().map(IntoActiveModel::into_active_model))
        .on_conflict_do_nothing_on([Cause, Recipient, Letter])
        .exec_without_returning(tx.db())
        .await?;
    tx.touch(Topic::Letters);
    Ok(())
}

async fn take(
    conn: &impl Conn,
    now: Timestamp,
    leased_until: Timestamp,
    limit: u32,
) -> Result<Vec<table::Model>, StoreError> {
    Ok(table::Entity::update_many()
        .set(changed(LedgerState::Claimed, now))
        .col_expr(table::Column::Attempts, Expr::col(table::Column::Attempts).add(1))
        .col_expr(table::Column::Tries, Expr::col(table::Column::Tries).add(1))
        .col_expr(table::Column::LeasedUntil, Expr::value(column::from_time(leased_until)))
        .filter(table::Column::Id.in_subquery(due(now, limit)))
        .exec_with_returning(conn.db())
        .await?)
}

/// Ends the turn of letters whose notifier let its lease end while it was sending: nobody can tell how far it came.
/// Returns how many there were.
///
/// # Errors
/// Where the database fails.
pub async fn give_up_lost_sends(conn: &impl Conn, now: Timestamp) -> Result<u64, StoreError> {
    let mut unknown = changed(LedgerState::Unknown, now);
    unknown.leased_until = Set(None);
    unknown.why = Set(Some("the notifier ended while it was sending".to_owned()));
    let lost = table::Entity::update_many()
        .set(unknown)
        .filter(table::Column::State.eq(LedgerState::Sending.name()))
        .filter(table::Column::LeasedUntil.lte(column::from_time(now)))
        .exec(conn.db())
        .await?;
    Ok(lost.rows_affected)
}

/// When the next letter's turn is; `None` where none waits.
///
/// # Errors
/// Where the database fails.
pub async fn next_turn(conn: &impl Conn) -> Result<Option<Timestamp>, StoreError> {
    let waiting = [LedgerState::Queued, LedgerState::Retry].map(LedgerState::name);
    let next = table::Entity::find()
        .select_only()
        .column(table::Column::NotBefore)
        .filter(table::Column::State.is_in(waiting))
        .order_by_asc(table::Column::NotBefore)
        .into_tuple()
        .one(conn.db())
        .await?;
    next.map(column::to_time).transpose()
}

/// Letters whose turn it is. SQLite has no SKIP LOCKED and needs none: it has one writer.
fn due(now: Timestamp, limit: u32) -> sea_orm::sea_query::SelectStatement {
    let now = column::from_time(now);
    let waiting = table::Column::State
        .is_in([LedgerState::Queued.name(), LedgerState::Retry.name()])
        .and(table::Column::NotBefore.lte(now));
    let abandoned = table::Column::State.eq(LedgerState::Claimed.name()).and(table::Column::LeasedUntil.lte(now));
    table::Entity::find()
        .select_only()
        .column(table::Column::Id)
        .filter(Condition::any().add(waiting).add(abandoned))
        .order_by_asc(table::Column::NotBefore)
        .limit(u64::from(limit))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_query()
}

fn changed(state: LedgerState, now: Timestamp) -> table::ActiveModel {
    table::ActiveModel {
        state: Set(state.name().to_owned()),
        updated_at: Set(column::from_time(now)),
        ..Default::default()
    }
}

/// A final state: the message is forgotten.
fn ended(state: LedgerState, why: Option<&str>, now: Timestamp) -> table::ActiveModel {
    table::ActiveModel {
        leased_until: Set(None),
        bytes: Set(None),
        why: Set(why.map(str::to_owned)),
        ..changed(state, now)
    }
}

/// Changes every letter to a client that has not begun to be sent. A further attempt is counted, so that whoever holds
/// one finds it held by nobody.
async fn take_from_hands(tx: &Tx, client: IntakeId, change: table::ActiveModel) -> Result<(), StoreError> {
    let waiting = [LedgerState::Queued, LedgerState::Claimed, LedgerState::Retry].map(LedgerState::name);
    table::Entity::update_many()
        .set(change)
        .col_expr(table::Column::Attempts, Expr::col(table::Column::Attempts).add(1))
        .filter(table::Column::Recipient.eq(Recipient::Client(client).to_string()))
        .filter(table::Column::State.is_in(waiting))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Changes a letter that this very claim still holds.
async fn read(conn: &impl Conn, row: table::Model) -> Result<ClaimedLetter, StoreError> {
    let (kind, recipient, case) = (kind(&row)?, recipient(&row)?, row.case_id.map(CaseId::new));
    let bytes = match &row.bytes {
        None => None,
        Some(sealed) => {
            let key = key_of(conn, &recipient, case).await?;
            Some(key.open("letters", "bytes", row.id, sealed)?)
        }
    };
    Ok(ClaimedLetter {
        id: LetterId::new(row.id),
        cause: row.cause,
        recipient,
        kind,
        case,
        appointment: row.appointment_id.map(AppointmentId::new).zip(row.sequence.map(column::to_count)),
        queued_at: column::to_time(row.queued_at)?,
        attempts: column::to_count(row.attempts),
        tries: column::to_count(row.tries),
        tried_from: column::to_time(row.tried_from.unwrap_or(row.queued_at))?,
        bytes,
    })
}

/// A letter to a client is sealed under the client's key, every other one under the case's or, where it is about none,
/// the practice's.
async fn key_of(conn: &impl Conn, recipient: &Recipient, case: Option<CaseId>) -> Result<DataKey, StoreError> {
    match (recipient, case) {
        (Recipient::Client(intake), _) => keys::of_intake(conn, *intake).await,
        (_, Some(case)) => keys::of_case(conn, case).await,
        (_, None) => keys::of_practice(conn).await,
    }
}

fn kind(row: &table::Model) -> Result<LetterKind, StoreError> {
    LetterKind::from_name(&row.letter).ok_or(StoreError::Unreadable("a letter's kind"))
}

fn recipient(row: &table::Model) -> Result<Recipient, StoreError> {
    Recipient::from_text(&row.recipient).ok_or(StoreError::Unreadable("a letter's recipient"))
}
