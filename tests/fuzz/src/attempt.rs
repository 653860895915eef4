//! Tries one input: what it brings about, what is wrong, or where it panics.

use std::{
    fs::File,
    io::{Seek as _, Write as _},
    panic::{AssertUnwindSafe, catch_unwind, set_hook},
    path::Path,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use anyhow::Context;

use crate::{
    ground::NAMES,
    inputs::{Input, Seen, Target},
    through::Complaint,
    watchdog::Watchdog,
};

/// Where the last panic was and what it said.
static PANIC: Mutex<String> = Mutex::new(String::new());

/// Tries inputs, each of which stands in a file meanwhile: a process that dies leaves it behind.
pub(crate) struct Bench {
    watchdog: Watchdog,
    current: Option<File>,
}

impl Bench {
    /// `current` is where inputs are left.
    pub(crate) fn new(allowed: Duration, current: Option<&Path>) -> anyhow::Result<Self> {
        set_hook(Box::new(|panic| {
            *PANIC.lock().unwrap_or_else(PoisonError::into_inner) = panic.to_string();
        }));
        let current =
            current.map(|path| File::create(path).with_context(|| format!("{} cannot be written", path.display())));
        Ok(Self { watchdog: Watchdog::start(allowed), current: current.transpose()? })
    }

    /// Tries one.
    pub(crate) fn attempt(&mut self, target: &dyn Target, input: &Input) -> (Result<Seen, Complaint>, Duration) {
        if let Some(file) = &mut self.current {
            // What cannot be written is missed only where the process dies.
            let _ = leave(file, input);
        }
        let (done, took) = self.watchdog.over(|| catch_unwind(AssertUnwindSafe(|| target.run(input))));
        let done = done.unwrap_or_else(|_| Err(PANIC.lock().unwrap_or_else(PoisonError::into_inner).clone()));
        (done, took)
    }
}

fn leave(file: &mut File, input: &Input) -> std::io::Result<()> {
    let name = NAMES.get(input.ground).copied().unwrap_or_default();
    file.rewind()?;
    file.write_all(name.as_bytes())?;
    file.write_all(b"\n")?;
    file.write_all(input.text.as_bytes())?;
    let end = file.stream_position()?;
    file.set_len(end)
}

/// Reads what [`Bench`] left.
pub(crate) fn left(path: &Path) -> Option<Input> {
    let text = String::from_utf8(std::fs::read(path).ok()?).ok()?;
    let (name, text) = text.split_once('\n')?;
    let ground = NAMES.iter().position(|one| *one == name)?;
    Some(Input { ground, text: text.to_owned() })
}
