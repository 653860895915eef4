//! How a case stood when its page was read: what a form carries, so that whoever was overtaken reads what changed.

use jiff::Timestamp;
use rapport_proto::staff::{Case, CaseSummary};

use super::super::words;

/// Between parts; no label holds it.
const BETWEEN: char = '\u{1f}';

/// Nothing of it is secret from whoever reads the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Snapshot {
    pub(super) read: Timestamp,
    urgency: String,
    state: String,
    assignee: String,
    session: String,
}

impl Snapshot {
    pub(super) fn of(summary: &CaseSummary, case: &Case, read: Timestamp) -> Self {
        let session = case.appointment.as_ref().map(|it| {
            let starts = it.start_time.map_or(0, |at| at.seconds);
            format!("{} {starts} {}", it.name, it.state)
        });
        Self {
            read,
            urgency: words::urgency(summary.urgency()).word.to_owned(),
            state: words::case_state(summary.state()).to_owned(),
            assignee: summary.assignee.clone(),
            session: session.unwrap_or_default(),
        }
    }

    /// As a form carries it.
    pub(super) fn text(&self) -> String {
        let read = self.read.as_microsecond().to_string();
        [&read, &self.urgency, &self.state, &self.assignee, &self.session]
            .map(String::as_str)
            .join(&BETWEEN.to_string())
    }

    /// Reads it back; `None` where it is no such thing.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let parts: Vec<_> = text.split(BETWEEN).map(ToOwned::to_owned).collect();
        let [read, urgency, state, assignee, session] = <[String; 5]>::try_from(parts).ok()?;
        Some(Self { read: Timestamp::from_microsecond(read.parse().ok()?).ok()?, urgency, state, assignee, session })
    }

    /// What is otherwise now, a sentence each.
    pub(super) fn changes(&self, now: &Self) -> Vec<String> {
        let hand = match now.assignee.as_str() {
            "" => "Nobody has it in hand now.".to_owned(),
            who => format!("{who} has it in hand now."),
        };
        [
            (self.assignee != now.assignee, hand),
            (self.urgency != now.urgency, format!("Its urgency is {} now; it was {}.", now.urgency, self.urgency)),
            (self.state != now.state, format!("It stands as “{}” now; it was “{}”.", now.state, self.state)),
            (self.session != now.session, "Its session is another one now, or stands otherwise.".to_owned()),
        ]
        .into_iter()
        .filter_map(|(differs, says)| differs.then_some(says))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_was_overtaken_reads_what_changed() {
        let read = Timestamp::from_second(100).unwrap();
        let urgent = rapport_proto::staff::Urgency::Urgent.into();
        let before = CaseSummary { urgency: urgent, state: 5, ..CaseSummary::default() };
        let after = CaseSummary { assignee: "Sam <b>".to_owned(), urgency: 2, state: 5, ..CaseSummary::default() };
        let (case, later) = (Case::default(), Timestamp::from_second(200).unwrap());
        let then = Snapshot::parse(&Snapshot::of(&before, &case, read).text()).unwrap();
        let changes = then.changes(&Snapshot::of(&after, &case, later));
        assert_eq!(changes, ["Sam <b> has it in hand now.", "Its urgency is Priority now; it was Urgent."]);
        assert_eq!(Snapshot::parse("x"), None);
        assert!(then.changes(&then).is_empty());
    }
}
