//! What became of a sample, in the parts that must not depend on where it was decided.

use std::collections::BTreeSet;

use rapport_proto::{intake as client_pb, staff as pb};

/// All that was decided.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Decision {
    pub(super) urgency: pb::Urgency,
    pub(super) state: pb::CaseState,
    pub(super) staff_reason: String,
    pub(super) fired: Vec<pb::FiredRule>,
    scores: Vec<pb::Score>,
    protocol: String,
    /// The numbers to call, as shown at once.
    pub(super) lines: Vec<String>,
    pub(super) letters: BTreeSet<String>,
    pub(super) address: String,
    pub(super) appointment: Option<pb::CaseAppointment>,
    submitted: i64,
}

/// What is booked: therapist, start, end, format, place.
type Session<'a> = (&'a str, i64, i64, i32, &'a str);

impl Decision {
    pub(super) fn new(
        address: String,
        answer: &client_pb::SubmitIntakeResponse,
        intake: client_pb::Intake,
        case: pb::Case,
    ) -> Self {
        let summary = case.summary.unwrap();
        let lines = answer.safety_notice.iter().flat_map(|notice| &notice.lines).map(|line| line.phone.clone());
        Self {
            urgency: summary.urgency(),
            state: summary.state(),
            staff_reason: summary.staff_reason,
            fired: case.fired_rules,
            scores: case.scores,
            protocol: case.protocol,
            lines: lines.collect(),
            letters: case.letters.into_iter().map(|letter| letter.letter).collect(),
            address,
            appointment: case.appointment,
            submitted: intake.submit_time.unwrap().seconds,
        }
    }

    /// Without what hangs on the moment or names a row of one database.
    pub(super) fn without_time(&self) -> Self {
        let mut same = self.clone();
        (same.appointment, same.submitted) = (None, 0);
        same.fired.iter_mut().for_each(|rule| rule.intake.clear());
        same.scores.iter_mut().for_each(|score| score.intake.clear());
        same
    }

    pub(super) fn session(&self) -> Option<Session<'_>> {
        let it = self.appointment.as_ref()?;
        let (starts, ends) = self.seconds();
        Some((&it.therapist, starts, ends, it.format, &it.location))
    }

    /// Start and end, since 1970.
    pub(super) fn seconds(&self) -> (i64, i64) {
        let it = self.appointment.as_ref().unwrap();
        (it.start_time.unwrap().seconds, it.end_time.unwrap().seconds)
    }

    pub(super) fn seconds_to_session(&self) -> i64 {
        self.seconds().0 - self.submitted
    }

    /// Times are offered every half hour: on either side of one, another time may be the best.
    pub(super) fn submitted_in_the_same_half_hour(&self, other: &Self) -> bool {
        self.submitted / 1800 == other.submitted / 1800
    }
}
