//! The fuzzer: files that a practice writes and answers that clients send, changed
//! in every way, until something panics, hangs, dies or does not hold.
//!
//! Read [`inputs`] (what is tried, and what must hold), [`corpus`], [`mod@change`]
//! and [`condition`] (what inputs are made of), then [`worker`] (one process per
//! target) and [`campaign`] (the process that watches it). `tests/fuzz/run` is the command.

#![expect(clippy::print_stdout, reason = "a terminal program: its report is its output")]

use std::{
    collections::VecDeque,
    hash::{BuildHasher as _, Hasher as _},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use anyhow::{Context, bail};
use clap::{Args, Parser, Subcommand};

use crate::{
    attempt::{Bench, left},
    campaign::{ALLOWED, Campaign, Report},
    ground::{Ground, NAMES},
    inputs::{Input, Target},
    worker::{FAILS, Tally},
};

mod attempt;
mod campaign;
mod change;
mod condition;
mod corpus;
mod ground;
mod inputs;
mod people;
mod shrink;
mod through;
mod tree;
mod watchdog;
mod worker;

/// The stack of a worker thread of the services: what runs there must do with it.
const STACK: usize = 2 * 1024 * 1024;

#[derive(Parser)]
#[command(name = "fuzz", about = "Tries what a practice could write and clients could answer")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Fuzzes, and keeps what fails.
    Run(Run),
    /// Tries inputs that were kept.
    Replay {
        /// What they are.
        target: String,
        /// The inputs.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Seconds that each may take.
        #[arg(long, default_value_t = 2.0)]
        allow: f64,
    },
    /// One target in this process; `run` starts it.
    #[command(hide = true)]
    Work {
        target: String,
        #[arg(long)]
        seed: u64,
        #[arg(long)]
        seconds: f64,
        #[arg(long)]
        current: PathBuf,
    },
}

#[derive(Args)]
struct Run {
    /// What is fuzzed: answers, questionnaires, rules, practice, tests, matching, roster; all of them where none is named.
    targets: Vec<String>,
    /// How long each is.
    #[arg(long, default_value_t = 60.0)]
    minutes: f64,
    /// Where chance begins; another one each time where it is left out.
    #[arg(long)]
    seed: Option<u64>,
    /// How many targets run at once; as many as there are cores where it is left out.
    #[arg(long)]
    jobs: Option<usize>,
}

fn main() -> anyhow::Result<ExitCode> {
    match Arguments::parse().command {
        Command::Run(run) => fuzz(&run),
        Command::Replay { target, files, allow } => {
            in_a_small_stack(move || replay(&target, &files, Duration::from_secs_f64(allow)))
        }
        Command::Work { target, seed, seconds, current } => in_a_small_stack(move || {
            let target = named(&target)?;
            let bench = Bench::new(ALLOWED, Some(&current))?;
            let say = |word: &_| println!("{}", serde_json::to_string(word).unwrap_or_default());
            let well = worker::work(&*target, bench, seed, Duration::from_secs_f64(seconds), say);
            Ok(if well { ExitCode::SUCCESS } else { exit_code(FAILS) })
        }),
    }
}

fn in_a_small_stack(work: impl FnOnce() -> anyhow::Result<ExitCode> + Send + 'static) -> anyhow::Result<ExitCode> {
    match thread::Builder::new().stack_size(STACK).spawn(work)?.join() {
        Ok(done) => done,
        Err(_) => bail!("the fuzzer itself panicked"),
    }
}

fn exit_code(code: i32) -> ExitCode {
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

fn targets() -> anyhow::Result<Vec<Box<dyn Target>>> {
    let grounds = NAMES.into_iter().map(Ground::read).collect::<Result<Vec<_>, _>>()?;
    Ok(inputs::all(&Arc::new(grounds)))
}

fn named(name: &str) -> anyhow::Result<Box<dyn Target>> {
    let targets = targets()?;
    let names: Vec<_> = targets.iter().map(|target| target.name()).collect();
    let unknown = format!("there is no target \"{name}\"; there are: {}", names.join(", "));
    targets.into_iter().find(|target| target.name() == name).context(unknown)
}

fn seeds() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds")
}

fn replay(name: &str, files: &[PathBuf], allowed: Duration) -> anyhow::Result<ExitCode> {
    let target = named(name)?;
    let mut bench = Bench::new(allowed, None)?;
    let mut code = ExitCode::SUCCESS;
    for path in files {
        let input =
            kept(path).or_else(|| left(path)).with_context(|| format!("{} is no kept input", path.display()))?;
        if let (Err(what), _) = bench.attempt(&*target, &input) {
            println!("{what}");
            code = exit_code(FAILS);
        }
    }
    Ok(code)
}

/// An input below `seeds/`, whose name says to which practice it belongs.
fn kept(path: &Path) -> Option<Input> {
    let (name, _) = path.file_name()?.to_str()?.split_once('-')?;
    let ground = NAMES.iter().position(|one| *one == name)?;
    Some(Input { ground, text: std::fs::read_to_string(path).ok()? })
}

fn fuzz(run: &Run) -> anyhow::Result<ExitCode> {
    let mut todo = VecDeque::new();
    for target in targets()? {
        if run.targets.is_empty() || run.targets.iter().any(|name| name == target.name()) {
            todo.push_back((target.name(), target.format().extension()));
        }
    }
    for name in &run.targets {
        named(name)?;
    }
    let seed = run.seed.unwrap_or_else(|| std::collections::hash_map::RandomState::new().build_hasher().finish());
    let length = Duration::from_secs_f64(run.minutes * 60.0);
    let jobs = run.jobs.or_else(|| thread::available_parallelism().ok().map(usize::from)).unwrap_or(1);
    let scratch = tempfile::tempdir()?;
    println!("seed {seed}, {} targets, {} minutes each, {jobs} at once", todo.len(), run.minutes);
    let (todo, failed) = (Mutex::new(todo), Mutex::new(false));
    thread::scope(|scope| {
        let lanes: Vec<_> = (0..jobs)
            .map(|_| {
                scope.spawn(|| -> anyhow::Result<()> {
                    while let Some((target, extension)) = taken(&todo) {
                        let seeds = &seeds();
                        let campaign = Campaign { target, extension, seed, length, seeds, scratch: scratch.path() };
                        let report = campaign.run(progress(target))?;
                        show(target, seed, &report);
                        if !report.failures.is_empty() {
                            *failed.lock().unwrap_or_else(PoisonError::into_inner) = true;
                        }
                    }
                    Ok(())
                })
            })
            .collect();
        lanes.into_iter().try_for_each(|lane| lane.join().unwrap_or_else(|_| bail!("the fuzzer itself panicked")))
    })?;
    let failed = *failed.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn taken<T>(todo: &Mutex<VecDeque<T>>) -> Option<T> {
    todo.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
}

/// A line per minute: an hour is long.
fn progress(target: &str) -> impl FnMut(&Tally) {
    let mut next = 60.0;
    move |tally| {
        if tally.seconds >= next {
            next += 60.0;
            println!("{}", line(target, tally));
        }
    }
}

fn show(target: &str, seed: u64, report: &Report) {
    println!("{}, {} kept inputs", line(target, &report.tally), report.kept);
    if report.slow_once > 0 {
        println!("  {} inputs were slow, and quick when tried alone", report.slow_once);
    }
    for (what, path) in &report.failures {
        println!("  FAILED with seed {seed}: {what}\n  the input: {}", path.display());
        println!("  try it again: tests/fuzz/run replay {target} {}", path.display());
    }
}

#[expect(clippy::cast_precision_loss, reason = "shares, for people")]
fn line(target: &str, tally: &Tally) -> String {
    let share = |part: u64| 100.0 * part as f64 / tally.inputs.max(1) as f64;
    format!(
        "{target:<15} {:>6.0} s {:>9} inputs {:>7.0}/s: {:>4.1} % ran, {:>4.1} % refused, {:>4.1} % no document; {} outcomes, slowest {:.0} ms, peak {} MB",
        tally.seconds,
        tally.inputs,
        tally.inputs as f64 / tally.seconds.max(0.001),
        share(tally.ran),
        share(tally.refused),
        share(tally.noise),
        tally.signs,
        tally.slowest_ms,
        tally.peak_mb
    )
}

#[cfg(test)]
mod tests {
    use super::{ALLOWED, Bench, kept, seeds, targets};
    use crate::inputs::Reach;

    #[test]
    fn what_was_found_once_is_not_found_again() {
        let mut bench = Bench::new(5 * ALLOWED, None).unwrap();
        drop(std::panic::take_hook());
        for target in targets().unwrap() {
            let Ok(folder) = std::fs::read_dir(seeds().join(target.name())) else { continue };
            for path in folder.map(|entry| entry.unwrap().path()) {
                let (done, _) = bench.attempt(&*target, &kept(&path).unwrap());
                assert!(done.is_ok(), "{}: {}", path.display(), done.err().unwrap());
            }
        }
    }

    #[test]
    fn every_good_input_is_read_and_runs() {
        let mut bench = Bench::new(10 * ALLOWED, None).unwrap();
        drop(std::panic::take_hook());
        for target in targets().unwrap() {
            let mut ran = 0;
            for input in target.bases() {
                match bench.attempt(&*target, &input).0 {
                    Ok(seen) => ran += usize::from(seen.reach == Reach::Ran),
                    Err(what) => panic!("{}: {what}", target.name()),
                }
            }
            // Some of the people whose answers are changed leave out what must be answered.
            let all = if target.name() == "answers" { 1 } else { target.bases().len() };
            assert!(ran >= all && ran > 0, "{}: {ran} of {all} run", target.name());
        }
    }
}
