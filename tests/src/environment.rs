//! The servers and tools that the tests use: named by the environment, never guessed.

use anyhow::{Context, Result};

/// The broker, as `amqp://USER:PASSWORD@HOST:PORT/VHOST`.
pub const AMQP: &str = "RAPPORT_TEST_AMQP";
/// A PostgreSQL server whose user may create databases, as `postgres://USER@HOST:PORT/DATABASE`.
pub const POSTGRES: &str = "RAPPORT_TEST_POSTGRES";

/// A Python with the packages of `tests/tools/requirements.txt`.
pub const PYTHON: &str = "RAPPORT_TEST_PYTHON";
/// The folder `node_modules` with the packages of `tests/tools/package.json`.
pub const NODE_MODULES: &str = "RAPPORT_TEST_NODE_MODULES";

/// How many seconds the storm of bookings goes on, where it is to be a long one.
pub fn storm_seconds() -> Option<u64> {
    std::env::var("STORM_SECONDS").ok()?.parse().ok()
}

/// The variable's value, or an error that says how to get one: a test without what it needs fails, it is not skipped.
pub fn required(variable: &str) -> Result<String> {
    std::env::var(variable).with_context(|| {
        format!(
            "{variable} is not set. Run `tests/run`, which provides it, or set it to one of your own (tests/README.md)"
        )
    })
}
