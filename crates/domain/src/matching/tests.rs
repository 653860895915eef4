use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

mod choices;
mod properties;

use super::{Busy, Ranking, Taken, Therapist, Training, Wish, line_up, rank, span};
use crate::{
    calendar::{
        timetable::{HoursRule, Leave, Place, Timetable},
        week::{WeeklyWindow, parse_day},
    },
    contact::UsState,
    id::{AppointmentId, TherapistId},
    intake::{Care, Format, Preferences},
    practice::{
        Practice,
        sample::{practice, roster},
    },
    triage::Urgency,
};

fn state(text: &str) -> UsState {
    UsState::parse(text).unwrap()
}

fn window(day: &str, start: &str, end: &str) -> WeeklyWindow {
    WeeklyWindow::parse(parse_day(day).unwrap(), start, end).unwrap()
}

/// By video alone, in these hours of every week.
fn by_video(window: WeeklyWindow) -> Timetable {
    Timetable::new(vec![HoursRule::weekly(window, Place { location: None, video: true })], Vec::new())
}

fn taken(busy: &[Busy]) -> Taken {
    Taken::new(&practice().zone, busy)
}

/// What a test asks for; only what it is about differs from the default.
#[derive(Clone)]
struct Asks {
    care: Care,
    states: Vec<Option<UsState>>,
    preferences: Preferences,
    needs: BTreeSet<String>,
    drivers: BTreeMap<String, f64>,
    urgency: Urgency,
    now: Timestamp,
    continuity: Option<TherapistId>,
    conflicts: Vec<TherapistId>,
}

impl Default for Asks {
    fn default() -> Self {
        Self {
            care: Care::Individual,
            states: vec![Some(state("NC"))],
            preferences: Preferences::default(),
            needs: BTreeSet::new(),
            drivers: BTreeMap::new(),
            urgency: Urgency::Routine,
            // A Monday, 9:00 in Charlotte.
            now: "2026-11-30T14:00:00Z".parse().unwrap(),
            continuity: None,
            conflicts: Vec::new(),
        }
    }
}

impl Asks {
    fn wish(&self) -> Wish<'_> {
        Wish {
            care: self.care,
            states: self.states.clone(),
            preferences: vec![&self.preferences],
            needs: &self.needs,
            drivers: &self.drivers,
            urgency: self.urgency,
            now: self.now,
            continuity: self.continuity,
            conflicts: self.conflicts.clone(),
            outside: false,
        }
    }

    fn rank(&self, therapists: &[Therapist], busy: &[Busy]) -> Ranking {
        let practice = practice();
        rank(&self.wish(), therapists, &taken(busy), practice, practice.protocol.weights())
    }
}

/// Of the roster: licensed in NC, SC and (by video) VA, sees both kinds of care in Dilworth and by video.
fn amara() -> Therapist {
    roster().iter().find(|therapist| therapist.name.contains("Amara")).unwrap().clone()
}

fn filter_of(ranking: &Ranking) -> &str {
    assert!(ranking.candidates.is_empty(), "somebody passed: {:?}", ranking.candidates.first());
    &ranking.excluded[0].filter
}

/// She passes as she is, and does not once one thing has changed: red when that filter is taken out.
fn check_filter(asks: &Asks, change: impl Fn(&mut Asks, &mut Therapist), expected: &str) {
    let mut therapist = amara();
    let passed = asks.rank(std::slice::from_ref(&therapist), &[]);
    assert!(!passed.candidates.is_empty(), "{:?}", passed.excluded);
    let mut asks = asks.clone();
    change(&mut asks, &mut therapist);
    let ranking = asks.rank(&[therapist], &[]);
    assert_eq!(filter_of(&ranking), expected);
}

#[test]
fn a_licence_must_hold_where_each_client_sits() {
    let asks = Asks::default();
    check_filter(&asks, |asks, _| asks.states = vec![Some(state("AK"))], "is not licensed for AK");
    check_filter(
        &asks,
        |asks, _| asks.states = vec![Some(state("NC")), Some(state("GA"))],
        "is not licensed for NC and GA",
    );
    check_filter(
        &asks,
        |_, therapist| {
            therapist.licences.iter_mut().for_each(|licence| licence.expires = "2026-11-29".parse().unwrap())
        },
        "is not licensed for NC",
    );
}

#[test]
fn a_telehealth_registration_holds_by_video_alone() {
    let mut asks = Asks { states: vec![Some(state("VA"))], ..Asks::default() };
    let formats: BTreeSet<_> =
        asks.rank(&[amara()], &[]).candidates.iter().map(|candidate| candidate.slot.format).collect();
    assert_eq!(formats, BTreeSet::from([Format::Video]));
    asks.preferences.formats = vec![Format::InPerson];
    assert_eq!(filter_of(&asks.rank(&[amara()], &[])), "does not work in the formats and places asked for");
}

#[test]
fn every_filter_of_the_person_leaves_out_whom_it_should() {
    let asks = Asks::default();
    check_filter(&asks, |_, therapist| therapist.treats = BTreeSet::from([Care::Couple]), "does not treat individuals");
    check_filter(
        &asks,
        |asks, _| asks.needs = BTreeSet::from(["substance_use".to_owned()]),
        "lacks what is needed: has experience with substance use",
    );
    check_filter(
        &asks,
        |asks, _| {
            (asks.preferences.formats, asks.preferences.locations) = (vec![Format::InPerson], vec!["noda".to_owned()])
        },
        "does not work in the formats and places asked for",
    );
    check_filter(
        &asks,
        |asks, _| asks.preferences.payer = Some("sample_medicaid".to_owned()),
        "does not take this payer for this kind of care",
    );
    check_filter(&asks, |asks, _| asks.preferences.languages = vec!["es".to_owned()], "does not work in Spanish");
    let conflict = "may not treat them: to be avoided, or treats one of the two alone";
    check_filter(&asks, |asks, therapist| asks.preferences.avoid = vec![therapist.id], conflict);
    check_filter(&asks, |asks, therapist| asks.conflicts = vec![therapist.id], conflict);
}

#[test]
fn a_payer_counts_per_kind_of_care() {
    let asks = Asks {
        preferences: Preferences { payer: Some("sample_blue".to_owned()), ..Preferences::default() },
        ..Asks::default()
    };
    check_filter(&asks, |asks, _| asks.care = Care::Couple, "does not take this payer for this kind of care");
}

#[test]
fn every_filter_of_the_calendar_leaves_out_whom_it_should() {
    let asks = Asks::default();
    check_filter(
        &asks,
        |_, therapist| therapist.hours = Timetable::default(),
        "does not work in the formats and places asked for",
    );
    check_filter(
        &Asks { urgency: Urgency::Priority, ..asks.clone() },
        |_, therapist| therapist.hours = by_video(window("fri", "09:00", "17:00")),
        "has no hours within the promise",
    );
    check_filter(
        &asks,
        |asks, _| asks.preferences.windows = vec![window("sun", "09:00", "17:00")],
        "has no hours when the clients can come",
    );
    check_filter(&asks, |_, therapist| therapist.weekly_capacity = 0, "has no session left that week");
}

/// The wall times in Charlotte that are offered.
fn offered(asks: &Asks, therapist: Therapist) -> BTreeSet<jiff::civil::DateTime> {
    let ranking = asks.rank(&[therapist], &[]);
    let zone = &practice().zone;
    ranking.candidates.iter().map(|candidate| zone.to_datetime(candidate.slot.starts_at)).collect()
}

fn wall(text: &str) -> jiff::civil::DateTime {
    text.parse().unwrap()
}

/// The day is the session's, as the practice's clock shows it: 7 pm in Charlotte is the next day's midnight in UTC. Red
/// where `offered` leaves `setting.until` out, and where the day is taken in UTC.
#[test]
fn a_licence_holds_through_the_evening_of_its_last_day_and_not_on_the_next() {
    let mut asks = Asks::default();
    asks.preferences.windows = vec![window("wed", "19:00", "20:00"), window("thu", "09:00", "10:00")];
    let until = |day: &str| {
        let mut therapist = amara();
        therapist.licences.iter_mut().for_each(|licence| licence.expires = day.parse().unwrap());
        offered(&asks, therapist)
    };
    let [last, next] = [wall("2026-12-02T19:00"), wall("2026-12-03T09:00")];
    assert_eq!(until("2026-12-03"), BTreeSet::from([last, next]));
    assert_eq!(until("2026-12-02"), BTreeSet::from([last]));
    assert_eq!(until("2026-12-01"), BTreeSet::new());
}

#[test]
fn whose_licence_ends_before_their_next_hours_is_left_out_for_that() {
    let mut therapist = amara();
    therapist.hours = by_video(window("wed", "09:00", "13:00"));
    therapist.licences.iter_mut().for_each(|licence| licence.expires = "2026-12-01".parse().unwrap());
    assert_eq!(filter_of(&Asks::default().rank(&[therapist], &[])), "is not licensed for NC");
}

#[test]
fn nobody_is_offered_to_somebody_who_sees_nobody() {
    check_filter(&Asks::default(), |_, therapist| therapist.active = false, "sees nobody at present");
}

/// Red where `offered` does not hold times against what is left of a shift.
#[test]
fn leave_cuts_a_day_and_sessions_are_laid_as_if_it_did_not() {
    let asks = Asks::default();
    let mut therapist = amara();
    therapist.hours = by_video(window("tue", "09:00", "13:00"));
    assert_eq!(offered(&asks, therapist.clone()).len(), 7);
    // Sessions take 50 minutes: one at 9:00 ends as leave begins.
    let leave = Leave::new(wall("2026-12-01T09:50"), wall("2026-12-01T11:15")).unwrap();
    therapist.hours = Timetable::new(therapist.hours.rules().to_vec(), vec![leave]);
    let expected = ["09:00", "11:30", "12:00"].map(|at| wall(&format!("2026-12-01T{at}")));
    assert_eq!(offered(&asks, therapist.clone()), BTreeSet::from(expected));
    therapist.session_minutes = BTreeMap::from([(Care::Individual, 80)]);
    assert_eq!(offered(&asks, therapist), BTreeSet::from([wall("2026-12-01T11:30")]));
}

fn busy(resource: &str, starts_at: Timestamp, hours: i64, appointment: u128, held: bool) -> Busy {
    let ends_at = starts_at + SignedDuration::from_hours(hours);
    let appointment = Some(AppointmentId::new(Uuid::from_u128(appointment)));
    Busy { resource: resource.to_owned(), starts_at, ends_at, appointment, held }
}

#[test]
fn a_taken_time_is_not_offered_and_a_full_therapist_is_left_out() {
    let asks = Asks::default();
    let therapist = amara();
    let (from, until) = span(&asks.wish(), practice());
    let hours = from.duration_until(until).as_hours();
    let all = [Busy { appointment: None, ..busy(&therapist.id.to_string(), from, hours, 1, false) }];
    assert_eq!(filter_of(&asks.rank(&[therapist], &all)), "has no free time within the promise");
}

#[test]
fn an_in_person_time_needs_a_free_room() {
    let mut asks = Asks::default();
    asks.preferences.formats = vec![Format::InPerson];
    let first = asks.rank(&[amara()], &[]).candidates[0].slot.clone();
    assert_eq!(first.room.as_deref(), Some("dilworth-1"));
    let taken = |rooms: &[&str]| -> Vec<Busy> {
        rooms.iter().map(|room| busy(&format!("rooms/{room}"), first.starts_at, 1, 7, false)).collect()
    };
    let next = asks.rank(&[amara()], &taken(&["dilworth-1"])).candidates[0].slot.clone();
    assert_eq!((next.starts_at, next.room.as_deref()), (first.starts_at, Some("dilworth-2")));
    let none = asks.rank(&[amara()], &taken(&["dilworth-1", "dilworth-2", "dilworth-3"]));
    assert!(none.candidates.iter().all(|candidate| candidate.slot.starts_at != first.starts_at));
}

#[test]
fn a_time_must_suit_every_client() {
    let only = |day, start, end| Preferences { windows: vec![window(day, start, end)], ..Preferences::default() };
    let (one, other) = (only("tue", "09:00", "12:00"), only("tue", "11:00", "17:00"));
    let asks = Asks::default();
    let wish = Wish { preferences: vec![&one, &other], ..asks.wish() };
    let found = rank(&wish, &[amara()], &taken(&[]), practice(), practice().protocol.weights()).candidates;
    let times: BTreeSet<_> = found.iter().map(|it| practice().zone.to_datetime(it.slot.starts_at).time()).collect();
    assert_eq!(times, BTreeSet::from([jiff::civil::time(11, 0, 0, 0)]));
}

/// Red where `offered` does not hold a setting's place against the shift's.
#[test]
fn a_session_is_where_the_therapist_sits_on_that_day() {
    let at = |day, location: &str| {
        HoursRule::weekly(window(day, "09:00", "17:00"), Place { location: Some(location.to_owned()), video: false })
    };
    let hours = Timetable::new(vec![at("tue", "dilworth"), at("wed", "noda")], Vec::new());
    let found = Asks::default().rank(&[Therapist { hours, ..amara() }], &[]).candidates;
    let zone = &practice().zone;
    let places: BTreeSet<_> = found
        .iter()
        .map(|it| (zone.to_datetime(it.slot.starts_at).weekday().to_monday_zero_offset(), it.slot.location.as_deref()))
        .collect();
    assert_eq!(places, BTreeSet::from([(1, Some("dilworth")), (2, Some("noda"))]));
}

#[test]
fn a_week_takes_no_more_sessions_than_it_holds() {
    let asks = Asks { urgency: Urgency::Priority, ..Asks::default() };
    let mut therapist = amara();
    therapist.weekly_capacity = 2;
    let sunday_morning = asks.now - SignedDuration::from_hours(6);
    let two = [1, 2].map(|id| busy(&therapist.id.to_string(), sunday_morning, 1, id, false));
    assert!(!asks.rank(std::slice::from_ref(&therapist), &two[..1]).candidates.is_empty());
    assert_eq!(filter_of(&asks.rank(&[therapist], &two)), "has no session left that week");
}

#[test]
fn holds_take_no_more_than_their_share_of_a_week() {
    // Red without the share in `has_capacity`.
    let asks = Asks { care: Care::Couple, ..Asks::default() };
    let mut therapist = amara();
    therapist.weekly_capacity = 4;
    therapist.hours = by_video(window("thu", "09:00", "17:00"));
    let held = |held| [1, 2].map(|id| busy(&therapist.id.to_string(), asks.now, 1, id, held));
    assert!(!asks.rank(std::slice::from_ref(&therapist), &held(false)).candidates.is_empty());
    assert_eq!(filter_of(&asks.rank(&[therapist.clone()], &held(true))), "has no session left that week");
    let alone = Asks { care: Care::Individual, ..asks.clone() };
    assert!(!alone.rank(&[therapist.clone()], &held(true)).candidates.is_empty(), "the share binds holds alone");
    // What lies outside of their wishes waits for a yes, and so is held.
    let outside = Wish { outside: true, ..alone.wish() };
    let ranking = rank(&outside, &[therapist.clone()], &taken(&held(true)), practice(), practice().protocol.weights());
    assert_eq!(filter_of(&ranking), "has no session left that week");
}

#[test]
fn a_joint_time_starts_three_days_out_and_within_the_promise() {
    for urgency in [Urgency::Routine, Urgency::Priority] {
        let asks = Asks { care: Care::Couple, urgency, ..Asks::default() };
        let ranking = asks.rank(roster(), &[]);
        assert!(!ranking.candidates.is_empty());
        for candidate in &ranking.candidates {
            assert!(candidate.slot.starts_at >= asks.now + SignedDuration::from_hours(72));
            assert!(candidate.slot.starts_at <= practice().session_by(urgency, Care::Couple, asks.now));
        }
    }
}

/// Its words, and whether they tell of answers.
fn emptied_by(asks: &Asks, roster: &[Therapist]) -> Option<(String, bool)> {
    asks.rank(roster, &[]).emptied_by.map(|it| (it.text, it.tells_of_answers))
}

#[test]
fn what_nobody_is_trained_for_tells_of_answers() {
    let asks = Asks { needs: BTreeSet::from(["nobody_has_it".to_owned()]), ..Asks::default() };
    assert_eq!(
        emptied_by(&asks, roster()),
        Some(("no therapist who fits otherwise has what is needed: nobody_has_it".to_owned(), true))
    );
}

#[test]
fn the_filter_that_left_nobody_is_named() {
    let mut asks = Asks { states: vec![Some(state("AK"))], ..Asks::default() };
    assert_eq!(emptied_by(&asks, roster()), Some(("no therapist is licensed for AK".to_owned(), false)));
    asks.states = vec![Some(state("VA"))];
    asks.preferences.languages = vec!["ase".to_owned()];
    let expected = "no therapist who fits otherwise works in American Sign Language";
    assert_eq!(emptied_by(&asks, roster()), Some((expected.to_owned(), false)));
    assert_eq!(emptied_by(&asks, &[]), Some(("the roster is empty".to_owned(), false)));
}

#[test]
fn a_wish_counts_for_the_one_who_meets_it() {
    let by_name = |part: &str| roster().iter().find(|therapist| therapist.name.contains(part)).unwrap().id;
    let drivers = BTreeMap::from([("stress".to_owned(), 0.8), ("conflict".to_owned(), 0.2)]);
    let mut asks = Asks { drivers, ..Asks::default() };
    asks.preferences.therapist = Some(by_name("Keiko"));
    asks.preferences.therapist_gender = Some("woman".to_owned());
    let best = &asks.rank(roster(), &[]).candidates[0];
    assert_eq!(best.therapist, by_name("Keiko"));
    let texts: Vec<_> = best.because.iter().map(|term| term.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "works with anxiety, stress and life transitions, which answers stress, anxiety and transitions",
            "asked for by name; a woman, as wished",
            "first session on Tuesday, December 1, 9:00 am",
            "would be new to them",
            "0 of 24 sessions taken that week",
            "theirs already, so kept for nobody else",
        ]
    );
    // A driver at a quarter of the strongest one does not lead: it is no lack of theirs that they do not answer it.
    assert!(best.because[0].value >= 0.9, "{:?}", best.because[0]);
    let share: f64 = best.because.iter().map(|term| term.weight).sum();
    assert!((share - 1.0).abs() < 1e-9);
}

#[test]
fn how_far_somebody_was_trained_counts_and_is_said() {
    let asks = Asks { drivers: BTreeMap::from([("conflict".to_owned(), 1.0)]), ..Asks::default() };
    let drivers = |training| {
        let mut therapist = amara();
        therapist.methods = BTreeMap::from([("gottman".to_owned(), training)]);
        let best = asks.rank(&[therapist], &[]).candidates.remove(0);
        (best.because[0].value, best.because[0].text.clone())
    };
    let levels = Training::ALL.map(drivers);
    assert!(levels.is_sorted_by(|(one, _), (other, _)| one <= other) && levels[0].0 < levels[1].0);
    assert_eq!(
        levels[0].1,
        "trained in the Gottman method (still learning), which answers unresolved conflict and resentment"
    );
}

#[test]
fn of_equals_the_emptier_week_and_then_the_lower_id_comes_first() {
    let mut one = amara();
    let mut other = amara();
    one.id = TherapistId::new(Uuid::from_u128(1));
    other.id = TherapistId::new(Uuid::from_u128(2));
    let asks = Asks::default();
    let both = [other.clone(), one.clone()];
    assert_eq!(asks.rank(&both, &[]).candidates[0].therapist, one.id);
    let mut weights = practice().protocol.weights().clone();
    weights.terms.even_load = 0.0;
    let early = busy(&one.id.to_string(), asks.now - SignedDuration::from_hours(3), 1, 9, false);
    let ranking = rank(&asks.wish(), &both, &taken(&[early]), practice(), &weights);
    assert_eq!(ranking.candidates[0].therapist, other.id);
}

/// Of two who would do as well, the one is taken whom others ask for less. Red without `kept` among the terms.
#[test]
fn whoever_is_asked_for_much_is_kept_where_somebody_else_would_do() {
    let mut plain = amara();
    let mut spanish = amara();
    (plain.id, spanish.id) = (TherapistId::new(Uuid::from_u128(2)), TherapistId::new(Uuid::from_u128(1)));
    spanish.languages.insert("es".to_owned());
    let both = [plain.clone(), spanish.clone()];
    let best = |asks: &Asks| {
        let best = asks.rank(&both, &[]).candidates.remove(0);
        let kept = best.because.into_iter().find(|term| term.term == "kept").unwrap();
        assert!(!kept.tells_of_answers, "it follows from the file and the therapist");
        (best.therapist, kept.value, kept.text)
    };
    let also = "others ask for this too: trained in emotionally focused therapy (60 of 100); \
                trained in the Gottman method (60 of 100); ";
    let (therapist, value, text) = best(&Asks::default());
    assert_eq!((therapist, text), (plain.id, format!("{also}is licensed for SC (8 of 100)")));
    assert!(value < 1.0);
    let mut asks = Asks::default();
    asks.preferences.languages = vec!["es".to_owned()];
    let (therapist, _, text) = best(&asks);
    assert_eq!((therapist, text), (spanish.id, format!("{also}works in Spanish (12 of 100)")));
    // Whom they ask for by name or have seen before is not kept from them.
    let named = Preferences { therapist: Some(spanish.id), ..Preferences::default() };
    let theirs = "theirs already, so kept for nobody else".to_owned();
    assert_eq!(best(&Asks { preferences: named, ..Asks::default() }), (spanish.id, 1.0, theirs.clone()));
    assert_eq!(best(&Asks { continuity: Some(spanish.id), ..Asks::default() }), (spanish.id, 1.0, theirs));
}

#[test]
fn who_offers_nothing_that_is_asked_for_reads_so_and_is_kept_for_nobody() {
    let mut therapist = amara();
    (therapist.methods, therapist.competences, therapist.payers) = Default::default();
    therapist.licences.retain(|licence| licence.state == state("NC"));
    let best = Asks::default().rank(&[therapist], &[]).candidates.remove(0);
    let kept = best.because.last().unwrap();
    assert_eq!((kept.value, kept.text.as_str()), (1.0, "offers nothing that many others ask for"));
}
