//! Hard filters: who cannot treat this wish at all. Each has a name in words,
//! and they stand in one fixed order, so that the same person is always left out for the same reason.

use jiff::civil::Date;

use super::{Availability, Therapist, Weights, Wish};
use crate::{
    contact::UsState,
    intake::{Care, Format},
    practice::Practice,
};

/// Why somebody cannot treat this wish, in the order in which it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Filter {
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

/// Whether somebody passes.
type Passes = fn(&Therapist, &Asked<'_>) -> bool;

/// Those that need no calendar, with what each asks.
pub(super) const OF_PERSON: [(Filter, Passes); 7] = [
    (Filter::Licence, is_licensed),
    (Filter::Care, |therapist, asked| therapist.treats.contains(&asked.wish.care)),
    (Filter::Competence, |therapist, asked| asked.wish.needs.is_subset(&therapist.competences)),
    (Filter::Setting, |therapist, asked| !asked.settings(therapist).is_empty()),
    (Filter::Payer, takes_payers),
    (Filter::Language, speaks),
    (Filter::Conflict, has_no_conflict),
];

/// The wish beside what its answers are looked up in.
pub(super) struct Asked<'a> {
    pub(super) wish: &'a Wish<'a>,
    pub(super) practice: &'a Practice,
    pub(super) weights: &'a Weights,
    /// The day by which a licence must still hold.
    pub(super) last_day: Date,
}

impl Asked<'_> {
    /// How and where a therapist could see them: each of their hours with a format that it offers.
    pub(super) fn settings<'t>(&self, therapist: &'t Therapist) -> Vec<(&'t Availability, Format)> {
        let formats = [Format::InPerson, Format::Video].into_iter().filter(|format| self.wants_format(*format));
        let allowed: Vec<Format> = formats.filter(|format| self.may_treat(therapist, *format)).collect();
        let each = therapist.availability.iter();
        each.flat_map(|hours| allowed.iter().map(move |format| (hours, *format)))
            .filter(|(hours, format)| hours.offers(*format))
            .filter(|(hours, format)| *format == Format::Video || self.suits_location(therapist, hours))
            .collect()
    }

    /// What the filter asks, after "is", "has" or the like: for the one who was left out.
    pub(super) fn left_out_by(&self, filter: Filter) -> String {
        match filter {
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

    /// As [`Asked::left_out_by`], telling nothing of answers.
    pub(super) fn left_out_discreetly(&self, filter: Filter) -> String {
        match filter {
            Filter::Competence | Filter::Conflict => "may not be offered to them".to_owned(),
            other => self.left_out_by(other),
        }
    }

    /// The filter that left nobody: "no therapist is licensed for AK".
    pub(super) fn emptied_by(&self, filter: Filter, alone: bool) -> String {
        let nobody = if alone { "no therapist" } else { "no therapist who fits otherwise" };
        let rest = match filter {
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

    /// A licence for where each client sits; by video a telehealth registration will do.
    fn may_treat(&self, therapist: &Therapist, format: Format) -> bool {
        self.wish.states.iter().all(|state| self.holds_licence(therapist, *state, format))
    }

    fn holds_licence(&self, therapist: &Therapist, state: UsState, format: Format) -> bool {
        therapist.licences.iter().any(|licence| {
            licence.state == state
                && licence.expires >= self.last_day
                && (format == Format::Video || !licence.video_only)
        })
    }

    /// A place that every client can come to, in a state where the therapist may work in person.
    fn suits_location(&self, therapist: &Therapist, hours: &Availability) -> bool {
        let place = self.practice.locations.iter().find(|place| Some(&place.id) == hours.location.as_ref());
        place.is_some_and(|place| {
            let wanted = |locations: &[String]| locations.is_empty() || locations.contains(&place.id);
            self.wish.preferences.iter().all(|wish| wanted(&wish.locations))
                && self.holds_licence(therapist, place.state, Format::InPerson)
        })
    }

    fn states(&self) -> String {
        let mut states: Vec<_> = self.wish.states.iter().map(|state| state.as_str()).collect();
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
    [Format::InPerson, Format::Video].into_iter().any(|format| asked.may_treat(therapist, format))
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
