//! Sessions' times.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rapport_domain::{
    appointment::{Appointment, AppointmentState},
    id::{AppointmentId, CaseId, TherapistId},
    intake::Care,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::{
    Conn, SearchToken, StoreError, Topic, Tx, column, entity::appointments as table, search, store::sealed::Sealed,
    treated,
};

/// An appointment.
///
/// # Errors
/// Where the database fails.
pub async fn get(conn: &impl Conn, id: AppointmentId) -> Result<Option<Appointment>, StoreError> {
    table::Entity::find_by_id(id.uuid()).one(conn.db()).await?.map(read).transpose()
}

/// The latest appointment of a case, in whatever state.
///
/// # Errors
/// Where the database fails.
pub async fn current_of_case(conn: &impl Conn, case: CaseId) -> Result<Option<Appointment>, StoreError> {
    let row = table::Entity::find()
        .filter(table::Column::CaseId.eq(case.uuid()))
        .order_by_desc(table::Column::Id)
        .one(conn.db())
        .await?;
    row.map(read).transpose()
}

/// Writes a new one. Its time is taken by [`crate::calendar::block`].
///
/// # Errors
/// Where the database fails.
pub async fn insert(tx: &Tx, appointment: &Appointment) -> Result<(), StoreError> {
    let row = table::Model {
        id: appointment.id.uuid(),
        case_id: appointment.case.uuid(),
        therapist_id: appointment.therapist.uuid(),
        care: column::from_care(appointment.care).to_owned(),
        format: column::from_format(appointment.format).to_owned(),
        room: appointment.room.clone(),
        starts_at: column::from_time(appointment.starts_at),
        ends_at: column::from_time(appointment.ends_at),
        state: appointment.state.name().to_owned(),
        release_at: appointment.release_at.map(column::from_time),
        sequence: column::from_count(appointment.sequence),
    };
    table::Entity::insert(row.into_active_model()).exec_without_returning(tx.db()).await?;
    tx.touch(Topic::Cases);
    Ok(())
}

/// Writes one that was read when its sequence was `read_sequence`.
///
/// # Errors
/// [`StoreError::Conflict`] where it has changed since it was read.
pub async fn save(tx: &Tx, appointment: &Appointment, read_sequence: u32) -> Result<(), StoreError> {
    let change = table::ActiveModel {
        therapist_id: Set(appointment.therapist.uuid()),
        format: Set(column::from_format(appointment.format).to_owned()),
        room: Set(appointment.room.clone()),
        starts_at: Set(column::from_time(appointment.starts_at)),
        ends_at: Set(column::from_time(appointment.ends_at)),
        state: Set(appointment.state.name().to_owned()),
        release_at: Set(appointment.release_at.map(column::from_time)),
        sequence: Set(column::from_count(appointment.sequence)),
        ..Default::default()
    };
    let saved = table::Entity::update_many()
        .set(change)
        .filter(table::Column::Id.eq(appointment.id.uuid()))
        .filter(table::Column::Sequence.eq(column::from_count(read_sequence)))
        .exec(tx.db())
        .await?;
    if saved.rows_affected == 0 {
        return Err(StoreError::Conflict);
    }
    tx.touch(Topic::Cases);
    Ok(())
}

/// Holds whose release step has come, the earliest first.
///
/// # Errors
/// Where the database fails.
pub async fn due_for_release(conn: &impl Conn, now: Timestamp, limit: u64) -> Result<Vec<Appointment>, StoreError> {
    let rows = table::Entity::find()
        .filter(table::Column::State.eq(AppointmentState::Held.name()))
        .filter(table::Column::ReleaseAt.lte(column::from_time(now)))
        .order_by_asc(table::Column::ReleaseAt)
        .order_by_asc(table::Column::Id)
        .limit(limit)
        .all(conn.db())
        .await?;
    rows.into_iter().map(read).collect()
}

/// Sessions of a therapist whose time is taken and that end after this moment, in the order in which they begin.
///
/// # Errors
/// Where the database fails.
pub async fn of_therapist(
    conn: &impl Conn,
    therapist: TherapistId,
    after: Timestamp,
    limit: u64,
) -> Result<Vec<Appointment>, StoreError> {
    let takes_time = AppointmentState::ALL.into_iter().filter(|state| state.takes_time()).map(AppointmentState::name);
    let rows = table::Entity::find()
        .filter(table::Column::TherapistId.eq(therapist.uuid()))
        .filter(table::Column::EndsAt.gt(column::from_time(after)))
        .filter(table::Column::State.is_in(takes_time))
        .order_by_asc(table::Column::StartsAt)
        .order_by_asc(table::Column::Id)
        .limit(limit)
        .all(conn.db())
        .await?;
    rows.into_iter().map(read).collect()
}

/// Sessions whose time is taken in a room within `[from, to)`, in part or whole, in the order in which they begin.
///
/// # Errors
/// Where the database fails.
pub async fn in_room(
    conn: &impl Conn,
    room: &str,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Appointment>, StoreError> {
    let takes_time = AppointmentState::ALL.into_iter().filter(|state| state.takes_time()).map(AppointmentState::name);
    let rows = table::Entity::find()
        .filter(table::Column::Room.eq(room))
        .filter(table::Column::StartsAt.lt(column::from_time(to)))
        .filter(table::Column::EndsAt.gt(column::from_time(from)))
        .filter(table::Column::State.is_in(takes_time))
        .order_by_asc(table::Column::StartsAt)
        .order_by_asc(table::Column::Id)
        .all(conn.db())
        .await?;
    rows.into_iter().map(read).collect()
}

/// What of the calendar is asked for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CalendarFilter {
    /// From then on, in part or whole.
    pub from: Timestamp,
    /// Before then.
    pub to: Timestamp,
    /// Only this one's.
    pub therapist: Option<TherapistId>,
    /// Only in this room.
    pub room: Option<String>,
}

/// A page of sessions whose time is taken, in the order in which they begin.
///
/// # Errors
/// Where the database fails.
pub async fn in_calendar(
    conn: &impl Conn,
    filter: &CalendarFilter,
    after: Option<(Timestamp, AppointmentId)>,
    limit: u64,
) -> Result<Vec<Appointment>, StoreError> {
    use table::Column::{EndsAt, Id, Room, StartsAt, State, TherapistId as Therapist};
    let takes_time = AppointmentState::ALL.into_iter().filter(|state| state.takes_time()).map(AppointmentState::name);
    let mut found = table::Entity::find()
        .filter(StartsAt.lt(column::from_time(filter.to)))
        .filter(EndsAt.gt(column::from_time(filter.from)))
        .filter(State.is_in(takes_time));
    if let Some(therapist) = filter.therapist {
        found = found.filter(Therapist.eq(therapist.uuid()));
    }
    if let Some(room) = &filter.room {
        found = found.filter(Room.eq(room));
    }
    if let Some((starts_at, id)) = after {
        let starts_at = column::from_time(starts_at);
        let same = Condition::all().add(StartsAt.eq(starts_at)).add(Id.gt(id.uuid()));
        found = found.filter(Condition::any().add(StartsAt.gt(starts_at)).add(same));
    }
    let rows = found.order_by_asc(StartsAt).order_by_asc(Id).limit(limit).all(conn.db()).await?;
    rows.into_iter().map(read).collect()
}

/// Who sees the person of these tokens alone, in whatever case or as the roster says: a conflict where a couple is theirs.
///
/// # Errors
/// Where the database fails.
pub async fn treated_alone(conn: &impl Conn, tokens: &[SearchToken]) -> Result<BTreeSet<TherapistId>, StoreError> {
    let seen = seen_by(conn, tokens).await?.into_iter();
    Ok(seen.filter(|(_, care)| *care == Care::Individual).map(|(therapist, _)| therapist).collect())
}

/// Who sees or saw the person of these tokens, and whether alone, in whatever case: each once, the latest session first,
/// and whom the roster names behind them.
///
/// # Errors
/// Where the database fails.
pub async fn seen_by(conn: &impl Conn, tokens: &[SearchToken]) -> Result<Vec<(TherapistId, Care)>, StoreError> {
    let rows: Vec<(Uuid, String)> = table::Entity::find()
        .select_only()
        .column(table::Column::TherapistId)
        .column(table::Column::Care)
        .filter(table::Column::State.eq(AppointmentState::Confirmed.name()))
        .filter(table::Column::CaseId.in_subquery(search::cases_of_person(tokens)))
        .group_by(table::Column::TherapistId)
        .group_by(table::Column::Care)
        .order_by_desc(table::Column::StartsAt.max())
        .order_by_asc(table::Column::TherapistId)
        .into_tuple()
        .all(conn.db())
        .await?;
    let seen = rows.into_iter().map(|(therapist, care)| Ok((TherapistId::new(therapist), column::to_care(&care)?)));
    let mut seen = seen.collect::<Result<Vec<_>, StoreError>>()?;
    let before = treated::by(conn, tokens).await?.into_iter().map(|therapist| (therapist, Care::Individual));
    let new: Vec<_> = before.filter(|it| !seen.contains(it)).collect();
    seen.extend(new);
    Ok(seen)
}

pub(crate) fn read(row: table::Model) -> Result<Appointment, StoreError> {
    Ok(Appointment {
        id: AppointmentId::new(row.id),
        case: CaseId::new(row.case_id),
        therapist: TherapistId::new(row.therapist_id),
        care: column::to_care(&row.care)?,
        format: column::to_format(&row.format)?,
        room: row.room,
        starts_at: column::to_time(row.starts_at)?,
        ends_at: column::to_time(row.ends_at)?,
        state: AppointmentState::from_name(&row.state).ok_or(StoreError::Unreadable("an appointment's state"))?,
        release_at: row.release_at.map(column::to_time).transpose()?,
        sequence: column::to_count(row.sequence),
    })
}
