//! What is promised, as instants: by when a case is answered, when somebody calls.

use jiff::{SignedDuration, Timestamp, civil::Date};

use super::Practice;
use crate::{
    calendar::{
        hours::{Stretch, days_from, instant, on_day},
        week::WeeklyWindow,
    },
    intake::Care,
    triage::{Booking, Urgency},
};

/// How far ahead hours are looked for: longer than any holiday.
const MOST_DAYS: usize = 60;

impl Practice {
    /// By when a case must be answered. IMMEDIATE and URGENT run in wall time;
    /// where a machine may book it is the last moment of a first session, else
    /// the close of business by which somebody has called.
    #[must_use]
    pub fn respond_by(&self, urgency: Urgency, booking: Booking, care: Care, now: Timestamp) -> Timestamp {
        match urgency {
            Urgency::Immediate => now + SignedDuration::from_mins(i64::from(self.promise.immediate_minutes)),
            Urgency::Urgent => now + SignedDuration::from_hours(i64::from(self.promise.urgent_hours)),
            _ if !booking.by_machine() => self.close_of_business(now, self.promise.call_days),
            _ => self.session_by(urgency, care, now),
        }
    }

    /// The last moment at which a first session may begin.
    #[must_use]
    pub fn session_by(&self, urgency: Urgency, care: Care, now: Timestamp) -> Timestamp {
        let business_days = match (urgency, care) {
            (Urgency::Routine, _) => {
                let days = jiff::Span::new().days(i64::from(self.promise.routine_days));
                return now.to_zoned(self.zone.clone()).checked_add(days).map_or(now, |zoned| zoned.timestamp());
            }
            (_, Care::Individual) => self.promise.priority_days,
            (_, Care::Couple) => self.promise.priority_joint_days,
        };
        let date = self.business_day(now, business_days);
        instant(&self.zone, date, 1440).unwrap_or(now)
    }

    /// When the next call can be made, for at least `least`: within the safe
    /// hours, or the practice's where none were named. A clinician on call
    /// (URGENT and IMMEDIATE) keeps the safe hours alone, everybody else the
    /// practice's as well. IMMEDIATE without safe hours waits for nothing.
    #[must_use]
    pub fn next_call(
        &self,
        urgency: Urgency,
        safe_hours: &[WeeklyWindow],
        least: SignedDuration,
        now: Timestamp,
    ) -> Stretch {
        let from_now = Stretch { starts_at: now, ends_at: Timestamp::MAX };
        if urgency == Urgency::Immediate && safe_hours.is_empty() {
            return from_now;
        }
        let safe = |date: Date| on_day(&self.zone, safe_hours, date);
        let open = |date: Date| self.open_on(date);
        let open_and_safe = |date: Date| match (safe_hours.is_empty(), urgency >= Urgency::Urgent) {
            (true, _) => open(date),
            (false, true) => safe(date),
            (false, false) => common(&open(date), &safe(date)),
        };
        let next = |day: &dyn Fn(Date) -> Vec<Stretch>, least| {
            let coming = days_from(self.today(now)).take(MOST_DAYS).flat_map(day);
            coming
                .filter_map(|each| each.common(from_now))
                .find(|each| each.starts_at.duration_until(each.ends_at) >= least)
        };
        // Safe hours that are never open ones, or very short: safety goes before the practice's habits.
        next(&open_and_safe, least).or_else(|| next(&safe, SignedDuration::ZERO)).unwrap_or(from_now)
    }

    /// The instant so many minutes later: in wall time, or counted in the practice's hours alone.
    #[must_use]
    pub fn minutes_later(&self, from: Timestamp, minutes: u32, in_hours: bool) -> Timestamp {
        let wanted = SignedDuration::from_mins(i64::from(minutes));
        if !in_hours {
            return from + wanted;
        }
        let from_now = Stretch { starts_at: from, ends_at: Timestamp::MAX };
        let coming = days_from(self.today(from)).take(MOST_DAYS).flat_map(|date| self.open_on(date));
        let mut left = wanted;
        for open in coming.filter_map(|open| open.common(from_now)) {
            let length = open.starts_at.duration_until(open.ends_at);
            if left < length {
                return open.starts_at + left;
            }
            left -= length;
        }
        // Closed for two months: nothing waits for ever.
        from + wanted
    }

    /// Whether business days are counted by this day.
    #[must_use]
    pub fn is_business_day(&self, date: Date) -> bool {
        self.business_days.contains(&date.weekday()) && !self.closed_on.contains(&date)
    }

    /// When somebody answers the phone on a day.
    fn open_on(&self, date: Date) -> Vec<Stretch> {
        if self.closed_on.contains(&date) { Vec::new() } else { on_day(&self.zone, &self.hours, date) }
    }

    /// The close of business some business days after today.
    fn close_of_business(&self, now: Timestamp, days: u32) -> Timestamp {
        let date = self.business_day(now, days);
        match on_day(&self.zone, &self.hours, date).last() {
            Some(open) => open.ends_at,
            None => instant(&self.zone, date, 1440).unwrap_or(now),
        }
    }

    fn business_day(&self, now: Timestamp, days: u32) -> Date {
        let today = self.today(now);
        let after_today = days_from(today).skip(1).take(MOST_DAYS * 4);
        let which = usize::try_from(days.saturating_sub(1)).unwrap_or_default();
        after_today.filter(|date| self.is_business_day(*date)).nth(which).unwrap_or(today)
    }
}

/// What two days' stretches share, in order.
fn common(one: &[Stretch], other: &[Stretch]) -> Vec<Stretch> {
    one.iter().flat_map(|one| other.iter().filter_map(|other| one.common(*other))).collect()
}
