//! How an installation does: what was counted in it becomes findings that say how bad each is and what to do.

use jiff::{SignedDuration, Timestamp};

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// As it should be.
    Fine,
    /// Nothing is wrong yet; somebody should see to it within days.
    Notice,
    /// Somebody should look today.
    Warning,
    /// Something does not work: somebody should look now.
    Failure,
}

/// Things that wait their turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waiting {
    /// How many.
    pub count: u64,
    /// Since when the oldest of them does.
    pub oldest: Option<Timestamp>,
}

/// What was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signs {
    /// When.
    pub now: Timestamp,
    /// Events that no consumer could handle; none where the queues cannot be looked into.
    pub dead_letters: Option<u64>,
    /// Events that are not published yet.
    pub outbox: Waiting,
    /// Cases and screenings that no machine has decided on.
    pub undecided: Waiting,
    /// Letters whose turn it is.
    pub letters_due: Waiting,
    /// Letters that were refused for good, and nobody has settled them.
    pub letters_refused: u64,
    /// Letters of which nobody knows whether they arrived.
    pub letters_unknown: u64,
    /// Entries of the audit trail under no seal.
    pub unsealed: Waiting,
    /// Licences of people who see people that end within 60 days.
    pub licences_ending: u64,
    /// Those that have ended.
    pub licences_ended: u64,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its name for programs.
    pub check: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What was found, in a sentence.
    pub found: String,
    /// What to do, in a sentence; empty where it is fine.
    pub to_do: &'static str,
    /// How many.
    pub count: u64,
    /// Since when the oldest waits.
    pub oldest: Option<Timestamp>,
}

/// How long something may wait before somebody should look today, and before somebody should look now.
struct Patience {
    warning: SignedDuration,
    failure: SignedDuration,
}

/// Publishing takes milliseconds, and a broker that is restarted some seconds.
const OUTBOX: Patience = Patience { warning: SignedDuration::from_mins(1), failure: SignedDuration::from_mins(5) };
/// Deciding takes a second, with every retry eleven minutes; after twenty the case is announced again.
const UNDECIDED: Patience = Patience { warning: SignedDuration::from_mins(2), failure: SignedDuration::from_mins(20) };
/// A letter goes within seconds of its turn; a slow mail server keeps some minutes.
const LETTERS: Patience = Patience { warning: SignedDuration::from_mins(2), failure: SignedDuration::from_mins(10) };
/// The trail is sealed every five seconds.
const UNSEALED: Patience = Patience { warning: SignedDuration::from_mins(1), failure: SignedDuration::from_mins(10) };

/// Everything that was looked at, the worst first.
#[must_use]
pub fn examine(signs: &Signs) -> Vec<Finding> {
    let mut findings = vec![
        events(signs),
        waits("outbox", signs.outbox, &OUTBOX, signs.now, ("event is", "events are"), "not published yet", RELAY),
        waits("cases", signs.undecided, &UNDECIDED, signs.now, ("case is", "cases are"), "not decided yet", WORKER),
        waits("letters_waiting", signs.letters_due, &LETTERS, signs.now, ("letter is", "letters are"), "due", NOTIFIER),
        any(
            "letters_refused",
            signs.letters_refused,
            Severity::Warning,
            ("letter was", "letters were"),
            "refused",
            REFUSED,
        ),
        any(
            "letters_unknown",
            signs.letters_unknown,
            Severity::Warning,
            ("letter", "letters"),
            "may not have arrived",
            UNKNOWN,
        ),
        waits("audit", signs.unsealed, &UNSEALED, signs.now, ("entry is", "entries are"), "not sealed yet", SEALER),
        licences(signs),
    ];
    findings.extend(
        signs.dead_letters.map(|dead| {
            any("dead_letters", dead, Severity::Warning, ("event", "events"), "could not be handled", DEAD)
        }),
    );
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

/// The worst of them.
#[must_use]
pub fn worst(findings: &[Finding]) -> Severity {
    findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Fine)
}

const BROKER: &str = "See that the broker runs and that its address and password are right (RAPPORT__EVENTS__URL). Nothing \
                      is lost: what waits goes on by itself. New cases stand in the queue as they came.";
const RELAY: &str = "See that a worker runs (rapport worker) and reaches the broker. Nothing is lost meanwhile.";
const WORKER: &str = "See that a worker runs, and look for dead letters. The cases stand in the queue as they came: call \
                      those that cannot wait.";
const NOTIFIER: &str = "See that a notifier runs (rapport notifier) and that the mail server takes letters. Call whoever \
                        must know today.";
const REFUSED: &str = "Open each letter: it says whom to call, or which address to mend.";
const UNKNOWN: &str = "Find out whether each arrived, and say so at the letter.";
const SEALER: &str = "See that a worker runs: what is not sealed could be altered unseen.";
const DEAD: &str =
    "Read why each was given up, mend that, and put them back. What they tell of stands still until then.";
const LICENCES: &str = "Ask for the renewed licences and write their last days into the roster. Whoever's licence has ended \
                        is matched with nobody there.";

fn events(signs: &Signs) -> Finding {
    let (severity, found, to_do) = match signs.dead_letters {
        Some(_) => (Severity::Fine, "The queues can be reached.", ""),
        None => (Severity::Failure, "The queues cannot be reached: nothing is triaged or matched.", BROKER),
    };
    Finding { check: "events", severity, found: found.to_owned(), to_do, count: 0, oldest: None }
}

fn licences(signs: &Signs) -> Finding {
    let Signs { licences_ending: ending, licences_ended: ended, .. } = *signs;
    let severity = match (ended, ending) {
        (0, 0) => Severity::Fine,
        (0, _) => Severity::Notice,
        _ => Severity::Warning,
    };
    let found = match severity {
        Severity::Fine => "No licence ends within 60 days.".to_owned(),
        Severity::Notice => format!("{} within 60 days.", counted(ending, ("licence ends", "licences end"))),
        _ => format!(
            "{}, and {} within 60 days.",
            counted(ended, ("licence has ended", "licences have ended")),
            counted(ending, ("ends", "end"))
        ),
    };
    let to_do = if severity == Severity::Fine { "" } else { LICENCES };
    Finding { check: "licences", severity, found, to_do, count: ending + ended, oldest: None }
}

fn waits(
    check: &'static str,
    waiting: Waiting,
    patience: &Patience,
    now: Timestamp,
    noun: (&str, &str),
    how: &str,
    to_do: &'static str,
) -> Finding {
    let age = waiting.oldest.map_or(SignedDuration::ZERO, |oldest| oldest.duration_until(now));
    let severity = match age {
        age if age >= patience.failure => Severity::Failure,
        age if age >= patience.warning => Severity::Warning,
        _ => Severity::Fine,
    };
    let found = match (waiting.count, severity) {
        (0, _) => format!("0 {} {how}.", noun.1),
        (count, Severity::Fine) => format!("{} {how}.", counted(count, noun)),
        (count, _) => format!("{} {how}, the oldest for {}.", counted(count, noun), in_words(age)),
    };
    let to_do = if severity == Severity::Fine { "" } else { to_do };
    Finding { check, severity, found, to_do, count: waiting.count, oldest: waiting.oldest }
}

fn any(
    check: &'static str,
    count: u64,
    if_any: Severity,
    noun: (&str, &str),
    how: &str,
    to_do: &'static str,
) -> Finding {
    let (severity, to_do) = if count == 0 { (Severity::Fine, "") } else { (if_any, to_do) };
    Finding { check, severity, found: format!("{} {how}.", counted(count, noun)), to_do, count, oldest: None }
}

fn counted(count: u64, (one, many): (&str, &str)) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Cut to what a person would say.
fn in_words(age: SignedDuration) -> String {
    let minutes = age.as_mins().unsigned_abs();
    match minutes {
        0..120 => counted(minutes, ("minute", "minutes")),
        120..2880 => counted(minutes / 60, ("hour", "hours")),
        _ => counted(minutes / 1440, ("day", "days")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-24T16:00:00Z".parse().unwrap()
    }

    fn since(minutes: i64, count: u64) -> Waiting {
        Waiting { count, oldest: Some(now() - SignedDuration::from_mins(minutes)) }
    }

    fn quiet() -> Signs {
        Signs {
            now: now(),
            dead_letters: Some(0),
            outbox: Waiting::default(),
            undecided: Waiting::default(),
            letters_due: Waiting::default(),
            letters_refused: 0,
            letters_unknown: 0,
            unsealed: Waiting::default(),
            licences_ending: 0,
            licences_ended: 0,
        }
    }

    /// What stands first where this was counted.
    fn check(signs: Signs, check: &str, severity: Severity, found: &str) {
        let findings = examine(&signs);
        let first = findings.first().unwrap();
        assert_eq!((first.check, first.severity, first.found.as_str()), (check, severity, found));
        assert_eq!(worst(&findings), severity);
        assert!(!first.to_do.is_empty(), "{check} says what to do");
        assert!(findings.iter().skip(1).all(|other| other.severity == Severity::Fine && other.to_do.is_empty()));
    }

    #[test]
    fn a_quiet_house_is_fine_and_every_check_says_so() {
        let findings = examine(&quiet());
        assert_eq!(findings.len(), 9);
        assert!(findings.iter().all(|finding| finding.severity == Severity::Fine && finding.to_do.is_empty()));
        assert_eq!(worst(&findings), Severity::Fine);
    }

    #[test]
    fn what_waits_for_a_moment_is_fine_and_what_waits_too_long_is_told_with_how_long() {
        let fine = Signs { outbox: since(0, 7), undecided: since(1, 3), letters_due: since(1, 2), ..quiet() };
        assert_eq!(worst(&examine(&fine)), Severity::Fine);
        use Severity::{Failure, Warning};
        let outbox = |it| Signs { outbox: it, ..quiet() };
        check(outbox(since(1, 1)), "outbox", Warning, "1 event is not published yet, the oldest for 1 minute.");
        check(outbox(since(5, 9)), "outbox", Failure, "9 events are not published yet, the oldest for 5 minutes.");
        let cases = |it| Signs { undecided: it, ..quiet() };
        check(cases(since(2, 1)), "cases", Warning, "1 case is not decided yet, the oldest for 2 minutes.");
        check(cases(since(180, 2)), "cases", Failure, "2 cases are not decided yet, the oldest for 3 hours.");
        let letters = Signs { letters_due: since(4320, 2), ..quiet() };
        check(letters, "letters_waiting", Failure, "2 letters are due, the oldest for 3 days.");
        let audit = Signs { unsealed: since(2, 40), ..quiet() };
        check(audit, "audit", Warning, "40 entries are not sealed yet, the oldest for 2 minutes.");
    }

    #[test]
    fn what_should_never_be_there_is_told_from_the_first_one_on() {
        use Severity::{Failure, Notice, Warning};
        let dead = Signs { dead_letters: Some(1), ..quiet() };
        check(dead, "dead_letters", Warning, "1 event could not be handled.");
        let away = Signs { dead_letters: None, ..quiet() };
        check(away, "events", Failure, "The queues cannot be reached: nothing is triaged or matched.");
        let refused = Signs { letters_refused: 2, ..quiet() };
        check(refused, "letters_refused", Warning, "2 letters were refused.");
        let unknown = Signs { letters_unknown: 1, ..quiet() };
        check(unknown, "letters_unknown", Warning, "1 letter may not have arrived.");
        let ending = Signs { licences_ending: 1, ..quiet() };
        check(ending, "licences", Notice, "1 licence ends within 60 days.");
        let ended = Signs { licences_ended: 1, licences_ending: 2, ..quiet() };
        check(ended, "licences", Warning, "1 licence has ended, and 2 end within 60 days.");
    }

    #[test]
    fn the_worst_stands_first() {
        let signs = Signs { licences_ending: 1, dead_letters: Some(2), outbox: since(9, 1), ..quiet() };
        let order: Vec<_> = examine(&signs).into_iter().take(3).map(|finding| finding.check).collect();
        assert_eq!(order, ["outbox", "dead_letters", "licences"]);
    }
}
