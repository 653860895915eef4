//! Scales: what they count, from where to where they go, and their bands.

use serde_saphyr::Spanned;

use super::Checks;
use crate::{
    screening::{Item, Kind},
    triage::{
        expression::{ItemRef, Source, Vocabulary, check_number, formula_ends, nearest},
        file::{EntryPart, MethodPart, ScalePart},
        scale::{Band, Entry, Measure, Method, Missing, Scale, Tally},
    },
};

impl Checks<'_> {
    /// A scale; those before it may stand in its formula.
    pub(super) fn scale(&mut self, part: &ScalePart, before: &[Scale]) -> Option<Scale> {
        let problems = self.problems.len();
        self.misplaced(part);
        let (measure, items, (minimum, maximum)) = match part.method.value {
            MethodPart::Expression => self.formula(part, before)?,
            method => self.tally(part, method)?,
        };
        let bands = part.bands.iter().map(|band| Band {
            id: band.id.value.clone(),
            label: band.label.clone(),
            from: band.from,
        });
        let (id, label) = (part.id.value.clone(), part.label.clone());
        let scale = Scale { id, label, measure, items, bands: bands.collect(), minimum, maximum };
        if self.problems.len() == problems {
            self.bands(part, &scale);
        }
        (self.problems.len() == problems).then_some(scale)
    }

    /// Settings that belong to another method.
    fn misplaced(&mut self, part: &ScalePart) {
        let method = part.method.value;
        let formula = method == MethodPart::Expression;
        if formula && (!part.items.is_empty() || !part.weights.is_empty() || part.at_least.is_some()) {
            self.error(&part.method, "an expression takes its items from its formula", "leave out the others");
        }
        if let Some(written) = part.formula.as_ref().filter(|_| !formula) {
            self.error(written, "only method: expression has a formula", "leave it out, or change the method");
        }
        for bound in [&part.minimum, &part.maximum].into_iter().flatten().filter(|_| !formula) {
            self.error(bound, "where a scale begins and ends follows from its items", "leave it out");
        }
        if let Some(code) = part.codes.first().filter(|_| method != MethodPart::Count) {
            self.error(code, "only method: count has codes", "leave them out, or change the method");
        }
        if let Some(weight) = part.weights.values().find(|weight| !weight.value.is_finite()) {
            self.error(weight, "this weight is no number to count with", "");
        }
    }

    /// What a missing answer does, which every scale must state.
    fn missing(&mut self, part: &ScalePart) -> Missing {
        let allowed: &[Missing] = match part.method.value {
            MethodPart::ProratedSum => &[Missing::Prorate],
            MethodPart::Expression => &[Missing::NoScore],
            MethodPart::Weighted => &[Missing::NoScore, Missing::Zero],
            _ => &[Missing::NoScore, Missing::Zero, Missing::Prorate],
        };
        let first = allowed.first().copied().unwrap_or(Missing::NoScore);
        match &part.missing {
            Some(missing) if allowed.contains(&missing.value) => missing.value,
            Some(missing) => {
                let hint = allowed.iter().map(|one| one.name()).collect::<Vec<_>>().join(" or ");
                self.error(missing, "this does not go with the method", format!("use {hint}"));
                first
            }
            // The method's name says it.
            None if part.method.value == MethodPart::ProratedSum => first,
            None => {
                let hint = "add missing: no_score, zero or prorate";
                self.error(&part.id, format!("\"{}\" does not say what a missing answer does", part.id.value), hint);
                first
            }
        }
    }

    fn tally(&mut self, part: &ScalePart, method: MethodPart) -> Option<(Measure, Vec<ItemRef>, (f64, f64))> {
        let codes = part.codes.iter().map(|code| code.value.clone());
        let mut tally = Tally {
            method: match method {
                MethodPart::Mean => Method::Mean,
                MethodPart::Max => Method::Max,
                _ => Method::Sum,
            },
            entries: Vec::new(),
            weights: part.weights.iter().map(|(code, weight)| (code.clone(), weight.value)).collect(),
            codes: (method == MethodPart::Count).then(|| codes.collect()),
            missing: self.missing(part),
            at_least: part.at_least.as_ref().map_or(1, |least| least.value),
        };
        for written in &part.items {
            let entry = self.entry(part, written, &tally);
            tally.entries.extend(entry);
        }
        if part.items.is_empty() {
            self.error(&part.id, format!("the scale \"{}\" has no items", part.id.value), "name some");
        }
        if let Some(least) = part.at_least.as_ref().filter(|least| least.value == 0 || least.value > part.items.len()) {
            self.error(least, "at_least must lie between 1 and the number of items", "");
        }
        if tally.entries.len() < part.items.len() {
            return None;
        }
        self.codes(part, &tally);
        let (items, bounds) = (tally.entries.iter().map(|entry| entry.item).collect(), tally.bounds());
        if tally.entries.is_empty() {
            return None;
        }
        if !(bounds.0.is_finite() && bounds.1.is_finite()) {
            self.error(&part.id, format!("\"{}\" has no bounds", part.id.value), "make its weights smaller");
        }
        Some((Measure::Tally(tally), items, bounds))
    }

    fn entry(&mut self, part: &ScalePart, written: &Spanned<EntryPart>, tally: &Tally) -> Option<Entry> {
        let (path, reverse, weight) = match &written.value {
            EntryPart::Name(path) => (path, false, None),
            EntryPart::Full(full) => (&full.item, full.reverse, full.weight),
        };
        let item = self.item(written, path)?;
        let found = self.instruments.get(item.instrument)?.items().get(item.item)?;
        let (repeats, range) = (found.repeats, tally.range(found));
        let Some(range) = range else {
            let hint = "give its options weights (ordinalValue or itemWeight), or its number minValue and maxValue";
            self.error(written, format!("{path} cannot be scored"), hint);
            return None;
        };
        if tally.entries.iter().any(|entry| entry.item == item) {
            self.error(written, format!("{path} stands in the scale twice"), "count it once");
        }
        if reverse && (repeats || tally.codes.is_some()) {
            self.error(written, format!("{path} cannot be reversed"), "only one weighed answer has a reverse");
        }
        match (part.method.value, weight) {
            (MethodPart::Weighted, None) => {
                self.error(written, format!("{path} has no weight"), "write {item: …, weight: 2}");
            }
            (MethodPart::Weighted, Some(weight)) if !weight.is_finite() || weight == 0.0 => {
                self.error(written, format!("{path} cannot weigh {weight}"), "give it a weight that counts");
            }
            (MethodPart::Weighted, _) | (_, None) => {}
            (_, Some(_)) => {
                self.error(written, "only method: weighted has weights per item", "leave it out, or change the method");
            }
        }
        Some(Entry { item, weight: weight.unwrap_or(1.0), reverse, range })
    }

    /// Codes that are counted or weighed must be answers that somebody can give.
    fn codes(&mut self, part: &ScalePart, tally: &Tally) {
        if part.method.value == MethodPart::Count && part.codes.is_empty() {
            self.error(&part.method, "it counts no codes", "add codes: [\"…\"]");
        }
        let items: Vec<_> = tally.entries.iter().filter_map(|entry| self.found(entry.item)).collect();
        let known: Vec<String> = items.iter().flat_map(|item| codes(item)).collect();
        // Options that stand in no file are not known; text of one's own is no code.
        if items.iter().any(|item| item.kind == Kind::Choice && item.options.is_empty()) {
            return;
        }
        let lacks = |item: &&&Item| !codes(item).any(|code| part.codes.iter().any(|one| one.value == code));
        let idle = items.iter().position(|item| lacks(&item) && tally.codes.is_some());
        let strange = part.codes.iter().find(|code| !known.contains(&code.value)).cloned();
        let weighed = part.weights.iter().find(|(code, _)| !known.contains(code));
        let weighed = weighed.map(|(code, weight)| (code.clone(), weight.clone()));
        if let Some(code) = strange {
            let hint = nearest(&code.value, known.iter().map(String::as_str));
            self.error(&code, format!("none of its items is ever \"{}\"", code.value), hint);
        } else if let Some(item) = idle.and_then(|place| part.items.get(place)) {
            self.error(item, "this item has none of the codes that are counted", "take it out");
        }
        if let Some((code, weight)) = weighed {
            let hint = nearest(&code, known.iter().map(String::as_str));
            self.error(&weight, format!("none of its items is ever \"{code}\""), hint);
        }
    }

    fn formula(&mut self, part: &ScalePart, before: &[Scale]) -> Option<(Measure, Vec<ItemRef>, (f64, f64))> {
        self.missing(part);
        let Some(formula) = &part.formula else {
            self.error(&part.method, "the expression has no formula", "add formula: …");
            return None;
        };
        let vocabulary =
            Vocabulary { instruments: &self.instruments, scales: before, unread: &self.unread, as_if_asked: true };
        let checked = match check_number(&formula.value, vocabulary) {
            Ok(checked) => checked,
            Err(refusals) => {
                self.refused(&format!("scale \"{}\"", part.id.value), formula, refusals);
                return None;
            }
        };
        let ends = formula_ends(&checked.expression, vocabulary);
        let mut items: Vec<_> = Vec::new();
        for source in &checked.sources {
            match source {
                Source::Item(item) => items.push(*item),
                Source::Scale(scale) | Source::Band(scale) => {
                    items.extend(before.get(*scale).into_iter().flat_map(|scale| &scale.items));
                }
                Source::Element | Source::Age | Source::Care => {}
            }
        }
        items.sort_unstable();
        items.dedup();
        let unbounded = checked.sources.iter().any(|source| match source {
            Source::Item(item) => self.found(*item).is_some_and(unbounded),
            _ => false,
        });
        let Some((lowest, highest)) = ends else {
            self.error(formula, "this never comes to a number", "");
            return None;
        };
        let stated = part.minimum.as_ref().zip(part.maximum.as_ref());
        if unbounded && stated.is_none() {
            let hint = "give its numbers minValue and maxValue, or the scale minimum and maximum";
            self.error(formula, "nothing bounds what this comes to", hint);
        }
        let minimum = part.minimum.as_ref().map_or(lowest, |minimum| minimum.value);
        let maximum = part.maximum.as_ref().map_or(highest, |maximum| maximum.value);
        let good = minimum.is_finite() && maximum.is_finite() && minimum <= maximum;
        if !good || minimum > highest || maximum < lowest {
            let what = format!("it goes from {lowest} to {highest}, not from {minimum} to {maximum}");
            self.error(&part.id, what, "state what it can come to, or nothing");
        }
        Some((Measure::Formula(checked.expression), items, (minimum, maximum)))
    }

    fn bands(&mut self, part: &ScalePart, scale: &Scale) {
        let mut last = f64::NEG_INFINITY;
        for band in &part.bands {
            if !band.from.is_finite() {
                self.error(&band.id, "a band must begin at a number", "");
            } else if last == f64::NEG_INFINITY && band.from != scale.minimum {
                let what = format!("the first band begins at {}, the scale at {}", band.from, scale.minimum);
                self.error(&band.id, what, "no score may fall between bands");
            } else if band.from <= last {
                self.error(&band.id, "the bands do not ascend", "write the lowest first");
            } else if band.from > scale.maximum {
                let what = format!("no score reaches {}: the highest is {}", band.from, scale.maximum);
                self.error(&band.id, what, "lower the band");
            }
            last = band.from;
        }
        self.unique(part.bands.iter().map(|band| &band.id), "band");
    }

    pub(super) fn found(&self, item: ItemRef) -> Option<&Item> {
        self.instruments.get(item.instrument)?.items().get(item.item)
    }
}

impl Missing {
    const fn name(self) -> &'static str {
        match self {
            Self::NoScore => "no_score",
            Self::Zero => "zero",
            Self::Prorate => "prorate",
        }
    }
}

fn codes(item: &Item) -> impl Iterator<Item = String> {
    item.options.iter().filter_map(|option| option.code().map(str::to_owned))
}

/// A number that can be as large as it likes.
fn unbounded(item: &Item) -> bool {
    matches!(item.kind, Kind::Integer | Kind::Decimal)
        && !(item.limits.minimum.is_some() && item.limits.maximum.is_some())
}
