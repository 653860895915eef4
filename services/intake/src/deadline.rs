//! How long a call may take: what its caller said, never more than our own most.

use std::time::Duration;

use http::HeaderMap;

/// The caller's `grpc-timeout`, at most `longest`; one that cannot be read counts as none.
pub(crate) fn of(headers: &HeaderMap, longest: Duration) -> Duration {
    headers
        .get("grpc-timeout")
        .and_then(|value| parse(value.to_str().ok()?))
        .map_or(longest, |asked| asked.min(longest))
}

/// At most eight digits and a unit, as the gRPC specification over HTTP/2 writes it.
fn parse(text: &str) -> Option<Duration> {
    let (unit_at, unit) = text.char_indices().last()?;
    let digits = text.get(..unit_at)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    match unit {
        'H' => Some(Duration::from_secs(count * 3600)),
        'M' => Some(Duration::from_secs(count * 60)),
        'S' => Some(Duration::from_secs(count)),
        'm' => Some(Duration::from_millis(count)),
        'u' => Some(Duration::from_micros(count)),
        'n' => Some(Duration::from_nanos(count)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_callers_deadline_counts_up_to_our_own() {
        let check = |header: Option<&str>, expected: Duration| {
            let mut headers = HeaderMap::new();
            if let Some(header) = header {
                headers.insert("grpc-timeout", header.parse().unwrap());
            }
            assert_eq!(of(&headers, Duration::from_secs(15)), expected, "{header:?}");
        };
        check(None, Duration::from_secs(15));
        check(Some("2S"), Duration::from_secs(2));
        check(Some("250m"), Duration::from_millis(250));
        check(Some("99999999H"), Duration::from_secs(15));
        check(Some("0n"), Duration::ZERO);
        for nonsense in ["", "S", "5", "-5S", "123456789S", "5X", "٣S"] {
            check(Some(nonsense), Duration::from_secs(15));
        }
    }
}
