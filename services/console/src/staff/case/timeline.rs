//! What happened to a case, the latest first.

use jiff::Timestamp;
use rapport_proto::staff::{Case, StopReason};

use super::say::{self, Say, instant};
use crate::staff::words;

/// One thing that happened.
pub(crate) struct Entry {
    pub(crate) at: Timestamp,
    pub(crate) when: String,
    /// Who did it; empty where no person did.
    pub(crate) who: String,
    pub(crate) what: String,
    /// In somebody's own words; empty where there are none, or this reader's role may not see them.
    pub(crate) more: String,
}

impl Entry {
    /// In a sentence, for whoever was overtaken.
    pub(crate) fn in_a_line(&self) -> String {
        let who = if self.who.is_empty() { String::new() } else { format!(", {}", self.who) };
        format!("{}{who}: {}", self.when, self.what)
    }
}

/// All of it.
pub(crate) fn of(case: &Case, say: &Say) -> Vec<Entry> {
    let mut entries: Vec<Entry> = came(case, say)
        .into_iter()
        .chain(calls(case, say))
        .chain(told(case, say))
        .chain(written(case, say))
        .chain(decided(case, say))
        .flatten()
        .collect();
    // The youngest first, and of one moment's what followed from another above it.
    entries.reverse();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
    entries
}

fn entry(say: &Say, at: &Option<prost_types::Timestamp>, who: &str, what: String, more: &str) -> Option<Entry> {
    let at = instant(at)?;
    Some(Entry { at, when: say.at(at), who: who.to_owned(), what, more: more.to_owned() })
}

fn came(case: &Case, say: &Say) -> Vec<Option<Entry>> {
    let came = case.summary.as_ref().map(|it| it.create_time).unwrap_or_default();
    vec![entry(say, &came, "", "The first screening came in".to_owned(), "")]
}

fn calls(case: &Case, say: &Say) -> Vec<Option<Entry>> {
    let attempts = case.attempts.iter().map(|it| {
        let next = it.next_by_time.map(|by| format!("; next call by {}", say.when(&Some(by)))).unwrap_or_default();
        let what = format!(
            "{} {}: {}{next}",
            say.name(&it.intake),
            say::channel(it.channel()),
            say::outcome(it.outcome()).to_lowercase()
        );
        let more = [it.note.as_str(), it.danger.as_str()].into_iter().filter(|text| !text.is_empty());
        entry(say, &it.time, &it.staff, what, &more.collect::<Vec<_>>().join(" – "))
    });
    attempts.collect()
}

fn told(case: &Case, say: &Say) -> Vec<Option<Entry>> {
    let steps = case.alerts.iter().flat_map(|alert| {
        let told = alert.steps.iter().map(|step| {
            let whom = if step.told.is_empty() {
                "nobody, whose turn it was is off duty".to_owned()
            } else {
                step.told.join(", ")
            };
            entry(say, &step.time, "", format!("On-call step {}: told {whom}", step.number), "")
        });
        let heard = entry(say, &alert.acknowledge_time, &alert.staff, "Has the alert".to_owned(), "");
        told.chain([heard]).collect::<Vec<_>>()
    });
    steps.collect()
}

fn written(case: &Case, say: &Say) -> Vec<Option<Entry>> {
    let notes = case.notes.iter().map(|note| {
        let what = match note.kind() {
            super::NoteKind::Clinical => "Clinical note",
            _ => "Note for the desk",
        };
        entry(say, &note.create_time, &note.staff, what.to_owned(), &note.text)
    });
    notes.collect()
}

fn decided(case: &Case, say: &Say) -> Vec<Option<Entry>> {
    let judged = case.overrides.iter().map(|it| {
        let what = format!("Urgency from {} to {}", words::urgency(it.from()).word, words::urgency(it.to()).word);
        entry(say, &it.create_time, &it.staff, what, &it.reason)
    });
    let stops = case.stops.iter().map(|it| {
        let name = say.name(&it.intake);
        let what = match it.reason() {
            StopReason::Unspecified => format!("{name} may be contacted again"),
            reason => format!("{name} is not contacted any more: {}", say::stopping(reason)),
        };
        entry(say, &it.create_time, &it.staff, what, &it.note)
    });
    let reopened =
        case.reopenings.iter().map(|it| entry(say, &it.create_time, &it.staff, "Reopened".to_owned(), &it.reason));
    let referred = case
        .referral
        .iter()
        .map(|it| entry(say, &it.create_time, &it.staff, format!("Referred to {}", it.to), &it.reason));
    let closed = case.closure.iter().map(|it| {
        entry(say, &it.close_time, &it.staff, format!("Closed: {}", say::closing(it.reason()).to_lowercase()), &it.note)
    });
    judged.chain(stops).chain(reopened).chain(referred).chain(closed).collect()
}
