//! An alert: a case needs a person. It is told along the on-call chain, step by
//! step, until somebody acknowledges it.
//!
//! A step is due when the one before it has had its minutes. The first steps
//! tell one person of the chain each; when the chain is at its end, every further
//! step tells all of it at once, so many times as the practice wants, and
//! then the case itself goes on saying that nobody has acknowledged. Cases that
//! cannot wait run in wall time, all others in the practice's hours.

use jiff::Timestamp;

use crate::{
    appointment::Changed,
    id::{AlertId, CaseId},
    practice::Practice,
    triage::Urgency,
};

#[cfg(test)]
mod tests;

/// Where an alert stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AlertState {
    /// The chain is being walked.
    Open,
    /// Somebody has it.
    Acknowledged,
    /// The chain was walked to its end, all of it was told again as often as may be, and nobody has acknowledged.
    Unheard,
    /// Its case ended first.
    Ended,
}

impl AlertState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Open, Self::Acknowledged, Self::Unheard, Self::Ended];

    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Unheard => "unheard",
            Self::Ended => "ended",
        }
    }

    /// Reads [`AlertState::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether nobody has acknowledged it, and somebody still should.
    #[must_use]
    pub const fn wants_somebody(self) -> bool {
        matches!(self, Self::Open | Self::Unheard)
    }
}

/// An alert. It begins with the ledger row of its first letter, in whatever
/// statement queues that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Its id; that of its first letter.
    pub id: AlertId,
    /// The case that needs somebody.
    pub case: CaseId,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// Where it stands.
    pub state: AlertState,
    /// How many steps were taken.
    pub steps: u32,
    /// When the last of them was due; at first, when it was raised.
    pub since: Timestamp,
    /// Not looked at before, unless its case is raised.
    pub next_at: Timestamp,
    /// Whether [`Alert::next_at`] counts in wall time.
    pub wall_time: bool,
    /// Who has it.
    pub acknowledged: Option<Acknowledged>,
    /// Rises with every change; the etag.
    pub version: i64,
}

/// Who has an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    /// What colleagues call them.
    pub by: String,
    /// Since when.
    pub at: Timestamp,
}

/// One step of the walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertStep {
    /// Which, from 0.
    pub number: u32,
    /// Whom it tells, by position in the chain; nobody where the next one's turn is at once.
    pub told: Vec<u32>,
    /// When it was taken.
    pub at: Timestamp,
}

/// An alert whose case has ended: there is nothing left to acknowledge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the alert's case has ended")]
pub struct AlertEnded;

/// Whether a case of this urgency runs in wall time.
#[must_use]
pub const fn runs_in_wall_time(urgency: Urgency) -> bool {
    matches!(urgency, Urgency::Immediate | Urgency::Urgent)
}

impl Alert {
    /// Takes every step that is due, and remembers when the next one is. Whatever was missed is made up for: the steps of
    /// the chain count from when each was due, so that after an outage they come at once; calls to the whole
    /// chain count from when the last one was made, so that they never pile up.
    pub fn walk(&mut self, practice: &Practice, urgency: Urgency, now: Timestamp) -> Vec<AlertStep> {
        let mut taken = Vec::new();
        self.wall_time = runs_in_wall_time(urgency);
        while self.state == AlertState::Open {
            let due = self.due(practice);
            if due > now {
                self.next_at = due;
                break;
            }
            let Some(told) = self.next_step(practice, due) else {
                self.state = AlertState::Unheard;
                break;
            };
            taken.push(AlertStep { number: self.steps, told, at: now });
            self.since = if self.steps < chain_length(practice) { due } else { now };
            self.steps += 1;
        }
        taken
    }

    /// Somebody has it. The first one's name stays.
    ///
    /// # Errors
    /// Where its case ended first.
    pub fn acknowledge(&mut self, by: &str, at: Timestamp) -> Result<Changed, AlertEnded> {
        match self.state {
            AlertState::Ended => Err(AlertEnded),
            AlertState::Acknowledged => Ok(Changed::Already),
            AlertState::Open | AlertState::Unheard => {
                self.state = AlertState::Acknowledged;
                self.acknowledged = Some(Acknowledged { by: by.to_owned(), at });
                Ok(Changed::Now)
            }
        }
    }

    /// Its case has ended.
    pub fn end(&mut self) {
        if self.state.wants_somebody() {
            self.state = AlertState::Ended;
        }
    }

    /// When the next step is: the one before it has had its minutes.
    fn due(&self, practice: &Practice) -> Timestamp {
        let Some(last) = self.steps.checked_sub(1) else { return self.raised_at };
        let minutes = match practice.on_call.get(last as usize) {
            // Whoever was passed over has no minutes.
            Some(_) if !tells_alone(practice, last, self.since) => 0,
            Some(person) => person.minutes,
            None => practice.alerts.again_minutes,
        };
        practice.minutes_later(self.since, minutes, !self.wall_time)
    }

    /// Whom the next step tells; `None` where there is none.
    fn next_step(&self, practice: &Practice, due: Timestamp) -> Option<Vec<u32>> {
        let chain = chain_length(practice);
        if self.steps < chain {
            return Some(tells_alone(practice, self.steps, due).then_some(self.steps).into_iter().collect());
        }
        (self.steps < chain + practice.alerts.rounds).then(|| (0..chain).collect())
    }
}

/// Whether somebody is told when their turn comes: whoever is off duty then is passed over, as long as somebody
/// behind them is not.
fn tells_alone(practice: &Practice, position: u32, due: Timestamp) -> bool {
    let on_duty = |person: &&crate::practice::OnCall| practice.is_on_duty(person, due);
    let from_here = practice.on_call.get(position as usize..).unwrap_or_default();
    from_here.first().as_ref().is_some_and(on_duty) || !from_here.iter().skip(1).any(|person| on_duty(&person))
}

fn chain_length(practice: &Practice) -> u32 {
    u32::try_from(practice.on_call.len()).unwrap_or(u32::MAX)
}
