//! `rapport triage replay`: what would other files have decided about past intakes?
//!
//! Changes are printed as they are found, so that a long past needs no more
//! memory than a short one; what was counted comes last.

mod shown;

use std::{io, sync::Arc, time::Duration};

use anyhow::Context;
use futures::StreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::{Timestamp, tz::TimeZone};
use rapport_domain::{practice::Practice, protocol::Protocol, replay::Tally};
use rapport_intake::replay_protocol::{self, Replay, Step};
use rapport_runtime::{SystemClock, telemetry};
use rapport_store::Store;

use crate::{
    cli::TriageReplay,
    house::{self, Schema},
    print,
    settings::Settings,
};
use shown::Shown;

/// Who asks, in the audit trail: whoever may run programs on this machine.
const OPERATOR: &str = "operator";
const METHOD: &str = "rapport triage replay";

/// Replays, printing what is found; `false` where intakes could not be read.
///
/// # Errors
/// Where the folder is not right or the database fails.
pub(crate) async fn run(settings: &Settings, wish: &TriageReplay) -> anyhow::Result<bool> {
    telemetry::init(&settings.log);
    let practice = Arc::new(house::load_practice_at(Some(&wish.practice))?.practice);
    let store = house::open_store(settings).await?;
    house::settle_schema(&store, Schema::Check).await?;
    let since = wish.since.map(|day| first_instant(day, &practice)).transpose()?;
    let candidate = Arc::new(practice.protocol.clone());
    let tally = tell(store, &practice, &candidate, since, wish.json).await?;
    let shown = Shown { width: print::columns(), since: wish.since, folder: &wish.practice };
    if wish.json {
        print::line(shown::summary_json(&tally, &candidate)?)?;
    } else {
        print::line(shown.summary(&tally, &candidate))?;
    }
    Ok(tally.unreadable == 0)
}

async fn tell(
    store: Store,
    practice: &Arc<Practice>,
    candidate: &Arc<Protocol>,
    since: Option<Timestamp>,
    json: bool,
) -> anyhow::Result<Tally> {
    let replay = Replay {
        candidate: Arc::clone(candidate),
        practice: Arc::clone(practice),
        since,
        principal: OPERATOR.to_owned(),
        role: OPERATOR,
        method: METHOD,
        clock: Arc::new(SystemClock),
    };
    let width = print::columns();
    let bar = bar();
    let mut steps = replay_protocol::run(store, replay).await.context("the replay cannot begin")?;
    while let Some(step) = steps.next().await {
        match step.context("the replay ended early")? {
            Step::Progress { done, total } => {
                if done == 0 {
                    bar.set_length(total);
                    bar.enable_steady_tick(Duration::from_millis(200));
                }
                bar.set_position(done);
            }
            Step::Change(change) => {
                let text = if json { shown::change_json(&change)? } else { shown::change(&change, width) };
                bar.suspend(|| print::line(text))?;
            }
            Step::Summary(tally) => {
                bar.finish_and_clear();
                return Ok(*tally);
            }
        }
    }
    anyhow::bail!("the replay ended without a summary")
}

/// On a terminal only, and on stderr: what is found may be piped.
fn bar() -> ProgressBar {
    if !io::IsTerminal::is_terminal(&io::stderr()) {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:24} {human_pos} of {human_len} intakes, {eta} left") {
        bar.set_style(style);
    }
    bar
}

fn first_instant(day: jiff::civil::Date, practice: &Practice) -> anyhow::Result<Timestamp> {
    let zone: &TimeZone = &practice.zone;
    Ok(day.to_zoned(zone.clone()).context("--since: there is no such day in the practice's zone")?.timestamp())
}
