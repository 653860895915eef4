//! A stretch of one day, every week.

use std::fmt;

use jiff::civil::{DateTime, Time, Weekday};
use serde::{Deserialize, Serialize};

/// A stretch of one day that recurs every week, in wall time.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WindowText", into = "WindowText")]
pub struct WeeklyWindow {
    day: Weekday,
    start: u16,
    end: u16,
}

/// Minutes in a day.
const DAY: u16 = 24 * 60;

/// Why a window was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// Not a day's name.
    #[error("must name a day: monday, tuesday, … sunday")]
    Day,
    /// Not a time of day.
    #[error("must be a time like 09:30, up to 24:00")]
    Time,
    /// Ends before it starts.
    #[error("must end after it starts")]
    Order,
}

impl WeeklyWindow {
    /// From wall times `HH:MM`; the end may be `24:00`.
    ///
    /// # Errors
    /// Where a time is none, or the end is not after the start.
    pub fn parse(day: Weekday, start: &str, end: &str) -> Result<Self, WindowError> {
        let (start, end) = (minute_of_day(start)?, minute_of_day(end)?);
        if start >= end {
            return Err(WindowError::Order);
        }
        Ok(Self { day, start, end })
    }

    /// From minutes of the day; `None` where they are none, or the end is not after the start.
    #[must_use]
    pub const fn from_minutes(day: Weekday, start: u16, end: u16) -> Option<Self> {
        if start < end && end <= DAY { Some(Self { day, start, end }) } else { None }
    }

    /// The day it recurs on.
    #[must_use]
    pub const fn day(self) -> Weekday {
        self.day
    }

    /// First minute of the day, from 0.
    #[must_use]
    pub const fn start_minute(self) -> u16 {
        self.start
    }

    /// The minute after its last one, up to 1440.
    #[must_use]
    pub const fn end_minute(self) -> u16 {
        self.end
    }

    /// `HH:MM`.
    #[must_use]
    pub fn start_text(self) -> String {
        clock_text(self.start)
    }

    /// `HH:MM`, `24:00` at the day's end.
    #[must_use]
    pub fn end_text(self) -> String {
        clock_text(self.end)
    }

    /// The same with its start earlier and its end later by so many minutes, within the day.
    #[must_use]
    pub fn widened(self, minutes: u16) -> Self {
        let end = self.end.saturating_add(minutes).min(DAY);
        Self { day: self.day, start: self.start.saturating_sub(minutes), end }
    }

    /// Whether a session with these wall times fits into it; one that crosses midnight does not.
    #[must_use]
    pub fn contains(self, starts: DateTime, ends: DateTime) -> bool {
        let end_minute = if ends.date() == starts.date() {
            minutes(ends.time())
        } else if starts.date().tomorrow().ok() == Some(ends.date()) && ends.time() == Time::midnight() {
            DAY
        } else {
            return false;
        };
        self.day == starts.date().weekday() && self.start <= minutes(starts.time()) && end_minute <= self.end
    }
}

/// `mon 09:00-17:00`.
impl fmt::Debug for WeeklyWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}-{}", day_text(self.day), clock_text(self.start), clock_text(self.end))
    }
}

/// A day's English name in lower case, or its first three letters.
///
/// # Errors
/// Where it is neither.
pub fn parse_day(text: &str) -> Result<Weekday, WindowError> {
    let text = text.to_ascii_lowercase();
    [
        (Weekday::Monday, "monday"),
        (Weekday::Tuesday, "tuesday"),
        (Weekday::Wednesday, "wednesday"),
        (Weekday::Thursday, "thursday"),
        (Weekday::Friday, "friday"),
        (Weekday::Saturday, "saturday"),
        (Weekday::Sunday, "sunday"),
    ]
    .into_iter()
    .find(|(_, name)| text == *name || text.len() == 3 && name.starts_with(&text))
    .map(|(day, _)| day)
    .ok_or(WindowError::Day)
}

/// The day's three letters, as the practice's files write it.
#[must_use]
pub const fn day_text(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "mon",
        Weekday::Tuesday => "tue",
        Weekday::Wednesday => "wed",
        Weekday::Thursday => "thu",
        Weekday::Friday => "fri",
        Weekday::Saturday => "sat",
        Weekday::Sunday => "sun",
    }
}

/// `{ day = "mon", start = "09:00", end = "17:00" }` in files and stored records.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WindowText {
    day: String,
    start: String,
    end: String,
}

impl TryFrom<WindowText> for WeeklyWindow {
    type Error = WindowError;

    fn try_from(text: WindowText) -> Result<Self, WindowError> {
        Self::parse(parse_day(&text.day)?, &text.start, &text.end)
    }
}

impl From<WeeklyWindow> for WindowText {
    fn from(window: WeeklyWindow) -> Self {
        Self { day: day_text(window.day).to_owned(), start: window.start_text(), end: window.end_text() }
    }
}

fn minute_of_day(text: &str) -> Result<u16, WindowError> {
    let (hour, minute) = text.split_once(':').ok_or(WindowError::Time)?;
    let number = |digits: &str, most: u16| {
        (digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit()))
            .then(|| digits.parse::<u16>().ok())
            .flatten()
            .filter(|n| *n <= most)
            .ok_or(WindowError::Time)
    };
    let minutes = number(hour, 24)? * 60 + number(minute, 59)?;
    if minutes <= DAY { Ok(minutes) } else { Err(WindowError::Time) }
}

fn clock_text(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn minutes(time: Time) -> u16 {
    u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs())
}
