//! The servers that the tests use: named by the environment, never guessed.

use anyhow::{Context, Result};

/// The broker, as `amqp://USER:PASSWORD@HOST:PORT/VHOST`.
pub const AMQP: &str = "RAPPORT_TEST_AMQP";
/// A PostgreSQL server whose user may create databases, as `postgres://USER@HOST:PORT/DATABASE`.
pub const POSTGRES: &str = "RAPPORT_TEST_POSTGRES";

/// The variable's value, or an error that says how to get one: a test without its server fails, it is not skipped.
pub fn required(variable: &str) -> Result<String> {
    std::env::var(variable).with_context(|| {
        format!("{variable} is not set. Run `tests/run`, which provides the servers, or set it to a server of your own (tests/README.md)")
    })
}
