//! Initial values: what a form starts with. They must be possible answers, and never are any.

use serde_json::Value as Json;

use super::{Reader, values};
use crate::screening::{check, questionnaire::Item, source::list};

impl Reader<'_> {
    /// Checks the values of `initial[x]`, or the options that are `initialSelected`; whether there are any.
    pub(super) fn is_prefilled(&mut self, json: &Json, pointer: &str, item: &Item) -> bool {
        let selected: Vec<_> = (list(json, "answerOption").iter().enumerate())
            .filter(|(_, option)| option.get("initialSelected").and_then(Json::as_bool) == Some(true))
            .map(|(position, option)| (format!("{pointer}/answerOption/{position}"), values::of(option, "value")))
            .collect();
        let given: Vec<_> = (list(json, "initial").iter().enumerate())
            .map(|(position, initial)| (format!("{pointer}/initial/{position}"), values::of(initial, "value")))
            .collect();
        let (pointer, link_id) = (format!("{pointer}/initial"), &item.link_id);
        if json.get("initial").is_some_and(|initial| !initial.is_array()) {
            self.error(
                &pointer,
                format!("the initial values of \"{link_id}\" are no list"),
                "write \"initial\": [ … ]",
            );
        }
        if !selected.is_empty() && !given.is_empty() {
            let what = format!("\"{link_id}\" has both initial and initialSelected");
            self.error(&pointer, what, "keep one of them");
            return false;
        }
        let all = if given.is_empty() { selected } else { given };
        if !all.is_empty() && item.kind.is_asked_nothing() {
            self.error(&pointer, format!("\"{link_id}\" asks nothing, so it starts with nothing"), "leave initial out");
            return false;
        }
        if all.len() > 1 && !item.repeats {
            let what = format!("\"{link_id}\" starts with several values");
            self.error(&pointer, what, "keep one, or let the item repeat");
        }
        let prefilled = !all.is_empty();
        for (pointer, value) in all {
            let read = value.ok_or_else(|| "must be one value[x]".to_owned());
            if let Err(why) = read.and_then(|value| check::read_value(item, value)) {
                let what = format!("\"{link_id}\" cannot be answered with its initial value");
                self.error(&pointer, what, format!("it {why}"));
            }
        }
        prefilled
    }
}
