//! How fast letters go to one mail domain. A server that is written to faster than it likes says "later" to all of them;
//! so few letters at a time are under way to each domain, with a gap between them, and one that says "later" is left in
//! peace for a while. The letters of all other domains go on meanwhile.
//!
//! What has to wait is put back into the ledger until its turn, and holds nobody up. The pace is each notifier's own: of
//! two, each keeps half of it.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};

/// How much one mail domain is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Letters under way at the same time.
    pub connections: usize,
    /// Letters begun in a minute; 0 is no limit.
    pub per_minute: u32,
}

/// How long a domain that said "later" is left in peace at first; twice as long each further time.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(5);
/// The longest such pause: a letter's own waits are longer in the end.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(10);
/// How soon a letter comes back whose domain has enough of them under way.
const BUSY: SignedDuration = SignedDuration::from_millis(500);
/// How many domains are kept in mind; beyond, those at rest are forgotten.
const MOST_DOMAINS: usize = 1024;

/// The pace of every domain that was written to lately.
pub(crate) struct Pace {
    limits: Limits,
    domains: Mutex<HashMap<String, Domain>>,
}

struct Domain {
    under_way: usize,
    /// No letter begins before.
    next: Timestamp,
    /// The last place that was given to a letter which had to wait: each comes back at a time of its own.
    promised: Timestamp,
    /// How long the last pause was; none since a letter was taken.
    pause: SignedDuration,
}

/// Whose turn it is.
pub(crate) enum Turn<'a> {
    /// This letter's.
    Now(Place<'a>),
    /// Another's; this letter's is then.
    Later(Timestamp),
}

/// A letter under way to a domain; it is over when this is dropped.
pub(crate) struct Place<'a> {
    pace: &'a Pace,
    domain: String,
}

impl Pace {
    /// With these limits for each domain.
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, domains: Mutex::default() }
    }

    /// Asks for a turn of a letter to this address.
    pub(crate) fn turn(&self, address: &str, now: Timestamp) -> Turn<'_> {
        let name = domain_of(address);
        let gap = match i32::try_from(self.limits.per_minute) {
            Ok(0) => SignedDuration::ZERO,
            per_minute => SignedDuration::from_mins(1) / per_minute.unwrap_or(i32::MAX),
        };
        let mut domains = self.domains();
        if domains.len() >= MOST_DOMAINS {
            domains.retain(|_, domain| domain.under_way > 0 || domain.next > now);
        }
        let domain = domains.entry(name.clone()).or_insert_with(|| Domain::at_rest(now));
        let busy = domain.under_way >= self.limits.connections.max(1);
        if domain.next <= now && !busy {
            domain.under_way += 1;
            domain.next = now + gap;
            return Turn::Now(Place { pace: self, domain: name });
        }
        let soonest = domain.next.max(if busy { now + BUSY } else { now });
        domain.promised = soonest.max(domain.promised.saturating_add(gap).unwrap_or(soonest));
        Turn::Later(domain.promised)
    }

    /// A place for a letter that waits for nobody; what becomes of it counts all the same.
    pub(crate) fn beside(&self, address: &str, now: Timestamp) -> Place<'_> {
        let domain = domain_of(address);
        self.domains().entry(domain.clone()).or_insert_with(|| Domain::at_rest(now)).under_way += 1;
        Place { pace: self, domain }
    }

    fn domains(&self) -> MutexGuard<'_, HashMap<String, Domain>> {
        self.domains.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Domain {
    const fn at_rest(now: Timestamp) -> Self {
        Self { under_way: 0, next: now, promised: Timestamp::MIN, pause: SignedDuration::ZERO }
    }
}

impl Place<'_> {
    /// The domain took the letter.
    pub(crate) fn went(&self) {
        self.change(|domain| domain.pause = SignedDuration::ZERO);
    }

    /// The domain said "later": it is left in peace.
    pub(crate) fn deferred(&self, now: Timestamp) {
        self.change(|domain| {
            domain.pause = (domain.pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
            domain.next = domain.next.max(now + domain.pause);
        });
    }

    fn change(&self, change: impl FnOnce(&mut Domain)) {
        if let Some(domain) = self.pace.domains().get_mut(&self.domain) {
            change(domain);
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.change(|domain| domain.under_way = domain.under_way.saturating_sub(1));
    }
}

fn domain_of(address: &str) -> String {
    address.rsplit_once('@').map_or(address, |(_, domain)| domain).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn pace() -> Pace {
        Pace::new(Limits { connections: 2, per_minute: 60 })
    }

    fn at(seconds: i64) -> Timestamp {
        START + SignedDuration::from_secs(seconds)
    }

    fn place<'a>(pace: &'a Pace, to: &str, now: Timestamp) -> Place<'a> {
        match pace.turn(to, now) {
            Turn::Now(place) => place,
            Turn::Later(then) => panic!("{to} at {now}: {then}"),
        }
    }

    fn later(pace: &Pace, to: &str, now: Timestamp) -> Timestamp {
        match pace.turn(to, now) {
            Turn::Later(then) => then,
            Turn::Now(_) => panic!("{to} at {now}: now"),
        }
    }

    #[test]
    fn letters_that_wait_come_back_one_by_one_at_the_domains_rate() {
        let pace = pace();
        let _first = place(&pace, "a@example.com", START);
        let waits = ["b", "c", "d"].map(|name| later(&pace, &format!("{name}@EXAMPLE.com"), START));
        assert_eq!(waits, [at(1), at(2), at(3)]);
        let _second = place(&pace, "b@example.com", at(1));
    }

    #[test]
    fn only_so_many_letters_are_under_way_to_a_domain() {
        let pace = pace();
        let first = place(&pace, "a@example.com", at(0));
        let _second = place(&pace, "b@example.com", at(10));
        assert!(later(&pace, "c@example.com", at(20)) > at(20));
        drop(first);
        let _third = place(&pace, "c@example.com", at(22));
    }

    /// Guard: a deferral is the domain's own.
    #[test]
    fn a_domain_that_says_later_is_left_in_peace_for_longer_each_time_and_others_go_on() {
        let pace = pace();
        let mut now = START;
        for pause in [5, 10, 20] {
            place(&pace, "a@slow.example", now).deferred(now);
            assert_eq!(later(&pace, "b@slow.example", now), now + SignedDuration::from_secs(pause));
            let _other = place(&pace, "a@example.com", now);
            now += SignedDuration::from_secs(pause + 1);
        }
        place(&pace, "a@slow.example", now).went();
        now += SignedDuration::from_secs(2);
        place(&pace, "a@slow.example", now).deferred(now);
        assert!(later(&pace, "b@slow.example", now) <= now + SignedDuration::from_secs(6));
    }

    #[test]
    fn domains_at_rest_are_forgotten() {
        let pace = pace();
        for number in 0..MOST_DOMAINS * 2 {
            drop(place(&pace, &format!("a@{number}.example"), at(i64::try_from(number).unwrap() * 2)));
        }
        assert!(pace.domains().len() <= MOST_DOMAINS);
    }
}
