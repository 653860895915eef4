//! The values that a file itself names: in conditions, options, initial values and limits.

use serde_json::Value as Json;

use crate::screening::{Value, source::text};

/// The one property that begins with a prefix (`value`, `answer`), as a value of an answer;
/// `None` where there is none, several, or one that nobody can answer with.
pub(super) fn of(json: &Json, prefix: &str) -> Option<Value> {
    let mut named = json.as_object()?.iter().filter_map(|(key, value)| Some((key.strip_prefix(prefix)?, value)));
    let (kind, value) = named.next()?;
    if named.next().is_some() {
        return None;
    }
    let written = || value.as_str().map(str::to_owned);
    match kind {
        "Boolean" => value.as_bool().map(Value::Boolean),
        "Integer" => value.as_i64().map(Value::Integer),
        "Decimal" => number(value).map(Value::Decimal),
        "Date" => written().map(Value::Date),
        "DateTime" => written().map(Value::DateTime),
        "Time" => written().map(Value::Time),
        "String" | "Uri" | "Url" => written().map(Value::Text),
        "Coding" => {
            let code = text(value, "code").filter(|code| !code.is_empty())?;
            Some(Value::Code { system: text(value, "system").unwrap_or_default().to_owned(), code: code.to_owned() })
        }
        "Quantity" => {
            let unit = text(value, "code").or_else(|| text(value, "unit")).unwrap_or_default();
            Some(Value::Quantity { value: number(value.get("value")?)?, unit: unit.to_owned() })
        }
        _ => None,
    }
}

fn number(value: &Json) -> Option<String> {
    value.is_number().then(|| value.to_string())
}
