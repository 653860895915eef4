//! Filters, scores and orders.

use std::{cmp::Ordering, collections::BinaryHeap, rc::Rc};

use jiff::Timestamp;

use super::{
    Candidate, EmptiedBy, Excluded, MOST_CANDIDATES, Ranking, Therapist, Weights, Wish,
    filter::{Asked, Filter, OF_PERSON},
    free::{Calendar, Free, horizon},
    score::{Fit, Scorer, load},
};
use crate::{
    calendar::{
        hours::{instant, week_of},
        taken::Taken,
    },
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

/// Makes candidates of what is left to each therapist, week by week.
type Pick = for<'a> fn(Vec<Vec<Scored<'a>>>, &Scorer<'_>) -> Vec<Candidate>;

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

    let mut passing = Vec::new();
    let mut left_out: Vec<(&Therapist, Filter)> = Vec::new();
    for therapist in roster {
        match pass(therapist, &asked, &calendar, &scorer) {
            Ok(weeks) => passing.push(weeks),
            Err(filter) => left_out.push((therapist, filter)),
        }
    }
    let candidates = pick(passing, &scorer);
    let emptied_by = candidates.is_empty().then(|| emptied_by(&left_out, &asked));
    Ranking {
        candidates,
        excluded: left_out.into_iter().map(|(therapist, filter)| excluded(therapist, filter, &asked)).collect(),
        emptied_by,
    }
}

/// The best times of all, whosever they are.
fn best_times(passing: Vec<Vec<Scored<'_>>>, scorer: &Scorer<'_>) -> Vec<Candidate> {
    let mut best: BinaryHeap<_> = passing.into_iter().flatten().collect();
    let mut candidates = Vec::new();
    while let Some(scored) = best.pop().filter(|_| candidates.len() < MOST_CANDIDATES) {
        let (candidate, next) = scored.take(scorer);
        candidates.push(candidate);
        best.extend(next);
    }
    candidates
}

/// Everybody's best time.
fn best_of_each(passing: Vec<Vec<Scored<'_>>>, scorer: &Scorer<'_>) -> Vec<Candidate> {
    let mut each: Vec<_> = passing.into_iter().filter_map(|weeks| weeks.into_iter().max()).collect();
    each.sort_by(|one, other| other.cmp(one));
    each.into_iter().map(|scored| scored.take(scorer).0).collect()
}

/// The first time that is left in each week, or the filter that left none.
fn pass<'a>(
    therapist: &'a Therapist,
    asked: &'a Asked<'a>,
    calendar: &'a Calendar<'a>,
    scorer: &Scorer<'_>,
) -> Result<Vec<Scored<'a>>, Filter> {
    if let Some((filter, _)) = OF_PERSON.iter().find(|(_, passes)| !passes(therapist, asked)) {
        return Err(*filter);
    }
    let settings: Rc<[_]> = asked.settings(therapist).into();
    let fit = scorer.fit(therapist);
    let weeks = calendar.weeks().into_iter();
    let left: Vec<_> = weeks
        .filter_map(|week| {
            let rest = calendar.left(therapist, Rc::clone(&settings), week);
            Scored::first(therapist, fit, rest, scorer)
        })
        .collect();
    if left.is_empty() { Err(calendar.filter_of(therapist, &settings)) } else { Ok(left) }
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

fn excluded(therapist: &Therapist, filter: Filter, asked: &Asked<'_>) -> Excluded {
    Excluded {
        therapist: therapist.id,
        name: therapist.name.clone(),
        filter: asked.left_out_by(filter),
        discreet: asked.left_out_discreetly(therapist, filter),
    }
}

/// A therapist's first time of one week, before the rest of it. Of two times in
/// the same week the earlier never scores less, for nothing but the time differs:
/// the best of all weeks' first ones is the best there is.
struct Scored<'a> {
    therapist: &'a Therapist,
    fit: Fit,
    free: Free<'a>,
    score: f64,
    load: f64,
    rest: Box<dyn Iterator<Item = Free<'a>> + 'a>,
}

impl<'a> Scored<'a> {
    fn first(
        therapist: &'a Therapist,
        fit: Fit,
        mut rest: Box<dyn Iterator<Item = Free<'a>> + 'a>,
        scorer: &Scorer<'_>,
    ) -> Option<Self> {
        let free = rest.next()?;
        let (score, load) = (scorer.score(therapist, fit, &free), load(therapist, &free));
        Some(Self { therapist, fit, free, score, load, rest })
    }

    /// The candidate, and what comes behind it in the same week.
    fn take(self, scorer: &Scorer<'_>) -> (Candidate, Option<Self>) {
        let Self { therapist, fit, free, score, rest, .. } = self;
        let candidate = Candidate {
            therapist: therapist.id,
            name: therapist.name.clone(),
            score,
            because: scorer.because(therapist, fit, &free),
            slot: free.slot(),
        };
        (candidate, Self::first(therapist, fit, rest, scorer))
    }
}

impl Ord for Scored<'_> {
    /// The better one is the greater.
    fn cmp(&self, other: &Self) -> Ordering {
        let slot = |scored: &Self| (scored.therapist.id, scored.free.time.starts_at, scored.free.format);
        let by_score = self.score.total_cmp(&other.score).then(other.load.total_cmp(&self.load));
        by_score.then_with(|| slot(other).cmp(&slot(self)))
    }
}

impl PartialOrd for Scored<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Scored<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Scored<'_> {}
