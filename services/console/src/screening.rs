//! The questionnaires of a protocol, cut into short steps.
//!
//! What is asked when is the domain's to say: the console loads the very forms
//! that the intake service gives, and asks them. `steps` cuts them, `given` turns
//! what was typed into answers, `sheet` lays it over the draft, `view` shows a step.

use std::borrow::Cow;

use rapport_domain::screening::Questionnaire;
use rapport_proto::intake::GetScreeningResponse;

pub(crate) mod answered;
pub(crate) mod given;
pub(crate) mod sheet;
mod steps;
pub(crate) mod view;

pub(crate) use steps::Step;

use crate::problem::Problem;
use sheet::Way;

/// The questionnaires of one protocol in one language.
pub(crate) struct Screening {
    /// Its digest.
    pub(crate) protocol: String,
    /// In the order in which they are asked.
    pub(crate) parts: Vec<Questionnaire>,
    /// Of all parts, in order.
    pub(crate) steps: Vec<Step>,
}

impl Screening {
    /// Reads what the intake service gave.
    pub(crate) fn read(answer: &GetScreeningResponse) -> Result<Self, Problem> {
        let mut parts = Vec::with_capacity(answer.questionnaires.len());
        for (position, questionnaire) in answer.questionnaires.iter().enumerate() {
            let name = format!("part{position}.json");
            let loaded = Questionnaire::load(&name, &questionnaire.fhir_json).map_err(|problems| {
                // Nothing of a form is anybody's secret.
                let first = problems.first().map(ToString::to_string).unwrap_or_default();
                tracing::error!(questionnaire = questionnaire.canonical, problem = first, "a form cannot be shown");
                Problem::Ours
            })?;
            parts.push(loaded.value);
        }
        let steps = parts.iter().enumerate().flat_map(|(part, form)| steps::cut(part, form)).collect();
        Ok(Self { protocol: answer.protocol.clone(), parts, steps })
    }

    /// The form as a step of it is asked: where an earlier page has opened the step, what that page decided is left open,
    /// since its answers may not come back.
    pub(crate) fn form(&self, number: usize, way: &Way) -> Option<(&Step, Cow<'_, Questionnaire>)> {
        let (step, form) = self.step(number)?;
        let form = match way.opens(number) {
            Some(true) => Cow::Owned(form.without_deciders(|question| step.items.contains(&question))),
            _ => Cow::Borrowed(form),
        };
        Some((step, form))
    }

    /// A step by its number in the address, from 1.
    pub(crate) fn step(&self, number: usize) -> Option<(&Step, &Questionnaire)> {
        let step = self.steps.get(number.checked_sub(1)?)?;
        Some((step, self.parts.get(step.part)?))
    }
}
