//! The bounds of a scale are those that some answers reach.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Entry, Method, Missing, Tally};
use crate::triage::expression::ItemRef;

/// A tally without its items: what each counts stands in the test.
fn tally(method: Method, missing: Missing, at_least: usize, ranges: &[(f64, f64)]) -> Tally {
    let item = |item| ItemRef { instrument: 0, item };
    let entries = ranges.iter().enumerate().map(|(place, range)| Entry {
        item: item(place),
        weight: 1.0,
        reverse: false,
        range: *range,
    });
    Tally { method, entries: entries.collect(), weights: BTreeMap::new(), codes: None, missing, at_least }
}

/// Every choice of lowest, highest or nothing for each item.
fn every_way(ranges: &[(f64, f64)]) -> Vec<Vec<Option<f64>>> {
    ranges.iter().fold(vec![Vec::new()], |ways, (low, high)| {
        let with = |way: &Vec<Option<f64>>, value| way.iter().copied().chain([value]).collect();
        ways.iter().flat_map(|way| [None, Some(*low), Some(*high)].map(|value| with(way, value))).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    // Guard: Tally::lowest. With the mere sum of all items for a prorated one this goes red.
    #[test]
    fn a_scale_reaches_its_bounds_and_never_leaves_them(
        ranges in prop::collection::vec((-3_i8..4, 0_i8..4), 1..5),
        method in prop::sample::select(vec![Method::Sum, Method::Mean, Method::Max]),
        missing in prop::sample::select(vec![Missing::NoScore, Missing::Zero, Missing::Prorate]),
        at_least in 1_usize..5,
    ) {
        let ranges: Vec<_> = ranges.into_iter().map(|(low, width)| (f64::from(low), f64::from(low + width))).collect();
        let tally = tally(method, missing, at_least.min(ranges.len()), &ranges);
        let scores: Vec<f64> = every_way(&ranges).iter().filter_map(|way| tally.total(way.iter().copied())).collect();
        let (low, high) = tally.bounds();
        let (lowest, highest) = scores.iter().fold((f64::MAX, f64::MIN), |(low, high), score| (low.min(*score), high.max(*score)));
        prop_assert!((low - lowest).abs() < 1e-9 && (high - highest).abs() < 1e-9, "{low}..{high}, reached {lowest}..{highest}");
    }
}
