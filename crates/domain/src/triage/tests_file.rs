//! `triage.tests.yaml`: cases with the outcome that the practice expects.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{Safety, TriageResult, expression::nearest, file::FILE};
use crate::{
    intake::Care,
    problem::{FileProblem, yaml_place},
    protocol::{Protocol, Subject},
    screening::{Answers, Item, Kind, Questionnaire, Value},
};

/// Its path in the practice's folder.
pub const TESTS: &str = "triage.tests.yaml";

/// What running the tests showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestReport {
    /// How many ran.
    pub ran: usize,
    /// What differs, each at its test's place in the file.
    pub failures: Vec<FileProblem>,
    /// A warning at each rule that no test fired.
    pub untested: Vec<FileProblem>,
}

impl TestReport {
    /// Whether everything came out as expected and every rule was fired.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty() && self.untested.is_empty()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TestsFile {
    /// Answers under those of every test.
    base: Given,
    tests: Vec<Test>,
}

/// Instrument → linkId → its value or values.
type Given = BTreeMap<String, BTreeMap<String, Spanned<GivenValue>>>;

#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum GivenValue {
    Flag(bool),
    Whole(i64),
    Text(String),
    /// Several values; none: left blank.
    Many(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    name: Spanned<String>,
    #[serde(default = "adult")]
    age: i16,
    #[serde(default)]
    care: GivenCare,
    #[serde(default)]
    answers: Given,
    expect: Expected,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum GivenCare {
    Couple,
    #[default]
    Individual,
}

/// What must come out; whatever is left out may be anything.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    urgency: String,
    book: String,
    flagged: Option<bool>,
    clinician: Option<bool>,
    /// These must fire; others may.
    #[serde(default)]
    fired: Vec<Spanned<String>>,
    /// Exactly these, in this order.
    lines: Option<Vec<String>>,
    /// Exactly these.
    needs: Option<BTreeSet<String>>,
    /// Exactly these small steps.
    advise: Option<BTreeSet<String>>,
    /// Exactly these are told by name.
    notify: Option<BTreeSet<String>>,
    /// Exactly these reports must be completed.
    reports: Option<BTreeSet<String>>,
}

const fn adult() -> i16 {
    35
}

/// Runs the practice's own tests against its own rules.
///
/// # Errors
/// Where the file itself is wrong: unknown items, impossible answers, unknown rules.
pub fn run_tests(protocol: &Protocol, text: &str) -> Result<TestReport, Vec<FileProblem>> {
    let file: TestsFile = serde_saphyr::from_str(text).map_err(|error| vec![FileProblem::yaml(TESTS, &error)])?;
    let mut runner = Runner { protocol, problems: Vec::new() };
    let base = runner.answers(&Answers::default(), &file.base);
    let mut report = TestReport { ran: 0, failures: Vec::new(), untested: Vec::new() };
    let mut fired = BTreeSet::new();
    for test in &file.tests {
        let answers = runner.answers(&base, &test.answers);
        runner.rules(&test.expect.fired);
        let care = match test.care {
            GivenCare::Couple => Care::Couple,
            GivenCare::Individual => Care::Individual,
        };
        let subject = Subject { answers: &answers, age: Some(test.age), care };
        let (safety, result) = (protocol.screen_safety(&subject), protocol.triage(&subject));
        fired.extend(result.fired.iter().map(|rule| rule.rule.clone()));
        let place = yaml_place(&test.name.defined);
        let failures =
            test.expect.differences(&safety, &result).into_iter().map(|difference| {
                FileProblem::error(TESTS, place, format!("\"{}\": {difference}", test.name.value), "")
            });
        report.failures.extend(failures);
        report.ran += 1;
    }
    if !runner.problems.is_empty() {
        return Err(runner.problems);
    }
    let untested = protocol.rules().filter(|rule| !fired.contains(*rule)).map(|rule| {
        let (file, place) = match protocol.engine().rule_place(rule) {
            Some(place) => (FILE, place),
            None => (TESTS, (1, 1)),
        };
        FileProblem::warning(file, place, format!("no test fires the rule \"{rule}\""), format!("add one to {TESTS}"))
    });
    report.untested = untested.collect();
    Ok(report)
}

/// What keeps the file from being read, where there is no protocol to run it on.
#[must_use]
pub fn unreadable_tests(text: &str) -> Vec<FileProblem> {
    let read: Result<TestsFile, _> = serde_saphyr::from_str(text);
    read.err().map(|error| FileProblem::yaml(TESTS, &error)).into_iter().collect()
}

impl Expected {
    fn differences(&self, safety: &Safety, result: &TriageResult) -> Vec<String> {
        let ids: Vec<_> = result.fired.iter().map(|rule| rule.rule.as_str()).collect();
        let fired = if ids.is_empty() { "no rule fired".to_owned() } else { format!("fired: {}", ids.join(", ")) };
        let mut differences = Vec::new();
        let mut differ = |what: &str, is: &str, expected: &str| {
            if is != expected {
                differences.push(format!("{what} is {is}, not {expected} ({fired})"));
            }
        };
        differ("the urgency", result.urgency.name(), &self.urgency);
        differ("booking", result.booking.name(), &self.book);
        let word = |flag: bool| if flag { "true" } else { "false" };
        if let Some(flagged) = self.flagged {
            differ("flagged", word(result.flagged), word(flagged));
        }
        if let Some(clinician) = self.clinician {
            differ("clinician", word(result.clinician_only), word(clinician));
        }
        for rule in self.fired.iter().filter(|rule| !ids.contains(&rule.value.as_str())) {
            differ("a rule", "silent", &rule.value);
        }
        if let Some(lines) = &self.lines {
            differ("the lines", &safety.lines.join(", "), &lines.join(", "));
        }
        let advice = result.advice.iter().map(|advice| advice.step.clone()).collect();
        for (what, found, expected) in [
            ("the needs", &result.needs, &self.needs),
            ("the advice", &advice, &self.advise),
            ("who is notified", &result.notify, &self.notify),
            ("the reports", &result.reports, &self.reports),
        ] {
            let words = |ids: &BTreeSet<String>| ids.iter().cloned().collect::<Vec<_>>().join(", ");
            if let Some(expected) = expected {
                differ(what, &words(found), &words(expected));
            }
        }
        differences
    }
}

struct Runner<'a> {
    protocol: &'a Protocol,
    problems: Vec<FileProblem>,
}

impl Runner<'_> {
    fn error<T>(&mut self, at: &Spanned<T>, what: String, hint: impl Into<String>) {
        self.problems.push(FileProblem::error(TESTS, yaml_place(&at.defined), what, hint));
    }

    fn rules(&mut self, ids: &[Spanned<String>]) {
        for id in ids {
            if !self.protocol.rules().any(|rule| rule == id.value) {
                let hint = nearest(&id.value, self.protocol.rules());
                self.error(id, format!("there is no rule \"{}\"", id.value), hint);
            }
        }
    }

    fn answers(&mut self, base: &Answers, given: &Given) -> Answers {
        let mut answers = base.clone();
        let protocol = self.protocol;
        for (name, items) in given {
            let instrument = protocol.instruments().iter().find(|one| one.name() == name);
            for (link_id, value) in items {
                let Some(instrument) = instrument else {
                    let hint = nearest(name, protocol.instruments().iter().map(Questionnaire::name));
                    self.error(value, format!("there is no instrument \"{name}\""), hint);
                    break;
                };
                let Some((_, item)) = instrument.item(link_id).filter(|(_, item)| item.answerable()) else {
                    let hint = nearest(link_id, instrument.items().iter().map(|item| item.link_id.as_str()));
                    self.error(value, format!("{name} asks no \"{link_id}\""), hint);
                    continue;
                };
                match values(item, &value.value) {
                    Some(values) => {
                        let sheet = answers.0.entry(instrument.canonical().to_owned()).or_default();
                        sheet.insert(link_id.clone(), values);
                    }
                    None => {
                        let hint = "give one of its options, or a value of its type; [] leaves it blank";
                        self.error(value, format!("\"{link_id}\" cannot be answered like this"), hint);
                    }
                }
            }
        }
        answers
    }
}

fn values(item: &Item, given: &GivenValue) -> Option<Vec<Value>> {
    match given {
        GivenValue::Many(values) => values.iter().map(|value| written(item, value)).collect(),
        GivenValue::Text(value) => written(item, value).map(|value| vec![value]),
        GivenValue::Flag(flag) if item.kind == Kind::Boolean => Some(vec![Value::Boolean(*flag)]),
        GivenValue::Whole(number) if item.kind == Kind::Integer => Some(vec![Value::Integer(*number)]),
        GivenValue::Flag(_) | GivenValue::Whole(_) => None,
    }
}

fn written(item: &Item, text: &str) -> Option<Value> {
    let option = item.options.iter().find(|option| option.code() == Some(text)).map(|option| option.value.clone());
    option.or_else(|| match item.kind {
        Kind::Text | Kind::OpenChoice => Some(Value::Text(text.to_owned())),
        Kind::Decimal => Some(Value::Decimal(text.to_owned())),
        Kind::Date => Some(Value::Date(text.to_owned())),
        Kind::DateTime => Some(Value::DateTime(text.to_owned())),
        Kind::Time => Some(Value::Time(text.to_owned())),
        _ => None,
    })
}
