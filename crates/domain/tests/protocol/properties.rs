//! What must hold for any answers at all.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rapport_domain::{
    intake::Care,
    problem::FieldProblems,
    protocol::{Protocol, Subject},
    screening::{Answers, Value},
    triage::{
        Booking, Partner, TriageResult, Urgency,
        joint::{Side, compare},
    },
};

use super::{code, field_texts, sample, sample_files, small_rule};

/// The sample practice, loaded once.
pub(crate) fn protocol() -> &'static Protocol {
    static PROTOCOL: std::sync::OnceLock<Protocol> = std::sync::OnceLock::new();
    PROTOCOL.get_or_init(sample)
}

/// Per closed question: questionnaire, linkId and how many options it has.
fn questions() -> Vec<(String, String, Vec<Value>)> {
    let instruments = protocol().instruments().iter();
    let items = instruments.flat_map(|one| one.items().iter().map(move |item| (one.canonical(), item)));
    let closed = items.filter(|(_, item)| !item.options.is_empty());
    closed
        .map(|(canonical, item)| {
            (
                canonical.to_owned(),
                item.link_id.clone(),
                item.options.iter().map(|option| option.value.clone()).collect(),
            )
        })
        .collect()
}

/// Picks for any answers. `Answers` itself has no Debug, so that proptest could not show it.
pub(crate) fn any_picks() -> impl Strategy<Value = Vec<prop::sample::Index>> {
    let questions = questions().len();
    proptest::collection::vec(any::<prop::sample::Index>(), questions)
}

/// Per question none of its options, or the one that was picked.
pub(crate) fn built(picks: &[prop::sample::Index]) -> Answers {
    let mut answers = Answers::default();
    for ((canonical, link_id, options), pick) in questions().iter().zip(picks) {
        let sheet = answers.0.entry(canonical.clone()).or_default();
        if let Some(value) = options.get(pick.index(options.len() + 1)) {
            sheet.insert(link_id.clone(), vec![value.clone()]);
        }
    }
    answers
}

/// Answers under which a machine books: all of safety answered with "no".
fn calm(mut answers: Answers) -> Answers {
    let safety = protocol().instruments().last().unwrap();
    let no = |link_id: &str| if link_id == "alone" { code("yes") } else { code("no") };
    let items = safety.items().iter().filter(|item| item.answerable());
    let sheet: BTreeMap<_, _> = items.map(|item| (item.link_id.clone(), vec![no(&item.link_id)])).collect();
    answers.0.insert(safety.canonical().to_owned(), sheet);
    answers
}

fn triage(answers: &Answers) -> TriageResult {
    protocol().triage(&Subject { answers, age: Some(30), care: Care::Couple })
}

fn safety_questions() -> Vec<(String, String)> {
    let safety = protocol().instruments().last().unwrap();
    let items = safety.items().iter().filter(|item| item.answerable() && item.link_id != "alone");
    items.map(|item| (safety.canonical().to_owned(), item.link_id.clone())).collect()
}

/// The answers of a safety question, each graver than the one before it.
fn grave(link_id: &str) -> Vec<Value> {
    let codes: &[&str] =
        if link_id == "behavior" { &["no", "rather_tell", "earlier", "recent"] } else { &["no", "rather_tell", "yes"] };
    codes.iter().map(|one| code(one)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn raising_a_safety_answer_never_lowers_anything(picks in any_picks(), which in any::<prop::sample::Index>(), from in 0_usize..3, by in 1_usize..3) {
        let answers = built(&picks);
        let (canonical, link_id) = which.get(&safety_questions()).clone();
        let grave = grave(&link_id);
        let (lower, higher) = (from.min(grave.len() - 2), (from + by).min(grave.len() - 1));
        let with = |place: usize| {
            let mut answers = answers.clone();
            answers.0.entry(canonical.clone()).or_default().insert(link_id.clone(), vec![grave.get(place).unwrap().clone()]);
            triage(&answers)
        };
        let (before, after) = (with(lower), with(higher));
        prop_assert!(after.urgency >= before.urgency, "{link_id}");
        prop_assert!(after.booking >= before.booking, "{link_id}");
        prop_assert!(after.flagged >= before.flagged && after.clinician_only >= before.clinician_only, "{link_id}");
    }

    // Guard: Engine::run's `open`. Without it this goes red.
    #[test]
    fn a_missing_or_refused_safety_answer_is_never_routine_nor_booked_by_machine(picks in any_picks(), which in any::<prop::sample::Index>(), refuse in any::<bool>()) {
        let answers = built(&picks);
        let mut answers = calm(answers);
        let asked: Vec<_> = safety_questions().into_iter().filter(|(_, id)| !["method", "intent", "plan", "strangling", "weapon", "injury", "escalation", "leaving", "pregnancy"].contains(&id.as_str())).collect();
        let (canonical, link_id) = which.get(&asked);
        let sheet = answers.0.get_mut(canonical).unwrap();
        if refuse {
            sheet.insert(link_id.clone(), vec![code("rather_tell")]);
        } else {
            sheet.remove(link_id);
        }
        let result = triage(&answers);
        prop_assert!(result.urgency >= Urgency::Priority && result.booking >= Booking::AloneByStaff && result.flagged, "{link_id}");
    }

    #[test]
    fn the_whole_is_never_less_strict_than_the_safety_rules_alone(picks in any_picks(), age in 10_i16..80) {
        let answers = built(&picks);
        let subject = Subject { answers: &answers, age: Some(age), care: Care::Individual };
        let (safety, whole) = (protocol().screen_safety(&subject), protocol().triage(&subject));
        prop_assert!(whole.urgency >= safety.urgency && whole.booking >= safety.booking);
        prop_assert_eq!(whole.flagged, safety.flagged);
        prop_assert_eq!(whole.clinician_only, safety.clinician_only);
        prop_assert!(age >= 18 || (whole.booking == Booking::Never && whole.under_18 && safety.under_18));
    }

    #[test]
    fn the_same_answers_in_any_order_give_the_same_bytes(picks in any_picks(), seed in any::<u64>()) {
        let answers = built(&picks);
        let as_given = |turn: usize| -> Vec<_> {
            let mut screenings: Vec<_> = answers.0.iter().map(|(canonical, items)| {
                let mut items: Vec<_> = items.iter().map(|(id, values)| (id.clone(), values.clone())).collect();
                let by = turn % items.len().max(1);
                items.rotate_left(by);
                (canonical.clone(), items)
            }).collect();
            let by = turn % screenings.len().max(1);
            screenings.rotate_left(by);
            screenings
        };
        let turn = usize::try_from(seed % 97).unwrap();
        let check = |given| {
            let mut problems = FieldProblems::default();
            let checked = protocol().check_answers(given, &mut problems);
            (checked, field_texts(problems))
        };
        let ((one, _), (other, _)) = (check(as_given(0)), check(as_given(turn)));
        prop_assert!(one == other);
        if let (Some(one), Some(other)) = (one, other) {
            prop_assert_eq!(serde_json::to_vec(&triage(&one)).unwrap(), serde_json::to_vec(&triage(&other)).unwrap());
            // Dropping what was switched off changed nothing.
            prop_assert_eq!(serde_json::to_vec(&triage(&one)).unwrap(), serde_json::to_vec(&triage(&answers)).unwrap());
        }
    }

    // Guard: Checker::compare's last arm. Where it lets differing types through this goes red.
    #[test]
    fn a_rule_with_any_type_error_never_loads(good in prop::collection::vec(prop::sample::select(GOOD.to_vec()), 0..4), joins in prop::collection::vec(prop::sample::select(vec!["&&", "||"]), 4), bad in prop::sample::select(BAD.to_vec()), at in any::<prop::sample::Index>(), wrap in prop::sample::select(vec!["#", "!(#)", "(# && small.flag)", "(small.flag ? # : small.flag)", "(small.flag == #)", "small.many.exists(x, #)"])) {
        let mut parts: Vec<String> = good.iter().map(|part| (*part).to_owned()).collect();
        parts.insert(at.index(parts.len() + 1), wrap.replace('#', bad));
        let mut condition = String::new();
        for (part, join) in parts.iter().zip(&joins) {
            condition = if condition.is_empty() { part.clone() } else { format!("{condition} {join} {part}") };
        }
        prop_assert!(Protocol::load(&small_rule(&condition)).is_err(), "{condition}");
        // Without the error it is refused for nothing but being idle.
        let sound = condition.replace(bad, "small.flag");
        if let Err(problems) = Protocol::load(&small_rule(&sound)) {
            let idle = |what: &str| what.contains("no answers can make this true") || what.contains("whatever is answered");
            prop_assert!(problems.iter().all(|problem| idle(&problem.what)), "{sound}: {problems:?}");
        }
    }

    // Guard: whoever does both more clearly, in joint::pursuit. Where the first one wins this goes red.
    #[test]
    fn swapping_the_partners_mirrors_what_they_are_compared_by(first in any_picks(), second in any_picks()) {
        let (first, second) = (built(&first), built(&second));
        let (one, other) = (triage(&first), triage(&second));
        let partner = |answers, result| Partner { protocol: protocol(), answers, result };
        let view = compare(partner(&first, &one), partner(&second, &other));
        let mut mirrored = compare(partner(&second, &other), partner(&first, &one));
        for row in mirrored.signs.iter_mut().chain(&mut mirrored.drivers).chain(&mut mirrored.red_flags) {
            std::mem::swap(&mut row.first, &mut row.second);
        }
        if let Some(pursuit) = &mut mirrored.pursue_and_withdraw {
            pursuit.pursuer = if pursuit.pursuer == Side::First { Side::Second } else { Side::First };
        }
        prop_assert!(view == mirrored);
    }

    #[test]
    fn the_order_in_which_files_are_read_never_matters(turn in 0_usize..6) {
        let mut files: Vec<_> = sample_files().into_iter().collect();
        files.rotate_left(turn);
        let again = Protocol::load(&files.into_iter().collect()).unwrap().value;
        prop_assert_eq!(again.digest(), protocol().digest());
    }

    /// Severe low mood, anxiety and substance use are about safety too.
    #[test]
    fn raising_an_answer_about_mood_or_substances_never_lowers_anything(picks in any_picks(), which in prop::sample::select(MOOD.to_vec()), from in 0_usize..4, to in 0_usize..4) {
        let answers = built(&picks);
        let wellbeing = protocol().instruments().iter().find(|one| one.name() == "wellbeing").unwrap();
        let (_, item) = wellbeing.item(which).unwrap();
        let with = |place: usize| {
            let mut answers = answers.clone();
            let sheet = answers.0.entry(wellbeing.canonical().to_owned()).or_default();
            sheet.insert(which.to_owned(), vec![item.options[place].value.clone()]);
            triage(&answers)
        };
        let (before, after) = (with(from.min(to)), with(from.max(to)));
        prop_assert!(after.urgency >= before.urgency && after.booking >= before.booking, "{which}");
    }

    /// Whatever stands in a condition, loading it answers; what loads, runs.
    #[test]
    fn no_condition_breaks_the_checker(tokens in proptest::collection::vec(prop::sample::select(TOKENS.to_vec()), 0..14)) {
        if let Ok(loaded) = Protocol::load(&small_rule(&tokens.join(" "))) {
            let answers = Answers::default();
            let result = loaded.value.triage(&Subject { answers: &answers, age: Some(30), care: Care::Couple });
            prop_assert!(result.urgency <= Urgency::Priority);
        }
    }
}

/// The questions that the safety rules for severe distress look at, each option graver than the one before.
const MOOD: [&str; 7] = ["sad", "no_joy", "hope_gone", "tense", "worry_stays", "afraid_of_worst", "substances"];

const GOOD: [&str; 8] = [
    "small.choice == \"often\"",
    "small.flag",
    "!small.flag",
    "scales.s > 1.5",
    "bands.s == \"high\"",
    "small.number + 1 > 2",
    "\"a\" in small.many",
    "client.age < 40",
];

/// Each has one type error, or names what is not there.
const BAD: [&str; 22] = [
    "small.choice == 3",
    "small.choice == \"oftn\"",
    "small.choice > \"often\"",
    "small.number == \"often\"",
    "small.number == small.choice",
    "small.number == small.flag",
    "small.flag == 1",
    "small.flag < small.flag",
    "(small.flag + 1 == 2)",
    "small.many == \"a\"",
    "small.words == \"a\"",
    "small.share + 1 > 2.0",
    "scales.s == \"high\"",
    "bands.s > 1.0",
    "bands.s == \"medium\"",
    "client.care == 1",
    "client.age == \"old\"",
    "size(small.choice) > 1",
    "\"c\" in small.many",
    "small.number in [\"a\"]",
    "small.choice in [1]",
    "small.gone",
];

const TOKENS: [&str; 40] = [
    "small.choice",
    "small.many",
    "small.number",
    "small.flag",
    "small.words",
    "small[\"odd id\"]",
    "scales.s",
    "bands.s",
    "client.age",
    "client",
    "x",
    ".",
    ",",
    "==",
    "!=",
    "<",
    ">=",
    "&&",
    "||",
    "!",
    "-",
    "+",
    "/",
    "%",
    "in",
    "?",
    ":",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\"often\"",
    "1",
    "2.5",
    "null",
    "has(small.choice)",
    "size(small.many)",
    "small.many.exists(x, x == \"a\")",
];
