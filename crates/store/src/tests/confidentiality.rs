use jiff::SignedDuration;
use rapport_security::{Keyring, MasterKey};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::{database, sample};
use crate::{
    InvitationLetter, Store, StoreError, cases, drafts, intakes, invitations, letters, no_contact, reports, search,
    store::sealed::Sealed,
};

/// Every value of every table, as the database prints it: bytes as hex.
async fn dump(store: &Store) -> String {
    let (backend, tables) = if store.is_postgres() {
        (DbBackend::Postgres, "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
    } else {
        (DbBackend::Sqlite, "SELECT name FROM sqlite_master WHERE type = 'table'")
    };
    let mut all = String::new();
    for table in store.db().query_all_raw(Statement::from_string(backend, tables)).await.unwrap() {
        let table: String = table.try_get("", "name").unwrap();
        let rows = if store.is_postgres() {
            format!("SELECT t::text AS line FROM {table} AS t")
        } else {
            let columns = format!("SELECT name FROM pragma_table_info('{table}')");
            let columns = store.db().query_all_raw(Statement::from_string(backend, columns)).await.unwrap();
            let columns = columns.iter().map(|row| row.try_get::<String>("", "name").unwrap());
            let columns: Vec<_> = columns.map(|name| format!("quote(\"{name}\")")).collect();
            format!("SELECT {} AS line FROM {table}", columns.join(" || ' ' || "))
        };
        for row in store.db().query_all_raw(Statement::from_string(backend, rows)).await.unwrap() {
            all.push_str(&row.try_get::<String>("", "line").unwrap());
            all.push('\n');
        }
    }
    all.to_lowercase()
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// Guard: the sealed columns. The protocol's digest shows that the dump does find what is plain.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_told_in_confidence_stands_in_any_column() {
    database::on_each(async |store| {
        let (case, intake) = sample::stored(&store).await;
        let tokens = search::tokens(&store, &intake.submission.client);
        let report = sample::report(&intake, sample::CANARY);
        store
            .transact(move |tx| {
                Box::pin(async move {
                    search::put(tx, case.id, &tokens).await?;
                    reports::open(tx, case.id, std::slice::from_ref(&report)).await?;
                    reports::complete(tx, &report, &sample::record()).await?;
                    cases::save_detail(tx, case.id, &sample::detail()).await
                })
            })
            .await
            .unwrap();
        let (invitation, invited) = sample::invitation(case.id, intake.id);
        let letter = InvitationLetter {
            email: intake.submission.client.email.clone().unwrap(),
            language: intake.submission.client.language,
        };
        store
            .transact(move |tx| {
                Box::pin(async move {
                    drafts::create(tx, &sample::draft(), [1; 32]).await?;
                    invitations::create(tx, &invitation, [2; 32], &invited).await?;
                    invitations::keep_letter(tx, invitation.id, &letter).await?;
                    no_contact::add(tx, &letter.email, sample::now()).await
                })
            })
            .await
            .unwrap();
        let letter = letters::claim(&store, sample::now(), SignedDuration::from_mins(5), 1).await.unwrap().remove(0);
        letters::keep_bytes(&store, &letter, sample::CANARY.as_bytes()).await.unwrap();
        let dump = dump(&store).await;
        assert!(dump.contains("abc123") && dump.contains("submitintake"));
        for secret in [sample::CANARY, "7045550142", "1990-04-30", "bluebird", "example.com"] {
            let secret = secret.to_lowercase();
            assert!(!dump.contains(&secret) && !dump.contains(&hex(&secret)), "{secret} stands in the database");
        }
        assert!(!dump.contains(&hex(sample::CANARY)));
    })
    .await;
}

async fn run(store: &Store, sql: String) {
    store.db().execute_unprepared(&sql).await.unwrap();
}

/// Guard: table, column and row as associated data.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn altered_or_swapped_ciphertexts_do_not_open() {
    database::on_each(async |store| {
        let (case, intake) = sample::stored(&store).await;
        let (_, other) = sample::stored(&store).await;
        let sealed = Err(StoreError::Unreadable("a sealed value"));
        let last = |column: &str| format!("(SELECT {column} FROM intakes ORDER BY id DESC LIMIT 1)");
        // One person's submission in another one's row, with the key that opens it in its own.
        run(&store, format!("UPDATE intakes SET submission = {}, data_key = {}", last("submission"), last("data_key")))
            .await;
        assert!(intakes::get(&store, other.id).await.is_ok_and(|found| found == Some(other)));
        assert_eq!(intakes::get(&store, intake.id).await.map(drop), sealed);
        // In another column of another table, with its key.
        run(&store, format!("UPDATE cases SET detail = {}, data_key = {}", last("submission"), last("data_key"))).await;
        assert_eq!(cases::detail(&store, case.id).await.map(drop), sealed);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_master_key_opens_nothing_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("rapport.db").display());
    let store = database::connect(url.clone()).await;
    store.migrate().await.unwrap();
    let (_, intake) = sample::stored(&store).await;
    let other = database::connect(url).await;
    let refused = intakes::get(&other, intake.id).await.map(drop);
    assert_eq!(refused, Err(StoreError::Unreadable("a data key")));
    assert!(Keyring::new(&MasterKey::generate()).request_digest(b"a") != other.keyring().request_digest(b"a"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_says_the_code_and_no_value() {
    database::on_each(async |store| {
        let new = sample::intake();
        let hash = new.status_token_hash;
        store.accept(new).await.unwrap();
        let error = store.accept(crate::NewIntake { status_token_hash: hash, ..sample::intake() }).await.unwrap_err();
        let text = format!("{error} {error:?}").to_lowercase();
        assert!(text.contains(if store.is_postgres() { "23505" } else { "2067" }), "{text}");
        assert!(!text.contains("status_token") && !text.contains(&sample::CANARY.to_lowercase()), "{text}");
    })
    .await;
}
