//! The roster; roster.csv only seeds it.

use rapport_domain::{id::TherapistId, matching::Therapist};
use sea_orm::{EntityTrait, IntoActiveModel, PaginatorTrait, QueryOrder};

use crate::{Conn, Store, StoreError, column, entity::therapists as table, store::sealed::Sealed};

/// Everybody, by id.
///
/// # Errors
/// Where the database fails.
pub async fn all(conn: &impl Conn) -> Result<Vec<Therapist>, StoreError> {
    let rows = table::Entity::find().order_by_asc(table::Column::Id).all(conn.db()).await?;
    rows.iter().map(read).collect()
}

/// One of them.
///
/// # Errors
/// Where the database fails.
pub async fn get(conn: &impl Conn, id: TherapistId) -> Result<Option<Therapist>, StoreError> {
    table::Entity::find_by_id(id.uuid()).one(conn.db()).await?.as_ref().map(read).transpose()
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
    let profile = serde_json::to_string(therapist).map_err(|_| StoreError::Unreadable("a therapist on the way in"))?;
    Ok(table::Model { id: therapist.id.uuid(), profile })
}

fn read(row: &table::Model) -> Result<Therapist, StoreError> {
    column::from_json(row.profile.as_bytes(), "a therapist")
}
