//! Hard filters: who cannot treat this wish at all. Each has a name in words,
//! and they stand in one fixed order, so that the same person is always left out for the same reason.

use jiff::civil::Date;

use super::{Therapist, Weights, Wish, free::horizon};
use crate::{
    calendar::timetable::HoursRule,
    intake::{Care, Format},
    practice::Practice,
};

/// Why somebody cannot treat this wish, in the order in which it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Filter {
    /// Seeing anybody at all.
    Active,
    /// A licence or telehealth registration that holds where each client sits.
    Licence,
    /// The kind of care.
    Care,
    /// Every competence that the triage result calls for.
    Competence,
    /// A format and location that were asked for.
    Setting,
    /// A payer for this kind of care.
    Payer,
    /// A language that was asked for.
    Language,
    /// Nobody to be avoided, nobody who treats one partner alone.
    Conflict,
    /// Hours within the promise.
    Hours,
    /// The windows of every client.
    Windows,
    /// Room in the week, and in its share for holds.
    Capacity,
    /// A time that nobody else has, with a room where one is needed.
    Free,
}

impl Filter {
    /// Whether it tells what was answered: a competence, and a conflict, which would else tell it by its absence.
    pub(super) const fn tells_of_answers(self) -> bool {
        matches!(self, Self::Competence | Self::Conflict)
    }

    /// Its name for programs.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Licence => "licence",
            Self::Care => "care",
            Self::Competence => "competence",
            Self::Setting => "setting",
            Self::Payer => "payer",
            Self::Language => "language",
            Self::Conflict => "conflict",
            Self::Hours => "hours",
            Self::Windows => "windows",
            Self::Capacity => "capacity",
            Self::Free => "free",
        }
    }
}

/// Whether somebody passes.
type Passes = fn(&Therapist, &Asked<'_>) -> bool;

/// Those that need no calendar, with what each asks.
pub(super) const OF_PERSON: [(Filter, Passes); 8] = [
    (Filter::Active, |therapist, _| therapist.active),
    (Filter::Licence, is_licensed),
    (Filter::Care, |therapist, asked| therapist.treats.contains(&asked.wish.care)),
    (Filter::Competence, |therapist, asked| asked.wish.needs.is_subset(&therapist.competences)),
    (Filter::Setting, |therapist, asked| asked.settings(therapist).next().is_some()),
    (Filter::Payer, takes_payers),
    (Filter::Language, speaks),
    (Filter::Conflict, has_no_conflict),
];

/// Whether a therapist could be chosen for a wish, or for one that lets go of formats and places: nobody else's time
/// need be read.
pub fn is_in_question(therapist: &Therapist, wish: &Wish<'_>, practice: &Practice, weights: &Weights) -> bool {
    let asked = Asked { wish, practice, weights, first_day: practice.today(wish.now) };
    OF_PERSON.iter().all(|(filter, passes)| *filter == Filter::Setting || passes(therapist, &asked))
}

/// The wish beside what its answers are looked up in.
pub(super) struct Asked<'a> {
    pub(super) wish: &'a Wish<'a>,
    pub(super) practice: &'a Practice,
    pub(super) weights: &'a Weights,
    /// The first day on which a session may be: a licence that is over by then is none.
    pub(super) first_day: Date,
}

/// A way in which a therapist could see them, and until when their licences allow it.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Setting<'t> {
    pub(super) format: Format,
    /// Id of the location; `None` for video.
    pub(super) location: Option<&'t str>,
    /// The last day on which every licence that it needs still holds.
    pub(super) until: Date,
}

impl<'a> Asked<'a> {
    /// What is asked for a first session.
    pub(super) fn first(wish: &'a Wish<'a>, practice: &'a Practice, weights: &'a Weights) -> Self {
        let (from, _) = horizon(wish, practice);
        Self { wish, practice, weights, first_day: practice.today(from) }
    }

    /// How and where a therapist could see them; one may come more than once.
    pub(super) fn settings<'t>(&'t self, therapist: &'t Therapist) -> impl Iterator<Item = Setting<'t>> {
        therapist.hours.rules().iter().map(HoursRule::place).flat_map(move |place| {
            let ways = [(Format::InPerson, place.location.as_deref()), (Format::Video, None)];
            let wanted = move |(format, _): &(Format, _)| place.offers(*format) && self.wants_format(*format);
            ways.into_iter().filter(wanted).filter_map(move |(format, location)| {
                let licensed = self.licensed_until(therapist, format)?;
                let until = licensed.min(self.suits_location(therapist, location)?);
                Some(Setting { format, location, until })
            })
        })
    }

    /// What the filter asks, after "is", "has" or the like: for the one who was left out.
    pub(super) fn left_out_by(&self, filter: Filter) -> String {
        match filter {
            Filter::Active => "sees nobody at present".to_owned(),
            Filter::Licence => format!("is not licensed for {}", self.states()),
            Filter::Care => format!("does not treat {}", self.care()),
            Filter::Competence => format!("lacks what is needed: {}", self.needs()),
            Filter::Setting => "does not work in the formats and places asked for".to_owned(),
            Filter::Payer => "does not take this payer for this kind of care".to_owned(),
            Filter::Language => format!("does not work in {}", self.languages()),
            Filter::Conflict => "may not treat them: to be avoided, or treats one of the two alone".to_owned(),
            Filter::Hours => "has no hours within the promise".to_owned(),
            Filter::Windows => "has no hours when the clients can come".to_owned(),
            Filter::Capacity => "has no session left that week".to_owned(),
            Filter::Free => "has no free time within the promise".to_owned(),
        }
    }

    /// The filter that may be named to whoever reads nothing of answers: this one or what else of the person is against
    /// them; `None` where nothing else is.
    pub(super) fn discreet(&self, therapist: &Therapist, filter: Filter) -> Option<Filter> {
        if !filter.tells_of_answers() {
            return Some(filter);
        }
        let mut against = OF_PERSON.iter().filter(|(_, passes)| !passes(therapist, self)).map(|(other, _)| *other);
        against.find(|other| !other.tells_of_answers())
    }

    /// The filter that left nobody: "no therapist is licensed for AK".
    pub(super) fn emptied_by(&self, filter: Filter, alone: bool) -> String {
        let nobody = if alone { "no therapist" } else { "no therapist who fits otherwise" };
        let rest = match filter {
            Filter::Active => "sees anybody at present".to_owned(),
            Filter::Licence => format!("is licensed for {}", self.states()),
            Filter::Care => format!("treats {}", self.care()),
            Filter::Competence => format!("has what is needed: {}", self.needs()),
            Filter::Setting => "works in the formats and places asked for".to_owned(),
            Filter::Payer => "takes this payer for this kind of care".to_owned(),
            Filter::Language => format!("works in {}", self.languages()),
            Filter::Conflict => "is free of a conflict with them".to_owned(),
            Filter::Hours => "has hours within the promise".to_owned(),
            Filter::Windows => "has hours when the clients can come".to_owned(),
            Filter::Capacity => "has a session left within the promise".to_owned(),
            Filter::Free => "has a free time within the promise".to_owned(),
        };
        format!("{nobody} {rest}")
    }

    fn wants_format(&self, format: Format) -> bool {
        self.wish.preferences.iter().all(|wish| wish.formats.is_empty() || wish.formats.contains(&format))
    }

    /// The last day of a licence for where each client sits; `None` where there is none on the first.
    pub(super) fn licensed_until(&self, therapist: &Therapist, format: Format) -> Option<Date> {
        let each = self.wish.states.iter().map(|state| therapist.licensed_until((*state)?, format));
        each.min().flatten().filter(|until| *until >= self.first_day)
    }

    /// The last day of a licence for a place that every client can come to; `None` where there is no such place or
    /// licence. Video is everywhere.
    fn suits_location(&self, therapist: &Therapist, location: Option<&str>) -> Option<Date> {
        let Some(id) = location else { return Some(Date::MAX) };
        let place = self.practice.locations.iter().find(|place| place.id == id)?;
        let wanted = |locations: &[String]| locations.is_empty() || locations.contains(&place.id);
        let suits = self.wish.preferences.iter().all(|wish| wanted(&wish.locations));
        therapist.licensed_until(place.state, Format::InPerson).filter(|until| suits && *until >= self.first_day)
    }

    fn states(&self) -> String {
        let unknown = "a state that nobody has asked for";
        let mut states: Vec<_> =
            self.wish.states.iter().map(|state| state.as_ref().map_or(unknown, |state| state.as_str())).collect();
        states.dedup();
        states.join(" and ")
    }

    const fn care(&self) -> &'static str {
        match self.wish.care {
            Care::Couple => "couples",
            Care::Individual => "individuals",
        }
    }

    fn needs(&self) -> String {
        let label = |need: &String| self.weights.competences.get(need).unwrap_or(need).clone();
        self.wish.needs.iter().map(label).collect::<Vec<_>>().join("; ")
    }

    fn languages(&self) -> String {
        let label = |tag: &String| {
            let known = self.practice.session_languages.iter().find(|language| language.tag == *tag);
            known.map_or_else(|| tag.clone(), |language| language.label.en.clone())
        };
        let each = self.wish.preferences.iter().filter(|wish| !wish.languages.is_empty());
        each.map(|wish| wish.languages.iter().map(label).collect::<Vec<_>>().join(" or "))
            .collect::<Vec<_>>()
            .join(" and ")
    }
}

fn is_licensed(therapist: &Therapist, asked: &Asked<'_>) -> bool {
    [Format::InPerson, Format::Video].into_iter().any(|format| asked.licensed_until(therapist, format).is_some())
}

fn takes_payers(therapist: &Therapist, asked: &Asked<'_>) -> bool {
    let taken = therapist.payers.get(&asked.wish.care);
    asked.wish.preferences.iter().filter_map(|wish| wish.payer.as_ref()).all(|payer| {
        let pays =
            asked.practice.payers.iter().any(|known| known.id == *payer && known.pays_for.contains(&asked.wish.care));
        pays && taken.is_some_and(|taken| taken.contains(payer))
    })
}

/// At least one language that each client asked for.
fn speaks(therapist: &Therapist, asked: &Asked<'_>) -> bool {
    let speaks = |tags: &[String]| tags.is_empty() || tags.iter().any(|tag| therapist.languages.contains(tag));
    asked.wish.preferences.iter().all(|wish| speaks(&wish.languages))
}

fn has_no_conflict(therapist: &Therapist, asked: &Asked<'_>) -> bool {
    !asked.wish.conflicts.contains(&therapist.id)
        && !asked.wish.preferences.iter().any(|wish| wish.avoid.contains(&therapist.id))
}
