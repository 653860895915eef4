//! A database of an earlier version, with data, brought to this one.

use rapport_domain::appointment::ClientWish;
use sea_orm::{ConnectionTrait, Statement};
use sea_orm_migration::MigratorTrait;

use super::{database, sample};
use crate::{appointments, intakes, migrations::Migrator, store::sealed::Sealed, wishes};

/// What m0001 wrote: a case with its intake by today's code, an appointment as it was kept then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_that_its_client_accepted_before_the_upgrade_stays_accepted() {
    database::on_each_empty(async |store| {
        Migrator::up(store.db(), Some(1)).await.unwrap();
        let (case, intake) = sample::stored(&store).await;
        let (said_yes, silent) = (sample::appointment(case.id), sample::appointment(case.id));
        for (appointment, accepted) in [(&said_yes, true), (&silent, false)] {
            let sql = "INSERT INTO appointments (id, case_id, therapist_id, care, format, starts_at, ends_at, state, \
                       release_at, accepted, sequence) SELECT $1, cases.id, $2, 'individual', 'video', \
                       cases.respond_by, cases.respond_by, 'held', cases.created_at, $3, 0 FROM cases";
            let values = [appointment.id.uuid().into(), appointment.therapist.uuid().into(), accepted.into()];
            let backend = store.db().get_database_backend();
            store.db().execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.unwrap();
        }
        assert_eq!(store.migrate().await.unwrap().first().map(String::as_str), Some("m0002_clinical_core"));
        assert_eq!(store.check_schema().await, Ok(()));
        assert_eq!(wishes::of(&store, said_yes.id, intake.id).await, Ok(Some(ClientWish::Accepted)));
        assert_eq!(wishes::of(&store, silent.id, intake.id).await, Ok(None));
        assert_eq!(appointments::get(&store, said_yes.id).await.unwrap().unwrap().case, case.id);
        assert!(intakes::get(&store, intake.id).await.unwrap() == Some(intake));
    })
    .await;
}
