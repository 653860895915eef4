//! When letters go: the night, in which those that can wait do, and the day's digest.

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};

use super::{
    LetterPolicy,
    load::number,
    section::{Section, Source},
};
use crate::{contact::EmailAddress, intake::Care};

impl LetterPolicy {
    /// The end of the night that it is; `None` by day.
    #[must_use]
    pub fn quiet_until(&self, zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
        let (starts, ends) = self.quiet?;
        let here = now.to_zoned(zone.clone());
        let (date, time) = (here.date(), here.time());
        let past_midnight = ends <= starts;
        let ends_on = match (time >= starts, time < ends) {
            (true, _) if past_midnight => date.tomorrow().ok(),
            (_, true) if past_midnight => Some(date),
            (true, true) => Some(date),
            _ => None,
        };
        // Where clocks go back, the night may end twice: the first end counts.
        instant(zone, ends_on?, ends).filter(|until| *until > now)
    }

    /// How many hours before a session its clients are reminded.
    #[must_use]
    pub const fn reminder_hours(&self, care: Care) -> u32 {
        match care {
            Care::Individual => self.remind_hours,
            Care::Couple => self.remind_joint_hours,
        }
    }

    /// When the digest of this day is due.
    #[must_use]
    pub fn digest_due(&self, zone: &TimeZone, date: Date) -> Option<Timestamp> {
        instant(zone, date, self.digest_at)
    }
}

/// A wall time as an instant: one that clocks leave out is as long after the gap as it would have been in it.
fn instant(zone: &TimeZone, date: Date, time: Time) -> Option<Timestamp> {
    date.to_datetime(time).to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp())
}

/// Reads `[letters]`.
pub(super) fn policy(mut section: Section<'_, '_>, source: &Source<'_>) -> Option<LetterPolicy> {
    let at = section.at();
    let quiet = section.optional_parsed("quiet", night);
    let digest_at = section.parsed("digest_at", time);
    let digest_to = section.parsed_list("digest_to", EmailAddress::parse);
    let mut hours = |key| number(source, &mut section, key, 1..=336);
    let (remind_hours, remind_joint_hours) = (hours("remind_hours"), hours("remind_joint_hours"));
    let resend_after = section.optional::<u32>("resend_unknown_after_hours");
    section.finish();
    if let Some(hours) = resend_after.as_ref().filter(|hours| *hours.get_ref() == 0) {
        let hint = "leave it out where staff are always asked";
        source.error(&hours.span(), "`resend_unknown_after_hours` must be at least 1", hint);
    }
    let resend_unknown_after = resend_after.map(|hours| SignedDuration::from_hours(i64::from(*hours.get_ref())));
    let policy = LetterPolicy {
        digest_to,
        digest_at: digest_at?,
        remind_hours: remind_hours?,
        remind_joint_hours: remind_joint_hours?,
        resend_unknown_after,
        quiet,
    };
    if let Some((starts, ends)) = policy.quiet
        && starts == ends
    {
        source.error(&at, "the quiet hours begin when they end", "leave `quiet` out where every hour is as good");
    }
    Some(policy)
}

/// `21:00-08:00`.
fn night(text: &str) -> Result<(Time, Time), String> {
    let (starts, ends) = text.split_once('-').ok_or_else(|| format!("{text:?} must be like \"21:00-08:00\""))?;
    Ok((time(starts)?, time(ends)?))
}

/// `07:30`.
fn time(text: &str) -> Result<Time, String> {
    let of_five = (text.len() == 5).then(|| Time::strptime("%H:%M", text).ok()).flatten();
    of_five.ok_or_else(|| format!("{text:?} must be a time like 07:30"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(quiet: &str) -> LetterPolicy {
        LetterPolicy {
            digest_to: Vec::new(),
            digest_at: time("07:30").unwrap(),
            remind_hours: 48,
            remind_joint_hours: 24,
            resend_unknown_after: None,
            quiet: Some(night(quiet).unwrap()),
        }
    }

    #[track_caller]
    fn check(quiet: &str, now: &str, until: Option<&str>) {
        let zone = TimeZone::get("America/New_York").unwrap();
        let instant = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(policy(quiet).quiet_until(&zone, instant(now)), until.map(instant), "{quiet} at {now}");
    }

    #[test]
    fn the_night_begins_and_ends_to_the_minute() {
        check("21:00-08:00", "2026-12-04T01:59:59Z", None);
        check("21:00-08:00", "2026-12-04T02:00:00Z", Some("2026-12-04T13:00:00Z"));
        check("21:00-08:00", "2026-12-04T12:59:59Z", Some("2026-12-04T13:00:00Z"));
        check("21:00-08:00", "2026-12-04T13:00:00Z", None);
        check("13:00-15:00", "2026-12-04T18:30:00Z", Some("2026-12-04T20:00:00Z"));
        check("13:00-15:00", "2026-12-04T20:00:00Z", None);
        check("13:00-15:00", "2026-12-04T17:59:00Z", None);
    }

    /// 2027-03-14 has 23 hours there, 2026-11-01 has 25.
    #[test]
    fn a_night_in_which_clocks_change_ends_at_the_same_wall_time() {
        check("21:00-08:00", "2027-03-14T04:00:00Z", Some("2027-03-14T12:00:00Z"));
        check("21:00-08:00", "2026-11-01T03:00:00Z", Some("2026-11-01T13:00:00Z"));
        check("21:00-02:30", "2027-03-14T05:30:00Z", Some("2027-03-14T07:30:00Z"));
        check("21:00-01:30", "2026-11-01T05:15:00Z", Some("2026-11-01T05:30:00Z"));
        // The second quarter past one: the night was over.
        check("21:00-01:30", "2026-11-01T06:15:00Z", None);
    }

    #[test]
    fn times_are_written_with_two_digits_and_a_colon() {
        for wrong in ["", "8:00", "24:00", "08:60", "0800", "08:00 ", "+8:00"] {
            assert!(time(wrong).is_err(), "{wrong:?}");
        }
        assert!(night("21:00").is_err() && night("21-08").is_err());
    }
}
