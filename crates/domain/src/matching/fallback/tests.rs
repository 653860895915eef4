use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    appointment::AppointmentState,
    calendar::week::{WeeklyWindow, parse_day},
    contact::UsState,
    id::{AppointmentId, CaseId, TherapistId},
    intake::Care,
    matching::{Ranking, Taken, rank},
    practice::sample::{practice, roster},
    triage::Urgency,
};

fn window(day: &str, start: &str, end: &str) -> WeeklyWindow {
    WeeklyWindow::parse(parse_day(day).unwrap(), start, end).unwrap()
}

/// Of somebody in North Carolina who asks for this.
fn wish<'a>(
    care: Care,
    preferences: &'a Preferences,
    needs: &'a BTreeSet<String>,
    drivers: &'a BTreeMap<String, f64>,
    conflicts: Vec<TherapistId>,
) -> Wish<'a> {
    Wish {
        care,
        states: vec![Some(UsState::parse("NC").unwrap())],
        preferences: vec![preferences],
        needs,
        drivers,
        urgency: Urgency::Routine,
        // A Monday, 9:00 in Charlotte.
        now: "2026-11-30T14:00:00Z".parse().unwrap(),
        continuity: None,
        conflicts,
        outside: false,
    }
}

fn has_somebody(ranking: &Ranking) -> bool {
    !ranking.candidates.is_empty()
}

/// What the sample practice finds for them.
fn outcome(
    care: Care,
    preferences: &Preferences,
    needs: &BTreeSet<String>,
    conflicts: Vec<TherapistId>,
) -> Outcome<Ranking> {
    let (practice, drivers) = (practice(), BTreeMap::new());
    let wish = wish(care, preferences, needs, &drivers, conflicts);
    let (taken, weights) = (Taken::new(&practice.zone, &[]), practice.protocol.weights());
    with_fallback(&wish, weights, |wish| rank(wish, roster(), &taken, practice, weights), has_somebody)
}

#[track_caller]
fn check(preferences: &Preferences, expected: &[Step]) {
    let outcome = outcome(Care::Individual, preferences, &BTreeSet::new(), Vec::new());
    assert_eq!(outcome.let_go, expected);
    assert!(has_somebody(&outcome.found));
}

#[test]
fn one_thing_is_let_go_of_after_the_other_and_none_where_somebody_passes() {
    let any = Preferences::default();
    check(&any, &[]);
    // Nobody begins before eight: two hours more reach the first of them.
    let early = Preferences { windows: vec![window("mon", "06:00", "07:00")], ..any.clone() };
    check(&early, &[Step::WidenWindows(120)]);
    // On a Sunday there is video alone.
    let sunday =
        Preferences { windows: vec![window("sun", "14:00", "18:00")], formats: vec![Format::InPerson], ..any.clone() };
    check(&sunday, &[Step::WidenWindows(120), Step::OfferVideo]);
    // Whoever signs is in Dilworth on a Tuesday, and not by video.
    let elsewhere = Preferences {
        windows: vec![window("tue", "10:00", "12:00")],
        formats: vec![Format::InPerson],
        locations: vec!["noda".to_owned()],
        languages: vec!["ase".to_owned()],
        ..any
    };
    check(&elsewhere, &[Step::WidenWindows(120), Step::OfferVideo, Step::OtherLocations]);
}

/// Red where a changed wish does not say so: then a time outside of it would be taken without their yes.
#[test]
fn what_was_let_go_of_waits_for_their_yes() {
    let early = Preferences { windows: vec![window("mon", "06:00", "07:00")], ..Preferences::default() };
    let (practice, needs, drivers) = (practice(), BTreeSet::new(), BTreeMap::new());
    let wish = wish(Care::Individual, &early, &needs, &drivers, Vec::new());
    let (taken, weights) = (Taken::new(&practice.zone, &[]), practice.protocol.weights());
    let asked = std::cell::RefCell::new(Vec::new());
    let look = |wish: &Wish<'_>| {
        asked.borrow_mut().push(wish.outside);
        rank(wish, roster(), &taken, practice, weights)
    };
    with_fallback(&wish, weights, look, has_somebody);
    assert_eq!(asked.into_inner(), [false, true]);
}

#[test]
fn where_nothing_helps_the_wish_as_it_came_says_why() {
    let asks = Preferences { windows: vec![window("mon", "03:00", "04:00")], ..Preferences::default() };
    let Outcome { found, let_go } = outcome(Care::Individual, &asks, &BTreeSet::new(), Vec::new());
    assert!(let_go.is_empty() && found.candidates.is_empty());
    assert!(found.emptied_by.unwrap().text.ends_with("has hours when the clients can come"));
}

/// A session at this time in Charlotte.
fn session(starts_at: &str, room: Option<&str>) -> Appointment {
    let id = Uuid::nil();
    let starts_at: Timestamp = starts_at.parse().unwrap();
    Appointment {
        id: AppointmentId::new(id),
        case: CaseId::new(id),
        therapist: TherapistId::new(id),
        care: Care::Individual,
        format: if room.is_some() { Format::InPerson } else { Format::Video },
        room: room.map(str::to_owned),
        starts_at,
        ends_at: starts_at + jiff::SignedDuration::from_mins(50),
        state: AppointmentState::Held,
        release_at: None,
        sequence: 0,
    }
}

#[test]
fn a_client_reads_how_a_session_lies_outside_of_what_they_asked_for_and_nothing_where_it_does_not() {
    let asks = Preferences {
        windows: vec![window("tue", "09:00", "12:00")],
        formats: vec![Format::InPerson],
        locations: vec!["noda".to_owned()],
        ..Preferences::default()
    };
    let told = |preferences: &Preferences, session: &Appointment, language| {
        outside(preferences, session, practice(), language)
    };
    // 9:00 in Charlotte.
    let fitting = session("2026-12-01T14:00:00Z", Some("noda-1"));
    assert_eq!(told(&asks, &fitting, Language::En), "");
    assert_eq!(told(&Preferences::default(), &session("2026-12-01T02:00:00Z", None), Language::Es), "");
    let late = session("2026-12-01T17:00:00Z", Some("noda-1"));
    let hours = "The time is not within the hours that you gave us: there, nobody who fits was free.";
    let end = "If it does not suit you, please say so: we will look on with you.";
    assert_eq!(told(&asks, &late, Language::En), format!("{hours} {end}"));
    let by_video = session("2026-12-01T14:00:00Z", None);
    assert_eq!(told(&asks, &by_video, Language::En), format!("It is by video, which you did not ask for. {end}"));
    let elsewhere = session("2026-12-01T14:00:00Z", Some("dilworth-2"));
    assert_eq!(told(&asks, &elsewhere, Language::En), format!("It is at Dilworth, which you did not name. {end}"));
    let all = told(&asks, &session("2026-12-01T17:00:00Z", Some("dilworth-2")), Language::Es);
    assert!(all.contains("hora") && all.contains("Dilworth") && all.ends_with("con usted."), "{all}");
}

#[test]
fn windows_are_widened_within_their_day() {
    assert_eq!(window("mon", "01:00", "23:30").widened(120), window("mon", "00:00", "24:00"));
    assert_eq!(window("mon", "09:00", "10:00").widened(15), window("mon", "08:45", "10:15"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever is let go of, what a client must have is not. Red where a step touches `avoid`, `payer`, `languages`, or
    /// where the changed wish leaves out conflicts, needs or states.
    #[test]
    fn what_a_client_must_have_is_never_let_go_of(
        couple: bool,
        (day, hour) in (0_usize..7, 0_u16..23),
        avoid in proptest::collection::btree_set(0_usize..12, 0..6),
        conflicts in proptest::collection::btree_set(0_usize..12, 0..6),
        need in proptest::option::of(proptest::sample::select(vec!["trauma", "risk", "betrayal", "substance_use"])),
        payer in proptest::option::of(proptest::sample::select(vec!["sample_mutual", "sample_eap"])),
        spanish: bool,
        in_person: bool,
    ) {
        let ids = |which: BTreeSet<usize>| which.into_iter().map(|at| roster()[at].id).collect::<Vec<_>>();
        let (avoid, conflicts) = (ids(avoid), ids(conflicts));
        let day = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][day];
        let preferences = Preferences {
            windows: vec![window(day, &format!("{hour:02}:00"), &format!("{:02}:00", hour + 1))],
            formats: if in_person { vec![Format::InPerson] } else { Vec::new() },
            locations: vec!["noda".to_owned()],
            languages: if spanish { vec!["es".to_owned()] } else { Vec::new() },
            payer: payer.map(str::to_owned),
            avoid: avoid.clone(),
            ..Preferences::default()
        };
        let care = if couple { Care::Couple } else { Care::Individual };
        let needs: BTreeSet<String> = need.into_iter().map(str::to_owned).collect();
        let Outcome { found, .. } = outcome(care, &preferences, &needs, conflicts.clone());
        for candidate in &found.candidates {
            let therapist = roster().iter().find(|it| it.id == candidate.therapist).unwrap();
            prop_assert!(!avoid.contains(&therapist.id) && !conflicts.contains(&therapist.id));
            prop_assert!(needs.is_subset(&therapist.competences));
            prop_assert!(therapist.licences.iter().any(|licence| licence.state.as_str() == "NC"));
            prop_assert!(payer.is_none_or(|payer| therapist.payers[&care].contains(payer)));
            prop_assert!(!spanish || therapist.languages.contains("es"));
            prop_assert!(therapist.treats.contains(&care));
        }
    }
}
