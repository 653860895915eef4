//! Answers of any kind, against loaded questionnaires.

use std::sync::Arc;

use proptest::{prelude::*, sample::Index};
use rapport_domain::screening::{Item, Value};

use super::{Input, Reach, Seen, Target, general};
use crate::{
    ground::Ground,
    people::{case, fitting},
    through::{self, AlwaysAsked, Case, Complaint, REFUSAL},
    tree::Format,
};

/// See [`super`].
pub(super) struct AnswersTarget {
    grounds: Arc<Vec<Ground>>,
    /// Per practice.
    always_asked: Vec<AlwaysAsked>,
}

impl AnswersTarget {
    pub(super) fn new(grounds: &Arc<Vec<Ground>>) -> Self {
        Self {
            grounds: Arc::clone(grounds),
            always_asked: grounds.iter().map(|ground| AlwaysAsked::of(&ground.protocol, Some(REFUSAL))).collect(),
        }
    }
}

impl Target for AnswersTarget {
    fn name(&self) -> &'static str {
        "answers"
    }

    fn format(&self) -> Format {
        Format::Json
    }

    fn bases(&self) -> Vec<Input> {
        let turns = |ground: usize, each: &Ground| -> Vec<Input> {
            (0..6).map(|turn| Input { ground, text: written(&case(&each.protocol, turn)) }).collect()
        };
        self.grounds.iter().enumerate().flat_map(|(ground, each)| turns(ground, each)).collect()
    }

    fn made(&self) -> Option<BoxedStrategy<Input>> {
        let grounds = Arc::clone(&self.grounds);
        let edit = (any::<Index>(), prop_oneof![3 => Just(None), 2 => values().prop_map(Some)], any::<u64>());
        let edits = prop_oneof![3 => proptest::collection::vec(edit.clone(), 0..3), 1 => proptest::collection::vec(edit, 3..12)];
        let person = (prop_oneof![3 => 0_i16..100, 1 => any::<i16>()], any::<bool>());
        let made =
            (0..grounds.len(), any::<u64>(), person, edits).prop_map(move |(ground, turn, (age, couple), edits)| {
                let Some(practice) = grounds.get(ground) else { return Input { ground, text: String::new() } };
                let mut case = Case { age, couple, ..case(&practice.protocol, turn) };
                for (place, values, which) in edits {
                    edited(practice, &mut case, place, values, which);
                }
                Input { ground, text: written(&case) }
            });
        Some(made.boxed())
    }

    fn run(&self, input: &Input) -> Result<Seen, Complaint> {
        let (Some(ground), Some(asked)) = (self.grounds.get(input.ground), self.always_asked.get(input.ground)) else {
            return Err("there is no such practice".to_owned());
        };
        let Ok(case) = serde_json::from_str::<Case>(&input.text) else {
            return Ok(Seen { reach: Reach::Noise, signs: Vec::new() });
        };
        Ok(match through::run(&ground.protocol, &case, asked)? {
            Ok(result) => Seen { reach: Reach::Ran, signs: result.fired.into_iter().map(|rule| rule.rule).collect() },
            Err(problems) => {
                let signs = problems.into_iter().map(|problem| general(&problem.description));
                Seen { reach: Reach::Refused, signs: signs.collect() }
            }
        })
    }
}

/// Another answer to some question: none, one that fits, or values of any kind.
fn edited(practice: &Ground, case: &mut Case, place: Index, values: Option<Vec<Drawn>>, which: u64) {
    let asked = practice.protocol.instruments().iter();
    let asked = asked.flat_map(|one| one.items().iter().map(move |item| (one.canonical(), item)));
    // Now and then something that nobody answers.
    let asked = asked.filter(|(_, item)| item.answerable() || which.is_multiple_of(32));
    let asked: Vec<(&str, &Item)> = asked.collect();
    let Some((canonical, item)) = asked.get(place.index(asked.len().max(1))).copied() else { return };
    let Some((_, sheet)) = case.given.iter_mut().find(|(name, _)| name == canonical) else { return };
    // Now and then one question stands there twice.
    if !which.is_multiple_of(16) {
        sheet.retain(|(link_id, _)| *link_id != item.link_id);
    }
    let values = match values {
        Some(drawn) => drawn.into_iter().map(|Drawn(value)| value).collect(),
        None if which.is_multiple_of(3) => Vec::new(),
        None => vec![fitting(item, which / 48)],
    };
    sheet.push((item.link_id.clone(), values));
}

/// A value, which proptest wants to be able to show; answers never are.
#[derive(Clone)]
struct Drawn(Value);

impl std::fmt::Debug for Drawn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value")
    }
}

fn values() -> BoxedStrategy<Vec<Drawn>> {
    let texts = [
        "",
        " ",
        "\u{0}",
        "rather_tell",
        "yes",
        "no",
        "never",
        "daily",
        "0",
        "-1.5",
        "1e999",
        "NaN",
        "inf",
        "00000000000000000000000000001",
        "2026-11-30",
        "2026-02-30",
        "-000001-01-01",
        "9999-12-31",
        "2026-11-30T12:00:00Z",
        "2026-11-01T01:30:00-05:00[America/New_York]",
        "9999-12-31T23:59:59.999999999-23:59",
        "17:00:00",
        "24:00:00",
        "23:59:60",
        "\u{202e}👩‍❤️‍👨",
        "kg",
    ];
    let text = || {
        prop_oneof![
            8 => proptest::sample::select(texts.to_vec()).prop_map(str::to_owned),
            1 => proptest::collection::vec(any::<char>(), 0..20).prop_map(|chars| chars.into_iter().collect()),
            1 => (1_usize..20_000).prop_map(|long| "é".repeat(long)),
        ]
    };
    let value = prop_oneof![
        any::<bool>().prop_map(|value| Drawn(Value::Boolean(value))),
        prop_oneof![-3_i64..50, any::<i64>()].prop_map(|number| Drawn(Value::Integer(number))),
        text().prop_map(|text| Drawn(Value::Decimal(text))),
        text().prop_map(|text| Drawn(Value::Text(text))),
        (text(), text()).prop_map(|(system, code)| Drawn(Value::Code { system, code })),
        text().prop_map(|code| Drawn(Value::Code { system: String::new(), code })),
        text().prop_map(|text| Drawn(Value::Date(text))),
        text().prop_map(|text| Drawn(Value::DateTime(text))),
        text().prop_map(|text| Drawn(Value::Time(text))),
        (text(), text()).prop_map(|(value, unit)| Drawn(Value::Quantity { value, unit })),
    ];
    prop_oneof![6 => proptest::collection::vec(value.clone(), 1..3), 1 => proptest::collection::vec(value, 0..120)]
        .boxed()
}

fn written(case: &Case) -> String {
    serde_json::to_string_pretty(case).unwrap_or_default()
}
