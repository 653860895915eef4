//! What clients change by themselves, and until when.

use jiff::{SignedDuration, Timestamp};

use super::{
    load::number,
    section::{Section, Source},
};

/// `[changes]` of practice.toml.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangePolicy {
    /// How many days ahead times are offered to whoever moves a session.
    pub offer_days: u32,
    /// How often one client may ask for another time of one session; after that they call.
    pub most_moves: u32,
    /// A fixed session moves without a call until so many hours before it begins.
    pub move_notice_hours: u32,
    /// A fixed session is given back without a fee until so many hours before it begins.
    pub cancel_notice_hours: u32,
    /// What giving it back later may cost, in whole dollars; 0: nothing.
    pub late_cancel_fee: u32,
    /// How many hours a time that one of two proposes waits for the other's yes.
    pub answer_hours: u32,
}

impl ChangePolicy {
    /// Until when a fixed session that begins then moves without a call.
    #[must_use]
    pub fn moves_until(&self, starts_at: Timestamp) -> Timestamp {
        starts_at - hours(self.move_notice_hours)
    }

    /// Until when a fixed session that begins then is given back without a fee.
    #[must_use]
    pub fn cancels_until(&self, starts_at: Timestamp) -> Timestamp {
        starts_at - hours(self.cancel_notice_hours)
    }

    /// Until when a proposed time waits for the other's yes: never into the notice of either time.
    #[must_use]
    pub fn answer_by(&self, now: Timestamp, starts_at: Timestamp, proposed: Timestamp) -> Timestamp {
        (now + hours(self.answer_hours)).min(self.moves_until(starts_at.min(proposed)))
    }

    /// The last moment for which times are offered.
    #[must_use]
    pub fn offers_until(&self, now: Timestamp) -> Timestamp {
        now + hours(self.offer_days * 24)
    }
}

fn hours(count: u32) -> SignedDuration {
    SignedDuration::from_hours(i64::from(count))
}

pub(super) fn changes(source: &Source<'_>, mut section: Section<'_, '_>) -> Option<ChangePolicy> {
    let mut within = |key, range| number(source, &mut section, key, range);
    let offer_days = within("offer_days", 1..=90);
    let most_moves = within("most_moves", 0..=20);
    let move_notice_hours = within("move_notice_hours", 0..=168);
    let cancel_notice_hours = within("cancel_notice_hours", 0..=168);
    let late_cancel_fee = within("late_cancel_fee", 0..=1000);
    let answer_hours = within("answer_hours", 1..=168);
    section.finish();
    Some(ChangePolicy {
        offer_days: offer_days?,
        most_moves: most_moves?,
        move_notice_hours: move_notice_hours?,
        cancel_notice_hours: cancel_notice_hours?,
        late_cancel_fee: late_cancel_fee?,
        answer_hours: answer_hours?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposed_time_never_waits_into_the_notice_of_either_time() {
        let policy = ChangePolicy {
            offer_days: 28,
            most_moves: 3,
            move_notice_hours: 24,
            cancel_notice_hours: 24,
            late_cancel_fee: 60,
            answer_hours: 48,
        };
        let at = |hour| Timestamp::UNIX_EPOCH + hours(hour);
        let check = |starts_at, proposed, expected| {
            assert_eq!(policy.answer_by(at(0), at(starts_at), at(proposed)), at(expected));
        };
        check(200, 300, 48);
        check(60, 300, 36);
        check(300, 60, 36);
    }
}
