//! One intake, stored whole or not at all, in one round trip.

use jiff::Timestamp;
use rapport_domain::{case::Case, event::Event, id::DraftId, intake::Intake, letter::DueLetter, report::Report};
use sea_orm::{EntityTrait, IntoActiveModel};

use crate::{
    AuditEntry, CaseDetail, RequestKey, Seen, Store, StoreError, Topic, Tx, alerts, audit, cases, drafts,
    entity::{
        alerts as alerts_table, audit_log as audit_table, cases as cases_table, data_keys, intakes as intakes_table,
        letters as letters_table, outbox as outbox_table, reports as reports_table, request_ids,
    },
    intakes, keys, letters, outbox, reports, requests,
    store::sealed::Sealed,
};

mod one_statement;

/// Everything that one submission stores.
pub struct NewIntake {
    /// The new case.
    pub case: Case,
    /// What staff read about it.
    pub detail: CaseDetail,
    /// The intake.
    pub intake: Intake,
    /// What the client's status token hashes to.
    pub status_token_hash: [u8; 32],
    /// `IntakeReceived`.
    pub event: Event,
    /// The staff alert, where safety was flagged: it begins with its first letter.
    pub letters: Vec<DueLetter>,
    /// What the law asks for, where a safety rule says so.
    pub reports: Vec<Report>,
    /// The draft that it was finished from: destroyed with its key when the intake is stored.
    pub draft: Option<DraftId>,
    /// The request that brought it.
    pub request: RequestKey,
    /// The answer, for when the request is repeated.
    pub response: Vec<u8>,
    /// The row of the audit trail.
    pub audit: AuditEntry,
    /// The clock's time.
    pub now: Timestamp,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// Stored; answer with the response that was given.
    Stored,
    /// The same request came before; answer with these bytes.
    Repeated(Vec<u8>),
    /// The request id came before with another request.
    OtherBody,
    /// The draft that it was finished from is gone, so nothing is stored: it was sent before, or its time is over.
    DraftGone,
}

impl Store {
    /// Stores an intake with its case, keys, event, letters, audit row and
    /// request id: all of it, once, or nothing. A repeated request stores
    /// nothing, not even an audit row: its answer tells nothing new.
    ///
    /// # Errors
    /// Where the database fails; nothing is stored then.
    pub async fn accept(&self, new: NewIntake) -> Result<Accepted, StoreError> {
        let (request, now, draft) = (new.request.clone(), new.now, new.draft);
        let rows = Rows::of(self, new)?;
        let topics = if rows.letters.is_empty() { NEWS } else { NEWS | Topic::Letters.bit() };
        let stored = if self.is_postgres() {
            let store = self.clone();
            self.uncancelled(async move { one_statement::run(store.db(), rows, now).await }).await?
        } else {
            let request = request.clone();
            self.transact(move |tx| Box::pin(rows.insert(tx, request, now))).await?
        };
        if stored {
            self.wakes().wake_all(topics);
            return Ok(Accepted::Stored);
        }
        match requests::seen(self, &request, now).await? {
            Seen::Repeated(response) => Ok(Accepted::Repeated(response)),
            Seen::OtherBody => Ok(Accepted::OtherBody),
            Seen::New if draft.is_some() => Ok(Accepted::DraftGone),
            // It expired between the two statements: the caller may try again.
            Seen::New => Err(StoreError::Conflict),
        }
    }
}

/// Who hears of every intake.
const NEWS: u8 = Topic::Outbox.bit() | Topic::Cases.bit();

/// Everything that one submission stores, as rows.
struct Rows {
    request: request_ids::Model,
    keys: [data_keys::Model; 2],
    case: cases_table::Model,
    intake: intakes_table::Model,
    event: outbox_table::Model,
    audit: audit_table::Model,
    letters: Vec<letters_table::Model>,
    alerts: Vec<alerts_table::Model>,
    reports: Vec<reports_table::Model>,
    draft: Option<DraftId>,
}

impl Rows {
    fn of(store: &Store, new: NewIntake) -> Result<Self, StoreError> {
        let keyring = store.keyring();
        let person = keys::create(keyring, &new.intake.id, new.now);
        let case = keys::create(keyring, &new.case.id, new.now);
        let letters: Vec<_> = new.letters.iter().map(|letter| letters::row(letter, new.now)).collect();
        Ok(Self {
            request: requests::row(keyring, &new.request, &new.response, new.now)?,
            case: cases::row(&new.case, &new.detail, &case)?,
            intake: intakes::row(&new.intake, &person, new.status_token_hash)?,
            event: outbox::row(&new.event),
            audit: audit::row(&new.audit),
            alerts: alerts::raised_by(&new.letters, &letters),
            letters,
            reports: reports::rows(store, &new.reports, case.row.id, &case.key)?,
            draft: new.draft,
            keys: [person.row, case.row],
        })
    }

    /// Row by row, for SQLite; `false` where the request came before or the draft is gone.
    async fn insert(self, tx: &Tx, request: RequestKey, now: Timestamp) -> Result<bool, StoreError> {
        if requests::seen(tx, &request, now).await? != Seen::New {
            return Ok(false);
        }
        if let Some(draft) = self.draft
            && !drafts::delete(tx, draft).await?
        {
            return Ok(false);
        }
        let db = tx.db();
        requests::keep_row(tx, self.request, now).await?;
        data_keys::Entity::insert_many(self.keys.map(IntoActiveModel::into_active_model))
            .exec_without_returning(db)
            .await?;
        cases_table::Entity::insert(self.case.into_active_model()).exec_without_returning(db).await?;
        intakes_table::Entity::insert(self.intake.into_active_model()).exec_without_returning(db).await?;
        outbox_table::Entity::insert(self.event.into_active_model()).exec_without_returning(db).await?;
        audit_table::Entity::insert(self.audit.into_active_model()).exec_without_returning(db).await?;
        letters::queue_rows(tx, self.letters).await?;
        alerts::insert_rows(tx, self.alerts).await?;
        reports::insert_rows(tx, self.reports).await?;
        Ok(true)
    }
}
