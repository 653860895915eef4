//! The values that are put into documents: known words, odd texts, numbers at the
//! edges of their types, and what each format makes of a place beyond values.

use proptest::prelude::*;

use super::Words;
use crate::tree::{Format, Node};

/// Texts that have surprised somebody before.
const ODD: [&str; 44] = [
    "",
    " ",
    "\n",
    "\t",
    "\r\n",
    "\u{0}",
    "\u{7f}",
    "\u{1b}[31m",
    "\u{feff}",
    "\u{202e}abc",
    "\u{2028}",
    "e\u{301}",
    "👩‍❤️‍👨",
    "ﬁ",
    "ẞ",
    "İ",
    "𝔘",
    "null",
    "~",
    "true",
    "yes",
    "NaN",
    ".nan",
    "-.inf",
    "inf",
    "-0",
    "0x1F",
    "1_000",
    "1e999",
    "-1e-999",
    "9223372036854775808",
    "2026-02-30",
    "2026-13-01T25:61:61Z",
    "-009999-01-01",
    "24:00:00",
    "a.b.c",
    "\"",
    "'",
    "\\",
    "{{x}}",
    "#",
    "|",
    "\\u0000",
    "../x",
];

/// What a format makes of a place, beyond values.
const RAW_JSON: [&str; 10] = ["", "NaN", "-", "1e400", "\"\\ud800\"", "\"\\u0000\"", "[1,]", "{,}", "0123", "tru"];
const RAW_YAML: [&str; 22] = [
    "",
    "&a",
    "*a",
    "&a [*a]",
    "&a {b: *a}",
    "{<<: *a}",
    "!!binary aGk=",
    "!!str 3",
    "!!int x",
    "!custom {a: 1}",
    "? a",
    "- - - -",
    "|+\n\n\n",
    ">\n  a\n    b\n",
    "---",
    "...",
    "%YAML 1.1",
    "\t- a",
    "'a''b",
    "{a: 1, a: 2}",
    "1:30:00",
    "0o17",
];
const RAW_TOML: [&str; 12] = [
    "",
    "nan",
    "-inf",
    "0x_1",
    "1e400",
    "1979-05-27T07:32:00Z",
    "'''a\n'''",
    "\"\"\"\\\n  a\"\"\"",
    "{a.b = 1, a.c = 2}",
    "[1, \"a\"]",
    "\"\\UFFFFFFFF\"",
    "07:32:00",
];

pub(super) fn text(words: &Words) -> BoxedStrategy<String> {
    let known = proptest::sample::select(words.words.clone());
    let odd = proptest::sample::select(ODD.to_vec()).prop_map(str::to_owned);
    let long = (prop_oneof![Just("a"), Just("é"), Just("\n"), Just("("), Just("!"), Just("a."), Just("-")], long())
        .prop_map(|(part, times)| part.repeat(times));
    let any = proptest::collection::vec(any::<char>(), 0..12).prop_map(|chars| chars.into_iter().collect());
    prop_oneof![12 => known, 6 => odd, 1 => long, 2 => any].boxed()
}

fn long() -> BoxedStrategy<usize> {
    prop_oneof![8 => 10_usize..300, 2 => 300_usize..5_000, 1 => 5_000_usize..100_000].boxed()
}

fn number() -> BoxedStrategy<String> {
    let edges = [
        "0",
        "1",
        "-1",
        "2",
        "3",
        "100",
        "0.5",
        "1e-7",
        "-0.0",
        "2147483648",
        "-9223372036854775808",
        "9223372036854775807",
        "18446744073709551616",
        "1e15",
        "1e100",
        "1.7e308",
        "-1.7e308",
        "5e-324",
        "0.1000000000000000055511151231257827",
    ];
    prop_oneof![
        3 => proptest::sample::select(edges.to_vec()).prop_map(str::to_owned),
        2 => (-100_i32..100).prop_map(|number| number.to_string()),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => any::<f64>().prop_filter("a number", |number| number.is_finite()).prop_map(|number| format!("{number:e}")),
    ]
    .boxed()
}

/// Any value; deep ones and swarms of aliases as raw text.
pub(super) fn value(format: Format, words: &Words) -> BoxedStrategy<Node> {
    let raw: &[&str] = match format {
        Format::Json => &RAW_JSON,
        Format::Yaml => &RAW_YAML,
        Format::Toml | Format::Csv => &RAW_TOML,
    };
    let raw = proptest::sample::select(raw.to_vec()).prop_map(|text| Node::Raw(text.to_owned()));
    let deep = (proptest::sample::select(vec![("[", "]"), ("{\"a\": ", "}"), ("{\"item\": [", "]}")]), long())
        .prop_map(|((open, close), times)| Node::Raw(open.repeat(times) + "1" + &close.repeat(times)));
    let laughs = (2_u32..12, 2_usize..12).prop_map(|(levels, wide)| Node::Raw(laughs(levels, wide)));
    let scalar = prop_oneof![
        1 => Just(Node::Null),
        2 => any::<bool>().prop_map(Node::Bool),
        4 => number().prop_map(Node::Number),
        8 => text(words).prop_map(Node::Text),
        1 => raw,
    ];
    let tree = scalar.clone().prop_recursive(3, 12, 4, {
        let words = words.clone();
        move |inner| {
            let fields = proptest::collection::vec((text(&words), inner.clone()), 0..4);
            prop_oneof![proptest::collection::vec(inner, 0..4).prop_map(Node::List), fields.prop_map(Node::Map)]
        }
    });
    match format {
        Format::Yaml => prop_oneof![40 => scalar, 10 => tree, 1 => deep, 1 => laughs].boxed(),
        Format::Json | Format::Toml | Format::Csv => prop_oneof![40 => scalar, 10 => tree, 1 => deep].boxed(),
    }
}

/// A billion laughs: every level names the one before it many times over.
fn laughs(levels: u32, wide: usize) -> String {
    let level = |number: u32| {
        let names = format!("*a{}, ", number.saturating_sub(1)).repeat(wide);
        if number == 0 { "&a0 [ha]".to_owned() } else { format!("&a{number} [{names}]") }
    };
    format!("[{}]", (0..levels).map(level).collect::<Vec<_>>().join(", "))
}
