//! Filters, scores and orders.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BinaryHeap},
    sync::Arc,
};

use jiff::Timestamp;

use super::{
    Candidate, EmptiedBy, Excluded, MOST_CANDIDATES, Ranking, Therapist, Weights, Wish,
    filter::{Asked, Filter, OF_PERSON},
    free::{Calendar, Days, Diary, Free, Rest, horizon},
    score::{Fit, Scorer, load},
};
use crate::{
    calendar::{
        hours::{instant, week_of},
        taken::{Taken, TakenOf, Week},
    },
    id::TherapistId,
    intake::Format,
    practice::Practice,
};

/// The stretch whose blocks [`rank`] must be given: the whole weeks that the
/// promise touches, since capacity is counted by the week.
#[must_use]
pub fn span(wish: &Wish<'_>, practice: &Practice) -> (Timestamp, Timestamp) {
    let (_, until) = horizon(wish, practice);
    let monday = |at| week_of(practice.today(at));
    let next = monday(until).checked_add(jiff::Span::new().days(7)).unwrap_or(jiff::civil::Date::MAX);
    let start = |date| instant(&practice.zone, date, 0);
    (start(monday(wish.now)).unwrap_or(wish.now), start(next).unwrap_or(until))
}

/// Filters and orders. The same wish, roster (in any order), taken times and
/// files give the same ranking; ties go to the emptier week, then to the lower id.
/// `taken` holds at least what [`span`] says.
#[must_use]
pub fn rank(
    wish: &Wish<'_>,
    therapists: &[Therapist],
    taken: &Taken,
    practice: &Practice,
    weights: &Weights,
) -> Ranking {
    sort_out(wish, therapists, taken, practice, weights, best_times)
}

/// The first candidate of [`rank`], for a machine that books. Whoever could not be the best at whatever time is looked at
/// no closer, so that it costs little on a large roster.
///
/// # Errors
/// With the filter that left nobody.
pub fn best(
    wish: &Wish<'_>,
    therapists: &[Therapist],
    taken: &Taken,
    practice: &Practice,
    weights: &Weights,
) -> Result<Candidate, EmptiedBy> {
    let asked = Asked::first(wish, practice, weights);
    let calendar = Calendar::new(&asked, taken);
    let scorer = Scorer::new(wish, practice, weights);
    let view = View { asked: &asked, calendar: &calendar, scorer: &scorer };
    let passing = therapists.iter().filter(|therapist| view.against(therapist).is_none());
    let mut all: Heap<'_> = passing.map(|therapist| view.unweighed(therapist)).collect();
    view.best(&mut all).map(|(key, time)| view.candidate(&key, &time)).ok_or_else(|| {
        let filters: Vec<_> = therapists.iter().filter_map(|therapist| view.pass(therapist).err()).collect();
        emptied_by(&filters, &asked)
    })
}

/// Filters and orders as [`rank`] does, for a person who chooses: everybody who could treat stands there once, at their
/// best time, and everybody else among those left out.
#[must_use]
pub fn line_up(
    wish: &Wish<'_>,
    therapists: &[Therapist],
    taken: &Taken,
    practice: &Practice,
    weights: &Weights,
) -> Ranking {
    sort_out(wish, therapists, taken, practice, weights, best_of_each)
}

/// Makes candidates of what may be left to each who passes.
type Pick = for<'a> fn(Vec<Vec<Entry<'a>>>, &View<'a>) -> Vec<Candidate>;

fn sort_out(
    wish: &Wish<'_>,
    therapists: &[Therapist],
    taken: &Taken,
    practice: &Practice,
    weights: &Weights,
    pick: Pick,
) -> Ranking {
    let asked = Asked::first(wish, practice, weights);
    let calendar = Calendar::new(&asked, taken);
    let scorer = Scorer::new(wish, practice, weights);
    let mut roster: Vec<&Therapist> = therapists.iter().collect();
    roster.sort_by_key(|therapist| therapist.id);

    let view = View { asked: &asked, calendar: &calendar, scorer: &scorer };
    let mut passing = Vec::new();
    let mut left_out: Vec<(&Therapist, Filter)> = Vec::new();
    for therapist in roster {
        match view.pass(therapist) {
            Ok(entries) => passing.push(entries),
            Err(filter) => left_out.push((therapist, filter)),
        }
    }
    let candidates = pick(passing, &view);
    let emptied_by = candidates.is_empty().then(|| {
        let filters: Vec<_> = left_out.iter().map(|(_, filter)| *filter).collect();
        emptied_by(&filters, &asked)
    });
    let mut words = Words { asked: &asked, of: BTreeMap::new() };
    let excluded = left_out.into_iter().map(|(therapist, filter)| words.excluded(therapist, filter)).collect();
    Ranking { candidates, excluded, emptied_by }
}

/// The best times of all, whosever they are.
fn best_times<'a>(passing: Vec<Vec<Entry<'a>>>, view: &View<'a>) -> Vec<Candidate> {
    let mut all: Heap<'a> = passing.into_iter().flatten().collect();
    let times = std::iter::from_fn(|| {
        let (key, mut time) = view.best(&mut all)?;
        let candidate = view.candidate(&key, &time);
        all.extend(time.rest.next().map(|free| view.entry(Time { free, ..time })));
        Some(candidate)
    });
    times.take(MOST_CANDIDATES).collect()
}

/// Everybody's best time.
fn best_of_each<'a>(passing: Vec<Vec<Entry<'a>>>, view: &View<'a>) -> Vec<Candidate> {
    let mut each: Vec<_> = passing.into_iter().filter_map(|entries| view.best(&mut entries.into())).collect();
    each.sort_by(|(one, _), (other, _)| other.cmp(one));
    each.into_iter().map(|(key, time)| view.candidate(&key, &time)).collect()
}

/// Everybody stands at the first filter that did not let them pass; the last of those left nobody.
fn emptied_by(filters: &[Filter], asked: &Asked<'_>) -> EmptiedBy {
    let last = filters.iter().max().copied();
    let text = match last {
        Some(last) => asked.emptied_by(last, filters.iter().min() == Some(&last)),
        None => "the roster is empty".to_owned(),
    };
    EmptiedBy { text, tells_of_answers: last == Some(Filter::Competence) }
}

/// What is said of those left out, put in words once for each filter.
struct Words<'a> {
    asked: &'a Asked<'a>,
    of: BTreeMap<Filter, Arc<str>>,
}

impl Words<'_> {
    fn excluded(&mut self, therapist: &Therapist, filter: Filter) -> Excluded {
        let discreet = self.asked.discreet(therapist, filter);
        Excluded {
            therapist: therapist.id,
            name: therapist.name.clone(),
            filter: self.left_out_by(filter),
            discreet: discreet.map_or_else(|| Arc::from("may not be offered to them"), |open| self.left_out_by(open)),
        }
    }

    fn left_out_by(&mut self, filter: Filter) -> Arc<str> {
        let words = self.of.entry(filter).or_insert_with(|| self.asked.left_out_by(filter).into());
        Arc::clone(words)
    }
}

/// What is looked at, and how it is weighed.
struct View<'a> {
    asked: &'a Asked<'a>,
    calendar: &'a Calendar<'a>,
    scorer: &'a Scorer<'a>,
}

/// What may become candidates, the best on top.
type Heap<'a> = BinaryHeap<Entry<'a>>;

struct Entry<'a> {
    key: Key,
    what: What<'a>,
}

enum What<'a> {
    /// A therapist's first time of one week, before the rest of it. Of two times in the same week the earlier never
    /// scores less, for nothing but the time differs.
    Time(Time<'a>),
    /// A therapist's week that nobody has looked into: it counts as a time at its very beginning, which none of it is
    /// better than.
    Week(Person<'a>, &'a Days),
    /// A therapist of whom nothing was looked up yet: they count as if they were free at once in an empty week, and kept
    /// for nobody.
    Therapist(&'a Therapist),
}

struct Time<'a> {
    person: Person<'a>,
    free: Free<'a>,
    rest: Rest<'a>,
}

/// A therapist against whom nothing is but their calendar, perhaps.
#[derive(Clone, Copy)]
struct Person<'a> {
    therapist: &'a Therapist,
    taken: TakenOf<'a>,
    fit: Fit,
}

/// By which one is better than another.
struct Key {
    score: f64,
    load: f64,
    therapist: TherapistId,
    starts_at: Timestamp,
    /// Nothing but a time has one.
    format: Option<Format>,
}

impl<'a> View<'a> {
    /// The first time that is left to a therapist and the weeks behind it, or the filter that left none.
    fn pass(&self, therapist: &'a Therapist) -> Result<Vec<Entry<'a>>, Filter> {
        self.against(therapist).map_or(Ok(()), Err)?;
        let person = self.person(therapist);
        let mut weeks = self.calendar.weeks();
        let first = weeks.find_map(|week| self.look_into(person, week));
        let first = first.ok_or_else(|| self.calendar.filter_of(&self.diary(person)))?;
        Ok(std::iter::once(first).chain(weeks.map(|week| self.unseen(person, week))).collect())
    }

    /// The first filter, of those that need no calendar, that does not let a therapist pass.
    fn against(&self, therapist: &Therapist) -> Option<Filter> {
        OF_PERSON.iter().find(|(_, passes)| !passes(therapist, self.asked)).map(|(filter, _)| *filter)
    }

    fn unweighed(&self, therapist: &'a Therapist) -> Entry<'a> {
        let fit = self.scorer.fit_at_most(therapist);
        let key = self.key((therapist, fit), Week::default(), self.calendar.begins(), None);
        Entry { key, what: What::Therapist(therapist) }
    }

    fn person(&self, therapist: &'a Therapist) -> Person<'a> {
        Person { therapist, taken: self.calendar.taken_of(therapist), fit: self.scorer.fit(therapist) }
    }

    fn unseen(&self, person: Person<'a>, week: &'a Days) -> Entry<'a> {
        let key = self.key((person.therapist, person.fit), person.taken.week(week.monday), week.begins, None);
        Entry { key, what: What::Week(person, week) }
    }

    /// The first time of a week; `None` where nothing of it is left.
    fn look_into(&self, person: Person<'a>, week: &'a Days) -> Option<Entry<'a>> {
        let mut rest = self.calendar.left(self.diary(person), week);
        rest.next().map(|free| self.entry(Time { person, free, rest }))
    }

    fn diary(&self, person: Person<'a>) -> Diary<'a> {
        self.calendar.diary(person.therapist, person.taken, self.asked.settings(person.therapist))
    }

    fn entry(&self, time: Time<'a>) -> Entry<'a> {
        let Time { person: Person { therapist, fit, .. }, free, .. } = &time;
        let key = self.key((therapist, *fit), free.week, free.time.starts_at, Some(free.format));
        Entry { key, what: What::Time(time) }
    }

    fn key(
        &self,
        (therapist, fit): (&Therapist, Fit),
        week: Week,
        starts_at: Timestamp,
        format: Option<Format>,
    ) -> Key {
        let score = self.scorer.score(therapist, fit, (week, starts_at));
        Key { score, load: load(therapist, week), therapist: therapist.id, starts_at, format }
    }

    /// Takes the best time out of a heap.
    fn best(&self, heap: &mut Heap<'a>) -> Option<(Key, Time<'a>)> {
        loop {
            let Entry { key, what } = heap.pop()?;
            match what {
                What::Time(time) => return Some((key, time)),
                What::Week(person, week) => heap.extend(self.look_into(person, week)),
                What::Therapist(therapist) => {
                    let person = self.person(therapist);
                    heap.extend(self.calendar.weeks().map(|week| self.unseen(person, week)));
                }
            }
        }
    }

    fn candidate(&self, key: &Key, Time { person, free, .. }: &Time<'a>) -> Candidate {
        let therapist = person.therapist;
        Candidate {
            therapist: therapist.id,
            name: therapist.name.clone(),
            score: key.score,
            because: self.scorer.because(therapist, person.fit, free),
            slot: free.slot(),
        }
    }
}

impl Ord for Key {
    /// The better one is the greater.
    fn cmp(&self, other: &Self) -> Ordering {
        let slot = |key: &Self| (key.therapist, key.starts_at, key.format);
        let by_score = self.score.total_cmp(&other.score).then(other.load.total_cmp(&self.load));
        by_score.then_with(|| slot(other).cmp(&slot(self)))
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Key {}

impl Ord for Entry<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl PartialOrd for Entry<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Entry<'_> {}
