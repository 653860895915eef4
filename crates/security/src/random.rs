//! The one source of randomness.

use uuid::Uuid;

/// A UUIDv7 for a row that nobody names yet.
///
/// `unix_millis` is the clock's time; the rest is random.
#[must_use]
pub fn new_id(unix_millis: u64) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(unix_millis, &bytes()).into_uuid()
}

/// Random bytes from the operating system.
#[expect(clippy::expect_used, reason = "without randomness no secret can be made, and nothing sensible is left to do")]
#[expect(clippy::disallowed_methods, reason = "this is the place that makes key material")]
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}
