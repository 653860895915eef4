//! Settings: defaults compiled in < TOML file < environment < flags.
//!
//! The defaults are a TOML text that names every key there is, so it is also the
//! list against which file, environment and flags are checked: a key that is not
//! in it is refused with the nearest one that is. Values are checked by the types
//! they are read into; whatever is wrong is reported all at once, each with where
//! it came from. A value is never repeated in an error, it may be a secret.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use toml::{Table, Value};

mod layer;
mod nearest;

use layer::{Override, Schema};

/// Where settings come from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The TOML file, where one is given.
    pub file: Option<PathBuf>,
    /// The environment; see [`Sources::from_process`].
    pub environment: Vec<(String, String)>,
    /// `section.key=value` flags.
    pub flags: Vec<String>,
}

impl Sources {
    /// With the process's environment.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn from_process(file: Option<PathBuf>, flags: Vec<String>) -> Self {
        let readable = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
        };
        Self { file, environment: std::env::vars_os().filter_map(readable).collect(), flags }
    }
}

/// Everything that is wrong with the settings, a line each.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct ConfigError(pub Vec<String>);

/// Reads settings whose compiled-in defaults are `defaults`. Environment variables
/// are `PREFIX` + `SECTION__KEY`. Any text may be kept in a file of its own, which
/// `KEY_file` names instead; a key in `secrets` ("section.key") must not stand in
/// the TOML file otherwise.
///
/// # Errors
/// Everything that is wrong, each with its source.
pub fn load<T: DeserializeOwned>(
    defaults: &str,
    sources: &Sources,
    prefix: &str,
    secrets: &[&str],
) -> Result<T, ConfigError> {
    let defaults: Table =
        defaults.parse().map_err(|error| ConfigError(vec![format!("compiled-in defaults: {error}")]))?;
    let schema = Schema::new(&defaults, prefix, secrets);
    let mut problems = Vec::new();
    let mut overrides = Vec::new();
    if let Some(file) = &sources.file {
        schema.read_file(file, &mut overrides, &mut problems);
    }
    schema.read_environment(&sources.environment, &mut overrides, &mut problems);
    schema.read_flags(&sources.flags, &mut overrides, &mut problems);
    let settings = merge(&defaults, &overrides, &mut problems);
    match settings {
        Some(settings) if problems.is_empty() => Ok(settings),
        _ => Err(ConfigError(problems)),
    }
}

/// Reads a setting's own file: its text without the line break at its end.
fn read_own_file(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path)
        .map(|text| text.trim_end_matches(['\n', '\r']).to_owned())
        .map_err(|error| format!("cannot read the file that it names: {error}"))
}

fn merge<T: DeserializeOwned>(defaults: &Table, overrides: &[Override], problems: &mut Vec<String>) -> Option<T> {
    let mut merged = defaults.clone();
    for over in overrides {
        over.apply(&mut merged);
    }
    let error = match Value::Table(merged).try_into::<T>() {
        Ok(settings) => return Some(settings),
        Err(error) => error,
    };
    // One by one on top of the defaults, so that each culprit is named with its source.
    let before = problems.len();
    for over in overrides {
        let mut alone = defaults.clone();
        over.apply(&mut alone);
        if let Err(error) = Value::Table(alone).try_into::<T>() {
            problems.push(format!("{}: {}", over.source, first_line(&error)));
        }
    }
    if problems.len() == before {
        problems.push(format!("settings: {}", first_line(&error)));
    }
    None
}

/// The error's sentence, without the lines that say where: there is no text to point at.
fn first_line(error: &toml::de::Error) -> String {
    error.message().lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
