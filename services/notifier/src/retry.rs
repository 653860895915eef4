//! When a letter that was refused for now is tried again.

use jiff::{SignedDuration, Timestamp};
use rapport_domain::{id::LetterId, letter::LetterKind};

/// The first wait; each further one is twice as long.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(10);
/// The longest wait of a letter to a client: what a greylisting server asks for at most.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);
/// The longest wait of an alert, which somebody needs as soon as the server is back.
const LONGEST_ALERT_WAIT: SignedDuration = SignedDuration::from_mins(1);
/// How long a letter is tried; then staff must know that it did not arrive.
const TRIED_FOR: SignedDuration = SignedDuration::from_hours(24);

/// When the next try is; `None` where the time for tries is over. `jitter`, from
/// 0 to 1, keeps letters that were refused together from coming back together.
pub(crate) fn next_try(
    kind: LetterKind,
    tried_from: Timestamp,
    tries: u32,
    now: Timestamp,
    jitter: f64,
) -> Option<Timestamp> {
    let longest = if kind == LetterKind::StaffAlert { LONGEST_ALERT_WAIT } else { LONGEST_WAIT };
    let doubled = 2_i32.checked_pow(tries.saturating_sub(1)).unwrap_or(i32::MAX);
    let wait = FIRST_WAIT.checked_mul(doubled).unwrap_or(longest).min(longest);
    let wait = SignedDuration::try_from_secs_f64(wait.as_secs_f64() * (0.75 + 0.5 * jitter.clamp(0.0, 1.0))).ok()?;
    let next = now.checked_add(wait).ok()?;
    (next.duration_since(tried_from) <= TRIED_FOR).then_some(next)
}

/// A letter's share of chance, from 0 to 1: its id's random end, stirred by the attempt.
pub(crate) fn jitter(letter: LetterId, attempts: u32) -> f64 {
    let [.., high, low] = letter.uuid().into_bytes();
    // An odd factor sends every attempt elsewhere.
    let stirred =
        u16::from_be_bytes([high, low]).wrapping_add(u16::try_from(attempts).unwrap_or(u16::MAX).wrapping_mul(40_503));
    f64::from(stirred) / f64::from(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUEUED: Timestamp = Timestamp::UNIX_EPOCH;

    fn wait(kind: LetterKind, attempts: u32, jitter: f64) -> Option<i64> {
        let now = QUEUED + SignedDuration::from_hours(1);
        next_try(kind, QUEUED, attempts, now, jitter).map(|next| next.duration_since(now).as_secs())
    }

    #[test]
    fn waits_double_up_to_an_hour_and_to_a_minute_for_an_alert() {
        assert_eq!(
            [1, 2, 3, 9, 10, 40].map(|nth| wait(LetterKind::Held, nth, 0.5)),
            [10, 20, 40, 2560, 3600, 3600].map(Some)
        );
        assert_eq!([1, 3, 4, 40].map(|nth| wait(LetterKind::StaffAlert, nth, 0.5)), [10, 40, 60, 60].map(Some));
    }

    #[test]
    fn chance_moves_a_wait_by_a_quarter_at_most() {
        assert_eq!((wait(LetterKind::Held, 4, 0.0), wait(LetterKind::Held, 4, 1.0)), (Some(60), Some(100)));
        let id = LetterId::new(uuid::Uuid::from_u128(0x1234));
        assert!((1..100).all(|nth| (0.0..=1.0).contains(&jitter(id, nth)) && jitter(id, nth) != jitter(id, nth + 1)));
    }

    #[test]
    fn after_a_day_there_is_no_further_try() {
        let late = QUEUED + SignedDuration::from_hours(24) - SignedDuration::from_secs(5);
        assert_eq!(next_try(LetterKind::Held, QUEUED, 30, late, 0.5), None);
    }
}
