//! What is taken, looked up by resource.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{busy::Busy, hours::week_of};

/// Everything that is taken, ready to be asked for one resource at one time: built once, asked for every time that
/// could be offered.
#[derive(Debug, Clone)]
pub struct Taken {
    zone: TimeZone,
    by_resource: HashMap<String, OfResource>,
}

/// A resource's sessions in one week.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Week {
    /// All of them.
    pub booked: u32,
    /// Those that are only held.
    pub held: u32,
}

#[derive(Debug, Clone, Default)]
struct OfResource {
    /// From when to when: in order, sharing no instant, for what overlaps is one.
    stretches: Vec<(Timestamp, Timestamp)>,
    /// By Monday.
    weeks: BTreeMap<Date, Week>,
}

impl Taken {
    /// All of these. Weeks begin on Monday in the practice's zone.
    pub fn new<'a>(zone: &TimeZone, busy: impl IntoIterator<Item = &'a Busy>) -> Self {
        let mut taken = Self { zone: zone.clone(), by_resource: HashMap::new() };
        busy.into_iter().for_each(|block| taken.add(block));
        taken
    }

    /// One more.
    pub fn add(&mut self, block: &Busy) {
        if !self.by_resource.contains_key(&block.resource) {
            self.by_resource.insert(block.resource.clone(), OfResource::default());
        }
        let Some(of_resource) = self.by_resource.get_mut(&block.resource) else { return };
        of_resource.take(block.starts_at, block.ends_at);
        if block.appointment.is_some() {
            let monday = week_of(block.starts_at.to_zoned(self.zone.clone()).date());
            let week = of_resource.weeks.entry(monday).or_default();
            week.booked += 1;
            week.held += u32::from(block.held);
        }
    }

    /// Nothing of this resource any more: it is about to be read again.
    pub fn forget(&mut self, resource: &str) {
        self.by_resource.remove(resource);
    }

    /// What is taken of one resource: to be asked for many times of it.
    #[must_use]
    pub fn of(&self, resource: &str) -> TakenOf<'_> {
        let of = self.by_resource.get(resource);
        TakenOf { stretches: of.map_or(&[], |of| &of.stretches), weeks: of.map(|of| &of.weeks) }
    }
}

/// What is taken of one resource.
#[derive(Debug, Clone, Copy)]
pub struct TakenOf<'a> {
    stretches: &'a [(Timestamp, Timestamp)],
    weeks: Option<&'a BTreeMap<Date, Week>>,
}

impl TakenOf<'_> {
    /// Whether nobody has any of `[starts_at, ends_at)`.
    #[must_use]
    pub fn is_free(self, starts_at: Timestamp, ends_at: Timestamp) -> bool {
        overlapping(self.stretches, starts_at, ends_at).is_empty()
    }

    /// The sessions of the week that begins on this Monday.
    #[must_use]
    pub fn week(self, monday: Date) -> Week {
        self.weeks.and_then(|weeks| weeks.get(&monday)).copied().unwrap_or_default()
    }
}

impl OfResource {
    fn take(&mut self, starts_at: Timestamp, ends_at: Timestamp) {
        if starts_at >= ends_at {
            return;
        }
        let places = overlapping(&self.stretches, starts_at, ends_at);
        let them = self.stretches.get(places.clone()).unwrap_or_default();
        let first = them.first().map_or(starts_at, |(starts, _)| starts_at.min(*starts));
        let last = them.last().map_or(ends_at, |(_, ends)| ends_at.max(*ends));
        self.stretches.splice(places, [(first, last)]);
    }
}

/// The places of those stretches that share an instant with `[starts_at, ends_at)`.
fn overlapping(stretches: &[(Timestamp, Timestamp)], starts_at: Timestamp, ends_at: Timestamp) -> Range<usize> {
    let behind = stretches.partition_point(|(starts, _)| *starts < ends_at);
    let before = stretches.get(..behind).unwrap_or_default();
    before.partition_point(|(_, ends)| *ends <= starts_at)..behind
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn a_time_is_free_where_no_block_shares_an_instant_with_it() {
        let at = |hour| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour);
        let block = |from, to| Busy {
            resource: "rooms/one".to_owned(),
            starts_at: at(from),
            ends_at: at(to),
            appointment: None,
            held: false,
        };
        // The second lies over the first and the third, the last touches them.
        let blocks = [block(1, 3), block(2, 6), block(5, 7), block(7, 8), block(10, 12)];
        let taken = Taken::new(&TimeZone::UTC, &blocks);
        for from in 0..14 {
            for to in from + 1..14 {
                let expected = !blocks.iter().any(|block| block.overlaps(at(from), at(to)));
                assert_eq!(taken.of("rooms/one").is_free(at(from), at(to)), expected, "{from} to {to}");
                assert!(taken.of("rooms/two").is_free(at(from), at(to)));
            }
        }
    }
}
