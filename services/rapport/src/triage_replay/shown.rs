//! How a replay reads: a few lines for each change, a table at the end. Ids alone, never a name.

use std::path::Path;

use jiff::civil::Date;
use rapport_domain::{
    protocol::Protocol,
    replay::{Change, Difference, Tally, Verdict},
    triage::{Booking, Urgency},
};
use serde::Serialize;

/// What the summary is about.
pub(crate) struct Shown<'a> {
    /// The terminal's width, where there is one.
    pub(crate) width: Option<usize>,
    /// From which day on.
    pub(crate) since: Option<Date>,
    /// The folder that was tried.
    pub(crate) folder: &'a Path,
}

/// One change: the case, what becomes of it, and why; `~` marks a rule that fires either way and asks for something else.
pub(crate) fn change(change: &Change, width: Option<usize>) -> String {
    let (before, after) = (change.before, change.after);
    let mut text = format!("{}  {}", change.case, becomes(before.urgency.name(), after.urgency.name()));
    let mut reason = |what: &str, names: &[String]| {
        if !names.is_empty() {
            text.push_str(&wrapped(&format!("{what}: "), names, width));
        }
    };
    let booking = [becomes(before.booking.name(), after.booking.name())];
    reason("booking", if before.booking == after.booking { &[] } else { &booking });
    let safety = [safety(before, after)];
    reason("safety", if safety == [""] { &[] } else { &safety });
    let altered = change.altered.iter().map(|name| format!("~{name}"));
    reason("rules", &signed(&change.rules).into_iter().chain(altered).collect::<Vec<_>>());
    for (what, difference) in
        [("advice", &change.advice), ("needs", &change.needs), ("told", &change.notify), ("reports", &change.reports)]
    {
        reason(what, &signed(difference));
    }
    text
}

impl Shown<'_> {
    /// The table, and what else was counted.
    pub(crate) fn summary(&self, tally: &Tally, candidate: &Protocol) -> String {
        let since = self.since.map(|day| format!(" since {day}")).unwrap_or_default();
        let mut text = format!(
            "{} of {}{since} would change under {}.\n",
            grouped(tally.changed),
            counted(tally.weighed(), "intake"),
            self.folder.display()
        );
        text.push_str(&matrix(tally));
        let silent: Vec<_> = tally.silent(candidate).into_iter().map(str::to_owned).collect();
        if silent.is_empty() {
            text.push_str("\nEvery rule would have fired for somebody.");
        } else {
            text.push_str("\nRules that would have fired for nobody:");
            text.push_str(&wrapped("", &silent, self.width));
        }
        if tally.dropped > 0 {
            text.push_str(&format!(
                "\n{} no longer fit the questions and were left out.",
                counted(tally.dropped, "answer")
            ));
        }
        if tally.unreadable > 0 {
            let what = counted(tally.unreadable, "intake");
            text.push_str(&format!(
                "\n{what} could not be read, and are not in the table: this is not the whole answer."
            ));
        }
        text
    }
}

/// Rows are what was decided, columns what would be.
fn matrix(tally: &Tally) -> String {
    let mut text = format!("\n{:>16}", "before \\ after");
    for after in Urgency::ALL {
        text.push_str(&format!("{:>11}", after.name()));
    }
    for before in Urgency::ALL {
        text.push_str(&format!("\n{:>16}", before.name()));
        for after in Urgency::ALL {
            let cell = match tally.count(before, after) {
                0 => "·".to_owned(),
                count => grouped(count),
            };
            text.push_str(&format!("{cell:>11}"));
        }
    }
    text.push('\n');
    text
}

fn becomes(before: &str, after: &str) -> String {
    if before == after { before.to_owned() } else { format!("{before} → {after}") }
}

fn safety(before: Verdict, after: Verdict) -> String {
    let turned = |before: bool, after: bool, word: &str| match (before, after) {
        (false, true) => Some(format!("+{word}")),
        (true, false) => Some(format!("-{word}")),
        _ => None,
    };
    let flagged = turned(before.flagged, after.flagged, "flagged");
    let clinician = turned(before.clinician_only, after.clinician_only, "clinician only");
    flagged.into_iter().chain(clinician).collect::<Vec<_>>().join(", ")
}

/// `+` for what comes, `-` for what goes.
fn signed(difference: &Difference) -> Vec<String> {
    let now = difference.now.iter().map(|name| format!("+{name}"));
    now.chain(difference.no_longer.iter().map(|name| format!("-{name}"))).collect()
}

/// Names below a line, as many on each as fit.
fn wrapped(what: &str, names: &[String], width: Option<usize>) -> String {
    let indent = "    ";
    // What follows a heading of its own stands below it; what follows a word stands deeper.
    let below = if what.is_empty() { indent.to_owned() } else { indent.repeat(2) };
    let mut text = format!("\n{indent}{what}");
    let mut column = indent.len() + what.len();
    let mut first = true;
    for name in names {
        let long = name.chars().count();
        if !first {
            text.push(',');
            if width.is_some_and(|width| column + long + 3 > width) {
                text.push_str(&format!("\n{below}"));
                column = below.len();
            } else {
                text.push(' ');
                column += 2;
            }
        }
        text.push_str(name);
        column += long;
        first = false;
    }
    text
}

/// "12,345".
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn counted(count: u64, word: &str) -> String {
    format!("{} {word}{}", grouped(count), if count == 1 { "" } else { "s" })
}

#[derive(Serialize)]
struct ChangeLine<'a> {
    case: String,
    intake: String,
    before: VerdictLine,
    after: VerdictLine,
    rules: DifferenceLine<'a>,
    altered_rules: &'a [String],
    advice: DifferenceLine<'a>,
    needs: DifferenceLine<'a>,
    notify: DifferenceLine<'a>,
    reports: DifferenceLine<'a>,
}

#[derive(Serialize)]
struct VerdictLine {
    urgency: Urgency,
    booking: Booking,
    flagged: bool,
    clinician_only: bool,
}

#[derive(Serialize)]
struct DifferenceLine<'a> {
    now: &'a [String],
    no_longer: &'a [String],
}

#[derive(Serialize)]
struct SummaryLine<'a> {
    protocol: &'a str,
    weighed: u64,
    changed: u64,
    matrix: Vec<Cell>,
    silent_rules: Vec<&'a str>,
    dropped_answers: u64,
    unreadable: u64,
}

#[derive(Serialize)]
struct Cell {
    before: Urgency,
    after: Urgency,
    intakes: u64,
}

/// `{"change": …}`, on one line.
pub(crate) fn change_json(change: &Change) -> anyhow::Result<String> {
    #[derive(Serialize)]
    struct Line<'a> {
        change: ChangeLine<'a>,
    }
    let change = ChangeLine {
        case: change.case.to_string(),
        intake: change.intake.to_string(),
        before: change.before.into(),
        after: change.after.into(),
        rules: (&change.rules).into(),
        altered_rules: &change.altered,
        advice: (&change.advice).into(),
        needs: (&change.needs).into(),
        notify: (&change.notify).into(),
        reports: (&change.reports).into(),
    };
    Ok(serde_json::to_string(&Line { change })?)
}

/// `{"summary": …}`, on one line.
pub(crate) fn summary_json(tally: &Tally, candidate: &Protocol) -> anyhow::Result<String> {
    #[derive(Serialize)]
    struct Line<'a> {
        summary: SummaryLine<'a>,
    }
    let pairs = Urgency::ALL.into_iter().flat_map(|before| Urgency::ALL.map(|after| (before, after)));
    let cells = pairs.map(|(before, after)| Cell { before, after, intakes: tally.count(before, after) });
    let summary = SummaryLine {
        protocol: candidate.digest(),
        weighed: tally.weighed(),
        changed: tally.changed,
        matrix: cells.filter(|cell| cell.intakes > 0).collect(),
        silent_rules: tally.silent(candidate),
        dropped_answers: tally.dropped,
        unreadable: tally.unreadable,
    };
    Ok(serde_json::to_string(&Line { summary })?)
}

impl From<Verdict> for VerdictLine {
    fn from(verdict: Verdict) -> Self {
        let Verdict { urgency, booking, flagged, clinician_only } = verdict;
        Self { urgency, booking, flagged, clinician_only }
    }
}

impl<'a> From<&'a Difference> for DifferenceLine<'a> {
    fn from(difference: &'a Difference) -> Self {
        Self { now: &difference.now, no_longer: &difference.no_longer }
    }
}
