//! Writing results to stdout; logs and complaints go to stderr.

use std::{
    fmt,
    io::{self, ErrorKind, IsTerminal, Write},
};

use rapport_runtime::telemetry::colours_wanted;
use serde::Serialize;

/// Who read stdout has seen enough, as in `| head`: there is nothing left to do.
#[derive(Debug)]
pub(crate) struct ReaderLeft;

impl fmt::Display for ReaderLeft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nobody reads the output any more")
    }
}

impl std::error::Error for ReaderLeft {}

/// Prints a line.
///
/// # Errors
/// [`ReaderLeft`], or where stdout cannot be written, as when a disk is full.
pub(crate) fn line(text: impl fmt::Display) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(ReaderLeft.into()),
        outcome => Ok(outcome?),
    }
}

/// Prints a complaint, to stderr.
pub(crate) fn complain(text: impl fmt::Display) {
    // Nothing is left to do where stderr cannot be written either.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Prints one JSON object, on several lines: it is read by people as well.
///
/// # Errors
/// Where stdout cannot be written.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    line(serde_json::to_string_pretty(value)?)
}

/// How wide the terminal on stdout is, where it is one.
pub(crate) fn columns() -> Option<usize> {
    terminal_size::terminal_size_of(io::stdout()).map(|(columns, _)| usize::from(columns.0))
}

/// Whether stdout shows colours.
pub(crate) fn in_colour() -> bool {
    io::stdout().is_terminal() && colours_wanted()
}

/// "1 problem", "2 problems".
pub(crate) fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}
