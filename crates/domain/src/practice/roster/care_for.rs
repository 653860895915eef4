//! What staff should see to: licences that end, and what the practice's files no longer know.

use jiff::{Span, civil::Date};

use crate::{
    intake::Care,
    matching::{Licence, Therapist},
    practice::Practice,
    problem::{FieldProblem, FieldProblems, FileProblem},
    protocol::Files,
};

/// How long before its last day a licence is warned of: boards take weeks to renew one.
const WARNED_DAYS: i64 = 60;

/// Licences that end within 60 days, or have ended, of people who see people.
pub fn licences_to_renew(therapists: &[Therapist], today: Date) -> impl Iterator<Item = (&Therapist, &Licence)> {
    let each = therapists.iter().filter(|therapist| therapist.active);
    each.flat_map(move |therapist| {
        let ending = therapist.licences.iter().filter(move |licence| ends_soon(licence, today));
        ending.map(move |licence| (therapist, licence))
    })
}

impl Practice {
    /// Licences that end within 60 days, or have ended, each in words, of people who see people.
    #[must_use]
    pub fn ending_licences(&self, therapists: &[Therapist], today: Date) -> Vec<String> {
        let text = |(therapist, licence): (&Therapist, &Licence)| {
            format!("{}: {}", therapist.name, ending_text(licence, today))
        };
        licences_to_renew(therapists, today).map(text).collect()
    }

    /// A warning for each licence in roster.csv that ends within 60 days, or has ended.
    #[must_use]
    pub fn ending_in_file(&self, files: &Files, today: Date) -> Vec<FileProblem> {
        let Some(lines) = files.get(super::FILE).and_then(|text| self.read_roster(super::FILE, text).ok()) else {
            return Vec::new();
        };
        let each = lines.value.iter().flat_map(|line| line.therapist.licences.iter().map(move |it| (line, it)));
        let ending = each.filter(|(_, licence)| ends_soon(licence, today));
        ending
            .map(|(line, licence)| {
                let what = format!("{}: {}", line.therapist.name, ending_text(licence, today));
                FileProblem::warning(super::FILE, (line.line, 1), what, "renew it, and write its new day here")
            })
            .collect()
    }

    /// What staff should see to about one therapist, in words.
    #[must_use]
    pub fn warnings(&self, therapist: &Therapist, today: Date) -> Vec<String> {
        let ending = therapist.licences.iter().filter(|licence| ends_soon(licence, today));
        let ending = ending.map(|licence| ending_text(licence, today));
        let misfits = self.misfits(therapist).into_iter().map(|it| format!("{} {}", it.field, it.description));
        let no_hours = therapist.active && therapist.hours.rules().is_empty();
        ending.chain(misfits).chain(no_hours.then(|| "has no hours: nobody is offered a time".to_owned())).collect()
    }

    /// What a profile names that practice.toml and matching.yaml do not know, and numbers out of range. Paths are those
    /// of the API's message.
    #[must_use]
    pub fn misfits(&self, therapist: &Therapist) -> Vec<FieldProblem> {
        let mut problems = FieldProblems::default();
        let weights = self.protocol.weights();
        if therapist.licences.is_empty() {
            problems.add("licences", "must have at least one");
        }
        if therapist.treats.is_empty() {
            problems.add("treats", "must have at least one");
        }
        if therapist.languages.is_empty() {
            problems.add("languages", "must have at least one");
        }
        let unknown = |what: &str| format!("must name {what}");
        for id in therapist.methods.keys().filter(|id| !weights.methods.contains_key(*id)) {
            problems.add(format!("methods[{id}]"), unknown("a method of matching.yaml"));
        }
        for id in therapist.competences.iter().filter(|id| !weights.competences.contains_key(*id)) {
            problems.add(format!("competences[{id}]"), unknown("a competence of matching.yaml"));
        }
        for tag in therapist.languages.iter().filter(|tag| !self.session_languages.iter().any(|it| it.tag == **tag)) {
            problems.add(format!("languages[{tag}]"), unknown("one of the session_languages of practice.toml"));
        }
        for (care, payers) in &therapist.payers {
            let pays = |id: &String| self.payers.iter().any(|it| it.id == *id && it.pays_for.contains(care));
            for id in payers.iter().filter(|id| !pays(id)) {
                let what = format!("a payer of practice.toml that pays for {}", care_text(*care));
                problems.add(format!("terms[{}].payers[{id}]", care_text(*care)), unknown(&what));
            }
        }
        let ranges =
            [(&therapist.fees, "fee_dollars", 1..=2_000), (&therapist.session_minutes, "session_minutes", 10..=240)];
        for (numbers, field, range) in ranges {
            for (care, _) in numbers.iter().filter(|(_, number)| !range.contains(*number)) {
                let field = format!("terms[{}].{field}", care_text(*care));
                problems.add(field, format!("must be from {} to {}", range.start(), range.end()));
            }
        }
        if !(1..=60).contains(&therapist.weekly_capacity) {
            problems.add("weekly_sessions", "must be from 1 to 60");
        }
        for (at, rule) in therapist.hours.rules().iter().enumerate() {
            if let Some(id) = &rule.place().location
                && !self.locations.iter().any(|it| it.id == *id)
            {
                problems.add(format!("hours.rules[{at}].location"), unknown("a location of practice.toml"));
            }
        }
        problems.into_vec()
    }
}

fn ends_soon(licence: &Licence, today: Date) -> bool {
    let warned_from = licence.expires.checked_sub(Span::new().days(WARNED_DAYS)).unwrap_or(Date::MIN);
    warned_from <= today
}

/// "the licence NC LP-90001 ends on 2026-12-24"; "… ended on …".
fn ending_text(licence: &Licence, today: Date) -> String {
    let kind = if licence.video_only { "telehealth registration" } else { "licence" };
    let word = if licence.expires < today { "ended" } else { "ends" };
    format!("the {kind} {} {} {word} on {}", licence.state.as_str(), licence.number, licence.expires)
}

const fn care_text(care: Care) -> &'static str {
    match care {
        Care::Couple => "couple",
        Care::Individual => "individual",
    }
}
