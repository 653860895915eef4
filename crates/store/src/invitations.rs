//! One partner's word to the other: one per inviter, ever. What the inviter may
//! read of it never tells what the other one did.

use rapport_domain::{
    contact::{EmailAddress, Language},
    id::{CaseId, IntakeId, InvitationId},
    invitation::{Invitation, InvitationState},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, TryInsertResult,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Conn, StoreError, Topic, Tx, column,
    entity::{data_keys, invitations as table},
    keys,
    store::sealed::Sealed,
};

/// What is kept of an invitation so that asking again gives the same; sealed under the case's key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationDetail {
    /// The token's text, which stands in the link.
    pub token: String,
    /// The one letter, where one was asked for.
    pub letter: Option<InvitationLetter>,
}

/// Where the one letter goes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationLetter {
    /// The partner's address.
    pub email: EmailAddress,
    /// The letter's language.
    pub language: Language,
}

/// Stores a new invitation.
///
/// # Errors
/// [`StoreError::Conflict`] where this inviter has one: read [`of_inviter`] and answer with that.
pub async fn create(
    tx: &Tx,
    invitation: &Invitation,
    token_hash: [u8; 32],
    detail: &InvitationDetail,
) -> Result<(), StoreError> {
    let id = invitation.id.uuid();
    let (data_key, key) = keys::named_of_case(tx, invitation.case).await?;
    let row = table::Model {
        id,
        case_id: invitation.case.uuid(),
        inviter: invitation.inviter.uuid(),
        data_key,
        token_hash: token_hash.to_vec(),
        detail: key.seal("invitations", "detail", id, &column::to_json(detail)?),
        state: invitation.state.name().to_owned(),
        created_at: column::from_time(invitation.created_at),
    };
    let stored = table::Entity::insert(row.into_active_model())
        .on_conflict_do_nothing_on([table::Column::Inviter])
        .exec_without_returning(tx.db())
        .await?;
    if !matches!(stored, TryInsertResult::Inserted(1)) {
        return Err(StoreError::Conflict);
    }
    tx.touch(Topic::Cases);
    Ok(())
}

/// An invitation, opened.
///
/// # Errors
/// Where the database fails or the row cannot be opened.
pub async fn get(conn: &impl Conn, id: InvitationId) -> Result<Option<(Invitation, InvitationDetail)>, StoreError> {
    let row = table::Entity::find_by_id(id.uuid()).find_also_related(data_keys::Entity).one(conn.db()).await?;
    row.map(|(row, key)| open(conn, &row, key)).transpose()
}

/// The invitation that a client gave, opened.
///
/// # Errors
/// Where the database fails or the row cannot be opened.
pub async fn of_inviter(
    conn: &impl Conn,
    inviter: IntakeId,
) -> Result<Option<(Invitation, InvitationDetail)>, StoreError> {
    let row = table::Entity::find()
        .filter(table::Column::Inviter.eq(inviter.uuid()))
        .find_also_related(data_keys::Entity)
        .one(conn.db())
        .await?;
    row.map(|(row, key)| open(conn, &row, key)).transpose()
}

/// A case's invitations, without opening them; for staff.
///
/// # Errors
/// Where the database fails.
pub async fn of_case(conn: &impl Conn, case: CaseId) -> Result<Vec<Invitation>, StoreError> {
    let rows = table::Entity::find()
        .filter(table::Column::CaseId.eq(case.uuid()))
        .order_by_asc(table::Column::Id)
        .all(conn.db())
        .await?;
    rows.iter().map(read).collect()
}

/// The invitation that a token opens.
///
/// # Errors
/// Where the database fails.
pub async fn by_token(conn: &impl Conn, hash: [u8; 32]) -> Result<Option<InvitationId>, StoreError> {
    let id: Option<Uuid> = table::Entity::find()
        .select_only()
        .column(table::Column::Id)
        .filter(table::Column::TokenHash.eq(hash.to_vec()))
        .into_tuple()
        .one(conn.db())
        .await?;
    Ok(id.map(InvitationId::new))
}

/// Moves an invitation on that was read as `from`.
///
/// # Errors
/// [`StoreError::Conflict`] where it no longer stands there.
pub async fn save_state(
    tx: &Tx,
    id: InvitationId,
    from: InvitationState,
    to: InvitationState,
) -> Result<(), StoreError> {
    let saved = table::Entity::update_many()
        .set(table::ActiveModel { state: Set(to.name().to_owned()), ..Default::default() })
        .filter(table::Column::Id.eq(id.uuid()))
        .filter(table::Column::State.eq(from.name()))
        .exec(tx.db())
        .await?;
    if saved.rows_affected == 0 {
        return Err(StoreError::Conflict);
    }
    tx.touch(Topic::Cases);
    Ok(())
}

/// Keeps where the one letter goes; `false` where one was asked for before, to whatever address.
///
/// # Errors
/// Where the database fails or there is no such invitation.
pub async fn keep_letter(tx: &Tx, id: InvitationId, letter: &InvitationLetter) -> Result<bool, StoreError> {
    // Two presses at once take turns here.
    let row = table::Entity::find_by_id(id.uuid()).lock_exclusive().one(tx.db()).await?;
    let row = row.ok_or(StoreError::Missing("an invitation"))?;
    let key = keys::of_case(tx, CaseId::new(row.case_id)).await?;
    let json = key.open("invitations", "detail", row.id, &row.detail)?;
    let detail: InvitationDetail = column::from_json(&json, "an invitation")?;
    if detail.letter.is_some() {
        return Ok(false);
    }
    let detail = InvitationDetail { letter: Some(letter.clone()), ..detail };
    let sealed = key.seal("invitations", "detail", row.id, &column::to_json(&detail)?);
    table::Entity::update_many()
        .set(table::ActiveModel { detail: Set(sealed), ..Default::default() })
        .filter(table::Column::Id.eq(row.id))
        .exec(tx.db())
        .await?;
    Ok(true)
}

/// Lets nobody in any more through the invitation that a client gave, where one still may.
///
/// # Errors
/// Where the database fails.
pub async fn withdraw(tx: &Tx, inviter: IntakeId) -> Result<(), StoreError> {
    let open = InvitationState::ALL.into_iter().filter(|state| state.lets_in()).map(InvitationState::name);
    table::Entity::update_many()
        .set(table::ActiveModel { state: Set(InvitationState::Withdrawn.name().to_owned()), ..Default::default() })
        .filter(table::Column::Inviter.eq(inviter.uuid()))
        .filter(table::Column::State.is_in(open))
        .exec(tx.db())
        .await?;
    tx.touch(Topic::Cases);
    Ok(())
}

/// Uses an invitation up; `false` where it was declined or used before, or is another case's.
pub(crate) async fn join(tx: &Tx, id: InvitationId, case: CaseId) -> Result<bool, StoreError> {
    let open = InvitationState::ALL.into_iter().filter(|state| state.lets_in()).map(InvitationState::name);
    let joined = table::Entity::update_many()
        .set(table::ActiveModel { state: Set(InvitationState::Joined.name().to_owned()), ..Default::default() })
        .filter(table::Column::Id.eq(id.uuid()))
        .filter(table::Column::CaseId.eq(case.uuid()))
        .filter(table::Column::State.is_in(open))
        .exec(tx.db())
        .await?;
    Ok(joined.rows_affected > 0)
}

fn open(
    conn: &impl Conn,
    row: &table::Model,
    key: Option<data_keys::Model>,
) -> Result<(Invitation, InvitationDetail), StoreError> {
    let json = keys::open(conn, key)?.open("invitations", "detail", row.id, &row.detail)?;
    Ok((read(row)?, column::from_json(&json, "an invitation")?))
}

fn read(row: &table::Model) -> Result<Invitation, StoreError> {
    Ok(Invitation {
        id: InvitationId::new(row.id),
        case: CaseId::new(row.case_id),
        inviter: IntakeId::new(row.inviter),
        state: InvitationState::from_name(&row.state).ok_or(StoreError::Unreadable("an invitation's state"))?,
        created_at: column::to_time(row.created_at)?,
    })
}
