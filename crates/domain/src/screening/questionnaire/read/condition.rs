//! `enableWhen`: what earlier answers switch an item on.

use serde_json::Value as Json;

use super::{Reader, values};
use crate::screening::{
    check,
    questionnaire::{Bound, Choice, Condition, Item, Order, Test, enabled::unit_of},
    source::{list, text},
};

impl Reader<'_> {
    /// Reads the conditions of all items; they may ask about later ones as well.
    pub(super) fn read_conditions(&mut self) {
        for index in 0..self.items.len() {
            let Some(pointer) = self.pointers.get(index).cloned() else { continue };
            let Some(json) = self.json(&pointer) else { continue };
            let behavior = json.get("enableBehavior").map(|behavior| behavior.as_str().unwrap_or_default());
            let listed = list(json, "enableWhen");
            let pointer = format!("{pointer}/enableWhen");
            if json.get("enableWhen").is_some_and(|conditions| !conditions.is_array()) {
                self.error(&pointer, "the conditions are no list", "write \"enableWhen\": [ … ]");
            }
            if !matches!(behavior, Some("all" | "any")) && (listed.len() > 1 || behavior.is_some()) {
                self.error(&pointer, "several conditions need enableBehavior", "write \"all\" or \"any\"");
            }
            let conditions: Vec<_> = (listed.iter().enumerate())
                .filter_map(|(position, json)| self.condition(json, &format!("{pointer}/{position}")))
                .collect();
            if let Some(item) = self.items.get_mut(index) {
                item.enable_when = conditions;
            }
        }
    }

    fn condition(&mut self, json: &Json, pointer: &str) -> Option<Condition> {
        let name = text(json, "question").unwrap_or_default();
        let Some(&question) = self.by_link_id.get(name) else {
            self.error(&format!("{pointer}/question"), format!("there is no item \"{name}\""), "name a linkId");
            return None;
        };
        let item = self.items.get(question)?;
        if !item.answerable() {
            let what = format!("nobody answers \"{name}\"");
            self.error(&format!("{pointer}/question"), what, "ask about an item that is shown and answered");
            return None;
        }
        match test(json, item) {
            Ok(test) => Some(Condition { question, test }),
            Err((what, hint)) => {
                self.error(pointer, format!("the condition on \"{name}\" {what}"), hint);
                None
            }
        }
    }
}

fn test(json: &Json, item: &Item) -> Result<Test, (&'static str, String)> {
    const MISFIT: &str = "names an answer that the item cannot have";
    let operator = text(json, "operator").unwrap_or_default();
    if operator == "exists" {
        let exists = json.get("answerBoolean").and_then(Json::as_bool);
        return exists.map(Test::Exists).ok_or(("has no answer", "\"exists\" needs answerBoolean".to_owned()));
    }
    let order = match operator {
        "=" | "!=" => None,
        "<" => Some(Order::Below),
        "<=" => Some(Order::AtMost),
        ">" => Some(Order::Above),
        ">=" => Some(Order::AtLeast),
        _ => return Err(("has an unknown operator", "use exists, =, !=, >, <, >= or <=".to_owned())),
    };
    let value = values::of(json, "answer");
    let value = value.ok_or_else(|| ("has no answer that can be read", "give one answer[x]".to_owned()))?;
    let misfit = |why: String| (MISFIT, if item.options.is_empty() { format!("it {why}") } else { options(item) });
    let Some(order) = order else {
        // What is equal to an answer must be one itself, within all limits.
        let value = check::read_value(item, value).map_err(misfit)?;
        let value = value.ok_or((MISFIT, "blanks are no answer; use \"exists\"".to_owned()))?;
        return Ok(if operator == "=" { Test::Is(value) } else { Test::IsNot(value) });
    };
    // A bound need not be one of the options, nor lie within the limits: "above 0" where 1 is the least.
    let bound = Bound::of(&value).ok_or(("compares what has no order", "use = or !=".to_owned()))?;
    let value = check::comparable(item, value).map_err(|why| (MISFIT, format!("it {why}")))?;
    Ok(Test::Compares(order, bound, unit_of(&value).to_owned()))
}

fn options(item: &Item) -> String {
    let codes: Vec<_> = item.options.iter().map(Choice::name).collect();
    format!("it has {}", codes.join(", "))
}
