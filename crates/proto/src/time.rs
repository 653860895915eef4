//! Instants.

use jiff::Timestamp;

/// An instant as `google.protobuf.Timestamp`, whose nanoseconds always count forward.
#[must_use]
pub fn to_message(at: Timestamp) -> prost_types::Timestamp {
    let (mut seconds, mut nanos) = (at.as_second(), at.subsec_nanosecond());
    if nanos < 0 {
        seconds -= 1;
        nanos += 1_000_000_000;
    }
    prost_types::Timestamp { seconds, nanos }
}

/// Reads it; `None` where it is out of range.
#[must_use]
pub fn from_message(message: &prost_types::Timestamp) -> Option<Timestamp> {
    Timestamp::new(message.seconds, message.nanos).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_before_1970_count_their_nanoseconds_forward() {
        let at: Timestamp = "1969-12-31T23:59:59.75Z".parse().unwrap();
        let message = to_message(at);
        assert_eq!((message.seconds, message.nanos), (-1, 750_000_000));
        assert_eq!(from_message(&message), Some(at));
    }
}
