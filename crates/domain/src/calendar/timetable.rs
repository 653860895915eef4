//! When a therapist works: rules and single days, less leave and what keeps them elsewhere.
//!
//! What comes of it is worked out for eight weeks at a time and kept with the timetable itself, never stored: a changed
//! timetable is another value, which remembers nothing of the one before.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{
    SignedDuration, Span,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

use super::{
    elsewhere::Elsewhere,
    hours::{Stretch, edge, instant, merge, week_of},
    outside::Outside,
    recurrence::Recurrence,
    week::WeeklyWindow,
};
use crate::{intake::Format, practice::Practice};

/// Rules of one therapist, single days included.
pub const MOST_RULES: usize = 120;

/// Leaves of one therapist.
pub const MOST_LEAVES: usize = 120;

/// Days that are worked out together.
const BLOCK_DAYS: i32 = 56;

/// As many blocks are kept: more than the longest promise touches.
const BLOCKS_KEPT: usize = 8;

/// A day of which every weekly rule of a file begins its count: a Monday that lies behind everybody's first session.
const FIRST_MONDAY: Date = jiff::civil::date(2024, 1, 1);

/// Where and how somebody sees people in a stretch of time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Where they sit in person; `None`: not in person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Whether they see people by video.
    pub video: bool,
}

impl Place {
    /// Whether a session of this kind can take place there.
    #[must_use]
    pub const fn offers(&self, format: Format) -> bool {
        match format {
            Format::InPerson => self.location.is_some(),
            Format::Video => self.video,
        }
    }
}

/// A stretch of a day that comes by a rule, or once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "HoursRuleParts", into = "HoursRuleParts")]
pub struct HoursRule {
    recurrence: Recurrence,
    minutes: u16,
    place: Place,
}

/// Why hours were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// A start with seconds, or an end on another day.
    #[error("must start on a whole minute and end on the same day, after it starts")]
    WithinADay,
    /// Neither in person nor by video.
    #[error("must name a location, video or both")]
    NoPlace,
    /// The leave ends before it starts.
    #[error("must end after it starts")]
    Order,
}

impl HoursRule {
    /// Hours of so many minutes from each start on.
    ///
    /// # Errors
    /// Where they cross midnight, or take place nowhere.
    pub fn new(recurrence: Recurrence, minutes: u16, place: Place) -> Result<Self, HoursError> {
        let starts = recurrence.starts();
        if starts.second() != 0 || starts.subsec_nanosecond() != 0 || minutes == 0 || minute_of(starts) + minutes > 1440
        {
            return Err(HoursError::WithinADay);
        }
        if place.location.is_none() && !place.video {
            return Err(HoursError::NoPlace);
        }
        Ok(Self { recurrence, minutes, place })
    }

    /// The same hours every week.
    #[must_use]
    pub fn weekly(window: WeeklyWindow, place: Place) -> Self {
        let days = i64::from(window.day().to_monday_zero_offset());
        let day = FIRST_MONDAY.checked_add(Span::new().days(days)).unwrap_or(FIRST_MONDAY);
        let (hour, minute) = (window.start_minute() / 60, window.start_minute() % 60);
        let time = jiff::civil::time(i8::try_from(hour).unwrap_or(0), i8::try_from(minute).unwrap_or(0), 0, 0);
        Self {
            recurrence: Recurrence::weekly(day.to_datetime(time)),
            minutes: window.end_minute() - window.start_minute(),
            place,
        }
    }

    /// The weekly window that it is, where it is one and no more: no interval, no end, no day left out.
    #[must_use]
    pub fn as_weekly(&self) -> Option<WeeklyWindow> {
        let day = self.recurrence.plain_week()?;
        let start = minute_of(self.recurrence.starts());
        WeeklyWindow::from_minutes(day, start, start + self.minutes)
    }

    /// When it starts, and when again.
    #[must_use]
    pub const fn recurrence(&self) -> &Recurrence {
        &self.recurrence
    }

    /// How long it lasts on the wall clock.
    #[must_use]
    pub const fn minutes(&self) -> u16 {
        self.minutes
    }

    /// Where and how.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.place
    }
}

#[derive(Serialize, Deserialize)]
struct HoursRuleParts {
    #[serde(flatten)]
    recurrence: Recurrence,
    minutes: u16,
    #[serde(flatten)]
    place: Place,
}

impl TryFrom<HoursRuleParts> for HoursRule {
    type Error = HoursError;

    fn try_from(parts: HoursRuleParts) -> Result<Self, HoursError> {
        Self::new(parts.recurrence, parts.minutes, parts.place)
    }
}

impl From<HoursRule> for HoursRuleParts {
    fn from(HoursRule { recurrence, minutes, place }: HoursRule) -> Self {
        Self { recurrence, minutes, place }
    }
}

/// Wall time in which nobody is seen; why is nobody's business here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Leave {
    starts: DateTime,
    ends: DateTime,
}

impl Leave {
    /// From one wall time until another.
    ///
    /// # Errors
    /// Where it ends before it starts.
    pub fn new(starts: DateTime, ends: DateTime) -> Result<Self, HoursError> {
        if starts < ends { Ok(Self { starts, ends }) } else { Err(HoursError::Order) }
    }

    /// Its first moment.
    #[must_use]
    pub const fn starts(self) -> DateTime {
        self.starts
    }

    /// The first moment after it.
    #[must_use]
    pub const fn ends(self) -> DateTime {
        self.ends
    }
}

/// A therapist's own calendar.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Timetable {
    rules: Vec<HoursRule>,
    #[serde(default)]
    leave: Vec<Leave>,
    /// Kept apart from the profile: it comes from somebody else's calendar.
    #[serde(skip)]
    elsewhere: Arc<Elsewhere>,
    #[serde(skip)]
    worked_out: Arc<Mutex<WorkedOut>>,
}

/// What was worked out, and by which zone and buffer.
#[derive(Default)]
struct WorkedOut {
    frame: Option<(TimeZone, SignedDuration)>,
    blocks: Vec<Arc<Block>>,
}

impl PartialEq for Timetable {
    fn eq(&self, other: &Self) -> bool {
        self.rules == other.rules && self.leave == other.leave && self.elsewhere == other.elsewhere
    }
}

impl Eq for Timetable {}

/// Times elsewhere are somebody's private life.
impl fmt::Debug for Timetable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timetable").field("rules", &self.rules).field("leave", &self.leave).finish_non_exhaustive()
    }
}

/// A stretch of a therapist's working day that nothing cuts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shift {
    /// The day in the zone.
    pub date: Date,
    /// The minute of the day at which the hours begin: what sessions are laid from.
    pub start: u16,
    /// The minute of the day after their last one.
    pub end: u16,
    /// What is left of them, as instants.
    pub at: Stretch,
    /// Where and how.
    pub place: Place,
}

/// Eight weeks of a timetable.
#[derive(Debug)]
pub struct Block {
    first: Date,
    shifts: Vec<Shift>,
}

impl Block {
    /// The stretches of one of its days, in order.
    #[must_use]
    pub fn on(&self, date: Date) -> &[Shift] {
        let from = self.shifts.partition_point(|shift| shift.date < date);
        let to = self.shifts.partition_point(|shift| shift.date <= date);
        self.shifts.get(from..to).unwrap_or_default()
    }
}

impl Timetable {
    /// These rules and leaves.
    #[must_use]
    pub fn new(rules: Vec<HoursRule>, mut leave: Vec<Leave>) -> Self {
        leave.sort();
        Self { rules, leave, ..Self::default() }
    }

    /// The same with other times elsewhere.
    #[must_use]
    pub fn with_elsewhere(self, elsewhere: Elsewhere) -> Self {
        Self { elsewhere: Arc::new(elsewhere), ..Self::new(self.rules, self.leave) }
    }

    /// When they see people.
    #[must_use]
    pub fn rules(&self) -> &[HoursRule] {
        &self.rules
    }

    /// When they do not.
    #[must_use]
    pub fn leave(&self) -> &[Leave] {
        &self.leave
    }

    /// What keeps them elsewhere.
    #[must_use]
    pub fn elsewhere(&self) -> &Elsewhere {
        &self.elsewhere
    }

    /// The eight weeks that a day falls into: worked out once, then at hand. Days on which the practice is closed are
    /// the caller's to leave out.
    #[must_use]
    pub fn around(&self, practice: &Practice, date: Date) -> Arc<Block> {
        let first = block_of(date);
        let frame = (&practice.zone, practice.booking.buffer());
        let mut worked_out = self.worked_out.lock().unwrap_or_else(PoisonError::into_inner);
        if worked_out.frame.as_ref().map(|(zone, buffer)| (zone, *buffer)) != Some(frame) {
            *worked_out = WorkedOut { frame: Some((frame.0.clone(), frame.1)), blocks: Vec::new() };
        }
        if let Some(block) = worked_out.blocks.iter().find(|block| block.first == first) {
            return Arc::clone(block);
        }
        let block = Arc::new(self.work_out(frame.0, frame.1, first));
        if worked_out.blocks.len() == BLOCKS_KEPT {
            worked_out.blocks.remove(0);
        }
        worked_out.blocks.push(Arc::clone(&block));
        block
    }

    fn work_out(&self, zone: &TimeZone, buffer: SignedDuration, first: Date) -> Block {
        let last = first.checked_add(Span::new().days(BLOCK_DAYS)).unwrap_or(Date::MAX);
        let away = self.away(zone, buffer, first, last);
        let mut shifts = Vec::new();
        for rule in &self.rules {
            for starts in rule.recurrence.between(first, last) {
                let (date, start) = (starts.date(), minute_of(starts));
                let end = (start + rule.minutes).min(1440);
                let (Some(starts_at), Some(ends_at)) = (instant(zone, date, start), edge(zone, date, end)) else {
                    continue;
                };
                let whole = Stretch { starts_at, ends_at };
                let left = without(whole, &away);
                shifts.extend(left.map(|at| Shift { date, start, end, at, place: rule.place.clone() }));
            }
        }
        shifts.sort();
        shifts.dedup();
        Block { first, shifts }
    }

    /// Leave, and times elsewhere with the buffer before them that stands behind every session; those that touch are one.
    fn away(&self, zone: &TimeZone, buffer: SignedDuration, first: Date, last: Date) -> Vec<Stretch> {
        let at = |wall: DateTime| zone.to_ambiguous_timestamp(wall).compatible().ok();
        let leave = self.leave.iter().filter(|leave| leave.starts.date() <= last && leave.ends.date() >= first);
        let leave = leave.filter_map(|leave| Some(Stretch { starts_at: at(leave.starts)?, ends_at: at(leave.ends)? }));
        let elsewhere = self.elsewhere.between(first, last, zone).into_iter();
        let elsewhere = elsewhere.map(|it| Stretch { starts_at: it.starts_at - buffer, ..it });
        merge(leave.chain(elsewhere).collect())
    }

    /// Whether a session lies wholly within the hours of its place.
    ///
    /// # Errors
    /// With what is in its way.
    pub fn holds(&self, practice: &Practice, session: Stretch, wanted: &Place) -> Result<(), Outside> {
        let date = practice.today(session.starts_at);
        let offers = |place: &Place| match &wanted.location {
            Some(_) => place.location == wanted.location,
            None => place.video,
        };
        let within = |at: &Stretch| at.starts_at <= session.starts_at && session.ends_at <= at.ends_at;
        if practice.closed_on.contains(&date) {
            return Err(Outside::Closed);
        }
        let block = self.around(practice, date);
        if block.on(date).iter().any(|shift| within(&shift.at) && offers(&shift.place)) {
            return Ok(());
        }
        let zone = &practice.zone;
        let at = |wall: DateTime| zone.to_ambiguous_timestamp(wall).compatible().ok();
        let on_leave = self.leave.iter().any(|leave| {
            let stretch = at(leave.starts).zip(at(leave.ends));
            stretch.is_some_and(|(starts_at, ends_at)| session.common(Stretch { starts_at, ends_at }).is_some())
        });
        if on_leave {
            return Err(Outside::Leave);
        }
        let next = date.tomorrow().unwrap_or(date);
        let elsewhere = self.elsewhere.between(date, next, zone).into_iter().any(|it| session.common(it).is_some());
        Err(if elsewhere { Outside::Elsewhere } else { Outside::Hours })
    }
}

/// What is left of a stretch; `away` is in order and nothing in it touches.
fn without(whole: Stretch, away: &[Stretch]) -> impl Iterator<Item = Stretch> + use<> {
    let from = away.partition_point(|it| it.ends_at <= whole.starts_at);
    let mut left = Vec::with_capacity(1);
    let mut starts_at = whole.starts_at;
    for it in away.iter().skip(from).take_while(|it| it.starts_at < whole.ends_at) {
        if starts_at < it.starts_at {
            left.push(Stretch { starts_at, ends_at: it.starts_at });
        }
        starts_at = starts_at.max(it.ends_at);
    }
    if starts_at < whole.ends_at {
        left.push(Stretch { starts_at, ends_at: whole.ends_at });
    }
    left.into_iter()
}

/// Blocks begin every eighth Monday, the same for everybody.
fn block_of(date: Date) -> Date {
    let days = (week_of(date) - FIRST_MONDAY).get_days();
    let whole = days.div_euclid(BLOCK_DAYS) * BLOCK_DAYS;
    FIRST_MONDAY.checked_add(Span::new().days(whole)).unwrap_or(date)
}

fn minute_of(at: DateTime) -> u16 {
    u16::from(at.hour().unsigned_abs()) * 60 + u16::from(at.minute().unsigned_abs())
}
