//! What holds of any roster, calendar and wish.

use proptest::prelude::*;

use super::*;
use crate::matching::best;

/// Blocks of therapists and rooms over the promise, from a few numbers.
fn blocks(practice: &Practice, numbers: &[(u8, u16, u8, bool)], now: Timestamp) -> Vec<Busy> {
    let rooms: Vec<&String> = practice.locations.iter().flat_map(|location| &location.rooms).collect();
    let each = numbers.iter().enumerate();
    each.map(|(at, (who, quarter, hours, held))| {
        let who = usize::from(*who) % (roster().len() + rooms.len());
        let resource = match roster().get(who) {
            Some(therapist) => therapist.id.to_string(),
            None => format!("rooms/{}", rooms[who - roster().len()]),
        };
        let starts_at = now + SignedDuration::from_mins(15 * i64::from(*quarter % 800));
        busy(&resource, starts_at, 1 + i64::from(*hours % 5), at as u128, *held)
    })
    .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Red without `is_free` in free.rs, for the therapist as for the room.
    #[test]
    fn no_offered_time_ever_overlaps_a_taken_one_or_leaves_the_hours(
        numbers in proptest::collection::vec(any::<(u8, u16, u8, bool)>(), 0..120),
        couple: bool,
        day in 0_i64..365,
    ) {
        let practice = practice();
        let care = if couple { Care::Couple } else { Care::Individual };
        let now = Asks::default().now + SignedDuration::from_hours(24 * day);
        let asks = Asks { care, now, ..Asks::default() };
        let taken = blocks(practice, &numbers, now);
        for candidate in asks.rank(roster(), &taken).candidates {
            let slot = &candidate.slot;
            let therapist = roster().iter().find(|therapist| therapist.id == candidate.therapist).unwrap();
            let mine = [Some(candidate.therapist.to_string()), slot.room.as_ref().map(|room| format!("rooms/{room}"))];
            let ends_at = slot.ends_at + practice.booking.buffer();
            let clashes = taken.iter().any(|block| {
                mine.contains(&Some(block.resource.clone())) && block.overlaps(slot.starts_at, ends_at)
            });
            prop_assert!(!clashes);
            let [starts, ends] = [slot.starts_at, slot.ends_at].map(|at| at.to_zoned(practice.zone.clone()).datetime());
            let at_work = therapist.hours.rules().iter().any(|hours| {
                hours.as_weekly().unwrap().contains(starts, ends) && hours.place().offers(slot.format)
                    && (slot.format == Format::Video || hours.place().location == slot.location)
            });
            prop_assert!(at_work);
            prop_assert!(!practice.closed_on.contains(&starts.date()));
            prop_assert_eq!(slot.room.is_some(), slot.format == Format::InPerson);
        }
    }

    /// Red where weeks that nobody looked into count for less than their first time does: then they are looked into too late.
    #[test]
    fn the_better_time_stands_first_whichever_week_it_lies_in(
        numbers in proptest::collection::vec((Just(0), any::<u16>(), any::<u8>(), any::<bool>()), 0..24),
        day in 0_i64..365,
    ) {
        let now = Asks::default().now + SignedDuration::from_hours(24 * day);
        let asks = Asks { now, ..Asks::default() };
        let mut weights = practice().protocol.weights().clone();
        weights.terms.even_load = 3.0 * weights.terms.soon;
        let taken = taken(&blocks(practice(), &numbers, now));
        let candidates = rank(&asks.wish(), &roster()[..1], &taken, practice(), &weights).candidates;
        prop_assert!(candidates.is_sorted_by(|one, other| one.score >= other.score));
    }

    /// The line-up is the ranking by person: the same filters, the same scores, everybody once. Red without the sort in `best_of_each`.
    #[test]
    fn a_line_up_holds_everybody_once_at_the_best_time_that_a_ranking_gives_them(
        numbers in proptest::collection::vec(any::<(u8, u16, u8, bool)>(), 0..120),
        couple: bool,
    ) {
        let care = if couple { Care::Couple } else { Care::Individual };
        let asks = Asks { care, ..Asks::default() };
        let (practice, taken) = (practice(), taken(&blocks(practice(), &numbers, asks.now)));
        let line_up = line_up(&asks.wish(), roster(), &taken, practice, practice.protocol.weights());
        let listed = line_up.candidates.iter().map(|it| it.therapist).chain(line_up.excluded.iter().map(|it| it.therapist));
        prop_assert_eq!(listed.collect::<BTreeSet<_>>().len(), roster().len());
        prop_assert!(line_up.candidates.is_sorted_by(|one, other| one.score >= other.score));
        for candidate in &line_up.candidates {
            let one: Vec<_> = roster().iter().filter(|it| it.id == candidate.therapist).cloned().collect();
            let alone = rank(&asks.wish(), &one, &taken, practice, practice.protocol.weights());
            prop_assert_eq!(Some(candidate), alone.candidates.first());
        }
    }

    /// Nothing of a candidate's score hangs on who else is on the roster. Red where `best_of_each` gives scores as shares
    /// of the best one's.
    #[test]
    fn removing_a_candidate_keeps_the_others_as_they_are(
        numbers in proptest::collection::vec(any::<(u8, u16, u8, bool)>(), 0..120),
        couple: bool,
        whom in 0_usize..12,
    ) {
        let care = if couple { Care::Couple } else { Care::Individual };
        let asks = Asks { care, drivers: BTreeMap::from([("conflict".to_owned(), 0.7)]), ..Asks::default() };
        let (practice, taken) = (practice(), taken(&blocks(practice(), &numbers, asks.now)));
        let line_up = |roster: &[Therapist]| {
            line_up(&asks.wish(), roster, &taken, practice, practice.protocol.weights())
        };
        let mut expected = line_up(roster());
        let removed = roster()[whom].id;
        expected.candidates.retain(|it| it.therapist != removed);
        expected.excluded.retain(|it| it.therapist != removed);
        let rest: Vec<_> = roster().iter().filter(|it| it.id != removed).cloned().collect();
        let found = line_up(&rest);
        prop_assert_eq!(found.candidates, expected.candidates);
        prop_assert_eq!(found.excluded, expected.excluded);
    }

    /// Red where a week that `best` looked not into counts for less than its first time does, and where it says why of
    /// others than those whom a ranking leaves out.
    #[test]
    fn a_machine_gets_the_time_that_a_ranking_names_first(
        numbers in proptest::collection::vec(any::<(u8, u16, u8, bool)>(), 0..120),
        couple: bool,
        day in 0_i64..365,
        language in prop_oneof![Just(None), Just(Some("es")), Just(Some("ase")), Just(Some("tlh"))],
        even_load in prop_oneof![Just(1.0), Just(30.0)],
    ) {
        let care = if couple { Care::Couple } else { Care::Individual };
        let now = Asks::default().now + SignedDuration::from_hours(24 * day);
        let languages = language.into_iter().map(str::to_owned).collect();
        let preferences = Preferences { languages, ..Preferences::default() };
        let asks = Asks { care, now, preferences, drivers: BTreeMap::from([("conflict".to_owned(), 0.7)]), ..Asks::default() };
        let (practice, taken) = (practice(), taken(&blocks(practice(), &numbers, now)));
        let mut weights = practice.protocol.weights().clone();
        weights.terms.even_load *= even_load;
        let ranking = rank(&asks.wish(), roster(), &taken, practice, &weights);
        let first = ranking.candidates.into_iter().next().ok_or_else(|| ranking.emptied_by.unwrap());
        prop_assert_eq!(best(&asks.wish(), roster(), &taken, practice, &weights), first);
    }

    #[test]
    fn the_order_of_roster_and_blocks_never_changes_the_ranking(
        numbers in proptest::collection::vec(any::<(u8, u16, u8, bool)>(), 0..60),
        turn in 0_usize..12,
        spanish_only: bool,
    ) {
        let spanish = Preferences { languages: vec!["es".to_owned()], ..Preferences::default() };
        let asks = if spanish_only { Asks { preferences: spanish, ..Asks::default() } } else { Asks::default() };
        let mut taken = blocks(practice(), &numbers, asks.now);
        let mut therapists = roster().to_vec();
        let ranking = asks.rank(&therapists, &taken);
        therapists.rotate_left(turn);
        therapists.swap(0, 11);
        taken.reverse();
        prop_assert_eq!(asks.rank(&therapists, &taken), ranking);
    }
}
