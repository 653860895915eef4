//! A database of an earlier version, with data, brought to this one.

use rapport_domain::{
    appointment::ClientWish,
    id::{AppointmentId, CaseId, IntakeId},
};
use sea_orm::{ConnectionTrait, Statement, Value};
use sea_orm_migration::MigratorTrait;

use super::{database, sample};
use crate::{Store, StoreError, alerts, appointments, migrations::Migrator, store::sealed::Sealed, wishes};

async fn insert(store: &Store, sql: &str, values: Vec<Value>) {
    let backend = store.db().get_database_backend();
    store.db().execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.unwrap();
}

/// What m0001 wrote, in its own columns: today's code writes today's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_that_its_client_accepted_before_the_upgrade_stays_accepted() {
    database::on_each_empty(async |store| {
        Migrator::up(store.db(), Some(1)).await.unwrap();
        let (key, case, intake) = (sample::id(), sample::id(), sample::id());
        let now = || Value::from(crate::column::from_time(sample::now()));
        let sql = "INSERT INTO data_keys (id, subject, wrapped, master_version) VALUES ($1, 'sample', $2, 1)";
        insert(&store, sql, vec![key.into(), vec![1_u8].into()]).await;
        let sql = "INSERT INTO cases (id, data_key, care, state, urgency, booking, clinician_only, flagged, respond_by, \
                   created_at, silent_rounds, version, detail) \
                   VALUES ($1, $2, 'individual', 'held', 0, 0, FALSE, FALSE, $3, $4, 0, 1, $5)";
        insert(&store, sql, vec![case.into(), key.into(), now(), now(), vec![1_u8].into()]).await;
        let sql = "INSERT INTO intakes (id, case_id, data_key, care, protocol, received_at, status_token_hash, \
                   submission) VALUES ($1, $2, $3, 'individual', 'abc123', $4, $5, $6)";
        insert(
            &store,
            sql,
            vec![intake.into(), case.into(), key.into(), now(), vec![7_u8; 32].into(), vec![1_u8].into()],
        )
        .await;
        let (said_yes, silent) = (sample::id(), sample::id());
        for (appointment, accepted) in [(said_yes, true), (silent, false)] {
            let sql = "INSERT INTO appointments (id, case_id, therapist_id, care, format, starts_at, ends_at, state, \
                       release_at, accepted, sequence) SELECT $1, cases.id, $2, 'individual', 'video', \
                       cases.respond_by, cases.respond_by, 'held', cases.created_at, $3, 0 FROM cases";
            insert(&store, sql, vec![appointment.into(), sample::id().into(), accepted.into()]).await;
        }
        let applied = store.migrate().await.unwrap();
        assert_eq!(applied.first().map(String::as_str), Some("m0002_clinical_core"));
        assert_eq!(store.check_schema().await, Ok(()));
        let (said_yes, silent, intake) =
            (AppointmentId::new(said_yes), AppointmentId::new(silent), IntakeId::new(intake));
        assert_eq!(wishes::of(&store, said_yes, intake).await, Ok(Some(ClientWish::Accepted)));
        assert_eq!(wishes::of(&store, silent, intake).await, Ok(None));
        assert_eq!(appointments::get(&store, said_yes).await.unwrap().unwrap().case.uuid(), case);
    })
    .await;
}

/// Guard: the backfill in m0008: of the open cases that nobody took in hand, the last alert is walked on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_staff_alert_of_before_the_upgrade_is_walked_on_where_nobody_took_its_case() {
    database::on_each_empty(async |store| {
        let before = Migrator::migrations().iter().position(|migration| migration.name() == "m0008_calls").unwrap();
        // As an upgrade does it: m0006 makes a table anew, which must happen on one connection.
        let up = store.transact(move |tx| {
            Box::pin(async move {
                Migrator::up(tx.db(), u32::try_from(before).ok()).await?;
                Ok::<_, StoreError>(())
            })
        });
        up.await.unwrap();
        let now = || Value::from(crate::column::from_time(sample::now()));
        let mut cases = Vec::new();
        for (state, assignee) in [("before_staff", None), ("before_staff", Some("Sam")), ("closed", None)] {
            let (key, case) = (sample::id(), sample::id());
            let sql = "INSERT INTO data_keys (id, subject, wrapped, master_version) VALUES ($1, $2, $3, 1)";
            insert(&store, sql, vec![key.into(), key.to_string().into(), vec![1_u8].into()]).await;
            let sql = "INSERT INTO cases (id, data_key, care, state, urgency, booking, clinician_only, flagged, \
                       respond_by, created_at, assignee, silent_rounds, version, detail) \
                       VALUES ($1, $2, 'individual', $3, 2, 2, TRUE, TRUE, $4, $5, $6, 0, 1, $7)";
            let assignee = Value::from(assignee.map(str::to_owned));
            insert(
                &store,
                sql,
                vec![case.into(), key.into(), state.into(), now(), now(), assignee, vec![1_u8].into()],
            )
            .await;
            for cause in ["first", "last"] {
                let sql = "INSERT INTO letters (id, cause, recipient, letter, case_id, state, attempts, not_before, \
                           queued_at, updated_at) VALUES ($1, $2, 'on-call/0', 'staff_alert', $3, 'sent', 1, $4, $5, $6)";
                let cause = format!("{case}/{cause}").into();
                insert(&store, sql, vec![sample::id().into(), cause, case.into(), now(), now(), now()]).await;
            }
            cases.push(CaseId::new(case));
        }
        store.migrate().await.unwrap();
        let waiting = alerts::unacknowledged(&store, cases.iter().copied()).await.unwrap();
        assert_eq!(waiting.into_iter().collect::<Vec<_>>(), cases[..1]);
        assert_eq!(alerts::due(&store, sample::now(), 10).await.unwrap().len(), 1);
    })
    .await;
}
