//! `rapport check-config`: what would run, with these settings and this practice's folder.

use std::path::Path;

use serde::Serialize;

use crate::{house, master_key, print, settings::Settings};

/// What would run. No secret and no credential stands in it.
#[derive(Serialize)]
struct Shown {
    database: String,
    events: String,
    mail: String,
    clients: String,
    staff: String,
    console: String,
    practice: String,
    protocol: String,
    therapists: usize,
    master_key: String,
    data: String,
}

/// Checks and shows; connects to nothing and changes nothing.
///
/// # Errors
/// Where the practice's folder or the master key is not right.
pub(crate) fn run(settings: &Settings, config: Option<&Path>, json: bool) -> anyhow::Result<()> {
    let folder = house::load_practice(settings)?;
    let webhooks = folder.practice.on_call.iter().filter_map(|person| person.webhook.as_ref());
    settings.webhooks.check(webhooks).map_err(anyhow::Error::msg)?;
    let shown = Shown {
        database: settings.database_shown(),
        events: settings.events.url.shown(),
        mail: settings.mail_shown(),
        clients: settings.intake.listen.0.to_string(),
        staff: settings.staff.listen.0.to_string(),
        console: format!(
            "{}, asks {} and {}",
            settings.console.listen.0,
            settings.console_intake_url(settings.intake.listen.0),
            settings.console_staff_url(settings.staff.listen.0)
        ),
        practice: match settings.practice_dir() {
            Some(dir) => format!("{}, from {}", folder.practice.name, dir.display()),
            None => format!("{}, compiled in", folder.practice.name),
        },
        protocol: folder.practice.protocol.digest().chars().take(12).collect(),
        therapists: folder.roster.len(),
        master_key: master_key::describe(settings)?,
        data: settings.data_dir().display().to_string(),
    };
    if json {
        return print::json(&shown);
    }
    let file = config.map_or_else(|| "none; environment and defaults".to_owned(), |file| file.display().to_string());
    let lines = [
        ("settings file", &file),
        ("data folder", &shown.data),
        ("master key", &shown.master_key),
        ("database", &shown.database),
        ("events", &shown.events),
        ("mail", &shown.mail),
        ("client API", &shown.clients),
        ("staff API", &shown.staff),
        ("console", &shown.console),
        ("practice", &shown.practice),
        ("protocol", &shown.protocol),
        ("roster.csv", &print::count(shown.therapists, "therapist")),
    ];
    for (name, value) in lines {
        print::line(format_args!("{name:<14} {value}"))?;
    }
    print::line("\nEverything is right. Nothing was connected to and nothing was changed.")?;
    Ok(())
}
