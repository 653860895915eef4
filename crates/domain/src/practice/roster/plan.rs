//! What an import of a roster would do: nothing is written before somebody has read it.

use super::{RosterLine, columns, holds};
use crate::{
    calendar::timetable::{HoursRule, Timetable},
    matching::Therapist,
    problem::FileProblem,
};

/// What an import does with one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Somebody new.
    Add(Therapist),
    /// Somebody known who is otherwise now.
    Change(Therapist, Vec<Change>),
    /// Somebody known who is as the line says.
    Same(Therapist),
}

/// A column that says something else now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its name.
    pub column: &'static str,
    /// What the roster says.
    pub before: String,
    /// What the file says.
    pub after: String,
}

/// What an import does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// A step for each line of the file, in its order.
    pub steps: Vec<Step>,
    /// Who is on the roster and not in the file: they stay as they are.
    pub untouched: Vec<Therapist>,
}

impl Step {
    /// Who it is about, as they are to be.
    #[must_use]
    pub const fn therapist(&self) -> &Therapist {
        match self {
            Self::Add(therapist) | Self::Change(therapist, _) | Self::Same(therapist) => therapist,
        }
    }
}

/// Holds a file's lines against the roster. Somebody is known by any of their licences, and keeps their id, leave,
/// single days and what their own calendar holds. An empty `availability` leaves the hours as they are.
///
/// # Errors
/// Where the licences of one line are those of two therapists, or two lines name the same one.
pub fn plan(file: &str, lines: Vec<RosterLine>, roster: &[Therapist]) -> Result<Plan, Vec<FileProblem>> {
    let mut problems = Vec::new();
    let mut steps: Vec<Step> = Vec::new();
    for RosterLine { line, therapist } in lines {
        let known: Vec<&Therapist> =
            roster.iter().filter(|known| therapist.licences.iter().any(|licence| holds(known, licence))).collect();
        let step = match known.as_slice() {
            [] => Step::Add(therapist),
            [one] => change(one, therapist),
            [one, other, ..] => {
                let what = format!("these licences are those of {} and of {}", one.name, other.name);
                problems.push(FileProblem::error(file, (line, 1), what, "give each therapist their own line"));
                continue;
            }
        };
        let id = step.therapist().id;
        if steps.iter().any(|other| other.therapist().id == id) {
            let what = "another line names the same therapist by another licence";
            problems.push(FileProblem::error(file, (line, 1), what, "put their licences on one line"));
        }
        steps.push(step);
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let named = |therapist: &&Therapist| !steps.iter().any(|step| step.therapist().id == therapist.id);
    Ok(Plan { untouched: roster.iter().filter(named).cloned().collect(), steps })
}

fn change(known: &Therapist, line: Therapist) -> Step {
    let rules = line.hours.rules();
    let hours = if rules.is_empty() || same_weeks(known.hours.rules(), rules) {
        known.hours.clone()
    } else {
        let single_days = known.hours.rules().iter().filter(|rule| rule.recurrence().rule().is_empty());
        let rules = rules.iter().chain(single_days).cloned().collect();
        Timetable::new(rules, known.hours.leave().to_vec()).with_elsewhere(known.hours.elsewhere().clone())
    };
    let after = Therapist { id: known.id, active: known.active, hours, ..line };
    let pairs = columns(known).into_iter().zip(columns(&after));
    let changes = pairs
        .filter(|((_, before), (_, after))| before != after)
        .map(|((column, before), (_, after))| Change { column, before, after });
    let changes: Vec<Change> = changes.collect();
    if changes.is_empty() { Step::Same(after) } else { Step::Change(after, changes) }
}

/// Whether the rules that recur are those of the file, whatever single days stand beside them or are left out of them.
fn same_weeks(known: &[HoursRule], file: &[HoursRule]) -> bool {
    let week = |rule: &HoursRule| {
        let recurrence = rule.recurrence();
        (recurrence.starts(), recurrence.rule().to_owned(), rule.minutes(), rule.place().clone())
    };
    let recurring = |rules: &[HoursRule]| {
        let mut weeks: Vec<_> = rules.iter().map(week).filter(|(_, rule, ..)| !rule.is_empty()).collect();
        weeks.sort();
        weeks
    };
    recurring(known) == recurring(file)
}
