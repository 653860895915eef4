//! `rapport roster import | list | busy`: who treats, and when, from files and for the terminal.

use std::{fs, path::Path, sync::Arc};

use anyhow::{Context, bail};
use rapport_domain::{
    calendar::ics::LONGEST_FILE,
    id::TherapistId,
    practice::{
        Practice,
        roster::{Change, Step},
    },
    problem::FileProblem,
};
use rapport_intake::{
    Deps,
    import_busy_times::{self, ImportBusy, ImportBusyError},
    import_roster::{self, Import, ImportError, Imported},
};
use rapport_runtime::{Clock, SystemClock, SystemIds, telemetry};
use rapport_store::{AuditEntry, OnRoster, OutsideSession, therapists};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    cli::{RosterBusy, RosterCommand, RosterImport},
    house::{self, Schema},
    print,
    settings::Settings,
    wording,
};

/// Who asks, in the audit trail: whoever may run programs on this machine.
const OPERATOR: &str = "operator";

/// Above what a practice has.
const EVERYBODY: u64 = 100_000;

/// Does what was asked; `false` where a file is not right, which was said.
///
/// # Errors
/// Where the practice's folder is not right, a file cannot be read or the database fails.
pub(crate) async fn run(settings: &Settings, command: &RosterCommand) -> anyhow::Result<bool> {
    telemetry::init(&settings.log);
    let practice = Arc::new(house::load_practice(settings)?.practice);
    let store = house::open_store(settings).await?;
    house::settle_schema(&store, if settings.is_production() { Schema::Check } else { Schema::Migrate }).await?;
    let transport = house::transport(settings, &store, Arc::new(SystemClock))?;
    let deps = Deps {
        store,
        transport,
        practice,
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds),
        // An import shows no letters.
        letters: Arc::new(|_| Vec::new()),
    };
    match command {
        RosterCommand::Import(wish) => import(&deps, wish).await,
        RosterCommand::List(wish) => list(&deps, wish.json).await,
        RosterCommand::Busy(wish) => busy(&deps, wish).await,
    }
}

async fn import(deps: &Deps, wish: &RosterImport) -> anyhow::Result<bool> {
    let import = Import {
        file: wish.file.display().to_string(),
        csv: read(&wish.file)?,
        apply: wish.apply,
        audit: by_operator("rapport roster import"),
    };
    match import_roster::run(deps, import).await {
        Ok(done) if wish.json => print::json(&imported_json(&done, wish.apply))?,
        Ok(done) => {
            print::line(shown(&done, &deps.practice))?;
            print::line(ending(wish.apply))?;
        }
        Err(ImportError::File(problems)) => return refused(&problems, wish.json),
        Err(ImportError::Store(error)) => return Err(error).context("the roster cannot be written"),
    }
    Ok(true)
}

/// A line per therapist and column, then what else there is to know.
fn shown(done: &Imported, practice: &Practice) -> String {
    let mut lines: Vec<String> = done.warnings.iter().map(ToString::to_string).collect();
    let mut same = 0;
    for step in &done.plan.steps {
        match step {
            Step::Add(therapist) => lines.push(format!("+ {} ({})", therapist.name, therapist.id)),
            Step::Same(_) => same += 1,
            Step::Change(therapist, changes) => {
                lines.push(format!("~ {} ({})", therapist.name, therapist.id));
                lines.extend(changes.iter().map(change));
            }
        }
    }
    lines.push(format!("= {} as the roster has them", print::count(same, "therapist")));
    if !done.plan.untouched.is_empty() {
        let names: Vec<&str> = done.plan.untouched.iter().map(|it| it.name.as_str()).collect();
        lines.push(format!("not in this file, and left as they are: {}", names.join(", ")));
    }
    lines.extend(outside(&done.outside, practice));
    lines.join("\n")
}

fn change(it: &Change) -> String {
    let text = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
    format!(
        "    {}: {}\n    {:>width$}  {}",
        it.column,
        text(&it.before),
        "→",
        text(&it.after),
        width = it.column.len()
    )
}

fn outside(sessions: &[OutsideSession], practice: &Practice) -> Vec<String> {
    let zone = practice.zone.iana_name().unwrap_or_default();
    let each = sessions.iter().map(|it| {
        let when = wording::local(it.session.starts_at, zone);
        format!("! {} on {when}: {} ({})", it.session.id, it.why.text(), it.session.case)
    });
    each.collect()
}

const fn ending(apply: bool) -> &'static str {
    if apply {
        "written; what is marked with ! is before staff"
    } else {
        "nothing was written: --apply does it, and puts what is marked with ! before staff"
    }
}

fn imported_json(done: &Imported, applied: bool) -> Value {
    let row = |step: &Step| {
        let (what, changes) = match step {
            Step::Add(_) => ("add", &[][..]),
            Step::Same(_) => ("same", &[][..]),
            Step::Change(_, changes) => ("change", changes.as_slice()),
        };
        let changes: Vec<_> =
            changes.iter().map(|it| json!({"column": it.column, "before": it.before, "after": it.after})).collect();
        json!({"therapist": step.therapist().id.to_string(), "name": step.therapist().name, "what": what,
               "changes": changes})
    };
    json!({
        "ok": true,
        "applied": applied,
        "rows": done.plan.steps.iter().map(row).collect::<Vec<_>>(),
        "untouched": done.plan.untouched.iter().map(|it| it.id.to_string()).collect::<Vec<_>>(),
        "warnings": done.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "outside": outside_json(&done.outside),
    })
}

fn outside_json(sessions: &[OutsideSession]) -> Vec<Value> {
    let each = sessions.iter().map(|it| {
        json!({"appointment": it.session.id.to_string(), "case": it.session.case.to_string(),
               "starts_at": it.session.starts_at.to_string(), "why": it.why.text()})
    });
    each.collect()
}

/// Everything that is wrong with a file, a line each.
fn refused(problems: &[FileProblem], json: bool) -> anyhow::Result<bool> {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    if json {
        print::json(&json!({"ok": false, "problems": lines}))?;
    } else {
        lines.iter().try_for_each(print::line)?;
        print::line(format_args!("NOT right: {}; nothing was written", print::count(lines.len(), "problem")))?;
    }
    Ok(false)
}

#[derive(Serialize)]
struct Listed {
    therapist: String,
    name: String,
    credentials: String,
    active: bool,
    weekly_sessions: u32,
    busy: (usize, usize),
    warnings: Vec<String>,
}

async fn list(deps: &Deps, json: bool) -> anyhow::Result<bool> {
    let today = deps.practice.today(deps.clock.now());
    let everybody = therapists::list(&deps.store, None, EVERYBODY).await?;
    let listed: Vec<Listed> = everybody
        .iter()
        .map(|OnRoster { therapist, .. }| Listed {
            therapist: therapist.id.to_string(),
            name: therapist.name.clone(),
            credentials: therapist.credentials.clone(),
            active: therapist.active,
            weekly_sessions: therapist.weekly_capacity,
            busy: therapist.hours.elsewhere().count(),
            warnings: deps.practice.warnings(therapist, today),
        })
        .collect();
    if json {
        print::json(&listed)?;
        return Ok(true);
    }
    let width = listed.iter().map(|it| it.name.chars().count() + it.credentials.chars().count() + 2).max().unwrap_or(0);
    for it in &listed {
        let name = [it.name.as_str(), &it.credentials].into_iter().filter(|part| !part.is_empty());
        let name = name.collect::<Vec<_>>().join(", ");
        let idle = if it.active { "" } else { ", sees nobody" };
        print::line(format_args!("{name:width$}  {:>2} sessions a week{idle}  {}", it.weekly_sessions, it.therapist))?;
        it.warnings.iter().try_for_each(|warning| print::line(format_args!("    ! {warning}")))?;
    }
    print::line(format_args!("{} on the roster", print::count(listed.len(), "therapist")))?;
    Ok(true)
}

async fn busy(deps: &Deps, wish: &RosterBusy) -> anyhow::Result<bool> {
    let calendar = match &wish.file {
        Some(file) => read(file)?,
        None => String::new(),
    };
    let import = ImportBusy {
        therapist: named(deps, &wish.therapist).await?,
        file: wish.file.as_ref().map(|file| file.display().to_string()).unwrap_or_default(),
        calendar,
        etag: String::new(),
        apply: wish.apply,
        audit: by_operator("rapport roster busy"),
    };
    let done = match import_busy_times::run(deps, import).await {
        Ok(done) => done,
        Err(ImportBusyError::File(problems)) => return refused(&problems, wish.json),
        Err(error) => return Err(error).context("the times cannot be written"),
    };
    let (single, recurring) = done.count;
    if wish.json {
        print::json(&json!({"ok": true, "applied": wish.apply, "name": done.display_name, "single": single,
                            "recurring": recurring, "outside": outside_json(&done.outside)}))?;
        return Ok(true);
    }
    let (once, again) = (print::count(single, "single time"), print::count(recurring, "recurring event"));
    print::line(format_args!("{}: taken elsewhere by {once} and {again}", done.display_name))?;
    outside(&done.outside, &deps.practice).iter().try_for_each(print::line)?;
    print::line(ending(wish.apply))?;
    Ok(true)
}

/// By resource name, or by a part of the name that only one of them has.
async fn named(deps: &Deps, wanted: &str) -> anyhow::Result<TherapistId> {
    if let Ok(id) = wanted.parse() {
        return Ok(id);
    }
    let everybody = therapists::list(&deps.store, None, EVERYBODY).await?;
    let part = wanted.to_lowercase();
    let mut found = everybody.iter().filter(|it| it.therapist.name.to_lowercase().contains(&part));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one.therapist.id),
        (None, _) => bail!("nobody on the roster is called {wanted:?}: `rapport roster list` says who is"),
        (Some(one), Some(other)) => {
            bail!(
                "{wanted:?} is part of both {} and {}: say more of the name",
                one.therapist.name,
                other.therapist.name
            )
        }
    }
}

fn read(file: &Path) -> anyhow::Result<String> {
    let shown = file.display();
    let size = fs::metadata(file).with_context(|| format!("cannot read {shown}"))?.len();
    if usize::try_from(size).unwrap_or(usize::MAX) > LONGEST_FILE {
        bail!("{shown}: longer than {} MB; is this the right file?", LONGEST_FILE >> 20);
    }
    fs::read_to_string(file).with_context(|| format!("cannot read {shown} as text"))
}

fn by_operator(method: &'static str) -> AuditEntry {
    AuditEntry {
        at: SystemClock.now(),
        principal: OPERATOR.to_owned(),
        role: OPERATOR,
        method,
        resources: Vec::new(),
        outcome: "OK",
    }
}
