//! Somebody who knows how often whom to expect, but not who comes: each opening has a
//! price, what it would be worth to those who are to be expected, and every client
//! takes what is worth most to them beyond its price.

use std::collections::BTreeMap;

use rapport_domain::{matching::Taken, practice::Practice};

use super::{
    Sum, Time,
    people::{Client, World},
    times,
};

/// So many others are asked for what they would take.
const OTHERS: usize = 2000;

/// So many weeks are played with them; prices are the average over the second half.
const WEEKS: usize = 1000;

pub(crate) fn one_by_one(practice: &Practice, world: &World, sum: &mut Sum) {
    let taken = Taken::new(&practice.zone, &world.taken);
    let others: Vec<(Client, BTreeMap<usize, Time>)> = world
        .others(OTHERS)
        .into_iter()
        .map(|other| {
            let times = times(practice, world, &taken, &other);
            (other, times)
        })
        .collect();
    let prices = prices(world, &others);
    let mut free = vec![true; world.openings.len()];
    for client in &world.clients {
        let to_come = others.partition_point(|(other, _)| other.now <= client.now);
        // An opening is worth less, the fewer of those who could take it are still to come.
        let price = |at: usize| prices[at] * still_to_come(&others, to_come, at).sqrt();
        let times = times(practice, world, &taken, client);
        let gain = |(at, time): &(usize, Time)| time.fit - price(*at);
        let left = times.into_iter().filter(|(at, _)| free[*at]).map(|it| (gain(&it), it));
        if let Some((_, (at, time))) = left.max_by(|(one, _), (other, _)| one.total_cmp(other)) {
            free[at] = false;
            sum.add(client, time.fit, time.starts_at);
        }
    }
}

/// Of the others who could take an opening, the share that comes later.
fn still_to_come(others: &[(Client, BTreeMap<usize, Time>)], from: usize, at: usize) -> f64 {
    let could =
        |others: &[(Client, BTreeMap<usize, Time>)]| others.iter().filter(|(_, it)| it.contains_key(&at)).count();
    could(&others[from..]) as f64 / could(others).max(1) as f64
}

/// Raised where more than one of a week's clients want it, lowered where none does.
fn prices(world: &World, others: &[(Client, BTreeMap<usize, Time>)]) -> Vec<f64> {
    let mut prices = vec![0.0_f64; world.openings.len()];
    let mut average = vec![0.0; prices.len()];
    // Every so many steps, so that each week has clients of all its days.
    let mut next = (0..others.len()).map(|at| at * 1009 % others.len()).cycle();
    for week in 0..WEEKS {
        let mut wanted = vec![0.0; prices.len()];
        for (_, times) in next.by_ref().take(world.clients.len()).map(|at| &others[at]) {
            let gains = times.iter().map(|(at, time)| (*at, time.fit - prices[*at]));
            if let Some((at, gain)) = gains.max_by(|one, other| one.1.total_cmp(&other.1)) {
                wanted[at] += if gain > 0.0 { 1.0 } else { 0.0 };
            }
        }
        let step = 0.1 / (week as f64 + 1.0).sqrt();
        for (at, price) in prices.iter_mut().enumerate() {
            *price = (*price + step * (wanted[at] - 1.0)).max(0.0);
            if week >= WEEKS / 2 {
                average[at] += *price / (WEEKS - WEEKS / 2) as f64;
            }
        }
    }
    average
}
