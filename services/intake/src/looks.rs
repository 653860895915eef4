//! How often one client looks at the calendar: often enough for whoever chooses a
//! time, too seldom for a program that wants to know how busy each therapist is.
//!
//! Counted in this process alone: with several of them a client has as many looks as there are processes.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use rapport_domain::id::IntakeId;

use crate::refusal::Refusal;

/// Looks are counted within this long, from the first of them.
pub(crate) const WINDOW: Duration = Duration::from_secs(60);

/// A look every two seconds, for a whole minute.
const MOST: u32 = 30;

/// Clients that are kept in mind before those are forgotten whose window is over.
const MOST_CLIENTS: usize = 4096;

/// The looks of late.
#[derive(Default)]
pub(crate) struct Looks(Mutex<HashMap<IntakeId, (Timestamp, u32)>>);

impl Looks {
    /// Counts one more.
    ///
    /// # Errors
    /// Where there were too many.
    pub(crate) fn count(&self, own: IntakeId, now: Timestamp) -> Result<(), Refusal> {
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = |began: Timestamp| began.duration_until(now) >= SignedDuration::from_secs(60);
        if looks.len() >= MOST_CLIENTS {
            looks.retain(|_, (began, _)| !is_over(*began));
        }
        let look = looks.entry(own).or_insert((now, 0));
        if is_over(look.0) {
            *look = (now, 0);
        }
        look.1 += 1;
        if look.1 > MOST { Err(Refusal::AskedTooOften) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn one_client_looks_thirty_times_a_minute_and_nobody_else_minds() {
        let looks = Looks::default();
        let [one, other] = [1, 2].map(|n| IntakeId::new(Uuid::from_u128(n)));
        let at = |seconds| Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds);
        for _ in 0..MOST {
            assert_eq!(looks.count(one, at(0)), Ok(()));
        }
        assert_eq!(looks.count(one, at(59)), Err(Refusal::AskedTooOften));
        assert_eq!(looks.count(other, at(59)), Ok(()));
        assert_eq!(looks.count(one, at(60)), Ok(()));
    }

    #[test]
    fn whoever_looked_long_ago_is_forgotten() {
        let looks = Looks::default();
        for n in 0..MOST_CLIENTS as u128 {
            looks.count(IntakeId::new(Uuid::from_u128(n)), Timestamp::UNIX_EPOCH).unwrap();
        }
        let later = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1);
        looks.count(IntakeId::new(Uuid::from_u128(u128::MAX)), later).unwrap();
        assert_eq!(looks.0.lock().unwrap().len(), 1);
    }
}
