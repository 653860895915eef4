//! Logs, to stderr: for a person on a terminal, as JSON for machines.
//!
//! What may stand in a log line is the code's duty everywhere; this page adds
//! two nets. Libraries that could print bound values never log below `warn`,
//! whatever the filter asks for, and a panic says where it was but not what it
//! carried.

use std::io::IsTerminal;

use serde::Deserialize;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt, filter_fn},
    fmt,
    layer::SubscriberExt,
    registry::LookupSpan,
    util::SubscriberInitExt,
};

/// How to log; the settings' section `log`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telemetry {
    /// What is logged, in the words of `tracing`'s filter: `info`, `rapport_worker=debug,info`.
    pub filter: Filter,
    /// How it looks.
    pub format: Format,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// For people.
    Text,
    /// An object a line.
    Json,
}

/// A filter that was read and found well-formed.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Filter(String);

impl TryFrom<String> for Filter {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        EnvFilter::try_new(&text)
            .map(|_| Self(text))
            .map_err(|_| "must be a filter like \"info\" or \"rapport_worker=debug,info\"".to_owned())
    }
}

impl Filter {
    /// Errors alone.
    #[must_use]
    pub fn errors() -> Self {
        Self("error".to_owned())
    }

    /// Whether it asks for what settings ask for by default.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.0 == "info"
    }
}

/// Installs logging for the process. A second call, as in tests, changes nothing.
pub fn init(telemetry: &Telemetry) {
    let filter = EnvFilter::try_new(&telemetry.filter.0).unwrap_or_else(|_| EnvFilter::new("info"));
    let terminal = std::io::stderr().is_terminal();
    let json = match telemetry.format {
        Format::Auto => !terminal,
        Format::Text => false,
        Format::Json => true,
    };
    let lines = if json { json_lines() } else { text_lines(terminal && colours_wanted()) };
    let layer = lines.with_filter(filter.and(filter_fn(is_safe)));
    if tracing_subscriber::registry().with(layer).try_init().is_ok() {
        std::panic::set_hook(Box::new(report_panic));
    }
}

/// Whether nobody asked for plain text through NO_COLOR (<https://no-color.org>).
#[must_use]
#[expect(clippy::disallowed_methods, reason = "part of the edge: the terminal's own convention, not a setting of ours")]
pub fn colours_wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

type Lines<S> = Box<dyn Layer<S> + Send + Sync>;

fn json_lines<S: Subscriber + for<'a> LookupSpan<'a>>() -> Lines<S> {
    fmt::layer().json().flatten_event(true).with_current_span(false).with_writer(std::io::stderr).boxed()
}

fn text_lines<S: Subscriber + for<'a> LookupSpan<'a>>(ansi: bool) -> Lines<S> {
    fmt::layer().compact().with_target(false).with_ansi(ansi).with_writer(std::io::stderr).boxed()
}

/// sqlx and sea-orm can print statements with values in them, hyper and h2 whole
/// frames, lapin whole bodies: below `warn` they stay silent.
fn is_safe(metadata: &Metadata<'_>) -> bool {
    const PRINT_VALUES: [&str; 6] = ["sqlx", "sea_orm", "h2", "hyper", "lapin", "tonic"];
    let library = metadata.target().split("::").next().unwrap_or_default();
    *metadata.level() <= Level::WARN || !PRINT_VALUES.iter().any(|name| library.starts_with(name))
}

/// The payload may hold a person's words; the place in the code never does.
fn report_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic.location().map_or_else(String::new, ToString::to_string);
    tracing::error!(panic.place = place, "a bug: panicked");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_cannot_be_read_is_refused() {
        assert!(Filter::try_from("rapport_worker=debug,info".to_owned()).is_ok());
        assert!(Filter::try_from("info,=,=loud".to_owned()).is_err());
    }
}
