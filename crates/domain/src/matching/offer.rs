//! Times that a person chooses from, and whether one that was chosen may be had.
//!
//! The same filters as for [`super::rank`](fn@super::rank), but for the promise: whoever moves a
//! session may want a later time. Nothing is ranked beyond who treats them today.

use std::cmp::Ordering;

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{
    Slot, Therapist, Weights, Wish,
    filter::{Asked, Filter, OF_PERSON, Setting},
    free::{Calendar, Free, Offered, horizon},
};
use crate::{
    calendar::{
        hours::{instant, week_of},
        slots::Time,
        taken::Taken,
    },
    id::TherapistId,
    intake::Format,
    practice::Practice,
};

/// A time that could be had, and with whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Who.
    pub therapist: TherapistId,
    /// As clients read it.
    pub name: String,
    /// When and where.
    pub slot: Slot,
}

/// What a person chose. Which of a place's rooms it will be is not theirs to choose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Choice {
    /// When it would begin.
    pub starts_at: Timestamp,
    /// With whom.
    pub therapist: TherapistId,
    /// In a room, or by video.
    pub format: Format,
    /// Id of the location; `None` for video.
    pub location: Option<String>,
}

/// Which times to offer.
#[derive(Debug, Clone)]
pub struct Offering {
    /// The first and the last moment at which one may begin.
    pub span: (Timestamp, Timestamp),
    /// Behind this one, in the order of offers.
    pub behind: Option<Choice>,
    /// So many at most.
    pub limit: usize,
}

/// Why a choice may not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// The filter's name: "licence".
    pub filter: &'static str,
    /// After the therapist's name, in words: "is not licensed for AK".
    pub text: String,
    /// Whether the words tell of answers, which not all staff may read.
    pub tells_of_answers: bool,
    /// Whether nobody's judgement can do away with it: what the law or the calendar says.
    pub stands: bool,
}

/// A choice, held against every filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// When and in which room; `None` where somebody else has therapist or place then.
    pub slot: Option<Slot>,
    /// Every filter that does not let it pass, in their order.
    pub against: Vec<Objection>,
}

impl Offer {
    /// What whoever takes it chooses.
    #[must_use]
    pub fn choice(&self) -> Choice {
        Choice {
            starts_at: self.slot.starts_at,
            therapist: self.therapist,
            format: self.slot.format,
            location: self.slot.location.clone(),
        }
    }
}

/// From when to when times are offered to whoever moves a session.
#[must_use]
pub fn offer_span(wish: &Wish<'_>, practice: &Practice) -> (Timestamp, Timestamp) {
    (horizon(wish, practice).0, practice.changes.offers_until(wish.now))
}

/// The whole weeks that a span touches, since capacity is counted by the week.
#[must_use]
pub fn offer_weeks((from, until): (Timestamp, Timestamp), practice: &Practice) -> (Timestamp, Timestamp) {
    let monday = |at| week_of(practice.today(at));
    let next = monday(until).checked_add(jiff::Span::new().days(7)).unwrap_or(Date::MAX);
    let start = |date| instant(&practice.zone, date, 0);
    (start(monday(from)).unwrap_or(from), start(next).unwrap_or(until))
}

/// Times that fit: first those with whoever treats them today, then everybody else's, each by their start. `taken` holds
/// at least what [`offer_weeks`] says.
#[must_use]
pub fn offers(
    wish: &Wish<'_>,
    therapists: &[Therapist],
    taken: &Taken,
    practice: &Practice,
    weights: &Weights,
    offering: &Offering,
) -> Vec<Offer> {
    let is_known = |therapist: TherapistId| wish.continuity == Some(therapist);
    let (known, others): (Vec<_>, Vec<_>) = therapists.iter().partition(|therapist| is_known(therapist.id));
    let behind = offering.behind.as_ref();
    let order = |one: &Choice, other: &Choice| {
        is_known(other.therapist).cmp(&is_known(one.therapist)).then_with(|| one.cmp(other))
    };
    let groups = [(true, known), (false, others)].into_iter();
    groups
        .flat_map(|(known, group)| {
            let (from, until) = offering.span;
            // What lies before the place where the last page ended need not be worked out again.
            let last = behind.filter(|last| is_known(last.therapist) == known);
            let from = last.map_or(from, |last| last.starts_at.max(from));
            let weeks = weeks(practice, (from, until));
            weeks.flat_map(move |span| of_week(&group, wish, taken, practice, weights, span))
        })
        .filter(|offer| behind.is_none_or(|last| order(last, &offer.choice()) == Ordering::Less))
        .take(offering.limit)
        .collect()
}

/// A span in pieces, none of which lies in two weeks: so no further is worked out than somebody reads.
fn weeks(practice: &Practice, (from, until): (Timestamp, Timestamp)) -> impl Iterator<Item = (Timestamp, Timestamp)> {
    let next_monday = move |at| {
        let next = week_of(practice.today(at)).checked_add(jiff::Span::new().days(7)).ok()?;
        instant(&practice.zone, next, 0).filter(|next| *next > at && *next <= until)
    };
    let begins = std::iter::successors((from <= until).then_some(from), move |at| next_monday(*at));
    begins.map(move |begins| {
        let last = next_monday(begins).map_or(until, |next| next - SignedDuration::from_micros(1));
        (begins, last)
    })
}

fn of_week(
    therapists: &[&Therapist],
    wish: &Wish<'_>,
    taken: &Taken,
    practice: &Practice,
    weights: &Weights,
    (from, until): (Timestamp, Timestamp),
) -> Vec<Offer> {
    let date = practice.today(from);
    let asked = Asked { wish, practice, weights, first_day: date };
    let calendar = Calendar::within(&asked, taken, (from, until));
    let passing = therapists.iter().filter(|therapist| OF_PERSON.iter().all(|(_, passes)| passes(therapist, &asked)));
    let mut offers: Vec<Offer> = passing
        .flat_map(|therapist| calendar.weeks().map(move |week| (therapist, week)))
        .flat_map(|(therapist, week)| {
            let diary = calendar.diary(therapist, calendar.taken_of(therapist), asked.settings(therapist));
            let left = calendar.left(diary, week);
            left.map(|free| Offer { therapist: therapist.id, name: therapist.name.clone(), slot: free.slot() })
        })
        .collect();
    // Rooms of one place are one offer.
    offers.sort_by_cached_key(Offer::choice);
    offers.dedup_by_key(|offer| offer.choice());
    offers
}

/// Holds a choice against every filter, whether or not it was ever offered. `taken` holds the whole week of it.
#[must_use]
pub fn try_choice(
    wish: &Wish<'_>,
    therapist: &Therapist,
    choice: &Choice,
    taken: &Taken,
    practice: &Practice,
    weights: &Weights,
) -> Tried {
    let date = practice.today(choice.starts_at);
    let asked = Asked { wish, practice, weights, first_day: date };
    let calendar = Calendar::within(&asked, taken, (choice.starts_at, choice.starts_at)).at_any_minute();
    let location = choice.location.as_deref().filter(|_| choice.format == Format::InPerson);
    let is_here = |setting: &Setting<'_>| (setting.format, setting.location) == (choice.format, location);
    let ways = asked.settings(therapist).filter(is_here);
    let diary = calendar.diary(therapist, calendar.taken_of(therapist), ways);
    let ends_at = choice.starts_at + therapist.session(wish.care, &practice.booking);
    let time = Time { starts_at: choice.starts_at, ends_at, date };
    let week = diary.week(week_of(date));
    let mut rooms = calendar.in_rooms(Free { time, format: choice.format, location, room: None, week });
    let slot = rooms.next().filter(|_| calendar.is_free(&diary, &time)).map(|free| free.slot());

    let mut failed: Vec<Filter> =
        OF_PERSON.iter().filter(|(_, passes)| !passes(therapist, &asked)).map(|(filter, _)| *filter).collect();
    let mut check = |filter, passes: bool| {
        if !passes {
            failed.push(filter);
        }
    };
    check(Filter::Licence, asked.licensed_until(therapist, choice.format).is_some());
    check(Filter::Setting, !diary.settings.is_empty());
    let in_hours = |(offered, ..): Offered<'_>| offered.starts_at == time.starts_at;
    check(Filter::Hours, diary.settings.is_empty() || calendar.all(&diary).any(in_hours));
    check(Filter::Windows, calendar.suits(&time));
    check(Filter::Capacity, calendar.has_capacity(therapist, week));
    check(Filter::Free, slot.is_some());
    failed.sort();
    failed.dedup();
    Tried { slot, against: failed.into_iter().map(|filter| objection(filter, &asked)).collect() }
}

fn objection(filter: Filter, asked: &Asked<'_>) -> Objection {
    Objection {
        filter: filter.name(),
        text: asked.left_out_by(filter),
        tells_of_answers: filter.tells_of_answers(),
        stands: matches!(filter, Filter::Active | Filter::Licence | Filter::Free),
    }
}
