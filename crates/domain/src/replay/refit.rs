//! The answers to one protocol's questions as answers to another's.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    protocol::{Protocol, Subject},
    screening::{
        Answers, Questionnaire, Value, check,
        questionnaire::{Sheet, State},
    },
    triage::TriageResult,
};

/// A candidate as whoever answered under one older protocol would have met it.
///
/// Questionnaires are the same where their url is, whatever their version; their
/// questions where the linkId is. An answer that the candidate's question would
/// not take is dropped and counted. A question that the older form did not ask,
/// or did not ask this person, counts as not asked, never as left blank: else
/// every new question about safety would send everybody to a person.
#[derive(Debug)]
pub struct Refit {
    pinned: Arc<Protocol>,
    candidate: Arc<Protocol>,
    /// Rules of both that ask for something else by the candidate.
    altered: BTreeSet<String>,
    /// The candidate's forms for them; none where both ask the same.
    forms: Option<Forms>,
}

#[derive(Debug)]
struct Forms {
    instruments: Vec<Questionnaire>,
    /// By the older canonical: the candidate's instrument.
    successors: BTreeMap<String, usize>,
    /// Per instrument of the candidate, per item: instrument and item of the older one.
    origins: Vec<Vec<Option<(usize, usize)>>>,
}

/// Per instrument of the candidate, per item: the values that it takes.
type Fitting<'a> = Vec<Vec<Option<Cow<'a, [Value]>>>>;

/// One intake under both.
#[derive(Clone, PartialEq)]
pub struct Weighed {
    /// By the protocol that it was answered under.
    pub before: TriageResult,
    /// By the candidate.
    pub after: TriageResult,
    /// How many of its answers the candidate's questions do not take.
    pub dropped: u64,
    /// Rules that fire either way and ask for something else by the candidate.
    pub altered: Vec<String>,
}

impl Refit {
    /// Holds the one against the other, once for all intakes of the older one.
    #[must_use]
    pub fn new(pinned: Arc<Protocol>, candidate: Arc<Protocol>) -> Self {
        let forms = (!pinned.asks_as(&candidate)).then(|| Forms::new(&pinned, &candidate));
        let altered = candidate.engine().altered(pinned.engine());
        Self { pinned, candidate, altered, forms }
    }

    /// Weighs one intake of the older protocol under both.
    #[must_use]
    pub fn weigh(&self, subject: &Subject<'_>) -> Weighed {
        let before = self.pinned.triage(subject);
        let Some(forms) = &self.forms else {
            return self.weighed(before, self.candidate.triage(subject), 0);
        };
        let (fitting, dropped) = forms.refit(subject.answers);
        let sheets = forms.fill(&self.pinned, subject.answers, &fitting);
        let engine = self.candidate.engine();
        let after = engine.triage_sheets(&forms.instruments, sheets, subject, self.candidate.digest());
        self.weighed(before, after, dropped)
    }

    fn weighed(&self, before: TriageResult, after: TriageResult, dropped: u64) -> Weighed {
        let fires = |result: &TriageResult, id: &String| result.fired.iter().any(|rule| rule.rule == *id);
        let altered = self.altered.iter().filter(|id| fires(&before, id) && fires(&after, id)).cloned().collect();
        Weighed { before, after, dropped, altered }
    }
}

impl Forms {
    fn new(pinned: &Protocol, candidate: &Protocol) -> Self {
        let mut successors = BTreeMap::new();
        let (mut instruments, mut origins) = (Vec::new(), Vec::new());
        for (index, form) in candidate.instruments().iter().enumerate() {
            let older = pinned.instruments().iter().position(|older| url(older) == url(form));
            let origin = |link_id: &str| {
                let (item, found) = pinned.instruments().get(older?)?.item(link_id)?;
                found.answerable().then_some((older?, item))
            };
            let of_items: Vec<_> = form.items().iter().map(|item| origin(&item.link_id)).collect();
            let stood = |item: usize| matches!(of_items.get(item), Some(Some(_)));
            instruments.push(form.without_deciders(stood));
            origins.push(of_items);
            if let Some(older) = older.and_then(|older| pinned.instruments().get(older)) {
                successors.insert(older.canonical().to_owned(), index);
            }
        }
        Self { instruments, successors, origins }
    }

    /// The answers that the candidate's questions take, and how many they do not.
    fn refit<'a>(&self, answers: &'a Answers) -> (Fitting<'a>, u64) {
        let mut fitting: Fitting<'_> = self.instruments.iter().map(|form| vec![None; form.items().len()]).collect();
        let mut dropped = 0;
        for (canonical, given) in &answers.0 {
            let index = self.successors.get(canonical).copied();
            let form = index.and_then(|index| self.instruments.get(index));
            let mut sheet = index.and_then(|index| fitting.get_mut(index));
            for (link_id, values) in given {
                let item = form.and_then(|form| form.item(link_id)).filter(|(_, item)| item.answerable());
                let place = item.and_then(|(place, _)| sheet.as_mut()?.get_mut(place));
                match (place, item.and_then(|(_, item)| check::fitting(item, values))) {
                    (Some(place), Some(values)) => *place = Some(values),
                    _ => dropped += 1,
                }
            }
        }
        (fitting, dropped)
    }

    /// The candidate's forms, filled in; what this person was not asked before counts as not asked.
    fn fill<'a>(&self, pinned: &Protocol, older: &Answers, fitting: &'a Fitting<'_>) -> Vec<Sheet<'a>> {
        let before: Vec<_> = pinned.instruments().iter().map(|form| Sheet::fill(form, older)).collect();
        let was_asked =
            |(form, item): (usize, usize)| before.get(form).is_some_and(|sheet| sheet.state(item) != State::NotAsked);
        let forms = self.instruments.iter().zip(&self.origins).zip(fitting);
        let filled = forms.map(|((form, origins), fitting)| {
            let values = |item: usize| fitting.get(item).and_then(Option::as_deref).unwrap_or_default();
            let asked = |item: usize| origins.get(item).copied().flatten().is_some_and(was_asked);
            Sheet::fill_with(form, |item, _| values(item)).where_asked(asked)
        });
        filled.collect()
    }
}

fn url(form: &Questionnaire) -> &str {
    form.canonical().split('|').next().unwrap_or_default()
}
