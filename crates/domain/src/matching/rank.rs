//! Filters, scores and orders.

use jiff::Timestamp;

use super::{
    Candidate, EmptiedBy, Excluded, MOST_CANDIDATES, Ranking, Therapist, Weights, Wish,
    filter::{Asked, Filter, OF_PERSON},
    free::{Calendar, Free, free, horizon},
    score::{Scorer, load},
};
use crate::{
    calendar::{
        busy::Busy,
        hours::{instant, week_of},
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

/// Filters and orders. The same wish, roster (in any order), blocks (in any
/// order) and files give the same ranking; ties go to the emptier week, then to
/// the lower id. `busy` holds at least what [`span`] says.
#[must_use]
pub fn rank(
    wish: &Wish<'_>,
    therapists: &[Therapist],
    busy: &[Busy],
    practice: &Practice,
    weights: &Weights,
) -> Ranking {
    let (_, until) = horizon(wish, practice);
    let asked = Asked { wish, practice, weights, last_day: practice.today(until) };
    let calendar = Calendar::new(busy);
    let scorer = Scorer::new(wish, practice, weights);
    let mut roster: Vec<&Therapist> = therapists.iter().collect();
    roster.sort_by_key(|therapist| therapist.id);

    let mut scored: Vec<Scored<'_>> = Vec::new();
    let mut left_out: Vec<(&Therapist, Filter)> = Vec::new();
    for therapist in roster {
        match pass(therapist, &asked, &calendar) {
            Ok(times) => {
                let fit = scorer.fit(therapist);
                scored.extend(times.into_iter().map(|free| Scored {
                    score: scorer.score(therapist, fit, &free),
                    load: load(therapist, &free),
                    therapist,
                    free,
                }));
            }
            Err(filter) => left_out.push((therapist, filter)),
        }
    }
    scored.sort_by(Scored::best_first);
    scored.truncate(MOST_CANDIDATES);
    let emptied_by = scored.is_empty().then(|| emptied_by(&left_out, &asked));
    Ranking {
        candidates: scored.into_iter().map(|scored| scored.candidate(&scorer)).collect(),
        excluded: left_out.into_iter().map(|(therapist, filter)| excluded(therapist, filter, &asked)).collect(),
        emptied_by,
    }
}

fn pass<'a>(therapist: &'a Therapist, asked: &Asked<'a>, calendar: &Calendar<'_>) -> Result<Vec<Free<'a>>, Filter> {
    match OF_PERSON.iter().find(|(_, passes)| !passes(therapist, asked)) {
        Some((filter, _)) => Err(*filter),
        None => free(therapist, asked, calendar),
    }
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
    Excluded { therapist: therapist.id, name: therapist.name.clone(), filter: asked.left_out_by(filter) }
}

struct Scored<'a> {
    therapist: &'a Therapist,
    free: Free<'a>,
    score: f64,
    load: f64,
}

impl Scored<'_> {
    fn best_first(one: &Self, other: &Self) -> std::cmp::Ordering {
        let slot = |scored: &Self| {
            let free = &scored.free;
            (scored.therapist.id, free.time.starts_at, free.format)
        };
        let by_score = other.score.total_cmp(&one.score).then(one.load.total_cmp(&other.load));
        // Rooms stay in the practice's own order: the sort is stable.
        by_score.then_with(|| slot(one).cmp(&slot(other)))
    }

    fn candidate(self, scorer: &Scorer<'_>) -> Candidate {
        Candidate {
            therapist: self.therapist.id,
            name: self.therapist.name.clone(),
            score: self.score,
            because: scorer.because(self.therapist, &self.free),
            slot: self.free.slot(),
        }
    }
}
