//! `rapport migrate`: bring the database's schema to this version.

use rapport_runtime::telemetry;
use serde::Serialize;

use crate::{house, print, settings::Settings};

#[derive(Serialize)]
struct Migrated {
    applied: Vec<String>,
}

/// Applies what is missing and says what that was.
///
/// # Errors
/// Where the database is newer than this version or refuses a statement.
pub(crate) async fn run(settings: &Settings, json: bool) -> anyhow::Result<()> {
    telemetry::init(&settings.log);
    let store = house::open_store(settings).await?;
    let applied = store.migrate().await?;
    if json {
        return print::json(&Migrated { applied });
    }
    for name in &applied {
        print::line(format_args!("applied {name}"))?;
    }
    print::line(match applied.len() {
        0 => "nothing to do: the schema is this version's".to_owned(),
        some => format!("done: {}", print::count(some, "migration")),
    })?;
    Ok(())
}
