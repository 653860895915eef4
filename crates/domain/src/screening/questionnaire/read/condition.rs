//! `enableWhen`: what earlier answers switch an item on.

use serde_json::Value as Json;

use super::{Reader, text};
use crate::screening::{
    Value,
    questionnaire::{Bound, Condition, Item, Kind, Order, Test},
};

impl Reader<'_> {
    /// Reads the conditions of all items; they may ask about later ones as well.
    pub(super) fn read_conditions(&mut self) {
        for index in 0..self.items.len() {
            let pointer = format!("{}/enableWhen", self.pointers.get(index).map_or("", String::as_str));
            let Some(listed) = self.json(&pointer).and_then(Json::as_array) else { continue };
            let behavior = self.json(&pointer.replace("/enableWhen", "/enableBehavior")).and_then(Json::as_str);
            if !matches!(behavior, Some("all" | "any")) && (listed.len() > 1 || behavior.is_some()) {
                self.error(&pointer, "several conditions need enableBehavior", "write \"all\" or \"any\"");
            }
            let conditions: Vec<_> = (0..listed.len())
                .filter_map(|position| {
                    let json = listed.get(position)?;
                    self.condition(json, &format!("{pointer}/{position}"))
                })
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
        let item = self.items.get(question)?.clone();
        if !item.answerable() {
            let what = format!("nobody answers \"{name}\"");
            self.error(&format!("{pointer}/question"), what, "ask about an item that is shown and answered");
            return None;
        }
        match test(json, &item) {
            Ok(test) => Some(Condition { question, test }),
            Err((what, hint)) => {
                self.error(pointer, format!("the condition on \"{name}\" {what}"), hint);
                None
            }
        }
    }
}

fn test(json: &Json, item: &Item) -> Result<Test, (&'static str, String)> {
    let operator = text(json, "operator").unwrap_or_default();
    if operator == "exists" {
        let exists = json.get("answerBoolean").and_then(Json::as_bool);
        return exists.map(Test::Exists).ok_or(("has no answer", "\"exists\" needs answerBoolean".to_owned()));
    }
    let value = expected(json, item)?;
    let order = match operator {
        "=" => return Ok(Test::Is(value)),
        "!=" => return Ok(Test::IsNot(value)),
        "<" => Order::Below,
        "<=" => Order::AtMost,
        ">" => Order::Above,
        ">=" => Order::AtLeast,
        _ => return Err(("has an unknown operator", "use exists, =, !=, >, <, >= or <=".to_owned())),
    };
    let bound = Bound::of(&value).ok_or(("compares what has no order", "use = or !=".to_owned()))?;
    Ok(Test::Compares(order, bound))
}

/// The answer that a condition names, as the item itself would be answered.
fn expected(json: &Json, item: &Item) -> Result<Value, (&'static str, String)> {
    const MISFIT: &str = "names an answer that the item cannot have";
    let answer = |key: &str| json.get(key);
    let written = |key: &str| text(json, key).map(str::to_owned);
    let number = |key: &str| answer(key).filter(|value| value.is_number()).map(ToString::to_string);
    let value = match item.kind {
        Kind::Boolean => answer("answerBoolean").and_then(Json::as_bool).map(Value::Boolean),
        Kind::Integer => answer("answerInteger").and_then(Json::as_i64).map(Value::Integer),
        Kind::Decimal => number("answerDecimal").map(Value::Decimal),
        Kind::Text => written("answerString").map(Value::Text),
        Kind::Date => written("answerDate").map(Value::Date),
        Kind::DateTime => written("answerDateTime").map(Value::DateTime),
        Kind::Time => written("answerTime").map(Value::Time),
        Kind::Quantity => answer("answerQuantity").and_then(|quantity| {
            let value = quantity.get("value").filter(|value| value.is_number())?.to_string();
            Some(Value::Quantity { value, unit: text(quantity, "unit").unwrap_or_default().to_owned() })
        }),
        Kind::Choice | Kind::OpenChoice => return chosen(json, item),
        Kind::Group | Kind::Display => None,
    };
    value.ok_or_else(|| (MISFIT, "give an answer[x] of the item's own type".to_owned()))
}

fn chosen(json: &Json, item: &Item) -> Result<Value, (&'static str, String)> {
    let coding = json.get("answerCoding");
    let code = coding.and_then(|coding| text(coding, "code")).or_else(|| text(json, "answerString"));
    let integer = json.get("answerInteger").and_then(Json::as_i64);
    if item.options.is_empty()
        && let Some(code) = code
    {
        let system = coding.and_then(|coding| text(coding, "system")).unwrap_or_default();
        return Ok(Value::Code { system: system.to_owned(), code: code.to_owned() });
    }
    let named = item.options.iter().find(|option| match &option.value {
        Value::Integer(number) => integer == Some(*number),
        _ => code.is_some() && option.code() == code,
    });
    named.map(|option| option.value.clone()).ok_or_else(|| {
        let codes: Vec<_> = item.options.iter().filter_map(super::super::Choice::code).collect();
        ("names an answer that the item cannot have", format!("it has {}", codes.join(", ")))
    })
}
