//! The filters that look at the calendar: which times of a therapist are left.
//!
//! Times are worked out week by week and only as far as somebody asks: a ranking
//! looks at a few dozen of the thousands that a large roster holds.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use jiff::{SignedDuration, Timestamp, civil::Date};

use super::{
    Slot, Therapist, Wish,
    filter::{Asked, Filter, Setting},
};
use crate::{
    calendar::{
        busy::{room_resource, therapist_resource},
        hours::{days_from, week_of},
        slots::{Grid, Time, times_on},
        taken::{Taken, Week},
        timetable::Shift,
        week::WeeklyWindow,
    },
    intake::{Care, Format},
    practice::{Confirm, Practice},
};

/// As many rooms of one place are offered for the same time: where somebody else
/// takes the first at the same moment, the second is tried.
const ROOMS_OFFERED: usize = 2;

/// A time that could be taken, with the week that it falls into.
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
    days: Vec<Date>,
    windows: Vec<&'a [WeeklyWindow]>,
    /// Therapists share hours; the times of a stretch of a day are worked out once.
    times: RefCell<TimesOfDays>,
}

/// The times of a stretch of a day, by the day, the stretch's first and last minute and the session's length.
type TimesOfDays = BTreeMap<(Date, u16, u16, SignedDuration), Rc<[Time]>>;

/// A time that a therapist's hours hold, how, and where.
pub(super) type Offered<'a> = (Time, Format, Option<&'a str>);

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
        let days = days.filter(|date| !practice.closed_on.contains(date)).collect();
        let windows = wish.preferences.iter().map(|wish| wish.windows.as_slice());
        let windows = windows.filter(|windows| !windows.is_empty()).collect();
        Self { asked, taken, grid, days, windows, times: RefCell::default() }
    }

    /// Of any minute of the hours, not only of those at which times are offered.
    pub(super) fn at_any_minute(self) -> Self {
        Self { grid: Grid { step_minutes: 1, ..self.grid }, ..self }
    }

    /// Every week within the promise, by its Monday.
    pub(super) fn weeks(&self) -> Vec<Date> {
        let mut weeks: Vec<Date> = self.days.iter().copied().map(week_of).collect();
        weeks.dedup();
        weeks
    }

    /// The times of a week that are left to a therapist, by start, format and place; nothing is worked out before it is asked for.
    pub(super) fn left(
        &'a self,
        therapist: &'a Therapist,
        settings: Rc<[Setting<'a>]>,
        week: Date,
    ) -> Box<dyn Iterator<Item = Free<'a>> + 'a> {
        let resource = therapist_resource(therapist.id);
        let sessions = self.taken.week(&resource, week);
        if !self.has_capacity(therapist, sessions) {
            return Box::new(std::iter::empty());
        }
        let buffer = self.asked.practice.booking.buffer();
        let days = self.days.iter().copied().filter(move |date| week_of(*date) == week);
        let left = days
            .flat_map(move |date| self.offered(therapist, &settings, date))
            .filter(move |(time, ..)| {
                self.taken.is_free(&resource, time.starts_at, time.ends_at + buffer) && self.suits(time)
            })
            .flat_map(move |(time, format, location)| {
                self.in_rooms(Free { time, format, location, room: None, week: sessions })
            });
        Box::new(left)
    }

    /// The filter that left a therapist without a time.
    pub(super) fn filter_of(&self, therapist: &Therapist, settings: &[Setting<'_>]) -> Filter {
        let resource = therapist_resource(therapist.id);
        let mut last = Filter::Hours;
        for (time, ..) in self.days.iter().flat_map(|date| self.offered(therapist, settings, *date)) {
            let passed = if !self.suits(&time) {
                Filter::Windows
            } else if !self.has_capacity(therapist, self.taken.week(&resource, week_of(time.date))) {
                Filter::Capacity
            } else {
                Filter::Free
            };
            last = last.max(passed);
        }
        if last == Filter::Hours && self.would_be_licensed(therapist, settings) { Filter::Licence } else { last }
    }

    /// Whether there were times within the promise if only the licences held for longer.
    fn would_be_licensed(&self, therapist: &Therapist, settings: &[Setting<'_>]) -> bool {
        let for_ever: Vec<_> = settings.iter().map(|setting| Setting { until: Date::MAX, ..*setting }).collect();
        self.days.iter().any(|date| !self.offered(therapist, &for_ever, *date).is_empty())
    }

    /// The times of one day within the promise on which licences hold; none twice.
    pub(super) fn offered<'t>(&self, therapist: &Therapist, settings: &[Setting<'t>], date: Date) -> Vec<Offered<'t>> {
        let practice = self.asked.practice;
        let session = therapist.session(self.asked.wish.care, &practice.booking);
        let block = therapist.hours.around(practice, date);
        let mut offered = Vec::new();
        for shift in block.on(date) {
            let here = settings.iter().filter(|setting| {
                let same_place = setting.location.is_none() || setting.location == shift.place.location.as_deref();
                date <= setting.until && shift.place.offers(setting.format) && same_place
            });
            for setting in here {
                let times = self.times(shift, session);
                let left = times
                    .iter()
                    .filter(|time| shift.at.starts_at <= time.starts_at && time.ends_at <= shift.at.ends_at);
                offered.extend(left.map(|time| (*time, setting.format, setting.location)));
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

    pub(super) fn suits(&self, time: &Time) -> bool {
        self.windows.is_empty() || {
            let zone = &self.asked.practice.zone;
            let [starts, ends] = [time.starts_at, time.ends_at].map(|at| at.to_zoned(zone.clone()).datetime());
            self.windows.iter().all(|each| each.iter().any(|window| window.contains(starts, ends)))
        }
    }

    /// By video it is one, in person one per free room.
    pub(super) fn in_rooms(&self, free: Free<'a>) -> Vec<Free<'a>> {
        if free.format == Format::Video {
            return vec![free];
        }
        let practice = self.asked.practice;
        let ends_at = free.time.ends_at + practice.booking.buffer();
        let places = practice.locations.iter().filter(|location| Some(location.id.as_str()) == free.location);
        places
            .flat_map(|location| &location.rooms)
            .filter(|room| self.taken.is_free(&room_resource(room), free.time.starts_at, ends_at))
            .take(ROOMS_OFFERED)
            .map(|room| Free { room: Some(room), ..free })
            .collect()
    }

    /// A session fits into the week, and one that is only held into the holds' share of it; one hold always does.
    pub(super) fn has_capacity(&self, therapist: &Therapist, week: Week) -> bool {
        let Asked { wish, practice, .. } = self.asked;
        let is_hold = wish.care == Care::Couple || practice.booking.confirm == Confirm::Link || wish.outside;
        let share = f64::from(therapist.weekly_capacity) * practice.booking.hold_share;
        week.booked < therapist.weekly_capacity && (!is_hold || f64::from(week.held + 1) <= share.max(1.0))
    }
}
