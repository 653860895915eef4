use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use uuid::Uuid;

use super::*;
use crate::{
    appointment::AppointmentState,
    id::{AppointmentId, CaseId, TherapistId},
    practice::sample::practice,
    triage::{Advice, Booking, Urgency},
};

/// Steps of the sample practice: id, whether it asks for closeness, how many rules advise it.
const ADVISED: [(&str, bool, usize); 5] = [
    ("soft_start", true, 1),
    ("protected_time", true, 2),
    ("micro_gestures", true, 1),
    ("own_growth", false, 2),
    ("gone_since", false, 9),
];

fn found() -> TriageResult {
    let advice = ADVISED.map(|(step, closeness, rules)| Advice {
        step: step.to_owned(),
        label: String::new(),
        closeness,
        because: vec![String::new(); rules],
    });
    TriageResult {
        protocol: String::new(),
        urgency: Urgency::Routine,
        booking: Booking::Auto,
        flagged: false,
        clinician_only: false,
        under_18: false,
        needs: BTreeSet::new(),
        fired: Vec::new(),
        scores: Vec::new(),
        drivers: BTreeMap::new(),
        advice: advice.into(),
        notify: BTreeSet::new(),
        reports: BTreeSet::new(),
    }
}

fn session(care: Care, room: Option<&str>) -> Appointment {
    let id = Uuid::nil();
    Appointment {
        id: AppointmentId::new(id),
        case: CaseId::new(id),
        therapist: TherapistId::new(id),
        care,
        format: if room.is_some() { Format::InPerson } else { Format::Video },
        room: room.map(str::to_owned),
        starts_at: Timestamp::UNIX_EPOCH,
        ends_at: Timestamp::UNIX_EPOCH,
        state: AppointmentState::Held,
        release_at: None,
        sequence: 0,
    }
}

fn steps(found: &TriageResult) -> Vec<&str> {
    practice().steps(found).into_iter().map(|step| step.id.as_str()).collect()
}

#[test]
fn the_steps_that_most_speaks_for_come_first_and_one_without_words_is_left_out() {
    assert_eq!(steps(&found()), ["protected_time", "own_growth", "soft_start"]);
}

/// Red without `together` in `Practice::steps`, a case for each of its three parts.
#[test]
fn nothing_that_asks_for_closeness_is_shown_where_no_machine_books_a_joint_session() {
    let changes: [fn(&mut TriageResult); 3] =
        [|found| found.flagged = true, |found| found.under_18 = true, |found| found.booking = Booking::AloneByStaff];
    for change in changes {
        let mut found = found();
        change(&mut found);
        assert_eq!(steps(&found), ["own_growth"]);
    }
}

/// What the fee of a session says, and whether an estimate stands beside it.
#[track_caller]
fn check(care: Care, payer: Option<&str>, own_fee: Option<u32>, language: Language, fee: &str, estimate: &str) {
    let preferences = Preferences { payer: payer.map(str::to_owned), ..Preferences::default() };
    let page = practice().session_page(&found(), &preferences, &session(care, None), own_fee, language);
    assert_eq!(page.fee, fee);
    let told = page.estimate.unwrap_or_default();
    assert!(told.starts_with(estimate) && told.is_empty() == estimate.is_empty(), "{told}");
}

#[test]
fn the_fee_follows_the_kind_of_care_the_payer_and_the_therapist() {
    use Care::{Couple, Individual};
    let en = Language::En;
    check(
        Individual,
        None,
        None,
        en,
        "A session costs $160.",
        "A good-faith estimate: 12 sessions come to about $1,920.",
    );
    check(Couple, None, None, en, "A session costs $220.", "A good-faith estimate: 12 sessions come to about $2,640.");
    check(
        Couple,
        None,
        Some(90),
        en,
        "A session costs $90.",
        "A good-faith estimate: 12 sessions come to about $1,080.",
    );
    let pays = "Sample Mutual pays for your sessions. What is left for you depends on your plan: they can tell you how much. Without a plan, a session costs $220.";
    check(Couple, Some("sample_mutual"), None, en, pays, "");
    let does_not = "Sample Blue PPO does not pay for this kind of session. It costs $220, which you pay yourself.";
    check(Couple, Some("sample_blue"), None, en, does_not, "A good-faith estimate: 12");
    let es = "Una estimación de buena fe: 12 sesiones cuestan unos $1,920.";
    check(Individual, None, None, Language::Es, "Una sesión cuesta $160.", es);
}

#[test]
fn in_person_the_way_is_told_and_by_video_how_it_works() {
    let page = |room| {
        let session = session(Care::Couple, room);
        practice().session_page(&found(), &Preferences::default(), &session, None, Language::En)
    };
    let in_person = page(Some("noda-1"));
    assert_eq!((in_person.place.unwrap().id.as_str(), in_person.video), ("noda", None));
    let by_video = page(None);
    assert!(by_video.place.is_none() && by_video.video.unwrap().starts_with("On the day"));
    assert_eq!(by_video.bring.len(), practice().session_texts.bring.len());
}

#[test]
fn amounts_read_as_people_write_them() {
    for (dollars, expected) in [(0, "$0"), (165, "$165"), (1980, "$1,980"), (1_234_567, "$1,234,567")] {
        assert_eq!(amount(dollars), expected);
    }
}
