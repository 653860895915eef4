//! Writing results to stdout; logs and complaints go to stderr.

use std::io::{self, ErrorKind, IsTerminal, Write};

use rapport_runtime::telemetry::colours_wanted;
use serde::Serialize;

/// Prints a line. A reader that went away (`| head`) is no error.
///
/// # Errors
/// Where stdout cannot be written, as when a disk is full.
pub(crate) fn line(text: impl std::fmt::Display) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}

/// Prints a complaint, to stderr.
pub(crate) fn complain(text: impl std::fmt::Display) {
    // Nothing is left to do where stderr cannot be written either.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Prints one JSON object, on several lines: it is read by people as well.
///
/// # Errors
/// Where stdout cannot be written.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    Ok(line(serde_json::to_string_pretty(value)?)?)
}

/// Whether stdout shows colours.
pub(crate) fn in_colour() -> bool {
    io::stdout().is_terminal() && colours_wanted()
}

/// "1 problem", "2 problems".
pub(crate) fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}
