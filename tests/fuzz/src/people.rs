//! People who answer what a protocol asks, the same ones every time.

use rapport_domain::{
    protocol::Protocol,
    screening::{Item, Kind, Value},
};

use crate::through::Case;

/// A value that fits an item; which one hangs on `turn`.
pub(crate) fn fitting(item: &Item, turn: u64) -> Value {
    let pick = |many: usize| usize::try_from(turn).unwrap_or(0) % many.max(1);
    let whole = i64::try_from(turn % 7).unwrap_or(0) - 1;
    match item.kind {
        Kind::Choice | Kind::OpenChoice => item.options.get(pick(item.options.len())).map_or_else(
            || Value::Code {
                system: String::new(),
                code: if turn.is_multiple_of(2) { "LA6568-5" } else { "a" }.to_owned(),
            },
            |option| option.value.clone(),
        ),
        Kind::Boolean => Value::Boolean(turn.is_multiple_of(2)),
        Kind::Integer => Value::Integer(whole),
        Kind::Decimal => Value::Decimal(format!("{}.5", turn % 2)),
        Kind::Date => Value::Date(format!("20{:02}-{:02}-28", turn % 99, turn % 12 + 1)),
        Kind::DateTime => Value::DateTime(format!("20{:02}-{:02}-28T12:00:00-05:00", turn % 99, turn % 12 + 1)),
        Kind::Time => Value::Time(format!("{:02}:{:02}:00", turn % 24, turn % 60)),
        Kind::Quantity => Value::Quantity {
            value: (turn % 100).to_string(),
            unit: item.units.get(pick(item.units.len())).map(|unit| unit.code.clone()).unwrap_or_default(),
        },
        Kind::Url => Value::Text("https://example.com/a".to_owned()),
        Kind::Text | Kind::Group | Kind::Display => Value::Text("words".to_owned()),
    }
}

/// A case that answers most of what a protocol asks, each turn in another way.
pub(crate) fn case(protocol: &Protocol, turn: u64) -> Case {
    let mut step = turn.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = move || {
        // Xorshift (Marsaglia): enough to spread answers.
        step ^= step << 13;
        step ^= step >> 7;
        step ^= step << 17;
        step
    };
    let given = protocol.instruments().iter().map(|instrument| {
        let mut answers = Vec::new();
        for item in instrument.items().iter().filter(|item| item.answerable()) {
            let (chance, which) = (next(), next());
            // Most turns leave nothing blank, or next to nothing; the last one everything.
            if turn % 8 > 4 && (chance % 12 == 0 || turn % 8 == 7) {
                continue;
            }
            let mut values = vec![fitting(item, which)];
            if item.repeats {
                values.push(fitting(item, which / 3));
            }
            answers.push((item.link_id.clone(), values));
        }
        (instrument.canonical().to_owned(), answers)
    });
    let given = given.collect();
    Case { age: i16::try_from(next() % 100).unwrap_or(30), couple: next() % 2 == 0, given }
}
