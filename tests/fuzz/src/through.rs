//! Whatever loads must also run: answers through the checks, the safety screen
//! and triage, and what must hold for any of them.

use std::collections::BTreeSet;

use rapport_domain::{
    contact::Language,
    intake::Care,
    problem::{FieldProblems, FileProblem},
    protocol::{GivenAnswers, Protocol, Subject},
    screening::{Answers, Item, Kind, Value},
    triage::{Booking, TriageResult, Urgency},
};

/// One person's answers and who they are.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Case {
    pub(crate) age: i16,
    pub(crate) couple: bool,
    pub(crate) given: Vec<GivenAnswers>,
}

/// What is not as it must be, in a sentence.
pub(crate) type Complaint = String;

/// Ensures, or returns the complaint.
macro_rules! must {
    ($holds:expr, $($what:tt)+) => {
        if !$holds {
            return Err(format!($($what)+));
        }
    };
}

pub(crate) use must;

impl Case {
    /// The answers as they came, unchecked: what a store could hold.
    fn unchecked(&self) -> Answers {
        let mut answers = Answers::default();
        for (canonical, given) in &self.given {
            answers.0.entry(canonical.clone()).or_default().extend(given.iter().cloned());
        }
        answers
    }

    const fn care(&self) -> Care {
        if self.couple { Care::Couple } else { Care::Individual }
    }
}

/// Runs a case through a protocol; `open` are items of which one left blank or refused brings a person.
/// Gives the result where the answers are accepted.
pub(crate) fn run(
    protocol: &Protocol,
    case: &Case,
    open: &BTreeSet<(String, String)>,
) -> Result<Option<TriageResult>, Complaint> {
    // A store gives back what another version accepted: nothing may break on it.
    decide(protocol, &case.unchecked(), case, open)?;
    let mut problems = FieldProblems::default();
    let Some(answers) = protocol.check_answers(case.given.clone(), &mut problems) else {
        must!(!problems.is_empty(), "answers are refused without a reason");
        return Ok(None);
    };
    must!(problems.is_empty(), "answers are accepted and complained about");
    let result = decide(protocol, &answers, case, open)?;

    let checked = |given: Vec<GivenAnswers>| protocol.check_answers(given, &mut FieldProblems::default());
    let again = answers.0.iter().map(|(canonical, items)| {
        (canonical.clone(), items.iter().map(|(id, values)| (id.clone(), values.clone())).collect())
    });
    must!(checked(again.collect()).as_ref() == Some(&answers), "checked answers are checked to something else");
    let (before, after): (Vec<_>, Vec<_>) =
        case.given.iter().cloned().partition(|(canonical, _)| canonical.len() % 2 == 0);
    let draft = protocol.check_draft(Answers::default(), before, &mut FieldProblems::default());
    let whole = draft.and_then(|draft| protocol.merge(draft, after, &mut FieldProblems::default()));
    must!(whole.as_ref() == Some(&answers), "answers by way of a draft come to something else");
    let mut backwards = case.given.clone();
    backwards.reverse();
    backwards.iter_mut().for_each(|(_, items)| items.reverse());
    must!(checked(backwards).as_ref() == Some(&answers), "the order of the answers matters");
    Ok(Some(result))
}

fn decide(
    protocol: &Protocol,
    answers: &Answers,
    case: &Case,
    open: &BTreeSet<(String, String)>,
) -> Result<TriageResult, Complaint> {
    let subject = Subject { answers, age: case.age, care: case.care() };
    let (safety, result) = (protocol.screen_safety(&subject), protocol.triage(&subject));
    must!(result.urgency >= safety.urgency, "triage is less urgent than the safety screen");
    must!(result.booking >= safety.booking, "triage books more than the safety screen");
    must!(result.flagged >= safety.flagged, "triage lost a flag");
    must!(result.clinician_only >= safety.clinician_only, "triage lost the clinician");
    must!(safety == protocol.screen_safety(&subject), "the safety screen differs from itself");
    if case.age < 18 {
        must!(safety.under_18 && result.under_18, "somebody of {} is not under 18", case.age);
        must!(result.booking == Booking::Never, "something is booked for somebody of {}", case.age);
    }
    if let Some((canonical, link_id)) = open.iter().find(|(canonical, link_id)| {
        let values = answers.values(canonical, link_id);
        let refused = |value: &Value| matches!(value, Value::Code { code, .. } if code == "rather_tell");
        values.is_empty() || values.iter().any(refused)
    }) {
        must!(result.urgency >= Urgency::Priority, "{canonical} {link_id} is open, and the case is ROUTINE");
        must!(!result.booking.by_machine(), "{canonical} {link_id} is open, and a machine books");
        must!(result.flagged && safety.flagged, "{canonical} {link_id} is open, and nothing is flagged");
    }
    let bytes = bytes(&result)?;
    must!(bytes == self::bytes(&protocol.triage(&subject))?, "the same answers gave other bytes");
    let read: Result<TriageResult, _> = serde_json::from_slice(&bytes);
    must!(read.is_ok_and(|read| read == result), "a stored result is not read as what it was");
    Ok(result)
}

fn bytes(result: &TriageResult) -> Result<Vec<u8>, Complaint> {
    serde_json::to_vec(result).map_err(|error| format!("a result cannot be stored: {error}"))
}

/// What must hold for a protocol that loaded: its bundle gives it back, its forms can be read.
pub(crate) fn reload(protocol: &Protocol) -> Result<(), Complaint> {
    match Protocol::from_bundle(protocol.bundle()) {
        Ok(again) => must!(again.digest() == protocol.digest(), "a bundle gives another protocol"),
        Err(error) => return Err(format!("a bundle is not read again: {error}")),
    }
    for (instrument, language) in
        protocol.instruments().iter().flat_map(|one| [(one, Language::En), (one, Language::Es)])
    {
        let form: Result<serde_json::Value, _> = serde_json::from_str(instrument.client_json(language));
        must!(form.is_ok(), "the form of {:?} is no JSON", instrument.name());
        must!(!form.is_ok_and(|form| weighs(&form)), "the form of {:?} shows weights", instrument.name());
    }
    Ok(())
}

/// Whether an extension of a form gives a weight.
fn weighs(form: &serde_json::Value) -> bool {
    let is_weight = |extension: &serde_json::Value| {
        let url = extension.get("url").and_then(serde_json::Value::as_str).unwrap_or_default();
        url.ends_with("rdinalValue") || url.ends_with("itemWeight")
    };
    match form {
        serde_json::Value::Array(values) => values.iter().any(weighs),
        serde_json::Value::Object(fields) => fields.iter().any(|(key, value)| {
            (key == "extension" && value.as_array().is_some_and(|all| all.iter().any(is_weight))) || weighs(value)
        }),
        _ => false,
    }
}

/// What a practice reads about a file must stand on one line, and within the file.
pub(crate) fn readable(problems: &[FileProblem], file: &str, text: &str) -> Result<(), Complaint> {
    let lines = u32::try_from(text.lines().count()).unwrap_or(u32::MAX).saturating_add(1);
    for problem in problems {
        let line = problem.to_string();
        must!(!line.chars().any(char::is_control), "a problem holds control characters: {line:?}");
        must!(line.chars().count() < 1_100, "a problem is {} characters long", line.len());
        must!(!problem.what.is_empty(), "a problem says nothing");
        must!(problem.file != file || problem.line <= lines, "a problem on line {} of {lines}", problem.line);
    }
    must!(!problems.is_empty(), "refused without a reason");
    Ok(())
}

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
        Kind::Decimal => Value::Decimal(format!("{}.5", turn % 3)),
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
