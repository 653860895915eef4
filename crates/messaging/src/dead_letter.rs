//! How people name dead letters: `queues/{queue}/deadLetters/{event}`, and `-` for all of a queue.

use std::{fmt, str::FromStr};

use uuid::Uuid;

use crate::{
    topology::{self, QUEUES, Queue},
    transport::DeadLetter,
};

/// One dead letter, or all of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeadLetterName {
    /// Whose consumer gave it up.
    pub queue: Queue,
    /// Its event; all of the queue where there is none.
    pub event: Option<Uuid>,
}

impl DeadLetterName {
    /// The name of a dead letter; a message that is none of ours has none.
    #[must_use]
    pub fn of(letter: &DeadLetter) -> Option<Self> {
        let (queue, event) = topology::named(letter.queue).zip(letter.event_id)?;
        Some(Self { queue, event: Some(event) })
    }
}

impl fmt::Display for DeadLetterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "queues/{}/deadLetters/", self.queue.name)?;
        match self.event {
            Some(event) => write!(f, "{event}"),
            None => f.write_str("-"),
        }
    }
}

/// Not such a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be queues/QUEUE/deadLetters/EVENT, where QUEUE is one of {} and EVENT is a UUID, or - for all", names())]
pub struct DeadLetterNameError;

impl FromStr for DeadLetterName {
    type Err = DeadLetterNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.strip_prefix("queues/").and_then(|rest| rest.split_once("/deadLetters/"));
        let (queue, event) = parts.ok_or(DeadLetterNameError)?;
        let queue = topology::named(queue).ok_or(DeadLetterNameError)?;
        let event = match event {
            "-" => None,
            id if id.len() == 36 => Some(Uuid::try_parse(id).map_err(|_| DeadLetterNameError)?),
            _ => return Err(DeadLetterNameError),
        };
        Ok(Self { queue, event })
    }
}

fn names() -> String {
    QUEUES.map(|queue| queue.name).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::MATCH_CASE;

    #[test]
    fn a_name_is_read_from_its_own_text_and_nothing_else_is_one() {
        for event in [None, Some(Uuid::from_u128(7))] {
            let name = DeadLetterName { queue: MATCH_CASE, event };
            assert_eq!(name.to_string().parse(), Ok(name));
        }
        for text in ["", "queues/x/deadLetters/-", "queues/match_case/deadLetters/", "queues/match_case/deadLetters/7"]
        {
            assert_eq!(text.parse::<DeadLetterName>(), Err(DeadLetterNameError), "{text:?}");
        }
    }
}
