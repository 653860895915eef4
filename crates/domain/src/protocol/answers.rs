//! Answers as they come in: checked against the instruments, laid over those of a draft.

use std::collections::BTreeMap;

use super::Protocol;
use crate::{
    problem::FieldProblems,
    screening::{Answers, Value, check},
};

/// One questionnaire's answers as they came: `canonical|version`, then per linkId its values.
pub type GivenAnswers = (String, Vec<(String, Vec<Value>)>);

/// Where each questionnaire's answers stand in the request.
type Places = BTreeMap<String, String>;

impl Protocol {
    /// Checks answers against the instruments and drops those of items that are switched off, but
    /// for those about safety: they count as not asked, and send the case to a person. A missing safety answer is no problem here: it is stored, and triage sends it to a person.
    pub fn check_answers(&self, given: Vec<GivenAnswers>, problems: &mut FieldProblems) -> Option<Answers> {
        self.merge(Answers::default(), given, problems)
    }

    /// Lays answers over those of a draft, then checks the whole as [`Protocol::check_answers`] does.
    ///
    /// An item that comes with values takes them, one that comes with none is left blank, and
    /// one that does not come keeps what the draft holds: nobody gets a draft's safety answers
    /// back, so a form could not repeat them.
    pub fn merge(&self, draft: Answers, given: Vec<GivenAnswers>, problems: &mut FieldProblems) -> Option<Answers> {
        let mut checked = FieldProblems::default();
        let (mut answers, places) = self.lay_over(draft, given, &mut checked);
        for (index, instrument) in self.instruments.iter().enumerate() {
            let missing = check::settle(instrument, &mut answers, |item| self.engine.is_safety_item(index, item));
            if !self.engine.is_about_safety(index) {
                let path = places.get(instrument.canonical()).map_or("screenings", String::as_str);
                for item in missing {
                    checked.add(path, format!("must answer {}.{}", instrument.name(), item.link_id));
                }
            }
        }
        good(answers, checked, problems)
    }

    /// Lays answers over those of a draft that stays one: nothing must be answered yet, and
    /// what is switched off now is kept, as a later answer may switch it on again.
    pub fn check_draft(
        &self,
        draft: Answers,
        given: Vec<GivenAnswers>,
        problems: &mut FieldProblems,
    ) -> Option<Answers> {
        let mut checked = FieldProblems::default();
        let (answers, _) = self.lay_over(draft, given, &mut checked);
        good(answers, checked, problems)
    }

    /// Only what this protocol asks is taken over from a draft.
    fn lay_over(&self, draft: Answers, given: Vec<GivenAnswers>, problems: &mut FieldProblems) -> (Answers, Places) {
        let mut answers = draft;
        answers.0.retain(|canonical, _| self.instruments.iter().any(|one| one.canonical() == canonical));
        let mut places = Places::new();
        for (position, (name, given)) in given.into_iter().enumerate() {
            let path = format!("screenings[{position}]");
            let Some(instrument) = self.instruments.iter().find(|one| one.is_named(&name)) else {
                problems.add(format!("{path}.questionnaire"), "must be one that GetScreening gave, as url|version");
                continue;
            };
            let canonical = instrument.canonical();
            if places.insert(canonical.to_owned(), format!("{path}.answers")).is_some() {
                problems.add(format!("{path}.questionnaire"), "must stand here only once");
                continue;
            }
            let sheet = answers.0.entry(canonical.to_owned()).or_default();
            check::lay_over(instrument, given, &path, sheet, problems);
        }
        (answers, places)
    }
}

/// The answers where nothing was found wrong with them.
fn good(answers: Answers, checked: FieldProblems, problems: &mut FieldProblems) -> Option<Answers> {
    let good = checked.is_empty();
    for problem in checked.into_vec() {
        problems.add(problem.field, problem.description);
    }
    good.then_some(answers)
}
