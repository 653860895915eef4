//! What came with a step: laid over the draft, held against the form.

use std::collections::BTreeMap;

use rapport_domain::screening::{Answers, Questionnaire, Value};
use rapport_proto::intake::SafetyNotice;

use super::{
    Step,
    given::{self, Given},
    sheet::asks,
    view::Wrong,
};
use crate::{
    desk::Desk,
    draft::{Draft, NotSaved},
    form::Form,
    problem::Problem,
};

/// A step's answers.
pub(crate) struct Answered {
    /// The draft's with those of this page over them.
    pub(crate) answers: Answers,
    /// What is wrong with those of this page, by their item.
    pub(crate) wrong: BTreeMap<usize, Wrong>,
    /// Those of this page, by their item.
    given: Vec<(usize, Vec<Value>)>,
    /// Which items the answers show.
    shown: Vec<bool>,
}

impl Answered {
    /// Reads what was sent for the step's questions that were on the page.
    pub(crate) fn read(step: &Step, form: &Questionnaire, draft: &Answers, sent: &Form) -> Self {
        let mut answers = draft.clone();
        let sheet = answers.0.entry(form.canonical().to_owned()).or_default();
        let (mut given, mut wrong) = (Vec::new(), BTreeMap::new());
        for (index, item) in step.items.iter().filter_map(|index| Some((*index, form.items().get(*index)?))) {
            if !was_seen(sent, index) {
                continue;
            }
            match given::read(form, index, sent, sheet.contains_key(&item.link_id)) {
                Given::Nothing => {}
                Given::Unreadable => {
                    wrong.insert(index, Wrong::Unfit);
                }
                Given::Values(values) => {
                    if values.is_empty() {
                        sheet.remove(&item.link_id);
                    } else {
                        sheet.insert(item.link_id.clone(), values.clone());
                    }
                    given.push((index, values));
                }
            }
        }
        let shown = form.shown(&answers);
        Self { answers, wrong, given, shown }
    }

    /// Keeps those that stand on a question which is asked; notes those that do not fit it.
    pub(crate) async fn save(
        &mut self,
        desk: &Desk,
        draft: &mut Draft,
        form: &Questionnaire,
    ) -> Result<Option<SafetyNotice>, Problem> {
        loop {
            let asked = |(index, values): &(usize, Vec<Value>)| {
                let item = form.items().get(*index).filter(|_| self.is_shown(*index))?;
                Some((*index, (item.link_id.clone(), values.clone())))
            };
            let (places, given): (Vec<usize>, Vec<_>) = self.given.iter().filter_map(asked).unzip();
            if given.is_empty() {
                return Ok(None);
            }
            match draft.save(desk, form, &given).await {
                Ok(notice) => return Ok(notice),
                Err(NotSaved::Problem(problem)) => return Err(problem),
                // The others are kept all the same.
                Err(NotSaved::Unfit(bad)) => {
                    let bad: Vec<_> = bad.into_iter().filter_map(|place| places.get(place).copied()).collect();
                    self.given.retain(|(index, _)| !bad.contains(index));
                    self.wrong.extend(bad.into_iter().map(|index| (index, Wrong::Unfit)));
                }
            }
        }
    }

    /// Notes what must be answered and is not.
    pub(crate) fn require(&mut self, step: &Step, form: &Questionnaire) {
        let sheet = self.answers.0.get(form.canonical());
        let missing = step.items.iter().copied().filter(|index| self.is_shown(*index) && asks(form, *index));
        let missing = missing.filter(|index| {
            let required = form.items().get(*index).filter(|item| item.required);
            required.is_some_and(|item| sheet.is_none_or(|sheet| !sheet.contains_key(&item.link_id)))
        });
        for index in missing.collect::<Vec<_>>() {
            self.wrong.entry(index).or_insert(Wrong::Missing);
        }
    }

    /// Whether the answers ask for something that was not on the page yet.
    pub(crate) fn has_more(&self, step: &Step, form: &Questionnaire, sent: &Form) -> bool {
        step.items.iter().any(|index| self.is_shown(*index) && asks(form, *index) && !was_seen(sent, *index))
    }

    /// The places of all items of the step that are shown.
    pub(crate) fn open(&self, step: &Step) -> String {
        let open = step.items.iter().filter(|index| self.is_shown(**index));
        open.map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    fn is_shown(&self, index: usize) -> bool {
        self.shown.get(index) == Some(&true)
    }
}

/// Whether the question was on the page, so that leaving it empty means something.
fn was_seen(sent: &Form, index: usize) -> bool {
    sent.has(&format!("{}seen", given::field(index)))
}
