//! How much waits in the tables, and since when: for whoever watches over the installation.

use jiff::Timestamp;
use rapport_domain::{case::CaseState, health::Waiting, letter::LedgerState};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select, prelude::DateTimeUtc,
};

use crate::{
    Conn, StoreError, column,
    entity::{audit_log, cases, intakes, letters, outbox, triage_results},
};

/// What waits, as the tables have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backlog {
    /// Events that are not published yet.
    pub outbox: Waiting,
    /// Cases that no machine has decided on, and screenings of others that were never triaged.
    pub undecided: Waiting,
    /// Letters whose turn it is, those included whose notifier ended with them.
    pub letters_due: Waiting,
    /// Letters that were refused for good, and nobody has settled them.
    pub letters_refused: u64,
    /// Letters of which nobody knows whether they arrived, and nobody has said.
    pub letters_unknown: u64,
    /// Entries of the audit trail under no seal.
    pub unsealed: Waiting,
}

/// Counts what waits now.
///
/// # Errors
/// Where the database fails.
pub async fn backlog(conn: &impl Conn, now: Timestamp) -> Result<Backlog, StoreError> {
    let unpublished = outbox::Entity::find().filter(outbox::Column::PublishedAt.is_null());
    let unsealed = audit_log::Entity::find().filter(audit_log::Column::Seal.is_null());
    let due = letters::Entity::find().filter(letters_due(now));
    let open = |state: LedgerState| {
        let found = letters::Entity::find().filter(letters::Column::SettledBy.is_null());
        found.filter(letters::Column::State.eq(state.name())).count(conn.db())
    };
    Ok(Backlog {
        outbox: waiting(conn, unpublished, outbox::Column::OccurredAt).await?,
        undecided: undecided(conn).await?,
        letters_due: waiting(conn, due, letters::Column::NotBefore).await?,
        letters_refused: open(LedgerState::Failed).await?,
        letters_unknown: open(LedgerState::Unknown).await?,
        unsealed: waiting(conn, unsealed, audit_log::Column::At).await?,
    })
}

async fn undecided(conn: &impl Conn) -> Result<Waiting, StoreError> {
    let states = [CaseState::Received, CaseState::Triaged].map(CaseState::name);
    let cases_found = cases::Entity::find().filter(cases::Column::State.is_in(states));
    let cases_found = waiting(conn, cases_found, cases::Column::CreatedAt).await?;
    // A second partner's screening in a case that goes its way without it.
    let triaged = triage_results::Entity::find().select_only().column(triage_results::Column::IntakeId).into_query();
    let decided = [CaseState::Received, CaseState::Triaged, CaseState::Closed].map(CaseState::name);
    let open = cases::Entity::find()
        .select_only()
        .column(cases::Column::Id)
        .filter(cases::Column::State.is_not_in(decided))
        .into_query();
    let untriaged = intakes::Entity::find()
        .filter(intakes::Column::Id.not_in_subquery(triaged))
        .filter(intakes::Column::CaseId.in_subquery(open));
    let untriaged = waiting(conn, untriaged, intakes::Column::ReceivedAt).await?;
    Ok(Waiting {
        count: cases_found.count + untriaged.count,
        oldest: [cases_found.oldest, untriaged.oldest].into_iter().flatten().min(),
    })
}

fn letters_due(now: Timestamp) -> Condition {
    let now = column::from_time(now);
    let waits = letters::Column::State
        .is_in([LedgerState::Queued, LedgerState::Retry].map(LedgerState::name))
        .and(letters::Column::NotBefore.lte(now));
    let abandoned = letters::Column::State.eq(LedgerState::Claimed.name()).and(letters::Column::LeasedUntil.lte(now));
    Condition::any().add(waits).add(abandoned)
}

async fn waiting<E>(conn: &impl Conn, found: Select<E>, since: E::Column) -> Result<Waiting, StoreError>
where
    E: EntityTrait,
    E::Model: Sync,
{
    let oldest: Option<DateTimeUtc> =
        found.clone().select_only().column(since).order_by_asc(since).limit(1).into_tuple().one(conn.db()).await?;
    let Some(oldest) = oldest else { return Ok(Waiting::default()) };
    Ok(Waiting { count: found.count(conn.db()).await?, oldest: Some(column::to_time(oldest)?) })
}
