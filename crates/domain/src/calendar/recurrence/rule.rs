//! The text of an RRULE, held against what this house takes.

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Weekday},
    tz::TimeZone,
};

use crate::calendar::week::day_text;

/// A rule's text, far above what a calendar writes.
const LONGEST: usize = 300;

/// Numbers and days in one list.
const MOST_IN_A_LIST: usize = 64;

/// Starts that a rule may count.
const MOST_COUNT: i64 = 5_000;

/// Why a rule was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// No RRULE at all.
    #[error("must be a rule like FREQ=WEEKLY;BYDAY=MO, at most {LONGEST} characters")]
    Form,
    /// A part that is unknown here, or whose value is none.
    #[error("{0:?} is no part of a rule that can be used here")]
    Part(String),
    /// A part that stands twice.
    #[error("{0} stands there twice")]
    Twice(&'static str),
    /// Hours, minutes, seconds.
    #[error("a rule has one start a day: give each start a rule of its own instead of {0}")]
    WithinADay(String),
    /// A number out of its range.
    #[error("{part} must be from 1 to {most}")]
    Number {
        /// Which.
        part: &'static str,
        /// The greatest.
        most: i64,
    },
    /// No time of RFC 5545.
    #[error("UNTIL must be a day or time like 20270630 or 20270630T170000")]
    Until,
    /// A part that RFC 5545 does not let stand beside this FREQ, or that says too little alone.
    #[error("{0} cannot stand in this rule")]
    Unfit(&'static str),
    /// No date of the calendar fits.
    #[error("the rule never comes")]
    Never,
    /// Too many dates beside it.
    #[error("at most 400 dates can stand beside a rule, and 400 be left out")]
    TooManyDates,
}

/// What a rule repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Freq {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// A rule that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    text: String,
    pub(super) freq: Freq,
    pub(super) interval: i64,
    pub(super) count: Option<i64>,
    /// The last moment at which it may start.
    pub(super) until: Option<DateTime>,
    pub(super) week_start: Weekday,
    pub(super) months: Vec<i64>,
    pub(super) month_days: Vec<i64>,
    pub(super) year_days: Vec<i64>,
    pub(super) weeks: Vec<i64>,
    /// Which one of the month or year, 0 for each, and its day.
    pub(super) days: Vec<(i64, Weekday)>,
    pub(super) positions: Vec<i64>,
}

/// Every part that is taken, in the order in which they are written: FREQ first, as readers of the older standard want it.
const PARTS: [&str; 11] = [
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "WKST",
    "BYDAY",
    "BYMONTH",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "BYSETPOS",
];

/// The parts of a rule's text by name.
struct Parts(Vec<(&'static str, String)>);

impl Rule {
    /// Every week on this day.
    pub(super) fn weekly(day: Weekday) -> Self {
        Self {
            text: format!("FREQ=WEEKLY;BYDAY={}", two_letters(day)),
            freq: Freq::Weekly,
            interval: 1,
            count: None,
            until: None,
            week_start: Weekday::Monday,
            months: Vec::new(),
            month_days: Vec::new(),
            year_days: Vec::new(),
            weeks: Vec::new(),
            days: vec![(0, day)],
            positions: Vec::new(),
        }
    }

    /// Reads it; an instant in UNTIL becomes the wall time that the zone shows then.
    pub(super) fn parse(text: &str, zone: &TimeZone) -> Result<Self, RuleError> {
        let mut parts = Parts::read(text)?;
        let (freq, most) = match parts.value("FREQ").ok_or(RuleError::Form)? {
            "DAILY" => (Freq::Daily, 366),
            "WEEKLY" => (Freq::Weekly, 104),
            "MONTHLY" => (Freq::Monthly, 24),
            "YEARLY" => (Freq::Yearly, 4),
            within @ ("HOURLY" | "MINUTELY" | "SECONDLY") => {
                return Err(RuleError::WithinADay(format!("FREQ={within}")));
            }
            other => return Err(RuleError::Part(format!("FREQ={other}"))),
        };
        let until = parts.value("UNTIL").map(|text| until(text, zone)).transpose()?;
        if let Some(until) = until {
            parts.put("UNTIL", until.strftime("%Y%m%dT%H%M%S").to_string());
        }
        let rule = Self {
            interval: parts.number("INTERVAL", most)?.unwrap_or(1),
            count: parts.number("COUNT", MOST_COUNT)?,
            week_start: parts.value("WKST").map_or(Ok(Weekday::Monday), |text| {
                weekday(text).ok_or_else(|| RuleError::Part(format!("WKST={text}")))
            })?,
            months: parts.numbers("BYMONTH", 12, false)?,
            month_days: parts.numbers("BYMONTHDAY", 31, true)?,
            year_days: parts.numbers("BYYEARDAY", 366, true)?,
            weeks: parts.numbers("BYWEEKNO", 53, true)?,
            days: parts.days()?,
            positions: parts.numbers("BYSETPOS", 366, true)?,
            text: parts.text(),
            freq,
            until,
        };
        rule.fits_its_freq()?;
        Ok(rule)
    }

    /// In the form of RFC 5545, UNTIL in wall time.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// What RFC 5545, 3.3.10 does not let stand together, and what it leaves open.
    fn fits_its_freq(&self) -> Result<(), RuleError> {
        let freq = self.freq;
        let counted_days = self.days.iter().any(|(which, _)| *which != 0);
        let by_something = !(self.days.is_empty()
            && self.months.is_empty()
            && self.month_days.is_empty()
            && self.year_days.is_empty()
            && self.weeks.is_empty());
        let unfit = [
            ("BYDAY with a number", counted_days && matches!(freq, Freq::Daily | Freq::Weekly)),
            ("BYDAY with a number beside BYWEEKNO", counted_days && !self.weeks.is_empty()),
            ("BYMONTHDAY", !self.month_days.is_empty() && freq == Freq::Weekly),
            ("BYYEARDAY", !self.year_days.is_empty() && freq != Freq::Yearly),
            ("BYWEEKNO", !self.weeks.is_empty() && freq != Freq::Yearly),
            ("BYWEEKNO without BYDAY", !self.weeks.is_empty() && self.days.is_empty()),
            ("BYSETPOS alone", !self.positions.is_empty() && !by_something),
        ];
        unfit.into_iter().find(|(_, is_so)| *is_so).map_or(Ok(()), |(part, _)| Err(RuleError::Unfit(part)))
    }
}

impl Parts {
    fn read(text: &str) -> Result<Self, RuleError> {
        let text = text.trim().to_ascii_uppercase();
        let text = text.strip_prefix("RRULE:").unwrap_or(&text);
        if text.len() > LONGEST || !text.bytes().all(|b| b.is_ascii_alphanumeric() || b"=;,+-".contains(&b)) {
            return Err(RuleError::Form);
        }
        let mut parts = Self(Vec::new());
        for part in text.split(';').filter(|part| !part.is_empty()) {
            let (key, value) = part.split_once('=').ok_or(RuleError::Form)?;
            if matches!(key, "BYHOUR" | "BYMINUTE" | "BYSECOND") {
                return Err(RuleError::WithinADay(key.to_owned()));
            }
            let key = PARTS.into_iter().find(|known| *known == key);
            let key = key.ok_or_else(|| RuleError::Part(part.to_owned()))?;
            if parts.value(key).is_some() {
                return Err(RuleError::Twice(key));
            }
            if value.is_empty() || value.split(',').count() > MOST_IN_A_LIST {
                return Err(RuleError::Part(part.to_owned()));
            }
            parts.0.push((key, value.to_owned()));
        }
        parts.0.sort_by_key(|(key, _)| PARTS.iter().position(|known| known == key));
        Ok(parts)
    }

    fn text(&self) -> String {
        self.0.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(";")
    }

    fn value(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == key).map(|(_, value)| value.as_str())
    }

    fn put(&mut self, key: &str, text: String) {
        if let Some((_, value)) = self.0.iter_mut().find(|(known, _)| *known == key) {
            *value = text;
        }
    }

    fn number(&self, part: &'static str, most: i64) -> Result<Option<i64>, RuleError> {
        let number = |text: &str| text.parse().ok().filter(|number| (1..=most).contains(number));
        self.value(part).map(|text| number(text).ok_or(RuleError::Number { part, most })).transpose()
    }

    /// Counted from the end where negative.
    fn numbers(&self, part: &'static str, most: i64, from_the_end: bool) -> Result<Vec<i64>, RuleError> {
        let least = if from_the_end { -most } else { 1 };
        let read = |text: &str| text.parse().ok().filter(|number| *number != 0 && (least..=most).contains(number));
        let each = self.value(part).into_iter().flat_map(|value| value.split(','));
        each.map(|text| read(text).ok_or_else(|| RuleError::Part(format!("{part}={text}")))).collect()
    }

    /// `MO`, `1MO`, `-1SU`.
    fn days(&self) -> Result<Vec<(i64, Weekday)>, RuleError> {
        let read = |text: &str| {
            let (which, day) = text.split_at_checked(text.len().checked_sub(2)?)?;
            let which = if which.is_empty() { 0 } else { which.parse().ok().filter(|which| *which != 0)? };
            Some((which, weekday(day)?)).filter(|_| (-53..=53).contains(&which))
        };
        let each = self.value("BYDAY").into_iter().flat_map(|value| value.split(','));
        each.map(|text| read(text).ok_or_else(|| RuleError::Part(format!("BYDAY={text}")))).collect()
    }
}

fn two_letters(day: Weekday) -> String {
    let mut text = day_text(day).to_ascii_uppercase();
    text.truncate(2);
    text
}

fn weekday(text: &str) -> Option<Weekday> {
    Weekday::Monday.cycle_forward().take(7).find(|day| two_letters(*day) == text)
}

/// A day counts to its end.
fn until(text: &str, zone: &TimeZone) -> Result<DateTime, RuleError> {
    if let Ok(day) = Date::strptime("%Y%m%d", text) {
        return Ok(day.at(23, 59, 59, 0));
    }
    match text.strip_suffix('Z') {
        Some(text) => {
            let at = DateTime::strptime("%Y%m%dT%H%M%S", text).map_err(|_| RuleError::Until)?;
            let at: Timestamp = at.to_zoned(TimeZone::UTC).map_err(|_| RuleError::Until)?.timestamp();
            Ok(zone.to_datetime(at))
        }
        None => DateTime::strptime("%Y%m%dT%H%M%S", text).map_err(|_| RuleError::Until),
    }
}
