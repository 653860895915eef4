//! One case over a large roster: from what its clients ask for to a therapist and
//! a time, with all that must be read for it. Nothing of it is shared: each match
//! looks at the calendar anew, and finds that the one before it took a time.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use clap::Args;
use rapport_domain::{
    calendar::busy::{Busy, therapist_resource},
    contact::UsState,
    id::TherapistId,
    intake::{Care, Preferences},
    matching::{Therapist, Wish, best, line_up, span},
    triage::Urgency,
};
use rapport_runtime::{Clock, SystemClock};
use rapport_store::therapists;
use rapport_tests::{
    database::Database,
    practice_folder::{sample_practice, sample_roster},
};
use rapport_worker::openings::Openings;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use uuid::Uuid;

use crate::report::{Latencies, Report};

/// How large.
#[derive(Args)]
pub(crate) struct Options {
    /// Therapists: the sample's twelve over and over.
    #[arg(long, default_value_t = 1000)]
    therapists: usize,
    /// Weeks in which every one of them has four sessions a day.
    #[arg(long, default_value_t = 8)]
    weeks: u32,
    /// Matches that count, for each of the wishes.
    #[arg(long, default_value_t = 2000)]
    matches: u32,
}

/// Who is suitable: everybody who sees somebody alone, a quarter of them, a twelfth.
const LANGUAGES: [(&str, &[&str]); 3] =
    [("match, anybody", &[]), ("match, in Spanish", &["es"]), ("match, in sign language", &["ase"])];

/// Measures it on a PostgreSQL database of its own.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Vec<Report>> {
    let practice = Arc::new(sample_practice());
    let roster = sample_roster(&practice);
    let database = Database::postgres().await?;
    let store = database.store().await?;
    therapists::seed_if_empty(&store, &many(&roster, options.therapists)).await?;
    let mut connection = PgConnection::connect(database.url()).await?;
    fill(&mut connection, options.weeks).await?;
    let now = SystemClock.now();
    let mut reports = Vec::new();
    for (name, languages) in LANGUAGES {
        let languages = languages.iter().map(|tag| (*tag).to_owned()).collect();
        let preferences = Preferences { languages, ..Preferences::default() };
        let (needs, drivers) = (BTreeSet::new(), BTreeMap::from([("conflict".to_owned(), 1.0)]));
        let wish = Wish {
            care: Care::Individual,
            states: vec![Some(UsState::parse("NC").context("a state")?)],
            preferences: vec![&preferences],
            needs: &needs,
            drivers: &drivers,
            urgency: Urgency::Routine,
            now,
            continuity: None,
            conflicts: Vec::new(),
            outside: false,
        };
        let openings = Openings::new(store.clone(), Arc::clone(&practice), Duration::ZERO);
        let whole = span(&wish, &practice);
        // The whole calendar is read once, when a process starts.
        let look = openings.shared(whole).await?;
        let weights = practice.protocol.weights();
        let line_up = look.choose(|taken| (line_up(&wish, &look.therapists, taken, &practice, weights), Vec::new()));
        let suitable = line_up.candidates.len();
        drop(look);
        let (mut latencies, mut unmatched) = (Latencies::new(), 0);
        let began = Instant::now();
        for _ in 0..options.matches {
            let started = Instant::now();
            let look = openings.shared(whole).await?;
            let chosen = look.choose(|taken| {
                let best = best(&wish, &look.therapists, taken, &practice, weights);
                let block = best.ok().map(|best| Busy {
                    resource: therapist_resource(best.therapist),
                    starts_at: best.slot.starts_at,
                    ends_at: best.slot.ends_at + practice.booking.buffer(),
                    appointment: None,
                    held: false,
                });
                (block.clone(), block.into_iter().collect())
            });
            latencies.record(started.elapsed());
            match chosen {
                Some(block) => take(&mut connection, &block).await?,
                None => unmatched += 1,
            }
        }
        let report = Report::new(name, began.elapsed().as_secs(), unmatched, latencies);
        reports.push(report.with("suitable therapists", suitable.to_string()));
    }
    connection.close().await?;
    drop(store);
    database.close().await?;
    Ok(reports)
}

fn many(roster: &[Therapist], wanted: usize) -> Vec<Therapist> {
    let copies = roster.iter().cycle().take(wanted).enumerate();
    let renamed = copies.map(|(number, therapist)| {
        let id = TherapistId::new(Uuid::from_u128((number as u128 + 1) << 64));
        Therapist { id, ..therapist.clone() }
    });
    renamed.collect()
}

/// Four sessions a day for everybody, from today on.
async fn fill(connection: &mut PgConnection, weeks: u32) -> anyhow::Result<()> {
    let sql = format!(
        "INSERT INTO calendar_blocks (resource, starts_at, ends_at) \
         SELECT 'therapists/' || id, starts_at, starts_at + interval '1 hour' FROM therapists, \
         LATERAL (SELECT date_trunc('day', now()) + day * interval '1 day' + hour * interval '1 hour' AS starts_at \
                  FROM generate_series(0, {}) AS day, unnest(ARRAY[14, 16, 19, 21]) AS hour) AS times",
        weeks * 7
    );
    let filled = connection.execute(AssertSqlSafe(sql)).await?;
    ensure!(filled.rows_affected() > 0, "nobody is on the roster");
    connection.execute("ANALYZE").await?;
    Ok(())
}

/// As a booking does: the next match must find it taken.
async fn take(connection: &mut PgConnection, block: &Busy) -> anyhow::Result<()> {
    let sql =
        "INSERT INTO calendar_blocks (resource, starts_at, ends_at) VALUES ($1, $2::timestamptz, $3::timestamptz)";
    let insert = sqlx::query(sql).bind(&block.resource);
    insert.bind(block.starts_at.to_string()).bind(block.ends_at.to_string()).execute(connection).await?;
    Ok(())
}
