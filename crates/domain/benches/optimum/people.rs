//! A roster, its openings, and the clients of one week: made up, and the same every time.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use rapport_domain::{
    calendar::{
        busy::Busy,
        week::{WeeklyWindow, parse_day},
    },
    contact::UsState,
    id::TherapistId,
    intake::{Care, Format, Preferences},
    matching::{Taken, Therapist, Wish, rank},
    practice::Practice,
    triage::Urgency,
};

/// Monday, 8:00 in Charlotte.
const BEGINS: &str = "2027-01-11T13:00:00Z";

/// Long enough for a session for two and what lies behind it.
const OPENING: SignedDuration = SignedDuration::from_mins(90);

pub(crate) struct World {
    pub(crate) therapists: Vec<Therapist>,
    /// Who, and when it begins: one in each of two weeks, for everybody who works then; sorted.
    pub(crate) openings: Vec<(TherapistId, Timestamp)>,
    /// Everything but the openings.
    pub(crate) taken: Vec<Busy>,
    /// In the order in which they come.
    pub(crate) clients: Vec<Client>,
}

pub(crate) struct Client {
    pub(crate) now: Timestamp,
    care: Care,
    state: UsState,
    preferences: Preferences,
    needs: BTreeSet<String>,
    drivers: BTreeMap<String, f64>,
}

impl Client {
    pub(crate) fn wish(&self) -> Wish<'_> {
        Wish {
            care: self.care,
            states: vec![Some(self.state)],
            preferences: vec![&self.preferences],
            needs: &self.needs,
            drivers: &self.drivers,
            urgency: Urgency::Routine,
            now: self.now,
            continuity: None,
            conflicts: Vec::new(),
            outside: false,
        }
    }
}

impl World {
    /// So many therapists, and as many clients as take this share, in percent, of their openings.
    pub(crate) fn new(practice: &Practice, roster: &[Therapist], therapists: usize, share: usize, seed: u64) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9).wrapping_add((therapists * 100 + share) as u64));
        let therapists = super::many(roster, therapists);
        let begins: Timestamp = BEGINS.parse().unwrap();
        let mut openings = Vec::new();
        let mut taken = Vec::new();
        for therapist in &therapists {
            let mine: Vec<_> = [0, 7]
                .into_iter()
                .filter_map(|day| {
                    let times = times(practice, therapist, begins + SignedDuration::from_hours(24 * day));
                    (!times.is_empty()).then(|| times[dice.below(times.len())])
                })
                .collect();
            taken.extend(all_but(therapist.id, &mine, begins));
            openings.extend(mine.into_iter().map(|starts_at| (therapist.id, starts_at)));
        }
        openings.sort_unstable();
        let wanted = openings.len() * share / 100;
        let mut clients: Vec<_> = (0..wanted).map(|_| client(&mut dice, &therapists, begins)).collect();
        clients.sort_by_key(|client| client.now);
        Self { therapists, openings, taken, clients }
    }

    /// So many others of the kind that comes here, none of whom ever does; in the order in which they would.
    pub(crate) fn others(&self, wanted: usize) -> Vec<Client> {
        let mut dice = Dice(wanted as u64);
        let begins: Timestamp = BEGINS.parse().unwrap();
        let mut others: Vec<_> = (0..wanted).map(|_| client(&mut dice, &self.therapists, begins)).collect();
        others.sort_by_key(|client| client.now);
        others
    }
}

/// When a therapist could see somebody by video in the week behind an instant: for two, where they see two.
fn times(practice: &Practice, therapist: &Therapist, now: Timestamp) -> Vec<Timestamp> {
    let care = if therapist.treats.contains(&Care::Couple) { Care::Couple } else { Care::Individual };
    let client = Client {
        now,
        care,
        state: UsState::parse("NC").unwrap(),
        preferences: by_video(),
        needs: BTreeSet::new(),
        drivers: BTreeMap::new(),
    };
    let nothing = Taken::new(&practice.zone, &[]);
    let ranking =
        rank(&client.wish(), std::slice::from_ref(therapist), &nothing, practice, practice.protocol.weights());
    let each = ranking.candidates.iter().map(|candidate| candidate.slot.starts_at);
    each.collect::<BTreeSet<_>>().into_iter().collect()
}

/// What is not open, over four weeks.
fn all_but(therapist: TherapistId, openings: &[Timestamp], begins: Timestamp) -> Vec<Busy> {
    let mut from = begins - SignedDuration::from_hours(7 * 24);
    let ends = begins + SignedDuration::from_hours(21 * 24);
    let mut taken = Vec::new();
    for (until, next) in openings.iter().map(|at| (*at, *at + OPENING)).chain([(ends, ends)]) {
        let resource = therapist.to_string();
        taken.push(Busy { resource, starts_at: from, ends_at: until, appointment: None, held: false });
        from = next;
    }
    taken
}

/// Rooms are few and shared, so that openings in them would not be independent of one another.
fn by_video() -> Preferences {
    Preferences { formats: vec![Format::Video], ..Preferences::default() }
}

fn client(dice: &mut Dice, therapists: &[Therapist], begins: Timestamp) -> Client {
    let minutes = 24 * 60 * dice.below(5) + dice.below(12 * 60);
    let care = if dice.one_in(3) { Care::Couple } else { Care::Individual };
    let mut preferences = by_video();
    if dice.one_in(8) {
        preferences.languages = vec!["es".to_owned()];
    }
    if dice.one_in(2) {
        let payers: &[&str] = match care {
            Care::Couple => &["sample_mutual", "sample_eap"],
            Care::Individual => &["sample_blue", "sample_mutual", "sample_medicaid", "sample_eap"],
        };
        preferences.payer = Some(payers[dice.below(payers.len())].to_owned());
    }
    if dice.one_in(4) {
        preferences.therapist_gender = Some(if dice.one_in(3) { "man" } else { "woman" }.to_owned());
    }
    if dice.one_in(20) {
        preferences.therapist = Some(therapists[dice.below(therapists.len())].id);
    }
    if dice.one_in(3) {
        let (start, end) = [("08:00", "13:00"), ("12:00", "17:00"), ("15:00", "21:00")][dice.below(3)];
        let days = ["mon", "tue", "wed", "thu", "fri", "sat"];
        preferences.windows = days.map(|day| WeeklyWindow::parse(parse_day(day).unwrap(), start, end).unwrap()).into();
    }
    let needs = ["mood_anxiety", "trauma", "betrayal", "long_distance", "substance_use"];
    let needs = if dice.one_in(4) { BTreeSet::from([needs[dice.below(5)].to_owned()]) } else { BTreeSet::new() };
    let drivers = ["conflict", "stress", "attachment"].map(|id| (id.to_owned(), dice.below(101) as f64 / 100.0));
    let state = if dice.one_in(12) { "SC" } else { "NC" };
    Client {
        now: begins + SignedDuration::from_mins(i64::try_from(minutes).unwrap()),
        care,
        state: UsState::parse(state).unwrap(),
        preferences,
        needs,
        drivers: BTreeMap::from(drivers),
    }
}

/// `SplitMix64`: small, well spread, and the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        it ^ (it >> 31)
    }

    /// From 0, below a number.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % (end as u64)).unwrap()
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}
