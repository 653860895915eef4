//! Rules: what loads, what must not, and what a loaded one says.

use rapport_domain::{
    intake::Care,
    protocol::{Protocol, Subject},
    screening::{Answers, Value},
    triage::{Booking, REVIEW, Urgency},
};

use super::{SMALL as SMALL_FORM, answers, code, small_files, small_rule, texts};

const CANONICAL: &str = "https://example.com/q|1";

#[track_caller]
fn refused(when: &str, expected: &str) {
    let problems = Protocol::load(&small_rule(when)).unwrap_err();
    let texts = texts(&problems);
    assert!(texts.iter().any(|text| text.contains(expected)), "{when}: {texts:#?}");
}

#[test]
fn a_mistyped_rule_never_loads_and_says_where_it_is_wrong() {
    refused(
        "small.choise == \"often\"",
        "triage.yaml:9:12: rule \"rule\": small asks no \"choise\", did you mean \"choice\"?",
    );
    refused("smal.choice == \"often\"", "did you mean \"small\"?");
    refused("small.choice == \"oftn\"", "small.choice is never \"oftn\", it can be never, often, rather_tell");
    refused("small.flag && small.choice == \"x\"", "triage.yaml:9:39: rule \"rule\": small.choice is never \"x\"");
    refused("small.choice == 3", "cannot be compared");
    refused("small.number == \"often\"", "cannot be compared");
    refused("small.number", "is not yes or no");
    refused("small.choice", "is a code, not yes or no");
    refused("small.flag == 1", "cannot be compared");
    refused("small.choice in [\"often\", \"x\"]", "never \"x\"");
    refused("\"x\" in small.many", "never \"x\"");
    refused("small.many == \"a\"", "may have several values");
    refused("small.words == \"a\"", "cannot be compared");
    refused("small.shown == \"a\"", "small asks no \"shown\"");
    refused("small.total > 3", "small asks no \"total\"");
    refused("scales.t > 1.0", "there is no scale \"t\"");
    refused("bands.s == \"medium\"", "bands.s is never \"medium\"");
    refused("scales.s + 1 > 2.0", "write 1.0 instead of 1");
    refused("client.name == \"x\"", "a client has no \"name\"");
    refused("client.care == \"single\"", "never \"single\"");
    refused("small.flag &&", "cannot be read");
}

#[test]
fn a_place_is_right_in_a_plain_scalar_and_in_a_block_too() {
    for (when, place) in [
        ("small.flag && small.x", "triage.yaml:9:25:"),
        ("|\n      small.flag &&\n      small.x", "triage.yaml:11:7:"),
        (">-\n      small.flag &&\n      small.x", "triage.yaml:10:7:"),
    ] {
        let rule = format!("  - id: rule\n    when: {when}\n    urgency: PRIORITY\n    because: Because.\n");
        let problems = texts(&Protocol::load(&small_files(&rule)).unwrap_err());
        assert!(problems.iter().any(|problem| problem.starts_with(place)), "{when}: {problems:#?}");
    }
}

#[test]
fn what_is_not_in_the_subset_never_loads() {
    refused("small.many.exists(x, small.many.exists(y, y == \"a\"))", "do not nest");
    refused("small.many.exists_one(x, x == \"a\")", "only exists and all");
    refused("size(small.many.filter(x, x == \"a\")) > 1", "only exists and all");
    refused("small.words.matches(\"a.*\")", "\"matches\" is not allowed");
    refused("small.number / small.number > 1", "may be zero");
    refused("small.number / 0 > 1", "may be zero");
    refused("{\"a\": 1}.a > 0", "names have two parts");
    refused("timestamp(\"2026-01-01T00:00:00Z\") > client.age", "\"timestamp\" is not allowed");
    refused(&format!("{}true{}", "(".repeat(200), ")".repeat(200)), "nests deeper than 16");
    refused(&vec!["small.flag"; 200].join(" || "), "longer than 1000 characters");
    refused("!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!small.number", "is not yes or no");
}

#[test]
fn a_files_other_mistakes_are_all_reported() {
    let rule = "  - {id: rule, safety: true, when: small.flag, urgency: ROUTINE, because: B.}\n  - {id: call, when: small.flag, urgency: URGENT, because: B.}\n  - {id: rule, when: small.flag, urgency: HIGH, because: ' ', book: maybe}\n";
    let found = texts(&Protocol::load(&small_files(rule)).unwrap_err());
    for expected in [
        "a safety rule cannot be ROUTINE",
        "a clinician's call is promised, but a machine may book",
        "the rule \"rule\" stands here twice",
        "\"HIGH\" is no urgency",
        "gives no reason",
        "\"maybe\" is no way to book",
    ] {
        assert!(found.iter().any(|text| text.contains(expected)), "{expected}: {found:#?}");
    }
    // Guard: Engine::keeps_minors_from_booking. The fuzzer found a rule that nobody of 12 who answered would meet.
    for minors in ["client.age < 16", "client.age == 17", "client.age < 18 && !has(small.flag)"] {
        let mut files = small_rule("small.flag");
        let triage = files.get_mut("triage.yaml").unwrap();
        *triage = triage.replace("when: client.age < 18", &format!("when: '{minors}'"));
        assert!(
            texts(&Protocol::load(&files).unwrap_err()).iter().any(|text| text.contains("people under 18")),
            "{minors}"
        );
    }
    let mut files = small_rule("small.flag");
    let triage = files.get_mut("triage.yaml").unwrap();
    *triage = triage.replace("safety: {instruments: []", "safety: {instruments: [small]");
    assert!(
        texts(&Protocol::load(&files).unwrap_err())
            .iter()
            .any(|text| text.contains("small.flag has no option \"rather_tell\""))
    );
}

#[test]
fn a_rule_that_no_answers_or_all_answers_meet_never_loads_and_says_which_part_is_to_blame() {
    refused(
        "scales.s > 3.0",
        "triage.yaml:9:21: rule \"rule\": no answers can make this true, scales.s goes from 0 to 3",
    );
    refused("small.flag && scales.s > 3.0", "triage.yaml:9:35: rule \"rule\": no answers can make this true");
    refused(
        "small.choice == \"never\" && small.choice == \"often\"",
        "triage.yaml:9:36: rule \"rule\": no answers can make this true, its two sides rule one another out",
    );
    refused("client.age > 200", "client.age goes from 0 to 120");
    refused("bands.s == \"low\" && scales.s >= 2.0", "rule one another out");
    refused("small.number in []", "no answers can make this true");
    refused("client.age >= 0", "this is true whatever is answered, a rule must tell some intakes from others");
    refused("has(small.choice) || !has(small.choice)", "this is true whatever is answered");
}

// Guard: the origin in Checks::condition. Without it this goes red.
#[test]
fn a_stored_protocol_goes_on_deciding_by_rules_that_no_folder_may_have_any_more() {
    let bundle = serde_json::json!({"format": 1, "files": small_rule("scales.s > 3.0")});
    assert!(Protocol::load(&small_rule("scales.s > 3.0")).is_err());
    assert!(Protocol::from_bundle(&serde_json::to_vec(&bundle).unwrap()).is_ok());
}

#[test]
fn what_a_rule_asks_for_must_be_known() {
    let load = |rule: &str| {
        let mut files =
            small_files(&format!("  - {{id: rule, when: small.flag, urgency: PRIORITY, because: B., {rule}}}\n"));
        let triage = files.get_mut("triage.yaml").unwrap();
        let lists = "small_steps:\n  - {id: alone, label: A, joint: false, touch: false}\nreports:\n  - {id: harm, label: H}\nrules:";
        *triage = triage.replace("rules:", lists);
        Protocol::load(&files).map(|loaded| loaded.value).map_err(|problems| texts(&problems))
    };
    for (rule, expected) in [
        ("advise: [aloan]", "there is no small step \"aloan\", did you mean \"alone\"?"),
        ("never_advise: [x]", "there is no small step \"x\""),
        ("advise: [alone, alone]", "the small step \"alone\" stands here twice"),
        ("advise: [alone], never_advise: [alone]", "both advises and rules out \"alone\""),
        ("notify: [The Boss]", "\"The Boss\" cannot be an id"),
        ("notify: [boss, boss]", "the notify id \"boss\" stands here twice"),
        ("safety: true, clinician: true, report: ham", "there is no report \"ham\", did you mean \"harm\"?"),
        ("report: harm", "only a safety rule for clinicians can ask for a report"),
        ("book: held", "\"held\" is no way to book, use one of auto, hold, alone_by_staff, never"),
    ] {
        let problems = load(rule).unwrap_err();
        assert!(problems.iter().any(|problem| problem.contains(expected)), "{rule}: {problems:#?}");
    }
    let rule = "safety: true, clinician: true, book: hold, report: harm, notify: [boss], advise: [alone]";
    let protocol = load(rule).unwrap();
    assert!(protocol.reports()["harm"] == "H");
    let answers = answers(CANONICAL, &[("flag", Value::Boolean(true))]);
    let subject = Subject { answers: &answers, age: Some(30), care: Care::Couple };
    let (safety, result) = (protocol.screen_safety(&subject), protocol.triage(&subject));
    assert!(safety.notify.contains("boss") && result.notify == safety.notify);
    assert!(safety.reports.contains("harm") && result.reports == safety.reports);
    // A machine may take the time, so that nothing is flagged; staff must say yes to it.
    assert!(result.booking == Booking::Hold && result.booking.by_machine() && result.booking.needs_staff());
    assert!(!result.flagged);
    let told: Vec<_> = result.advice.iter().map(|advice| (advice.step.as_str(), advice.because.join(" "))).collect();
    assert_eq!(told, [("alone", "rule".to_owned())]);
}

// Guard: the last filter of Engine::advice. Without it this goes red.
#[test]
fn whatever_a_file_says_no_closeness_is_advised_where_somebody_is_flagged() {
    let rules = "  - {id: rule, when: small.flag, urgency: ROUTINE, because: B., advise: [joint, touch, alone]}\n  \
                 - {id: harm, safety: true, when: small.choice == \"often\", urgency: URGENT, because: B., book: alone_by_staff}\n  \
                 - {id: no, when: small.number == 1, urgency: ROUTINE, because: B., never_advise: [joint]}\n";
    let mut files = small_files(rules);
    let triage = files.get_mut("triage.yaml").unwrap();
    let steps = "small_steps:\n  - {id: joint, label: J, joint: true, touch: false}\n  \
                 - {id: touch, label: T, joint: false, touch: true}\n  \
                 - {id: alone, label: A, joint: false, touch: false}\nrules:";
    *triage = triage.replace("rules:", steps);
    let protocol = Protocol::load(&files).unwrap().value;
    let advised = |choice: &str, number| {
        let given = [("flag", Value::Boolean(true)), ("choice", code(choice)), ("number", Value::Integer(number))];
        let answers = answers(CANONICAL, &given);
        let result = protocol.triage(&Subject { answers: &answers, age: Some(30), care: Care::Couple });
        result.advice.into_iter().map(|advice| advice.step).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(advised("never", 0), "joint touch alone");
    assert_eq!(advised("never", 1), "touch alone");
    assert_eq!(advised("often", 0), "alone");
    assert_eq!(advised("rather_tell", 0), "alone");
}

#[track_caller]
fn fires(when: &str, given: &[(&str, Value)], expected: bool) {
    let protocol = match Protocol::load(&small_rule(when)) {
        Ok(loaded) => loaded.value,
        Err(problems) => panic!("{when}: {:#?}", texts(&problems)),
    };
    let answers = answers(CANONICAL, given);
    let result = protocol.triage(&Subject { answers: &answers, age: Some(30), care: Care::Couple });
    assert_eq!(result.fired.iter().any(|rule| rule.rule == "rule"), expected, "{when}");
    assert!(result.fired.iter().all(|rule| rule.rule != REVIEW), "{when}");
}

#[test]
fn a_rule_fires_exactly_where_it_says() {
    let often = || ("choice", code("often"));
    fires("small.choice == \"often\"", &[often()], true);
    fires("\"often\" == small.choice", &[often()], true);
    fires("small.choice != \"often\"", &[often()], false);
    fires("small.choice in [\"never\", \"often\"]", &[often()], true);
    fires("!(small.choice == \"never\")", &[often()], true);
    fires("bands.s == \"high\" && scales.s >= 3", &[often()], true);
    fires("scales.s * 2.0 - 1.0 == 5.0", &[often()], true);
    fires("small.number % 2 == 1 && small.number / 2 == 3", &[("number", Value::Integer(7))], true);
    fires("small.number > 5 ? small.number < 10 : false", &[("number", Value::Integer(7))], true);
    fires("-small.number < 0", &[("number", Value::Integer(7))], true);
    fires("small.number in [1, 7]", &[("number", Value::Integer(7))], true);
    fires("small.share > 1.5", &[("share", Value::Decimal("1.51".to_owned()))], true);
    fires("small[\"odd id\"]", &[("odd id", Value::Boolean(true))], true);
    fires("\"a\" in small.many", &[("many", code("a"))], true);
    fires("small.many.exists(m, m == \"b\")", &[("many", code("a"))], false);
    fires("small.many.all(m, m == \"a\")", &[("many", code("a"))], true);
    fires("size(small.many) == 1", &[("many", code("a"))], true);
    fires("client.age >= 30 && client.care == \"couple\"", &[], true);
}

#[test]
fn a_blank_answer_is_neither_true_nor_false() {
    let flag = || ("flag", Value::Boolean(true));
    fires("small.choice == \"never\"", &[], false);
    fires("small.choice != \"never\"", &[], false);
    fires("!(small.choice == \"never\")", &[], false);
    fires("small.choice == \"never\" || small.flag", &[flag()], true);
    fires("small.choice == \"never\" || !small.flag", &[flag()], false);
    fires("small.many.all(m, m == \"a\")", &[], false);
    fires("has(small.choice)", &[], false);
    fires("!has(small.choice) && size(small.many) == 0", &[], true);
}

#[test]
fn a_condition_that_fails_goes_to_a_person_whatever_its_other_side_says() {
    let big = "9223372036854775807";
    for when in [format!("small.number + {big} > 0"), format!("client.age > 18 || small.number + {big} > 0")] {
        let protocol = Protocol::load(&small_rule(&when)).unwrap().value;
        let answers = answers(CANONICAL, &[("number", Value::Integer(7))]);
        let result = protocol.triage(&Subject { answers: &answers, age: Some(30), care: Care::Couple });
        assert_eq!((result.urgency, result.booking, result.flagged), (Urgency::Priority, Booking::AloneByStaff, true));
        assert!(result.fired.iter().any(|rule| rule.rule == REVIEW));
    }
}

#[test]
fn an_item_that_a_safety_rule_names_may_not_stay_blank() {
    let rule = "  - {id: rule, safety: true, when: scales.s > 2.0, urgency: URGENT, because: B., book: never}\n";
    let protocol = Protocol::load(&small_files(rule)).unwrap().value;
    let safety = protocol.screen_safety(&Subject { answers: &Answers::default(), age: Some(30), care: Care::Couple });
    assert!(safety.flagged && safety.urgency == Urgency::Priority && safety.booking == Booking::AloneByStaff);
    let never = answers(CANONICAL, &[("choice", code("never"))]);
    let safety = protocol.screen_safety(&Subject { answers: &never, age: Some(30), care: Care::Couple });
    assert!(!safety.flagged && safety.urgency == Urgency::Routine && safety.booking == Booking::Auto);
}

#[test]
fn a_safety_scale_without_a_score_goes_to_a_person() {
    let rule = "  - {id: rule, safety: true, when: scales.s > 2.0, urgency: URGENT, because: B., book: never}\n";
    let mut files = small_files(rule);
    // Now "rather_tell" is an answer like any other, only one that weighs nothing.
    let triage = files.get_mut("triage.yaml").unwrap();
    *triage = triage.replace("refusal: rather_tell", "refusal: something_else");
    let protocol = Protocol::load(&files).unwrap().value;
    let weightless = answers(CANONICAL, &[("choice", code("rather_tell"))]);
    let safety = protocol.screen_safety(&Subject { answers: &weightless, age: Some(30), care: Care::Couple });
    assert!(safety.flagged && safety.booking == Booking::AloneByStaff);
}

// Guard: Checks::effort. Without it this goes red.
#[test]
fn a_file_that_could_cost_too_much_never_loads() {
    let refused = |rules: &str, expected: &str| {
        let problems = texts(&Protocol::load(&small_files(rules)).unwrap_err());
        assert!(problems.iter().any(|problem| problem.contains(expected)), "{:?}", problems.first());
    };
    refused(&format!("# {}\n", "x".repeat(64 * 1024)), "at most 65536 are read");
    refused(
        "  - {id: a, when: &a small.flag, urgency: ROUTINE, because: B}\n  - {id: b, when: *a, urgency: ROUTINE, because: B}\n",
        "anchor",
    );
    refused(
        &format!("  - {{id: {}, when: small.flag, urgency: ROUTINE, because: B}}\n", "a".repeat(61)),
        "cannot be an id",
    );
    // A hundred answers, each looked at three hundred times: small in the file, and dear.
    let mut files = small_files("");
    let repeats =
        SMALL_FORM.replace("\"type\": \"choice\", \"repeats\": true", "\"type\": \"open-choice\", \"repeats\": true");
    files.insert("instruments/small.json".to_owned(), repeats);
    let body = vec!["x==\"a\""; 60].join("||");
    let triage = files.get_mut("triage.yaml").unwrap();
    for rule in 0..20 {
        let when = format!("small.many.exists(x,{body})");
        triage.push_str(&format!("  - {{id: r{rule}, when: '{when}', urgency: ROUTINE, because: B}}\n"));
    }
    let problems = texts(&Protocol::load(&files).unwrap_err());
    assert!(problems.iter().any(|problem| problem.contains("steps, at most 100000 are allowed")), "{problems:#?}");
}

#[test]
fn evidence_of_a_long_text_is_cut_where_a_character_ends() {
    let protocol = Protocol::load(&small_rule("has(small.words)")).unwrap().value;
    let told = |text: String| {
        let answers = answers(CANONICAL, &[("words", Value::Text(text))]);
        let result = protocol.triage(&Subject { answers: &answers, age: Some(30), care: Care::Couple });
        result.fired[0].evidence[0].value.clone()
    };
    assert_eq!(told("ü".repeat(100)), "ü".repeat(100));
    assert!(told("ü".repeat(2_000)).ends_with("ü …") && told("ü".repeat(2_000)).len() <= 600);
}

#[test]
fn evidence_says_what_was_answered_and_what_was_not() {
    let protocol =
        Protocol::load(&small_rule("small.choice == \"often\" || small.flag || has(small.words)")).unwrap().value;
    let answers = answers(CANONICAL, &[("choice", code("often"))]);
    let result = protocol.triage(&Subject { answers: &answers, age: Some(30), care: Care::Individual });
    let evidence = &result.fired.first().unwrap().evidence;
    let told: Vec<_> = evidence.iter().map(|one| (one.source.as_str(), one.value.as_str())).collect();
    assert_eq!(told, [("small.choice", "often"), ("small.flag", "not answered"), ("small.words", "not answered")]);
}
