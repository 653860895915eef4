//! Whom a therapist has treated alone since before this house knew: hashes that tell a person again, nothing else.

use std::collections::{BTreeMap, BTreeSet};

use rapport_domain::id::TherapistId;
use sea_orm::{ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::{Conn, SearchToken, StoreError, Tx, entity::treated as table, store::sealed::Sealed};

/// Notes somebody; repeating it changes nothing.
///
/// # Errors
/// Where the database fails.
pub async fn put(tx: &Tx, therapist: TherapistId, tokens: &[SearchToken]) -> Result<(), StoreError> {
    let rows = tokens.iter().map(|token| {
        table::Model { kind: token.kind.to_owned(), token: token.token.to_vec(), therapist_id: therapist.uuid() }
            .into_active_model()
    });
    table::Entity::insert_many(rows)
        .on_conflict_do_nothing_on([table::Column::Kind, table::Column::Token, table::Column::TherapistId])
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

/// Forgets somebody; repeating it changes nothing.
///
/// # Errors
/// Where the database fails.
pub async fn remove(tx: &Tx, therapist: TherapistId, tokens: &[SearchToken]) -> Result<(), StoreError> {
    table::Entity::delete_many()
        .filter(table::Column::TherapistId.eq(therapist.uuid()))
        .filter(any_of(tokens))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// How many hashes stand there for each therapist who has any.
///
/// # Errors
/// Where the database fails.
pub async fn counts(conn: &impl Conn) -> Result<BTreeMap<TherapistId, i64>, StoreError> {
    let rows: Vec<(Uuid, i64)> = table::Entity::find()
        .select_only()
        .column(table::Column::TherapistId)
        .column_as(table::Column::Token.count(), "hashes")
        .group_by(table::Column::TherapistId)
        .into_tuple()
        .all(conn.db())
        .await?;
    Ok(rows.into_iter().map(|(therapist, count)| (TherapistId::new(therapist), count)).collect())
}

/// Who treats whoever one of these tells.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn by(conn: &impl Conn, tokens: &[SearchToken]) -> Result<BTreeSet<TherapistId>, StoreError> {
    let rows = table::Entity::find().filter(any_of(tokens)).all(conn.db()).await?;
    Ok(rows.into_iter().map(|row| TherapistId::new(row.therapist_id)).collect())
}

/// A name alone tells nobody again, and is not kept here.
fn any_of(tokens: &[SearchToken]) -> Condition {
    // An empty "any" would be true.
    let never = table::Column::Kind.is_null();
    tokens.iter().fold(Condition::any().add(never), |any, token| {
        any.add(table::Column::Kind.eq(token.kind).and(table::Column::Token.eq(token.token.to_vec())))
    })
}
