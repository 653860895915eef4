//! `rapport dead-letters list | show | replay`: events that nobody could handle, for whoever runs the house.

use std::sync::Arc;

use anyhow::{Context, bail};
use jiff::Timestamp;
use rapport_messaging::{DeadLetter, DeadLetterName, Transport, topology};
use rapport_proto::event;
use rapport_runtime::{Clock, SystemClock, telemetry};
use rapport_store::{AuditEntry, Store, audit};
use serde::Serialize;

use crate::{
    cli::{DeadLettersCommand, DeadLettersReplay},
    house::{self, Schema},
    print,
    settings::Settings,
};

/// So many of a queue are looked at.
const MOST: usize = 10_000;

#[derive(Serialize)]
struct Shown<'a> {
    name: String,
    queue: &'a str,
    topic: &'a str,
    attempts: u32,
    cause: &'a str,
    meaning: &'a str,
    occurred_at: Option<Timestamp>,
    about: Vec<String>,
}

#[derive(Serialize)]
struct Listed<'a> {
    dead_letters: Vec<Shown<'a>>,
}

#[derive(Serialize)]
struct Replayed {
    replayed: usize,
    failed: Vec<String>,
}

/// Does what was asked; `false` where there is no such letter, or not all could be put back.
///
/// # Errors
/// Where the settings are not right, or the queues cannot be reached.
pub(crate) async fn run(settings: &Settings, command: &DeadLettersCommand) -> anyhow::Result<bool> {
    telemetry::init(&settings.log);
    let store = house::open_store(settings).await?;
    house::settle_schema(&store, Schema::Check).await?;
    let transport = house::transport(settings, &store, Arc::new(SystemClock))?;
    match command {
        DeadLettersCommand::List(wish) => list(&*transport, wish.json).await,
        DeadLettersCommand::Show(wish) => show(&*transport, wish.name, wish.json).await,
        DeadLettersCommand::Replay(wish) => replay(&store, &*transport, wish).await,
    }
}

async fn list(transport: &dyn Transport, json: bool) -> anyhow::Result<bool> {
    let mut found = Vec::new();
    for queue in &topology::QUEUES {
        found.extend(of(transport, queue).await?);
    }
    if json {
        print::json(&Listed { dead_letters: found.iter().map(shown).collect() })?;
        return Ok(true);
    }
    for letter in &found {
        let it = shown(letter);
        print::line(format_args!("{}  {} after {} tries: {}", named(&it), it.topic, it.attempts, it.cause))?;
    }
    print::complain(match found.len() {
        0 => "No dead letters: every event was handled.".to_owned(),
        many => format!(
            "{}. Mend what their causes say, then: rapport dead-letters replay",
            print::count(many, "dead letter")
        ),
    });
    Ok(true)
}

async fn show(transport: &dyn Transport, name: DeadLetterName, json: bool) -> anyhow::Result<bool> {
    let Some(event) = name.event else { bail!("NAME must name one event: list them with rapport dead-letters list") };
    let found = of(transport, &name.queue).await?;
    let Some(letter) = found.iter().find(|letter| letter.event_id == Some(event)) else {
        print::complain(format_args!("{name} is no dead letter: it was put back, or never was one"));
        return Ok(false);
    };
    let it = shown(letter);
    if json {
        print::json(&it)?;
        return Ok(true);
    }
    print::line(&it.name)?;
    print::line(format_args!("topic:     {}", it.topic))?;
    if let Some(at) = it.occurred_at {
        print::line(format_args!("happened:  {at:.0}"))?;
    }
    print::line(format_args!("about:     {}", it.about.join(", ")))?;
    print::line(format_args!("tries:     {}", it.attempts))?;
    print::line(format_args!("given up:  {}", it.cause))?;
    print::line(format_args!("meanwhile: {}", it.meaning))?;
    Ok(true)
}

async fn replay(store: &Store, transport: &dyn Transport, wish: &DeadLettersReplay) -> anyhow::Result<bool> {
    let all = topology::QUEUES.map(|queue| DeadLetterName { queue, event: None });
    let names = if wish.all { all.to_vec() } else { wish.name.into_iter().collect() };
    note(store, &names).await?;
    let (mut replayed, mut failed) = (0, Vec::new());
    for name in &names {
        match transport.replay(&name.queue, name.event).await {
            Ok(count) => replayed += count,
            Err(error) => {
                print::complain(format_args!("{name}: {:#}", anyhow::Error::new(error)));
                failed.push(name.to_string());
            }
        }
    }
    let done = failed.is_empty() && (replayed > 0 || wish.all);
    if wish.json {
        print::json(&Replayed { replayed, failed })?;
    } else {
        print::line(format_args!("{} put back", print::count(replayed, "dead letter")))?;
        if !done && failed.is_empty() {
            print::complain("There is no such dead letter: it was put back before, or never was one.");
        }
    }
    Ok(done)
}

async fn of(transport: &dyn Transport, queue: &topology::Queue) -> anyhow::Result<Vec<DeadLetter>> {
    let mut found = transport.dead_letters(queue, MOST).await.context("the queues cannot be looked into")?;
    found.sort_by_key(|letter| letter.event_id);
    Ok(found)
}

fn shown(letter: &DeadLetter) -> Shown<'_> {
    let event = event::decode(&letter.body).ok();
    Shown {
        name: DeadLetterName::of(letter).map(|name| name.to_string()).unwrap_or_default(),
        queue: letter.queue,
        topic: &letter.routing_key,
        attempts: letter.attempts,
        cause: &letter.cause,
        meaning: topology::named(letter.queue).map_or("", |queue| queue.stands_still),
        occurred_at: event.as_ref().map(|event| event.occurred_at),
        about: event.map(|event| event.fact.about()).unwrap_or_default(),
    }
}

/// A message that is none of ours has no name.
fn named<'a>(it: &'a Shown<'_>) -> &'a str {
    if it.name.is_empty() { "(none of ours)" } else { &it.name }
}

async fn note(store: &Store, names: &[DeadLetterName]) -> anyhow::Result<()> {
    let entry = AuditEntry {
        at: SystemClock.now(),
        principal: "operator".to_owned(),
        role: "operator",
        method: "rapport dead-letters replay",
        resources: names.iter().map(ToString::to_string).collect(),
        outcome: "OK",
    };
    Ok(audit::write(store, &entry).await?)
}
