//! `rapport audit verify` and `rapport audit export`: the trail, for whoever holds the master key.

use std::time::Duration;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use rapport_runtime::{Clock, SystemClock, telemetry};
use rapport_store::{
    AuditEntry, Store,
    audit::{
        self,
        read::{AuditFilter, AuditRecord, Direction},
        verify::Verified,
    },
};
use serde::Serialize;

use crate::{
    cli::{AuditExport, AuditVerify},
    house::{self, Schema},
    print,
    settings::Settings,
};

/// Entries that are read at a time.
const PAGE: u64 = 1_000;

#[derive(Serialize)]
struct Found<'a> {
    intact: bool,
    faults: Vec<String>,
    sealed_entries: u64,
    unsealed_entries: u64,
    forgotten_entries: u64,
    head: &'a str,
    head_number: i64,
}

#[derive(Serialize)]
struct Line<'a> {
    id: uuid::Uuid,
    at: Timestamp,
    principal: &'a str,
    role: &'a str,
    method: &'a str,
    resources: &'a [String],
    outcome: &'a str,
    seal: Option<i64>,
}

/// Holds the trail against its seals; `false` where anything is wrong, which was printed.
///
/// # Errors
/// Where the head is none or the database fails.
pub(crate) async fn verify(settings: &Settings, wish: &AuditVerify) -> anyhow::Result<bool> {
    telemetry::init(&settings.log);
    let store = open(settings).await?;
    note(&store, "rapport audit verify").await?;
    let bar = bar();
    let found = audit::verify::run(&store, wish.head.as_ref().map(|head| head.0.as_slice()), |done| {
        bar.set_position(done);
    })
    .await
    .context("the trail cannot be read")?;
    bar.finish_and_clear();
    tell(&found, wish)?;
    Ok(found.faults.is_empty())
}

fn tell(found: &Verified, wish: &AuditVerify) -> anyhow::Result<()> {
    let head = found.head.as_ref().map(audit::seal::Head::hex).unwrap_or_default();
    let head_number = found.head.as_ref().map_or(0, |head| head.number);
    let faults: Vec<String> = found.faults.iter().map(ToString::to_string).collect();
    if wish.json {
        return print::json(&Found {
            intact: faults.is_empty(),
            faults,
            sealed_entries: found.sealed,
            unsealed_entries: found.unsealed,
            forgotten_entries: found.forgotten,
            head: &head,
            head_number,
        });
    }
    for fault in &faults {
        print::line(fault)?;
    }
    print::line(format_args!(
        "{}: {} entries as written, {} not sealed yet, {} forgotten when their time was over",
        if faults.is_empty() { "intact" } else { "NOT intact" },
        found.sealed,
        found.unsealed,
        found.forgotten,
    ))?;
    if !head.is_empty() {
        print::line(format_args!("head {head_number}: {head}"))?;
    }
    if wish.head.is_none() {
        print::complain("Without --head nobody can tell whether the end was cut off: keep a head elsewhere.");
    }
    Ok(())
}

/// Prints the trail as JSON lines, the oldest entry first.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn export(settings: &Settings, wish: &AuditExport) -> anyhow::Result<()> {
    telemetry::init(&settings.log);
    let store = open(settings).await?;
    note(&store, "rapport audit export").await?;
    let filter = AuditFilter { since: wish.since, until: wish.until, ..AuditFilter::default() };
    let mut behind = None;
    loop {
        let page = audit::read::page(&store, &filter, Direction::Forth, behind, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        behind = Some(last.id);
        for record in &page {
            print::line(line(record)?)?;
        }
    }
}

fn line(record: &AuditRecord) -> anyhow::Result<String> {
    let AuditRecord { id, at, principal, role, method, resources, outcome, seal } = record;
    Ok(serde_json::to_string(&Line { id: *id, at: *at, principal, role, method, resources, outcome, seal: *seal })?)
}

async fn open(settings: &Settings) -> anyhow::Result<Store> {
    let store = house::open_store(settings).await?;
    house::settle_schema(&store, Schema::Check).await?;
    Ok(store)
}

async fn note(store: &Store, method: &'static str) -> anyhow::Result<()> {
    let entry = AuditEntry {
        at: SystemClock.now(),
        principal: "operator".to_owned(),
        role: "operator",
        method,
        resources: Vec::new(),
        outcome: "OK",
    };
    Ok(audit::write(store, &entry).await?)
}

/// On a terminal only, and on stderr: what is found may be piped.
fn bar() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {human_pos} entries are as written") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
