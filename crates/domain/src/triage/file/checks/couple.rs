//! What two partners' views are compared by.

use serde_saphyr::Spanned;

use super::Checks;
use crate::{
    screening::Kind,
    triage::{
        engine::Engine,
        expression::{ItemRef, nearest},
        file::{CouplePart, DriverPart, StancePart, TriageFile},
        joint::{Couple, Stance},
        scale::Scale,
    },
};

impl Checks<'_> {
    pub(super) fn couple(&mut self, part: &CouplePart, scales: &[Scale]) -> Option<Couple> {
        let signs = self.compared(&part.signs);
        let red_flags = self.compared(&part.red_flags);
        let mut mirrored = Vec::new();
        for (own, partners) in &part.mirrored {
            let known: Vec<_> = signs.iter().filter_map(|sign| self.found(*sign)).collect();
            let known: Vec<_> =
                known.iter().flat_map(|item| item.options.iter().filter_map(|option| option.code())).collect();
            let strange = [own, &partners.value].into_iter().find(|code| !known.contains(&code.as_str()));
            let strange = strange.map(|code| (code.clone(), nearest(code, known.iter().copied())));
            // A sign that could not be read may have it.
            if let Some((code, hint)) = strange.filter(|_| signs.len() == part.signs.len()) {
                self.error(partners, format!("no sign is ever \"{code}\""), hint);
            }
            if own != &partners.value && part.mirrored.contains_key(&partners.value) {
                self.error(partners, format!("\"{}\" is mirrored twice", partners.value), "write each pair once");
            }
            mirrored.push((own.clone(), partners.value.clone()));
        }
        let pursues = self.stance(&part.pursues, scales);
        let withdraws = self.stance(&part.withdraws, scales);
        Some(Couple { signs, red_flags, mirrored, pursues: pursues?, withdraws: withdraws? })
    }

    /// Questions with one answer each, whose answers can be told alike.
    fn compared(&mut self, paths: &[Spanned<String>]) -> Vec<ItemRef> {
        self.unique(paths.iter(), "question");
        let mut items = Vec::new();
        for path in paths {
            let Some(item) = self.item(path, &path.value) else { continue };
            let one = self.found(item).is_some_and(|item| {
                !item.repeats && (item.kind == Kind::Boolean || item.kind == Kind::Choice && !item.options.is_empty())
            });
            if !one {
                let hint = "compare questions that take yes or no, or one of their options";
                self.error(path, format!("answers to {} cannot be compared", path.value), hint);
            }
            items.push(item);
        }
        items
    }

    fn stance(&mut self, part: &StancePart, scales: &[Scale]) -> Option<Stance> {
        let index = self.scale_index(&part.scale, scales)?;
        let scale = scales.get(index)?;
        for band in &part.bands {
            if !scale.bands.iter().any(|one| one.id == band.value) {
                let hint = nearest(&band.value, scale.bands.iter().map(|band| band.id.as_str()));
                self.error(band, format!("bands.{} is never \"{}\"", scale.id, band.value), hint);
            }
        }
        if part.bands.is_empty() {
            self.error(&part.scale, "it names no bands", "name those that count");
        }
        Some(Stance { scale: scale.id.clone(), bands: part.bands.iter().map(|band| band.value.clone()).collect() })
    }

    /// A joint view is no place for safety: a partner's answers about it are theirs alone. Red flags of drift may be
    /// named by a safety rule, but never stand in an instrument about safety.
    pub(super) fn nothing_of_safety_is_compared(&mut self, file: &TriageFile, engine: &Engine) {
        let Some((part, couple)) = file.couple.as_ref().zip(engine.couple()) else { return };
        const HINT: &str = "what is about safety is never set side by side";
        let about_safety = |item: &ItemRef| engine.is_safety_item(item.instrument, item.item);
        let signs = couple.signs.iter().zip(&part.signs).filter(|(item, _)| about_safety(item));
        let flags = couple.red_flags.iter().zip(&part.red_flags);
        let flags = flags.filter(|(item, _)| engine.is_about_safety(item.instrument));
        let mut found: Vec<_> = signs.chain(flags).map(|(_, path)| path).collect();
        let scales = file.drivers.iter().map(|driver| &driver.scale);
        let scales = scales.chain([&part.pursues.scale, &part.withdraws.scale]);
        found.extend(scales.filter(|id| engine.items_of(&id.value).any(about_safety)));
        for path in found {
            self.error(path, format!("{} bears on safety", path.value), HINT);
        }
        let unread = |scale: &Spanned<String>| self.unread.scales.contains(&scale.value);
        let without = |driver: &&DriverPart| !engine.has_bands(&driver.scale.value) && !unread(&driver.scale);
        for driver in file.drivers.iter().filter(without).collect::<Vec<_>>() {
            let what = format!("the scale \"{}\" has no bands to compare", driver.scale.value);
            self.error(&driver.scale, what, "give it bands");
        }
    }
}
