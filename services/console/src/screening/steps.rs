//! Where a questionnaire is cut: one question a step, or a group of related ones.

use rapport_domain::screening::{Kind, Questionnaire};

/// What is asked on one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// Which questionnaire.
    pub(crate) part: usize,
    /// Indices of its items, those below groups included, in the order of the form.
    pub(crate) items: Vec<usize>,
}

/// Cuts a form. A text stands before the question that follows it, or behind the last; a question that hangs on the one
/// right before it alone stands with it, so that it comes up at once. A group never does: what it asks may be for nobody
/// else's eyes, and so it is not on the page of the answer that switches it on.
pub(super) fn cut(part: usize, form: &Questionnaire) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut texts: Vec<usize> = Vec::new();
    for (index, item) in form.items().iter().enumerate() {
        if item.parent().is_some() {
            // Stands with its group, which came before it.
            if let Some(step) = steps.last_mut() {
                step.items.push(index);
            }
            continue;
        }
        if item.hidden {
            continue;
        }
        if item.kind == Kind::Display {
            texts.push(index);
            continue;
        }
        let mut asked_about = item.asks_about().peekable();
        let follows = item.kind != Kind::Group && texts.is_empty() && asked_about.peek().is_some();
        match steps.last_mut().filter(|last| follows && asked_about.all(|decider| last.items.contains(&decider))) {
            Some(last) => last.items.push(index),
            None => {
                let items = texts.drain(..).chain([index]).collect();
                steps.push(Step { part, items });
            }
        }
    }
    match steps.last_mut() {
        Some(last) => last.items.extend(texts),
        None if texts.is_empty() => {}
        None => steps.push(Step { part, items: texts }),
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = r#"{"resourceType": "Questionnaire", "url": "https://example.com/q", "version": "1", "status": "active", "item": [
        {"linkId": "hello", "text": "Hello.", "type": "display"},
        {"linkId": "tried", "text": "Tried?", "type": "boolean"},
        {"linkId": "what", "text": "What?", "type": "text", "enableWhen": [{"question": "tried", "operator": "=", "answerBoolean": true}]},
        {"linkId": "alone", "text": "Alone?", "type": "boolean"},
        {"linkId": "two", "text": "You two", "type": "group",
         "enableWhen": [{"question": "alone", "operator": "=", "answerBoolean": true}],
         "item": [{"linkId": "fear", "text": "Afraid?", "type": "boolean"}]},
        {"linkId": "later", "text": "Later?", "type": "boolean", "enableWhen": [{"question": "tried", "operator": "=", "answerBoolean": true}]},
        {"linkId": "thanks", "text": "Thank you.", "type": "display"}]}"#;

    #[test]
    fn a_question_comes_with_the_one_that_it_hangs_on_and_a_group_never() {
        let form = Questionnaire::load("q.json", FORM).unwrap().value;
        let names = |step: &Step| step.items.iter().map(|item| form.items()[*item].link_id.clone()).collect::<Vec<_>>();
        let steps: Vec<_> = cut(0, &form).iter().map(names).collect();
        assert_eq!(
            steps,
            [vec!["hello", "tried", "what"], vec!["alone"], vec!["two", "fear"], vec!["later", "thanks"],]
        );
    }
}
