//! One target from outside: what was found before is tried first, then a worker
//! runs. Where it ends early, its last input is cut down and kept.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::Context;

use crate::{
    attempt::left,
    ground::NAMES,
    inputs::Input,
    shrink,
    watchdog::HANGS,
    worker::{FAILS, Tally, Word},
};

/// One input may use the processor this long.
pub(crate) const ALLOWED: Duration = Duration::from_secs(2);
/// Beside others an input may be slow by no fault of its own: it hangs if it does so alone for this long.
const HANG_FOR_SURE: Duration = Duration::from_secs(10);
/// What a worker may allocate, in kilobytes: more is a failure of the input that asked for it.
const MOST_MEMORY_KB: u64 = 512 * 1024;

/// What is run.
pub(crate) struct Campaign<'a> {
    pub(crate) target: &'a str,
    pub(crate) extension: &'a str,
    pub(crate) seed: u64,
    pub(crate) length: Duration,
    /// Below it, a folder per target.
    pub(crate) seeds: &'a Path,
    pub(crate) scratch: &'a Path,
}

/// How it went.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) tally: Tally,
    /// Inputs of earlier runs that were tried again.
    pub(crate) kept: usize,
    /// What is wrong, and where the input that shows it stands.
    pub(crate) failures: Vec<(String, PathBuf)>,
    /// Inputs that were slow only because the machine was.
    pub(crate) slow_once: usize,
}

/// How a process of ours ended.
enum End {
    Well,
    Fails,
    Hangs,
    Dies(String),
}

impl Campaign<'_> {
    /// Runs it.
    pub(crate) fn run(&self, mut told: impl FnMut(&Tally)) -> anyhow::Result<Report> {
        let mut report = Report::default();
        for path in self.kept()? {
            report.kept += 1;
            if let Some(what) = self.fails(&path, HANG_FOR_SURE)? {
                report.failures.push((format!("again: {what}"), path));
            }
        }
        let began = Instant::now();
        let mut seed = self.seed;
        while report.failures.is_empty() && began.elapsed() < self.length {
            let before = report.tally.clone();
            let (end, failure) = self.work(seed, self.length.saturating_sub(began.elapsed()), |tally| {
                let mut all = before.clone();
                all.add(tally);
                told(&all);
                report.tally = all;
            })?;
            let current = self.current();
            let what = match end {
                End::Well => break,
                End::Fails => failure.unwrap_or_else(|| "it fails".to_owned()),
                End::Hangs => match self.fails(&current, HANG_FOR_SURE)? {
                    Some(what) => what,
                    None => {
                        report.slow_once += 1;
                        seed = seed.wrapping_add(1);
                        continue;
                    }
                },
                End::Dies(how) => match self.fails(&current, HANG_FOR_SURE)? {
                    Some(_) => how,
                    None => format!("{how} (not where its last input is tried alone)"),
                },
            };
            let path = self.keep(&current)?;
            report.failures.push((what, path));
        }
        Ok(report)
    }

    fn current(&self) -> PathBuf {
        self.scratch.join(self.target)
    }

    /// What earlier runs found.
    fn kept(&self) -> anyhow::Result<Vec<PathBuf>> {
        let folder = self.seeds.join(self.target);
        let mut kept = Vec::new();
        if folder.is_dir() {
            for entry in fs::read_dir(&folder)? {
                kept.push(entry?.path());
            }
        }
        kept.sort();
        Ok(kept)
    }

    fn work(&self, seed: u64, length: Duration, mut told: impl FnMut(&Tally)) -> anyhow::Result<(End, Option<String>)> {
        let mut child = self.spawn(&[
            "work".to_owned(),
            self.target.to_owned(),
            format!("--seed={seed}"),
            format!("--seconds={}", length.as_secs_f64()),
            format!("--current={}", self.current().display()),
        ])?;
        let mut failure = None;
        for line in BufReader::new(child.stdout.take().context("no output")?).lines() {
            match serde_json::from_str(&line?) {
                Ok(Word::Tally(tally)) => told(&tally),
                Ok(Word::Failure(what)) => failure = Some(what),
                Err(_) => {}
            }
        }
        Ok((self.ended(child)?, failure))
    }

    /// What is wrong with an input that stands in a file, if anything is.
    fn fails(&self, path: &Path, allowed: Duration) -> anyhow::Result<Option<String>> {
        let mut child = self.spawn(&[
            "replay".to_owned(),
            self.target.to_owned(),
            path.display().to_string(),
            format!("--allow={}", allowed.as_secs_f64()),
        ])?;
        let output = child.stdout.take().context("no output")?;
        let said: Vec<_> = BufReader::new(output).lines().collect::<Result<_, _>>()?;
        Ok(match self.ended(child)? {
            End::Well => None,
            End::Fails => Some(said.join("\n")),
            End::Hangs => Some(format!("it takes longer than {} seconds on a processor", allowed.as_secs())),
            End::Dies(how) => Some(how),
        })
    }

    /// This program again, with a bound on its memory.
    fn spawn(&self, arguments: &[String]) -> anyhow::Result<Child> {
        let program = std::env::current_exe().context("this program has no name")?;
        Command::new("sh")
            .args(["-c", &format!("ulimit -c 0; ulimit -d {MOST_MEMORY_KB}; exec \"$0\" \"$@\"")])
            .arg(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(self.last_words())?)
            .spawn()
            .context("a worker cannot be started")
    }

    fn ended(&self, mut child: Child) -> anyhow::Result<End> {
        let status = child.wait()?;
        Ok(match status.code() {
            Some(0) => End::Well,
            Some(FAILS) => End::Fails,
            Some(HANGS) => End::Hangs,
            // The runtime's own last words: a full stack, or memory that it did not get.
            _ => {
                let words = fs::read_to_string(self.last_words()).unwrap_or_default();
                let words: Vec<_> = words.lines().filter(|line| !line.trim().is_empty()).take(3).collect();
                End::Dies(format!("the process dies, {status}: {}", words.join("; ")))
            }
        })
    }

    fn last_words(&self) -> PathBuf {
        self.scratch.join(format!("{}.stderr", self.target))
    }

    /// Cuts an input down, process by process, and keeps it with the seeds.
    fn keep(&self, current: &Path) -> anyhow::Result<PathBuf> {
        let input = left(current).context("the worker left no input")?;
        let attempt = self.scratch.join(format!("{}.attempt", self.target));
        let input = shrink::shorter(input, |input| {
            let name = NAMES.get(input.ground).copied().unwrap_or_default();
            fs::write(&attempt, format!("{name}\n{}", input.text)).is_ok()
                && self.fails(&attempt, ALLOWED).is_ok_and(|failed| failed.is_some())
        });
        let folder = self.seeds.join(self.target);
        fs::create_dir_all(&folder)?;
        let path = folder.join(kept_name(&input, self.extension));
        fs::write(&path, &input.text)?;
        Ok(path)
    }
}

/// The practice, and a number made of the text.
fn kept_name(input: &Input, extension: &str) -> String {
    let hash = input
        .text
        .bytes()
        .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
    format!("{}-{hash:016x}.{extension}", NAMES.get(input.ground).copied().unwrap_or_default())
}
