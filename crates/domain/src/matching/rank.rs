//! Filters, scores and orders.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BinaryHeap},
    rc::Rc,
    sync::Arc,
};

use jiff::{Timestamp, civil::Date};

use super::{
    Candidate, EmptiedBy, Excluded, MOST_CANDIDATES, Ranking, Therapist, Weights, Wish,
    filter::{Asked, Filter, OF_PERSON},
    free::{Calendar, Diary, Free, Rest, horizon},
    score::{Fit, Scorer, load},
};
use crate::{
    calendar::{
        hours::{instant, week_of},
        taken::{Taken, Week},
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
    sort_out(wish, therapists, taken, practice, weights, best_times::<MOST_CANDIDATES>)
}

/// Filters and orders as [`rank`] does, for a machine that books: the best time alone.
#[must_use]
pub fn best(
    wish: &Wish<'_>,
    therapists: &[Therapist],
    taken: &Taken,
    practice: &Practice,
    weights: &Weights,
) -> Ranking {
    sort_out(wish, therapists, taken, practice, weights, best_times::<1>)
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
    let (from, _) = horizon(wish, practice);
    let asked = Asked { wish, practice, weights, first_day: practice.today(from) };
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
    let emptied_by = candidates.is_empty().then(|| emptied_by(&left_out, &asked));
    let mut words = Words { asked: &asked, of: BTreeMap::new() };
    let excluded = left_out.into_iter().map(|(therapist, filter)| words.excluded(therapist, filter)).collect();
    Ranking { candidates, excluded, emptied_by }
}

/// The best times of all, whosever they are.
fn best_times<'a, const MOST: usize>(passing: Vec<Vec<Entry<'a>>>, view: &View<'a>) -> Vec<Candidate> {
    let mut all: Heap<'a> = passing.into_iter().flatten().collect();
    let times = std::iter::from_fn(|| {
        let (key, mut time) = view.best(&mut all)?;
        let candidate = view.candidate(&key, &time);
        all.extend(time.rest.next().map(|free| view.entry(Time { free, ..time })));
        Some(candidate)
    });
    times.take(MOST).collect()
}

/// Everybody's best time.
fn best_of_each<'a>(passing: Vec<Vec<Entry<'a>>>, view: &View<'a>) -> Vec<Candidate> {
    let mut each: Vec<_> = passing.into_iter().filter_map(|entries| view.best(&mut entries.into())).collect();
    each.sort_by(|(one, _), (other, _)| other.cmp(one));
    each.into_iter().map(|(key, time)| view.candidate(&key, &time)).collect()
}

/// Everybody stands at the first filter that did not let them pass; the last of those left nobody.
fn emptied_by(left_out: &[(&Therapist, Filter)], asked: &Asked<'_>) -> EmptiedBy {
    let filters = left_out.iter().map(|(_, filter)| *filter);
    let last = filters.clone().max();
    let text = match last {
        Some(last) => asked.emptied_by(last, filters.min() == Some(last)),
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
    /// A therapist's week that nobody has looked into, by its Monday: it counts as a time at its very beginning, which
    /// none of it is better than.
    Week(Person<'a>, Date),
}

struct Time<'a> {
    person: Person<'a>,
    free: Free<'a>,
    rest: Rest<'a>,
}

#[derive(Clone)]
struct Person<'a> {
    diary: Rc<Diary<'a>>,
    fit: Fit,
}

/// By which one is better than another.
struct Key {
    score: f64,
    load: f64,
    therapist: TherapistId,
    starts_at: Timestamp,
    /// A week has none.
    format: Option<Format>,
}

impl<'a> View<'a> {
    /// The first time that is left to a therapist and the weeks behind it, or the filter that left none.
    fn pass(&self, therapist: &'a Therapist) -> Result<Vec<Entry<'a>>, Filter> {
        if let Some((filter, _)) = OF_PERSON.iter().find(|(_, passes)| !passes(therapist, self.asked)) {
            return Err(*filter);
        }
        let diary = Rc::new(self.calendar.diary(therapist, self.asked.settings(therapist)));
        let person = Person { diary, fit: self.scorer.fit(therapist) };
        let mut weeks = self.calendar.weeks();
        let first = weeks.find_map(|monday| self.look_into(person.clone(), monday));
        let first = first.ok_or_else(|| self.calendar.filter_of(&person.diary))?;
        let behind = weeks.map(|monday| {
            let (week, begins) = (person.diary.week(monday), self.calendar.begins(monday));
            Entry { key: self.key(&person, week, begins, None), what: What::Week(person.clone(), monday) }
        });
        Ok(std::iter::once(first).chain(behind).collect())
    }

    /// The first time of a week; `None` where nothing of it is left.
    fn look_into(&self, person: Person<'a>, monday: Date) -> Option<Entry<'a>> {
        let mut rest = self.calendar.left(Rc::clone(&person.diary), monday);
        rest.next().map(|free| self.entry(Time { person, free, rest }))
    }

    fn entry(&self, time: Time<'a>) -> Entry<'a> {
        let Time { person, free, .. } = &time;
        Entry { key: self.key(person, free.week, free.time.starts_at, Some(free.format)), what: What::Time(time) }
    }

    fn key(&self, person: &Person<'a>, week: Week, starts_at: Timestamp, format: Option<Format>) -> Key {
        let therapist = person.diary.therapist;
        let score = self.scorer.score(therapist, person.fit, (week, starts_at));
        Key { score, load: load(therapist, week), therapist: therapist.id, starts_at, format }
    }

    /// Takes the best time out of a heap.
    fn best(&self, heap: &mut Heap<'a>) -> Option<(Key, Time<'a>)> {
        loop {
            let Entry { key, what } = heap.pop()?;
            match what {
                What::Time(time) => return Some((key, time)),
                What::Week(person, monday) => heap.extend(self.look_into(person, monday)),
            }
        }
    }

    fn candidate(&self, key: &Key, Time { person, free, .. }: &Time<'a>) -> Candidate {
        let therapist = person.diary.therapist;
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
