//! Whatever loads must also run: answers through the checks, the safety screen
//! and triage, and what must hold for any of them.

use std::collections::BTreeSet;

use rapport_domain::{
    contact::Language,
    intake::Care,
    problem::{FieldProblem, FieldProblems, FileProblem},
    protocol::{GivenAnswers, Protocol, Subject},
    screening::{Answers, Value},
    triage::{Booking, TriageResult, Urgency},
};
use serde_json::Value as Json;

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

/// The code with which people of either practice keep an answer for a person.
pub(crate) const REFUSAL: &str = "rather_tell";

/// Questions about safety that hang on no other: left blank or refused, each brings a person.
pub(crate) struct AlwaysAsked {
    items: BTreeSet<(String, String)>,
    refusal: Option<&'static str>,
}

impl AlwaysAsked {
    /// Those of a protocol.
    pub(crate) fn of(protocol: &Protocol, refusal: Option<&'static str>) -> Self {
        let mut items = BTreeSet::new();
        for instrument in protocol.instruments() {
            let form: Json = serde_json::from_str(instrument.client_json(Language::En)).unwrap_or_default();
            let mut below = vec![&form];
            while let Some(group) = below.pop() {
                let asked = group.get("item").and_then(Json::as_array).into_iter().flatten();
                for item in asked.filter(|item| item.get("enableWhen").is_none()) {
                    below.push(item);
                    let link_id = item.get("linkId").and_then(Json::as_str).unwrap_or_default();
                    if instrument.item(link_id).is_some_and(|(_, item)| item.answerable())
                        && protocol.is_safety_item(instrument.canonical(), link_id)
                    {
                        items.insert((instrument.canonical().to_owned(), link_id.to_owned()));
                    }
                }
            }
        }
        Self { items, refusal }
    }

    /// One that was left open.
    fn open(&self, answers: &Answers) -> Option<&(String, String)> {
        let refused = |value: &Value| matches!(value, Value::Code { code, .. } if Some(code.as_str()) == self.refusal);
        self.items.iter().find(|(canonical, link_id)| {
            let values = answers.values(canonical, link_id);
            values.is_empty() || values.iter().any(refused)
        })
    }
}

/// Runs a case through a protocol. Gives the result, or why the answers are refused.
pub(crate) fn run(
    protocol: &Protocol,
    case: &Case,
    asked: &AlwaysAsked,
) -> Result<Result<TriageResult, Vec<FieldProblem>>, Complaint> {
    // A store gives back what another version accepted: nothing may break on it.
    decide(protocol, &case.unchecked(), case, asked)?;
    let mut problems = FieldProblems::default();
    let Some(answers) = protocol.check_answers(case.given.clone(), &mut problems) else {
        must!(!problems.is_empty(), "answers are refused without a reason");
        return Ok(Err(problems.into_vec()));
    };
    must!(problems.is_empty(), "answers are accepted and complained about");
    let result = decide(protocol, &answers, case, asked)?;

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
    Ok(Ok(result))
}

fn decide(protocol: &Protocol, answers: &Answers, case: &Case, asked: &AlwaysAsked) -> Result<TriageResult, Complaint> {
    let subject = Subject { answers, age: Some(case.age), care: case.care() };
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
    if let Some((canonical, link_id)) = asked.open(answers) {
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
        let form: Result<Json, _> = serde_json::from_str(instrument.client_json(language));
        must!(form.is_ok(), "the form of {:?} is no JSON", instrument.name());
        must!(!form.is_ok_and(|form| weighs(&form)), "the form of {:?} shows weights", instrument.name());
    }
    Ok(())
}

/// Whether an extension of a form gives a weight.
fn weighs(form: &Json) -> bool {
    let is_weight = |extension: &Json| {
        let url = extension.get("url").and_then(Json::as_str).unwrap_or_default();
        url.ends_with("rdinalValue") || url.ends_with("itemWeight")
    };
    match form {
        Json::Array(values) => values.iter().any(weighs),
        Json::Object(fields) => fields.iter().any(|(key, value)| {
            (key == "extension" && value.as_array().is_some_and(|all| all.iter().any(is_weight))) || weighs(value)
        }),
        _ => false,
    }
}

/// What a practice reads about a file must stand on one line, and within the file.
pub(crate) fn readable(problems: &[FileProblem], file: &str, text: &str) -> Result<(), Complaint> {
    // YAML breaks a line at a carriage return alone, too.
    let breaks = text.replace("\r\n", "\n").matches(['\r', '\n']).count();
    let lines = u32::try_from(text.lines().count().max(breaks)).unwrap_or(u32::MAX).saturating_add(1);
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
