//! Sessions that no longer stand within their therapist's hours, put before staff in the transaction that changed the
//! hours. Each is told once for each time that it is booked for.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rapport_domain::{
    appointment::Appointment,
    calendar::outside::{Outside, outside},
    case::StaffReason,
    event::{Event, Fact},
    id::EventId,
    letter::{Cause, DueLetter, LetterKind, Recipient},
    matching::Therapist,
    practice::Practice,
    triage::Booking,
};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::{
    Conn, StoreError, Tx, appointments, cases, closures, closures::Closure, column, entity::outside_sessions as table,
    keys::new_row_id, letters, outbox, store::sealed::Sealed, therapists,
};

/// Sessions of one therapist that are looked at: above what a year's capacity holds.
const MOST: u64 = 4_000;

/// A session that stands outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsideSession {
    /// Which.
    pub session: Appointment,
    /// What is in its way.
    pub why: Outside,
}

/// Sessions that are still to come and stand outside of these hours, in their order.
///
/// # Errors
/// Where the database fails.
pub async fn found(
    conn: &impl Conn,
    practice: &Practice,
    therapist: &Therapist,
    now: Timestamp,
) -> Result<Vec<OutsideSession>, StoreError> {
    let sessions = appointments::of_therapist(conn, therapist.id, now, MOST).await?;
    let sessions = sessions.into_iter().filter(|session| session.starts_at > now).collect::<Vec<_>>();
    let Some(last) = sessions.iter().map(|session| session.ends_at).max() else { return Ok(Vec::new()) };
    let closed: Vec<_> = closures::within(conn, now, last).await?.iter().map(Closure::busy).collect();
    let each = sessions.into_iter().filter_map(|session| {
        let why = outside(&session, therapist, &closed, practice)?;
        Some(OutsideSession { session, why })
    });
    Ok(each.collect())
}

/// What is in the way of one session, as roster and rooms stand now.
///
/// # Errors
/// Where the database fails.
pub async fn of(conn: &impl Conn, practice: &Practice, session: &Appointment) -> Result<Option<Outside>, StoreError> {
    let therapist = therapists::get(conn, session.therapist).await?;
    let Some(therapist) = therapist else { return Ok(Some(Outside::Inactive)) };
    let closed = closures::within(conn, session.starts_at, session.ends_at).await?;
    let closed: Vec<_> = closed.iter().map(Closure::busy).collect();
    Ok(outside(session, &therapist, &closed, practice))
}

/// Sessions that are still to come and were to take place in a room while it is closed.
///
/// # Errors
/// Where the database fails.
pub async fn in_room(conn: &impl Conn, closure: &Closure, now: Timestamp) -> Result<Vec<OutsideSession>, StoreError> {
    let sessions = appointments::in_room(conn, &closure.room, closure.starts_at, closure.ends_at).await?;
    let to_come = sessions.into_iter().filter(|session| session.starts_at > now);
    Ok(to_come.map(|session| OutsideSession { session, why: Outside::Room }).collect())
}

/// Puts the case of each of them before staff that was not told of before, tells whoever is on call, and forgets those
/// that stand within the hours again. The sessions keep their time: what becomes of them is for a person to decide.
///
/// # Errors
/// [`StoreError::Conflict`] where a case was changed meanwhile.
pub async fn refer(
    tx: &Tx,
    practice: &Practice,
    therapist: &Therapist,
    now: Timestamp,
) -> Result<Vec<OutsideSession>, StoreError> {
    let found = found(tx, practice, therapist, now).await?;
    let told = forget_the_rest(tx, therapist, &found, now).await?;
    let mut referred = Vec::new();
    for it in found {
        let key = (it.session.id.uuid(), it.session.starts_at);
        if !told.contains(&key) && put_before_staff(tx, practice, &it, now).await? {
            referred.push(it);
        }
    }
    Ok(referred)
}

type Told = BTreeSet<(uuid::Uuid, Timestamp)>;

/// What was told of before and still holds.
async fn forget_the_rest(
    tx: &Tx,
    therapist: &Therapist,
    found: &[OutsideSession],
    now: Timestamp,
) -> Result<Told, StoreError> {
    let of_therapist = appointments::of_therapist(tx, therapist.id, now, MOST).await?;
    let ids: Vec<uuid::Uuid> = of_therapist.iter().map(|session| session.id.uuid()).collect();
    let mut told = Told::new();
    for row in table::Entity::find().filter(table::Column::AppointmentId.is_in(ids)).all(tx.db()).await? {
        let starts_at = column::to_time(row.starts_at)?;
        if found.iter().any(|it| it.session.id.uuid() == row.appointment_id && it.session.starts_at == starts_at) {
            told.insert((row.appointment_id, starts_at));
        } else {
            table::Entity::delete_by_id((row.appointment_id, row.starts_at)).exec(tx.db()).await?;
        }
    }
    Ok(told)
}

/// `false` where the case has ended.
async fn put_before_staff(
    tx: &Tx,
    practice: &Practice,
    it: &OutsideSession,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row = table::Model {
        appointment_id: it.session.id.uuid(),
        starts_at: column::from_time(it.session.starts_at),
        why: it.why.name().to_owned(),
        found_at: column::from_time(now),
    };
    table::Entity::insert(row.into_active_model()).exec_without_returning(tx.db()).await?;
    let case = it.session.case;
    let (mut case, mut detail) = cases::get_with_detail(tx, case).await?.ok_or(StoreError::Missing("a case"))?;
    if !case.refer() {
        return Ok(false);
    }
    // Somebody must have called before the session, however far off that is.
    let call_by = practice.respond_by(case.urgency, Booking::AloneByStaff, case.care.care(), now);
    case.respond_by = call_by.min(it.session.starts_at);
    detail.staff_reason = Some(StaffReason::OutsideHours { why: it.why });
    cases::save_with_detail(tx, &case, &detail).await?;
    let event =
        Event { id: EventId::new(new_row_id(now)), occurred_at: now, fact: Fact::CaseReferred { case: case.id } };
    outbox::add(tx, &event).await?;
    let alert = DueLetter {
        cause: Cause::Event(event.id),
        recipient: Recipient::OnCall(0),
        kind: LetterKind::StaffAlert,
        case: case.id,
        appointment: None,
    };
    letters::queue(tx, &[alert], now).await?;
    Ok(true)
}
