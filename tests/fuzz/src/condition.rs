//! Conditions in CEL, made by a grammar from what a practice can name: most are
//! of the right types, so that they load and run.

use proptest::prelude::*;
use rapport_domain::screening::{Item, Kind, Questionnaire};

use crate::tree::Node;

/// What conditions can name.
#[derive(Clone, Default)]
struct Names {
    flags: Vec<String>,
    whole: Vec<String>,
    decimal: Vec<String>,
    /// With their codes.
    codes: Vec<(String, Vec<String>)>,
    /// Those that repeat, with their codes.
    repeated: Vec<(String, Vec<String>)>,
}

/// Conditions over these questionnaires and the scales of a triage.yaml.
pub(crate) fn conditions(instruments: &[Questionnaire], triage: &Node) -> BoxedStrategy<String> {
    let mut names = Names { whole: vec!["client.age".to_owned()], ..Names::default() };
    names.codes.push(("client.care".to_owned(), vec!["couple".to_owned(), "individual".to_owned()]));
    for instrument in instruments {
        for item in instrument.items().iter().filter(|item| item.answerable()) {
            names.item(instrument.name(), item);
        }
    }
    names.scales(triage);
    flag(&names)
}

impl Names {
    fn item(&mut self, instrument: &str, item: &Item) {
        let name = name_of(instrument, &item.link_id);
        let codes: Vec<_> = item.options.iter().filter_map(|option| option.code().map(str::to_owned)).collect();
        match item.kind {
            _ if item.repeats && !codes.is_empty() => self.repeated.push((name, codes)),
            Kind::Boolean => self.flags.push(name),
            Kind::Integer => self.whole.push(name),
            Kind::Decimal => self.decimal.push(name),
            Kind::Choice | Kind::OpenChoice if !codes.is_empty() => self.codes.push((name, codes)),
            // CEL asks has() of plain names alone.
            _ if name.ends_with(']') => {}
            _ => self.flags.push(format!("has({name})")),
        }
    }

    fn scales(&mut self, triage: &Node) {
        let field = |node: &Node, key: &str| match node {
            Node::Map(fields) => fields.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone()),
            _ => None,
        };
        let list = |node: Option<Node>| if let Some(Node::List(values)) = node { values } else { Vec::new() };
        let id = |node: &Node| if let Some(Node::Text(id)) = field(node, "id") { id } else { String::new() };
        for scale in list(field(triage, "scales")) {
            self.decimal.push(format!("scales.{}", id(&scale)));
            let bands: Vec<_> = list(field(&scale, "bands")).iter().map(id).collect();
            if !bands.is_empty() {
                self.codes.push((format!("bands.{}", id(&scale)), bands));
            }
        }
    }
}

/// `instrument.linkId`, or with brackets where CEL needs them.
pub(crate) fn name_of(instrument: &str, link_id: &str) -> String {
    let plain = link_id.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
        && !link_id.starts_with(|char: char| char.is_ascii_digit());
    if plain { format!("{instrument}.{link_id}") } else { format!("{instrument}[{}]", spelled(link_id)) }
}

/// A text as CEL spells it.
pub(crate) fn spelled(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

fn one_of(names: &[String]) -> BoxedStrategy<String> {
    if names.is_empty() {
        Just("client.age".to_owned()).boxed()
    } else {
        proptest::sample::select(names.to_vec()).boxed()
    }
}

/// A name with one of its codes; now and then with one that it cannot have.
fn with_code(names: &[(String, Vec<String>)]) -> BoxedStrategy<(String, String)> {
    let pairs = names.iter().flat_map(|(name, codes)| codes.iter().map(move |code| (name.clone(), spelled(code))));
    let mut pairs: Vec<_> = pairs.collect();
    if pairs.is_empty() {
        pairs.push(("client.care".to_owned(), "\"couple\"".to_owned()));
    }
    prop_oneof![
        30 => proptest::sample::select(pairs.clone()),
        1 => proptest::sample::select(pairs).prop_map(|(name, _)| (name, "\"nobody\"".to_owned())),
    ]
    .boxed()
}

fn number(names: &[String], literals: &[&'static str]) -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        2 => one_of(names),
        1 => proptest::sample::select(literals.to_vec()).prop_map(str::to_owned),
    ];
    let divisors: Vec<_> = literals.iter().copied().filter(|literal| !["0", "0.0"].contains(literal)).collect();
    leaf.prop_recursive(3, 10, 2, move |inner| {
        let operator = proptest::sample::select(vec!["+", "-", "*"]);
        let divides = proptest::sample::select(vec!["/", "%"]);
        prop_oneof![
            4 => (inner.clone(), operator, inner.clone()).prop_map(|(left, sign, right)| format!("({left} {sign} {right})")),
            2 => (inner.clone(), divides, proptest::sample::select(divisors.clone()))
                .prop_map(|(left, sign, right)| format!("{left} {sign} {right}")),
            1 => inner.prop_map(|inner| format!("-({inner})")),
        ]
    })
    .boxed()
}

fn flag(names: &Names) -> BoxedStrategy<String> {
    let whole = number(&names.whole, &["0", "1", "-1", "18", "3", "9223372036854775807", "-9223372036854775807"]);
    let decimal = number(&names.decimal, &["0.0", "1.0", "2.5", "-1.5", "1e308", "1e-300"]);
    let compared = proptest::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]);
    let numbers = prop_oneof![
        5 => (whole.clone(), compared.clone(), whole.clone()),
        5 => (decimal.clone(), compared.clone(), decimal),
        1 => (whole.clone(), compared, one_of(&names.flags)),
    ];
    let repeated = with_code(&names.repeated);
    let every = (
        proptest::sample::select(vec!["exists", "exists", "exists", "all", "all", "map"]),
        proptest::sample::select(vec!["==", "!="]),
    );
    let leaf = prop_oneof![
        3 => one_of(&names.flags),
        4 => with_code(&names.codes).prop_map(|(name, code)| format!("{name} == {code}")),
        2 => with_code(&names.codes).prop_map(|(name, code)| format!("{name} in [{code}, {code}]")),
        1 => with_code(&names.codes).prop_map(|(name, _)| format!("has({name})")),
        2 => repeated.clone().prop_map(|(name, code)| format!("{code} in {name}")),
        2 => (repeated, every).prop_map(|((name, code), (all, sign))| format!("{name}.{all}(x, x {sign} {code})")),
        4 => numbers.prop_map(|(left, sign, right)| format!("{left} {sign} {right}")),
        1 => (whole, 0_usize..80).prop_map(|(name, many)| format!("{name} in [{}]", vec!["3"; many].join(", "))),
        1 => any::<bool>().prop_map(|value| value.to_string()),
    ];
    leaf.prop_recursive(5, 40, 3, |inner| {
        let joined = (proptest::sample::select(vec![" && ", " || "]), proptest::collection::vec(inner.clone(), 1..4));
        prop_oneof![
            4 => joined.prop_map(|(sign, parts)| format!("({})", parts.join(sign))),
            2 => (inner.clone(), 1_usize..4).prop_map(|(inner, times)| format!("{}({inner})", "!".repeat(times))),
            1 => (inner.clone(), inner.clone(), inner.clone()).prop_map(|(one, two, three)| format!("({one} ? {two} : {three})")),
            1 => (inner.clone(), 1_usize..6).prop_map(|(inner, times)| vec![inner; times].join(" || ")),
            1 => (inner.clone(), inner).prop_map(|(one, two)| format!("({one}) == ({two})")),
        ]
    })
    .boxed()
}
