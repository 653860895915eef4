//! The practice's safety table, row by row, on the sample practice's own files.

use rapport_domain::{
    intake::Care,
    protocol::{Protocol, Subject},
    screening::{Answers, Value},
    triage::{Booking, REVIEW, Safety, TriageResult, Urgency},
};

use super::{code, sample};

/// Somebody who answered everything, and of whom nothing is to be feared.
struct Person<'a> {
    protocol: &'a Protocol,
    answers: Answers,
    age: Option<i16>,
    care: Care,
}

impl<'a> Person<'a> {
    fn calm(protocol: &'a Protocol, care: Care) -> Self {
        let mut person = Self { protocol, answers: Answers::default(), age: Some(35), care };
        for instrument in protocol.instruments() {
            for item in instrument.items().iter().filter(|item| item.answerable() && !item.repeats) {
                let quiet = ["no", "never", "hardly", "none", "together"];
                let option = item.options.iter().find(|one| one.code().is_some_and(|code| quiet.contains(&code)));
                if let Some(option) = option {
                    person.set(instrument.name(), &item.link_id, vec![option.value.clone()]);
                }
            }
        }
        person.set("safety", "alone", vec![code("yes")]);
        person
    }

    fn set(&mut self, instrument: &str, link_id: &str, values: Vec<Value>) {
        let found = self.protocol.instruments().iter().find(|one| one.name() == instrument).unwrap();
        assert!(found.item(link_id).is_some(), "{instrument}.{link_id}");
        let sheet = self.answers.0.entry(found.canonical().to_owned()).or_default();
        sheet.insert(link_id.to_owned(), values);
    }

    fn found(&self) -> (Safety, TriageResult) {
        let subject = Subject { answers: &self.answers, age: self.age, care: self.care };
        (self.protocol.screen_safety(&subject), self.protocol.triage(&subject))
    }
}

/// What a row of the table says.
struct Row {
    urgency: Urgency,
    booking: Booking,
    /// Whether a clinician alone decides.
    clinician: bool,
    lines: &'static [&'static str],
    reports: &'static [&'static str],
}

/// Each given answer alone, for a couple and for one who comes alone, comes out as its row says.
#[track_caller]
fn check(given: &[&[(&str, &str)]], row: &Row) {
    let protocol = sample();
    for (care, answers) in
        [Care::Couple, Care::Individual].into_iter().flat_map(|care| given.iter().map(move |one| (care, one)))
    {
        let mut person = Person::calm(&protocol, care);
        for (item, answer) in *answers {
            let (instrument, link_id) = item.split_once('.').unwrap();
            person.set(instrument, link_id, if answer.is_empty() { Vec::new() } else { vec![code(answer)] });
        }
        expect(&person, row, &format!("{answers:?}"));
    }
}

#[track_caller]
fn expect(person: &Person<'_>, row: &Row, what: &str) {
    let (safety, result) = person.found();
    let fired: Vec<_> = result.fired.iter().map(|rule| rule.rule.as_str()).collect();
    assert_eq!((safety.urgency, safety.booking), (row.urgency, row.booking), "{what}: {fired:?}");
    assert_eq!((result.urgency, result.booking), (row.urgency, row.booking), "{what}: {fired:?}");
    assert_eq!((safety.clinician_only, result.clinician_only), (row.clinician, row.clinician), "{what}");
    assert_eq!(safety.lines, row.lines, "{what}");
    assert!(safety.reports.iter().eq(row.reports) && result.reports == safety.reports, "{what}");
    // Flagged: nothing is booked, or nothing joint.
    assert_eq!((safety.flagged, result.flagged), (!row.booking.by_machine(), !row.booking.by_machine()), "{what}");
}

const BOOKS_NOTHING: Row =
    Row { urgency: Urgency::Urgent, booking: Booking::Never, clinician: true, lines: &["988"], reports: &[] };
const ALONE_BY_STAFF: Row = Row { booking: Booking::AloneByStaff, ..BOOKS_NOTHING };

#[test]
fn a_wish_to_be_dead_or_thoughts_without_a_method() {
    check(&[&[("safety.wish_dead", "yes")], &[("safety.thoughts", "yes")]], &BOOKS_NOTHING);
}

#[test]
fn a_method_without_intent_or_an_attempt_over_three_months_ago() {
    let method: &[_] = &[("safety.thoughts", "yes"), ("safety.method", "yes")];
    check(&[method, &[("safety.behavior", "earlier")]], &BOOKS_NOTHING);
}

#[test]
fn intent_a_plan_or_an_attempt_within_three_months() {
    let with = |item| [("safety.thoughts", "yes"), (item, "yes")];
    let row = Row { urgency: Urgency::Immediate, lines: &["988", "911"], ..BOOKS_NOTHING };
    check(&[&with("safety.intent"), &with("safety.plan"), &[("safety.behavior", "recent")]], &row);
}

#[test]
fn thoughts_of_harming_the_partner_or_another() {
    let row = Row { urgency: Urgency::Immediate, lines: &["988", "911"], ..BOOKS_NOTHING };
    check(&[&[("safety.harm_others", "yes")]], &row);
}

const VIOLENCE: [&str; 6] =
    ["safety.fear", "safety.coercion", "safety.control", "safety.stalking", "safety.forced_sex", "safety.hitting"];

#[test]
fn fear_coercion_control_stalking_forced_sex_pushing_or_hitting() {
    for item in VIOLENCE {
        check(&[&[(item, "yes")]], &Row { lines: &["dv_hotline", "dv_local"], ..ALONE_BY_STAFF });
    }
}

#[test]
fn strangling_a_weapon_injury_escalation_leaving_pregnancy_with_violence() {
    let row = Row { urgency: Urgency::Immediate, lines: &["dv_hotline", "dv_local", "911"], ..BOOKS_NOTHING };
    for danger in ["strangling", "weapon", "injury", "escalation", "leaving", "pregnancy"] {
        let danger = format!("safety.{danger}");
        for violence in VIOLENCE {
            check(&[&[(violence, "yes"), (&danger, "yes")]], &row);
        }
    }
}

#[test]
fn own_violence_or_loss_of_control() {
    check(&[&[("safety.own_violence", "yes")]], &Row { lines: &["dv_hotline", "dv_local"], ..ALONE_BY_STAFF });
}

#[test]
fn harm_to_a_child_or_a_dependent_adult() {
    let row = Row {
        urgency: Urgency::Immediate,
        lines: &["911", "county_child"],
        reports: &["child_or_dependent_adult"],
        ..ALONE_BY_STAFF
    };
    check(&[&[("safety.child_harm", "yes")]], &row);
}

#[test]
fn a_protective_order_a_custody_or_a_divorce_suit() {
    check(&[&[("safety.legal", "yes")]], &Row { lines: &[], ..ALONE_BY_STAFF });
}

#[test]
fn a_severe_band_or_severe_substance_use_and_none_of_the_above() {
    let low_mood =
        [("wellbeing.sad", "nearly_always"), ("wellbeing.no_joy", "nearly_always"), ("wellbeing.hope_gone", "most")];
    let anxiety = [
        ("wellbeing.tense", "nearly_always"),
        ("wellbeing.worry_stays", "nearly_always"),
        ("wellbeing.afraid_of_worst", "most"),
    ];
    let row = Row { urgency: Urgency::Priority, booking: Booking::Auto, clinician: false, lines: &[], reports: &[] };
    check(&[&low_mood, &anxiety, &[("wellbeing.substances", "severe")]], &row);
}

#[test]
fn rather_told_to_a_person_unanswered_or_not_alone() {
    let row = Row { urgency: Urgency::Priority, clinician: false, lines: &[], ..ALONE_BY_STAFF };
    check(&[&[("safety.alone", "no")]], &row);
    let protocol = sample();
    let safety = protocol.instruments().iter().find(|one| one.name() == "safety").unwrap();
    for item in safety.items().iter().filter(|item| item.answerable()) {
        let asked_by: &[_] = match item.link_id.as_str() {
            // Their own row is stricter, as whatever leads to them is.
            "method" | "intent" | "plan" | "strangling" | "weapon" | "injury" | "escalation" | "leaving"
            | "pregnancy" => continue,
            _ => &[],
        };
        let item = format!("safety.{}", item.link_id);
        for answer in ["rather_tell", ""] {
            let given: Vec<_> = asked_by.iter().copied().chain([(item.as_str(), answer)]).collect();
            check(&[&given], &row);
        }
    }
}

#[test]
fn a_question_that_only_thoughts_or_violence_lead_to_may_not_stay_open_either() {
    let protocol = sample();
    let thoughts = |item: &str| ("thoughts", item.to_owned());
    let violence = |item: &str| ("hitting", item.to_owned());
    let dangers = ["strangling", "weapon", "injury", "escalation", "leaving", "pregnancy"];
    for (before, item) in ["method", "intent", "plan"].map(thoughts).into_iter().chain(dangers.map(violence)) {
        let mut person = Person::calm(&protocol, Care::Couple);
        person.set("safety", before, vec![code("yes")]);
        person.set("safety", &item, vec![code("rather_tell")]);
        let (_, result) = person.found();
        assert!(result.fired.iter().any(|rule| rule.rule == REVIEW), "{item}");
        assert!(result.flagged && result.urgency >= Urgency::Urgent, "{item}");
    }
}

#[test]
fn under_18() {
    let protocol = sample();
    for (age, care) in [(17, Care::Couple), (12, Care::Individual)] {
        let person = Person { age: Some(age), ..Person::calm(&protocol, care) };
        let row = Row { urgency: Urgency::Priority, clinician: false, lines: &[], ..BOOKS_NOTHING };
        expect(&person, &row, "under 18");
        assert!(person.found().0.under_18 && person.found().1.under_18);
    }
}

/// Guard: `is_unknown`, by which a safety rule that hangs on an age that nobody asked for brings a person.
#[test]
fn an_age_that_nobody_asked_for_is_for_a_person_and_makes_nobody_a_minor() {
    let protocol = sample();
    let row = Row { urgency: Urgency::Priority, clinician: false, lines: &[], ..ALONE_BY_STAFF };
    let calm = Person { age: None, ..Person::calm(&protocol, Care::Individual) };
    let nothing_asked = Person { answers: Answers::default(), ..Person::calm(&protocol, Care::Individual) };
    let neither = Person { age: None, answers: Answers::default(), ..Person::calm(&protocol, Care::Individual) };
    for (person, what) in [(calm, "no age"), (nothing_asked, "no answer"), (neither, "neither")] {
        expect(&person, &row, what);
        assert!(!person.found().0.under_18 && !person.found().1.under_18, "{what}");
        assert!(person.found().1.fired.iter().any(|rule| rule.rule == REVIEW), "{what}");
    }
}

#[test]
fn red_flags_of_drift_bring_priority_and_are_booked() {
    let row = Row { urgency: Urgency::Priority, booking: Booking::Auto, clinician: false, lines: &[], reports: &[] };
    let protocol = sample();
    for flag in ["withdrawal", "intimacy", "secrecy", "contempt"] {
        let mut person = Person::calm(&protocol, Care::Couple);
        person.set("distance", flag, vec![code("yes")]);
        let (safety, result) = person.found();
        // Nothing of it is about safety: it is found in triage, and nothing is shown at once.
        assert_eq!((safety.urgency, safety.flagged, safety.lines.len()), (Urgency::Routine, false, 0), "{flag}");
        assert_eq!((result.urgency, result.booking, result.flagged), (row.urgency, row.booking, false), "{flag}");
    }
}

#[test]
fn distress_alone_is_routine_and_booked() {
    let protocol = sample();
    let mut person = Person::calm(&protocol, Care::Couple);
    for (item, answer) in [("eye_contact", "both"), ("screens", "both"), ("apart", "me"), ("no_energy", "mostly")] {
        person.set("distance", item, vec![code(answer)]);
    }
    person.set("wellbeing", "lonely", vec![code("nearly_always")]);
    let row = Row { urgency: Urgency::Routine, booking: Booking::Auto, clinician: false, lines: &[], reports: &[] };
    expect(&person, &row, "distress alone");
}

#[test]
fn of_all_rows_that_fire_the_strictest_booking_and_all_lines_and_duties_stand() {
    let given: &[_] =
        &[("safety.child_harm", "yes"), ("safety.thoughts", "yes"), ("safety.plan", "yes"), ("safety.fear", "yes")];
    let row = Row {
        urgency: Urgency::Immediate,
        booking: Booking::Never,
        clinician: true,
        lines: &["988", "911", "county_child", "dv_hotline", "dv_local"],
        reports: &["child_or_dependent_adult"],
    };
    check(&[given], &row);
}
