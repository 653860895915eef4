//! The roster; roster.csv only seeds it.

use rapport_domain::{calendar::elsewhere::Elsewhere, id::TherapistId, matching::Therapist};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Alias, Expr},
};

use crate::{Conn, Store, StoreError, Tx, column, entity::therapists as table, store::sealed::Sealed};

/// Somebody on the roster, as they stood when they were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnRoster {
    /// Who.
    pub therapist: Therapist,
    /// Rises with every change; the etag.
    pub version: i64,
}

/// Everybody who sees people, by id.
///
/// # Errors
/// Where the database fails.
pub async fn all(conn: &impl Conn) -> Result<Vec<Therapist>, StoreError> {
    let rows = table::Entity::find().order_by_asc(table::Column::Id).all(conn.db()).await?;
    let everybody = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(everybody.into_iter().filter(|therapist| therapist.active).collect())
}

/// A number that rises whenever anything on the roster changes: what was read under the same one is still true.
///
/// # Errors
/// Where the database fails.
pub async fn revision(conn: &impl Conn) -> Result<i64, StoreError> {
    let sum = Expr::col(table::Column::Version).sum().cast_as(Alias::new("bigint"));
    let revision: Option<Option<i64>> =
        table::Entity::find().select_only().expr(sum).into_tuple().one(conn.db()).await?;
    Ok(revision.flatten().unwrap_or_default())
}

/// A page of everybody, whether they see people or not, by id.
///
/// # Errors
/// Where the database fails.
pub async fn list(conn: &impl Conn, after: Option<TherapistId>, limit: u64) -> Result<Vec<OnRoster>, StoreError> {
    let mut find = table::Entity::find();
    if let Some(after) = after {
        find = find.filter(table::Column::Id.gt(after.uuid()));
    }
    let rows = find.order_by_asc(table::Column::Id).limit(limit).all(conn.db()).await?;
    rows.iter().map(on_roster).collect()
}

/// One of them.
///
/// # Errors
/// Where the database fails.
pub async fn get(conn: &impl Conn, id: TherapistId) -> Result<Option<Therapist>, StoreError> {
    table::Entity::find_by_id(id.uuid()).one(conn.db()).await?.as_ref().map(read).transpose()
}

/// One of them, with their version.
///
/// # Errors
/// Where the database fails.
pub async fn get_on_roster(conn: &impl Conn, id: TherapistId) -> Result<Option<OnRoster>, StoreError> {
    table::Entity::find_by_id(id.uuid()).one(conn.db()).await?.as_ref().map(on_roster).transpose()
}

/// Somebody new.
///
/// # Errors
/// [`StoreError::Conflict`] where somebody has this id.
pub async fn insert(tx: &Tx, therapist: &Therapist) -> Result<OnRoster, StoreError> {
    let row = table::Entity::insert(row(therapist)?.into_active_model())
        .on_conflict_do_nothing_on([table::Column::Id])
        .exec_without_returning(tx.db())
        .await?;
    match row {
        sea_orm::TryInsertResult::Inserted(1) => Ok(OnRoster { therapist: therapist.clone(), version: 1 }),
        _ => Err(StoreError::Conflict),
    }
}

/// Writes somebody who was read when their version was `read_version`, all of them; returns the new one.
///
/// # Errors
/// [`StoreError::Conflict`] where they have changed since they were read.
pub async fn save(tx: &Tx, therapist: &Therapist, read_version: i64) -> Result<OnRoster, StoreError> {
    let table::Model { profile, elsewhere, .. } = row(therapist)?;
    let version = read_version + 1;
    let change = table::ActiveModel {
        profile: Set(profile),
        elsewhere: Set(elsewhere),
        version: Set(version),
        ..Default::default()
    };
    let saved = table::Entity::update_many()
        .set(change)
        .filter(table::Column::Id.eq(therapist.id.uuid()))
        .filter(table::Column::Version.eq(read_version))
        .exec(tx.db())
        .await?;
    if saved.rows_affected == 0 {
        return Err(StoreError::Conflict);
    }
    Ok(OnRoster { therapist: therapist.clone(), version })
}

/// Fills an empty roster; one that has anybody in it is the truth and stays as
/// it is. Returns how many were added.
///
/// # Errors
/// Where the database fails.
pub async fn seed_if_empty(store: &Store, therapists: &[Therapist]) -> Result<u64, StoreError> {
    let rows = therapists.iter().map(row).collect::<Result<Vec<_>, _>>()?;
    store
        .transact(|tx| {
            Box::pin(async move {
                if rows.is_empty() || table::Entity::find().count(tx.db()).await? > 0 {
                    return Ok(0);
                }
                let rows = rows.into_iter().map(IntoActiveModel::into_active_model);
                // Two processes may start on the same empty roster: the same file gives the same ids.
                let added = table::Entity::insert_many(rows)
                    .on_conflict_do_nothing_on([table::Column::Id])
                    .exec_without_returning(tx.db())
                    .await?;
                Ok(match added {
                    sea_orm::TryInsertResult::Inserted(count) => count,
                    sea_orm::TryInsertResult::Empty | sea_orm::TryInsertResult::Conflicted => 0,
                })
            })
        })
        .await
}

fn row(therapist: &Therapist) -> Result<table::Model, StoreError> {
    let json = |_| StoreError::Unreadable("a therapist on the way in");
    let profile = serde_json::to_string(therapist).map_err(json)?;
    let elsewhere = therapist.hours.elsewhere();
    let elsewhere = (!elsewhere.is_empty()).then(|| serde_json::to_string(elsewhere)).transpose().map_err(json)?;
    Ok(table::Model { id: therapist.id.uuid(), profile, version: 1, elsewhere })
}

fn read(row: &table::Model) -> Result<Therapist, StoreError> {
    let therapist: Therapist = column::from_json(row.profile.as_bytes(), "a therapist")?;
    let Some(elsewhere) = &row.elsewhere else { return Ok(therapist) };
    let elsewhere: Elsewhere = column::from_json(elsewhere.as_bytes(), "a therapist's own calendar")?;
    let hours = therapist.hours.clone().with_elsewhere(elsewhere);
    Ok(Therapist { hours, ..therapist })
}

fn on_roster(row: &table::Model) -> Result<OnRoster, StoreError> {
    Ok(OnRoster { therapist: read(row)?, version: row.version })
}
