//! How close the matcher, which sees one client after the other and never takes a
//! time back, comes to whoever had known all of them beforehand.
//!
//! A month of nobody's: `people` makes up a roster, its openings and the clients of
//! one working week, the same every time. Each opening takes one session, so the
//! best that could be done is an assignment, which Kuhn and Munkres' method
//! finds. Both are measured by the same: what matching.yaml weighs of a client's own
//! (drivers, preferences, time, continuity), and not by what is weighed for others' sake
//! (even load, keeping); somebody who gets no session counts nothing. The shares are of
//! all openings: at 95 % some clients find none whoever decides.
//!
//! What nobody can have who does not know the future is told by a third: `informed`
//! does not know who comes, but how often whom, and every opening; it prices each by
//! that. No practice knows so much; it shows how far a matcher could get at all.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark stops at what it did not expect")]
#![expect(clippy::print_stdout, reason = "a table is what it is for")]
#![expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "scores from 0 to 1, in millionths")]

#[path = "optimum/informed.rs"]
mod informed;
#[path = "optimum/people.rs"]
mod people;
#[path = "decide/sample.rs"]
mod sample;

use std::collections::BTreeMap;

use jiff::Timestamp;
use pathfinding::{kuhn_munkres::kuhn_munkres, matrix::Matrix};
use rapport_domain::{
    calendar::busy::Busy,
    id::{AppointmentId, TherapistId},
    matching::{Candidate, MOST_CANDIDATES, Taken, Therapist, rank},
    practice::Practice,
};
use uuid::Uuid;

use people::{Client, World};

/// As many therapists, and so many worlds of that size: a small one says little.
const SIZES: [(usize, u64); 3] = [(10, 60), (100, 6), (1000, 1)];

const UTILISATION: [usize; 3] = [60, 80, 95];

/// Of one way to decide.
#[derive(Default)]
struct Sum {
    fit: f64,
    days: f64,
    seen: usize,
}

impl Sum {
    fn add(&mut self, client: &Client, fit: f64, starts_at: Timestamp) {
        self.fit += fit;
        self.days += client.now.duration_until(starts_at).as_secs_f64() / 86_400.0;
        self.seen += 1;
    }

    fn wait(&self) -> f64 {
        self.days / self.seen.max(1) as f64
    }
}

fn main() {
    let files = sample::files();
    let practice = Practice::load(&files).unwrap().value;
    let roster = practice.roster(&files).unwrap().value;
    println!(
        "therapists  openings taken by  clients   seen (best)      fit of best (informed)   days to first session (best)   ratio"
    );
    for (therapists, worlds) in SIZES {
        for share in UTILISATION {
            let (mut matcher, mut informed, mut best) = (Sum::default(), Sum::default(), Sum::default());
            let mut clients = 0;
            for seed in 0..worlds {
                let world = World::new(&practice, &roster, therapists, share, seed);
                clients += world.clients.len();
                one_by_one(&practice, &world, &mut matcher);
                informed::one_by_one(&practice, &world, &mut informed);
                clairvoyant(&practice, &world, &mut best);
            }
            println!(
                "{therapists:>10}  {share:>15} %  {clients:>7}   {:>5} ({:>5})   {:>9.1} % ({:>5.1} %)   {:>16.2} ({:>5.2})   {:>18.2}",
                matcher.seen,
                best.seen,
                100.0 * matcher.fit / best.fit,
                100.0 * informed.fit / best.fit,
                matcher.wait(),
                best.wait(),
                matcher.wait() / best.wait(),
            );
        }
    }
}

/// As the practice does it: whoever comes takes the best time that is left.
fn one_by_one(practice: &Practice, world: &World, sum: &mut Sum) {
    let mut taken = Taken::new(&practice.zone, &world.taken);
    for (number, client) in world.clients.iter().enumerate() {
        let ranking = rank(&client.wish(), &world.therapists, &taken, practice, practice.protocol.weights());
        let Some(chosen) = ranking.candidates.first() else { continue };
        sum.add(client, fit(chosen), chosen.slot.starts_at);
        taken.add(&Busy {
            resource: chosen.therapist.to_string(),
            starts_at: chosen.slot.starts_at,
            ends_at: chosen.slot.ends_at + practice.booking.buffer(),
            appointment: Some(AppointmentId::new(Uuid::from_u128(number as u128))),
            held: false,
        });
    }
}

/// Whoever knew all clients of the week beforehand, and wanted the greatest fit of all together.
fn clairvoyant(practice: &Practice, world: &World, sum: &mut Sum) {
    let taken = Taken::new(&practice.zone, &world.taken);
    let times: Vec<_> = world.clients.iter().map(|client| times(practice, world, &taken, client)).collect();
    let mut weights = Matrix::new(world.clients.len(), world.openings.len(), 0_i64);
    for (row, times) in times.iter().enumerate() {
        times.iter().for_each(|(column, time)| weights[(row, *column)] = (time.fit * 1e6) as i64);
    }
    let (_, columns) = kuhn_munkres(&weights);
    for (row, column) in columns.into_iter().enumerate() {
        if let Some(time) = times[row].get(&column) {
            sum.add(&world.clients[row], time.fit, time.starts_at);
        }
    }
}

/// What a client would get of an opening.
#[derive(Clone, Copy)]
struct Time {
    fit: f64,
    starts_at: Timestamp,
}

/// The best time of each opening that a client could have, by its place among all.
fn times(practice: &Practice, world: &World, taken: &Taken, client: &Client) -> BTreeMap<usize, Time> {
    let mut times: BTreeMap<usize, Time> = BTreeMap::new();
    // So few at once that a ranking holds all of their times.
    for some in world.therapists.chunks(8) {
        let ranking = rank(&client.wish(), some, taken, practice, practice.protocol.weights());
        assert!(ranking.candidates.len() < MOST_CANDIDATES, "a time may be missing");
        for candidate in &ranking.candidates {
            let time = Time { fit: fit(candidate), starts_at: candidate.slot.starts_at };
            let best = times.entry(opening_of(world, candidate)).or_insert(time);
            if time.fit > best.fit {
                *best = time;
            }
        }
    }
    times
}

/// The opening that a candidate's time lies in: a therapist's last one that begins by then.
fn opening_of(world: &World, candidate: &Candidate) -> usize {
    let behind = world.openings.partition_point(|opening| *opening <= (candidate.therapist, candidate.slot.starts_at));
    assert_eq!(world.openings[behind - 1].0, candidate.therapist);
    behind - 1
}

/// What a client gets of what the practice weighs for them.
fn fit(candidate: &Candidate) -> f64 {
    let counted = candidate.because.iter().filter(|term| !["even_load", "kept"].contains(&term.term.as_str()));
    counted.map(|term| term.weight * term.value).sum()
}

/// So many therapists: the sample's twelve over and over, each with an id of their own.
fn many(roster: &[Therapist], wanted: usize) -> Vec<Therapist> {
    let copies = roster.iter().cycle().take(wanted).enumerate();
    let renamed = copies.map(|(number, therapist)| {
        let id = TherapistId::new(Uuid::from_u128((number as u128 + 1) << 64));
        Therapist { id, ..therapist.clone() }
    });
    renamed.collect()
}
