//! Two partners' views side by side.

use rapport_domain::{
    intake::Care,
    protocol::{Protocol, Subject},
    screening::Answers,
    triage::{
        Advice, JointView, Partner, TriageResult,
        joint::{Row, Side, compare},
    },
};

use super::{code, sample, sample_files, texts};

/// One partner of the sample practice, who answered these questions about distance.
struct Answered<'a> {
    protocol: &'a Protocol,
    answers: Answers,
    result: TriageResult,
}

impl<'a> Answered<'a> {
    fn new(protocol: &'a Protocol, given: &[(&str, &str)]) -> Self {
        let mut answers = Answers::default();
        for (item, answer) in given {
            let (instrument, link_id) = item.split_once('.').unwrap();
            let found = protocol.instruments().iter().find(|one| one.name() == instrument).unwrap();
            assert!(found.item(link_id).is_some(), "{item}");
            let sheet = answers.0.entry(found.canonical().to_owned()).or_default();
            sheet.insert(link_id.to_owned(), vec![code(answer)]);
        }
        let result = protocol.triage(&Subject { answers: &answers, age: Some(40), care: Care::Couple });
        Self { protocol, answers, result }
    }

    fn partner(&self) -> Partner<'_> {
        Partner { protocol: self.protocol, answers: &self.answers, result: &self.result }
    }
}

fn view(first: &[(&str, &str)], second: &[(&str, &str)]) -> JointView {
    let protocol = sample();
    compare(Answered::new(&protocol, first).partner(), Answered::new(&protocol, second).partner())
}

fn row<'v>(rows: &'v [Row], id: &str) -> &'v Row {
    rows.iter().find(|row| row.id == id).unwrap()
}

// Guard: Couple::seen_from_the_other_side. Without it this goes red.
#[test]
fn a_sign_is_the_same_where_both_mean_the_same_person() {
    for (first, second, agree) in [
        ("me", "partner", true),
        ("partner", "me", true),
        ("both", "both", true),
        ("no", "no", true),
        ("me", "me", false),
        ("partner", "partner", false),
        ("both", "partner", false),
        ("no", "me", false),
    ] {
        let view = view(&[("distance.touch", first)], &[("distance.touch", second)]);
        assert_eq!(row(&view.signs, "distance.touch").agree, Some(agree), "{first} and {second}");
    }
}

#[test]
fn a_red_flag_and_a_driver_are_the_same_where_both_say_the_same() {
    let conflict =
        |answer| ["cold_shoulder", "keeping_score", "old_fights"].map(|item| (format!("distance.{item}"), answer));
    let given = |answer, flag: &'static str| {
        let mut given = conflict(answer).to_vec();
        given.push(("distance.contempt".to_owned(), flag));
        given
    };
    let protocol = sample();
    let one = |given: &[(String, &'static str)]| {
        let given: Vec<_> = given.iter().map(|(item, answer)| (item.as_str(), *answer)).collect();
        Answered::new(&protocol, &given)
    };
    let (first, second) = (one(&given("often", "yes")), one(&given("never", "yes")));
    let view = compare(first.partner(), second.partner());
    let contempt = row(&view.red_flags, "distance.contempt");
    assert!(contempt.agree == Some(true) && contempt.label.contains("eye-rolling") && contempt.first.is_some());
    let conflict = row(&view.drivers, "conflict");
    assert_eq!(conflict.label, "unresolved conflict and resentment");
    assert_eq!((conflict.first.as_deref(), conflict.second.as_deref()), (Some("often"), Some("hardly")));
    assert_eq!(conflict.agree, Some(false));
}

#[test]
fn what_one_of_them_did_not_answer_is_no_difference() {
    let view = view(&[("distance.touch", "me"), ("distance.contempt", "yes")], &[]);
    for row in view.signs.iter().chain(&view.red_flags).chain(&view.drivers) {
        assert_eq!((row.second.as_deref(), row.agree), (None, None), "{}", row.id);
    }
    assert!(row(&view.signs, "distance.touch").first.is_some());
}

#[test]
fn who_pursues_and_who_withdraws_is_named_where_both_say_so_of_themselves() {
    let pursues = [("distance.i_reach", "mostly"), ("distance.i_retreat", "never")];
    let withdraws = [("distance.i_reach", "never"), ("distance.i_retreat", "often")];
    let pursuer = |first: &[_], second: &[_]| view(first, second).pursue_and_withdraw.map(|it| it.pursuer);
    assert_eq!(pursuer(&pursues, &withdraws), Some(Side::First));
    assert_eq!(pursuer(&withdraws, &pursues), Some(Side::Second));
    assert_eq!(pursuer(&pursues, &pursues), None);
    // What one says of the other does not count.
    assert_eq!(pursuer(&pursues, &[("distance.partner_reaches", "mostly")]), None);
    // Both do both: whoever does so more clearly, or nobody.
    let both = [("distance.i_reach", "mostly"), ("distance.i_retreat", "mostly")];
    assert_eq!(pursuer(&both, &both), None);
    assert_eq!(pursuer(&both, &[("distance.i_reach", "often"), ("distance.i_retreat", "mostly")]), Some(Side::First));
}

// Guard: Checks::nothing_of_safety_is_compared. Without it this goes red.
#[test]
fn nothing_about_safety_can_be_compared() {
    let refused = |from: &str, to: &str, expected: &str| {
        let mut files = sample_files();
        let triage = files.get_mut("triage.yaml").unwrap();
        assert!(triage.contains(from), "{from}");
        *triage = triage.replace(from, to);
        let problems = texts(&Protocol::load(&files).unwrap_err());
        assert!(problems.iter().any(|problem| problem.contains(expected)), "{to}: {problems:#?}");
    };
    let flags = "red_flags: [distance.withdrawal,";
    refused(flags, "red_flags: [safety.fear, distance.withdrawal,", "safety.fear bears on safety");
    refused("signs: [", "signs: [wellbeing.sad, ", "wellbeing.sad bears on safety");
    refused("pursues: {scale: pursuing", "pursues: {scale: anxiety", "anxiety bears on safety");
    refused("{id: stress, scale: stress}", "{id: stress, scale: low_mood}", "low_mood bears on safety");
    refused("mirrored: {me: partner}", "mirrored: {me: them}", "no sign is ever \"them\"");
    refused("bands: [strong]}\n  withdraws", "bands: [fierce]}\n  withdraws", "bands.pursuing is never \"fierce\"");
    // And what is compared shows none of it.
    let protocol = sample();
    let afraid = [("safety.fear", "yes"), ("safety.wish_dead", "yes"), ("distance.touch", "me")];
    let view = compare(Answered::new(&protocol, &afraid).partner(), Answered::new(&protocol, &afraid).partner());
    let ids = view.signs.iter().chain(&view.red_flags).chain(&view.drivers).map(|row| row.id.as_str());
    assert!(
        ids.clone().count() == 12
            && ids.into_iter().all(|id| !id.starts_with("safety.") && !id.starts_with("wellbeing."))
    );
}

// Guard: the filter of TriageResult::advice_in_case. Without it this goes red.
#[test]
fn where_the_other_partner_is_flagged_no_closeness_is_handed_on_either() {
    let protocol = sample();
    let mut person = Answered::new(&protocol, &[("distance.touch", "both"), ("wellbeing.self_doubt", "most")]);
    // As if all of safety had been answered with "no".
    person.result.advice = vec![
        Advice { step: "micro_gestures".to_owned(), label: String::new(), closeness: true, because: vec![] },
        Advice { step: "own_growth".to_owned(), label: String::new(), closeness: false, because: vec![] },
    ];
    let steps = |flagged| person.result.advice_in_case(flagged).map(|it| it.step.as_str()).collect::<Vec<_>>();
    assert_eq!(steps(false), ["micro_gestures", "own_growth"]);
    assert_eq!(steps(true), ["own_growth"]);
}

#[test]
fn partners_of_two_versions_are_compared_by_one_of_them_whoever_comes_first() {
    let old = sample();
    let mut files = sample_files();
    let triage = files.get_mut("triage.yaml").unwrap();
    *triage = triage.replace("signs: [distance.eye_contact, ", "signs: [");
    let new = Protocol::load(&files).unwrap().value;
    let first = Answered::new(&old, &[("distance.eye_contact", "me"), ("distance.touch", "me")]);
    let second = Answered::new(&new, &[("distance.eye_contact", "partner"), ("distance.touch", "partner")]);
    let (one, other) = (compare(first.partner(), second.partner()), compare(second.partner(), first.partner()));
    assert_eq!(one.signs.len(), other.signs.len());
    assert_eq!(row(&one.signs, "distance.touch").agree, Some(true));
    assert_eq!(row(&other.signs, "distance.touch").agree, Some(true));
}
