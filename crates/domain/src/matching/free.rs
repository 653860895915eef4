//! The filters that look at the calendar: which times of a therapist are left.
//!
//! Times are worked out week by week and only as far as somebody asks: a ranking
//! looks at a few dozen of the thousands that a large roster holds.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, sync::Arc};

use jiff::{SignedDuration, Timestamp, civil::Date};

use super::{
    Slot, Therapist, Wish,
    filter::{Asked, Filter, Setting},
};
use crate::{
    calendar::{
        busy::{room_resource, therapist_resource},
        hours::{days_from, instant, week_of},
        slots::{Grid, Time, times_on},
        taken::{Taken, TakenOf, Week},
        timetable::{Block, Shift},
        week::WeeklyWindow,
    },
    intake::{Care, Format},
    practice::{Confirm, Practice},
};

/// As many rooms of one place are offered for the same time: where somebody else
/// takes the first at the same moment, the second is tried.
const ROOMS_OFFERED: usize = 2;

/// A time that could be taken, with the week that it falls into.
#[derive(Clone, Copy)]
pub(super) struct Free<'a> {
    pub(super) time: Time,
    pub(super) format: Format,
    pub(super) location: Option<&'a str>,
    pub(super) room: Option<&'a str>,
    pub(super) week: Week,
}

impl Free<'_> {
    pub(super) fn slot(&self) -> Slot {
        Slot {
            starts_at: self.time.starts_at,
            ends_at: self.time.ends_at,
            format: self.format,
            room: self.room.map(str::to_owned),
            location: self.location.map(str::to_owned),
        }
    }
}

/// Times of one therapist and week, in order; nothing is worked out before it is asked for.
pub(super) type Rest<'a> = Box<dyn Iterator<Item = Free<'a>> + 'a>;

/// From when to when a first session may begin.
pub(super) fn horizon(wish: &Wish<'_>, practice: &Practice) -> (Timestamp, Timestamp) {
    let booking = practice.booking;
    let hours = match wish.care {
        Care::Individual => i64::from(booking.lead_hours),
        Care::Couple => i64::from(booking.hold_min_days) * 24,
    };
    let from = wish.now + SignedDuration::from_hours(hours);
    (from, practice.session_by(wish.urgency, wish.care, wish.now))
}

/// The calendar as one wish sees it.
pub(super) struct Calendar<'a> {
    asked: &'a Asked<'a>,
    taken: &'a Taken,
    grid: Grid,
    weeks: Vec<Days>,
    windows: Vec<&'a [WeeklyWindow]>,
    /// Id of every location, with its rooms.
    rooms: Vec<(&'a str, Vec<(&'a str, TakenOf<'a>)>)>,
    /// Therapists share hours; the times of a stretch of a day are worked out once.
    times: RefCell<TimesOfDays>,
}

/// A week, as far as it lies within the promise.
pub(super) struct Days {
    pub(super) monday: Date,
    /// The first moment of it at which a session may begin.
    pub(super) begins: Timestamp,
    /// On which the practice is open.
    open: Vec<Date>,
}

/// The times of a stretch of a day, by the day, the stretch's first and last minute and the session's length.
type TimesOfDays = BTreeMap<(Date, u16, u16, SignedDuration), Rc<[Time]>>;

/// A time that a therapist's hours hold, how, and where.
pub(super) type Offered<'a> = (Time, Format, Option<&'a str>);

/// A therapist, with what every look at their time needs.
pub(super) struct Diary<'a> {
    pub(super) therapist: &'a Therapist,
    pub(super) settings: Vec<Setting<'a>>,
    session: SignedDuration,
    taken: TakenOf<'a>,
}

impl Diary<'_> {
    /// Their sessions of the week that begins on this Monday.
    pub(super) fn week(&self, monday: Date) -> Week {
        self.taken.week(monday)
    }
}

impl<'a> Calendar<'a> {
    /// Of the times within the promise.
    pub(super) fn new(asked: &'a Asked<'a>, taken: &'a Taken) -> Self {
        Self::within(asked, taken, horizon(asked.wish, asked.practice))
    }

    /// Of the times that begin from one instant to another.
    pub(super) fn within(asked: &'a Asked<'a>, taken: &'a Taken, (from, until): (Timestamp, Timestamp)) -> Self {
        let (wish, practice) = (asked.wish, asked.practice);
        let grid = Grid {
            session: practice.booking.session(wish.care),
            step_minutes: u16::try_from(practice.booking.step_minutes).unwrap_or(u16::MAX),
            from,
            until,
        };
        let last = practice.today(until);
        let days = days_from(practice.today(from)).take_while(|date| *date <= last);
        let mut weeks: Vec<Days> = Vec::new();
        for date in days.filter(|date| !practice.closed_on.contains(date)) {
            let monday = week_of(date);
            match weeks.last_mut().filter(|week| week.monday == monday) {
                Some(week) => week.open.push(date),
                None => {
                    let begins = instant(&practice.zone, monday, 0).map_or(from, |begins| begins.max(from));
                    weeks.push(Days { monday, begins, open: vec![date] });
                }
            }
        }
        let rooms = practice.locations.iter().map(|location| {
            let rooms = location.rooms.iter().map(|room| (room.as_str(), taken.of(&room_resource(room))));
            (location.id.as_str(), rooms.collect())
        });
        let rooms = rooms.collect();
        let windows = wish.preferences.iter().map(|wish| wish.windows.as_slice());
        let windows = windows.filter(|windows| !windows.is_empty()).collect();
        Self { asked, taken, grid, weeks, windows, rooms, times: RefCell::default() }
    }

    /// Of any minute of the hours, not only of those at which times are offered.
    pub(super) fn at_any_minute(self) -> Self {
        Self { grid: Grid { step_minutes: 1, ..self.grid }, ..self }
    }

    /// What is taken of a therapist's time.
    pub(super) fn taken_of(&self, therapist: &Therapist) -> TakenOf<'a> {
        self.taken.of(&therapist_resource(therapist.id))
    }

    /// What every look at a therapist's time needs.
    pub(super) fn diary(
        &self,
        therapist: &'a Therapist,
        taken: TakenOf<'a>,
        ways: impl Iterator<Item = Setting<'a>>,
    ) -> Diary<'a> {
        let mut settings = Vec::new();
        for way in ways {
            if !settings.contains(&way) {
                settings.push(way);
            }
        }
        let session = therapist.session(self.asked.wish.care, &self.asked.practice.booking);
        Diary { therapist, settings, session, taken }
    }

    /// The first moment at which a session may begin.
    pub(super) const fn begins(&self) -> Timestamp {
        self.grid.from
    }

    /// Every week within the promise.
    pub(super) fn weeks(&self) -> std::slice::Iter<'_, Days> {
        self.weeks.iter()
    }

    /// The times of a week that are left to a therapist, by start, format and place.
    pub(super) fn left(&'a self, diary: Diary<'a>, days: &'a Days) -> Rest<'a> {
        let week = diary.week(days.monday);
        if !self.has_capacity(diary.therapist, week) {
            return Box::new(std::iter::empty());
        }
        let block = self.block(&diary, days.monday);
        let left = days
            .open
            .iter()
            .flat_map(move |date| {
                let is_left = |time: &Time| self.is_free(&diary, time) && self.suits(time);
                self.offered(&diary, &block, *date, is_left)
            })
            .flat_map(move |(time, format, location)| self.in_rooms(Free { time, format, location, room: None, week }));
        Box::new(left)
    }

    /// The filter that left a therapist without a time.
    pub(super) fn filter_of(&self, diary: &Diary<'_>) -> Filter {
        let mut last = Filter::Hours;
        for (time, ..) in self.all(diary) {
            let passed = if !self.suits(&time) {
                Filter::Windows
            } else if !self.has_capacity(diary.therapist, diary.week(week_of(time.date))) {
                Filter::Capacity
            } else {
                Filter::Free
            };
            last = last.max(passed);
        }
        if last == Filter::Hours && self.would_be_licensed(diary) { Filter::Licence } else { last }
    }

    /// Whether there were times within the promise if only the licences held for longer.
    fn would_be_licensed(&self, diary: &Diary<'_>) -> bool {
        let for_ever = diary.settings.iter().map(|setting| Setting { until: Date::MAX, ..*setting });
        let diary = Diary { settings: for_ever.collect(), ..*diary };
        self.all(&diary).next().is_some()
    }

    /// Every time within the promise, whoever has it.
    pub(super) fn all<'d>(&'d self, diary: &'d Diary<'_>) -> impl Iterator<Item = Offered<'d>> {
        self.weeks.iter().flat_map(move |days| {
            let block = self.block(diary, days.monday);
            days.open.iter().flat_map(move |date| self.offered(diary, &block, *date, |_| true))
        })
    }

    /// What was worked out of a therapist's hours, a whole week of them.
    fn block(&self, diary: &Diary<'_>, monday: Date) -> Arc<Block> {
        diary.therapist.hours.around(self.asked.practice, monday)
    }

    /// The times of one day within the promise, of those wanted, on which licences hold; none twice.
    fn offered<'t>(
        &self,
        diary: &Diary<'t>,
        block: &Block,
        date: Date,
        wanted: impl Fn(&Time) -> bool,
    ) -> Vec<Offered<'t>> {
        let mut offered = Vec::new();
        for shift in block.on(date) {
            let here = diary.settings.iter().filter(|setting| {
                let same_place = setting.location.is_none() || setting.location == shift.place.location.as_deref();
                date <= setting.until && shift.place.offers(setting.format) && same_place
            });
            let times = self.times(shift, diary.session);
            offered.reserve(times.len());
            let within = |time: &&Time| shift.at.starts_at <= time.starts_at && time.ends_at <= shift.at.ends_at;
            for time in times.iter().filter(within).filter(|time| wanted(time)) {
                offered.extend(here.clone().map(|setting| (*time, setting.format, setting.location)));
            }
        }
        offered.sort();
        offered.dedup();
        offered
    }

    fn times(&self, shift: &Shift, session: SignedDuration) -> Rc<[Time]> {
        let key = (shift.date, shift.start, shift.end, session);
        let grid = Grid { session, ..self.grid };
        let zone = &self.asked.practice.zone;
        let mut times = self.times.borrow_mut();
        let work_out = || times_on(zone, shift.date, (shift.start, shift.end), grid).collect();
        Rc::clone(times.entry(key).or_insert_with(work_out))
    }

    /// Whether nobody has the therapist then, nor in the buffer behind it.
    pub(super) fn is_free(&self, diary: &Diary<'_>, time: &Time) -> bool {
        diary.taken.is_free(time.starts_at, time.ends_at + self.buffer())
    }

    fn buffer(&self) -> SignedDuration {
        self.asked.practice.booking.buffer()
    }

    pub(super) fn suits(&self, time: &Time) -> bool {
        self.windows.is_empty() || {
            let zone = &self.asked.practice.zone;
            let [starts, ends] = [time.starts_at, time.ends_at].map(|at| at.to_zoned(zone.clone()).datetime());
            self.windows.iter().all(|each| each.iter().any(|window| window.contains(starts, ends)))
        }
    }

    /// By video it is one, in person one per free room.
    pub(super) fn in_rooms(&'a self, free: Free<'a>) -> impl Iterator<Item = Free<'a>> {
        let by_video = (free.format == Format::Video).then_some(free);
        let ends_at = free.time.ends_at + self.buffer();
        let places = self.rooms.iter().filter(move |(location, _)| Some(*location) == free.location);
        let in_person = places
            .flat_map(|(_, rooms)| rooms)
            .filter(move |(_, taken)| taken.is_free(free.time.starts_at, ends_at))
            .take(ROOMS_OFFERED)
            .map(move |(room, _)| Free { room: Some(room), ..free });
        by_video.into_iter().chain(in_person)
    }

    /// A session fits into the week, and one that is only held into the holds' share of it; one hold always does.
    pub(super) fn has_capacity(&self, therapist: &Therapist, week: Week) -> bool {
        let Asked { wish, practice, .. } = self.asked;
        let is_hold = wish.care == Care::Couple || practice.booking.confirm == Confirm::Link || wish.outside;
        let share = f64::from(therapist.weekly_capacity) * practice.booking.hold_share;
        week.booked < therapist.weekly_capacity && (!is_hold || f64::from(week.held + 1) <= share.max(1.0))
    }
}
