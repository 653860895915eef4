//! The figures, for people and for programs.

use std::{collections::BTreeMap, fmt, time::Duration};

use hdrhistogram::Histogram;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

/// Latencies in microseconds, to three digits.
pub(crate) struct Latencies(Histogram<u64>);

impl Latencies {
    /// None so far.
    pub(crate) fn new() -> Self {
        // Three significant digits up to an hour: bounds that the constructor accepts.
        Self(Histogram::new_with_max(3_600_000_000, 3).unwrap_or_else(|_| unreachable!("fixed, valid bounds")))
    }

    /// One more.
    pub(crate) fn record(&mut self, latency: Duration) {
        self.0.saturating_record(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX));
    }

    /// All of another.
    pub(crate) fn add(&mut self, other: &Self) {
        self.0 += &other.0;
    }

    /// How many.
    pub(crate) fn count(&self) -> u64 {
        self.0.len()
    }

    fn milliseconds(&self, quantile: f64) -> f64 {
        Duration::from_micros(self.0.value_at_quantile(quantile)).as_secs_f64() * 1000.0
    }
}

/// What a profile measured.
#[derive(Serialize)]
pub(crate) struct Report {
    profile: &'static str,
    seconds: u64,
    done: u64,
    refused: u64,
    per_second: f64,
    p50_ms: f64,
    p90_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    conditions: BTreeMap<&'static str, String>,
}

impl Report {
    /// Over the seconds that counted.
    pub(crate) fn new(profile: &'static str, seconds: u64, refused: u64, latencies: Latencies) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
        let per_second = latencies.count() as f64 / seconds.max(1) as f64;
        Self {
            profile,
            seconds,
            done: latencies.count(),
            refused,
            per_second,
            p50_ms: latencies.milliseconds(0.5),
            p90_ms: latencies.milliseconds(0.9),
            p95_ms: latencies.milliseconds(0.95),
            p99_ms: latencies.milliseconds(0.99),
            max_ms: latencies.milliseconds(1.0),
            conditions: BTreeMap::new(),
        }
    }

    /// Adds a condition of the run, or a further figure.
    pub(crate) fn with(mut self, name: &'static str, value: String) -> Self {
        self.conditions.insert(name, value);
        self
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {} done, {} refused, {:.0} a second", self.profile, self.done, self.refused, self.per_second)?;
        writeln!(
            f,
            "  latency: p50 {:.1} ms, p90 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
            self.p50_ms, self.p90_ms, self.p95_ms, self.p99_ms, self.max_ms
        )?;
        self.conditions.iter().try_for_each(|(name, value)| writeln!(f, "  {name}: {value}"))
    }
}

/// A bar that counts the seconds.
pub(crate) fn progress(seconds: u64, what: &'static str) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} s").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(seconds).with_style(style).with_message(what)
}
