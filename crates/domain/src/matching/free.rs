//! The filters that look at the calendar: which times of a therapist are left.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};

use super::{
    Slot, Therapist, Wish,
    filter::{Asked, Filter},
};
use crate::{
    calendar::{
        busy::{Busy, room_resource, therapist_resource},
        hours::week_of,
        slots::{Grid, Time, times},
        week::WeeklyWindow,
    },
    intake::{Care, Format},
    practice::{Confirm, Practice},
};

/// As many rooms of one place are offered for the same time: where somebody else
/// takes the first at the same moment, the second is tried.
const ROOMS_OFFERED: usize = 2;

/// What is taken, by resource.
pub(super) struct Calendar<'a>(BTreeMap<&'a str, Vec<&'a Busy>>);

impl<'a> Calendar<'a> {
    pub(super) fn new(busy: &'a [Busy]) -> Self {
        let mut by_resource: BTreeMap<&str, Vec<&Busy>> = BTreeMap::new();
        for block in busy {
            by_resource.entry(&block.resource).or_default().push(block);
        }
        Self(by_resource)
    }

    fn of(&self, resource: &str) -> &[&'a Busy] {
        self.0.get(resource).map_or(&[], Vec::as_slice)
    }

    fn is_free(&self, resource: &str, starts_at: Timestamp, ends_at: Timestamp) -> bool {
        !self.of(resource).iter().any(|block| block.overlaps(starts_at, ends_at))
    }
}

/// A therapist's sessions in one week.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Week {
    pub(super) booked: u32,
    pub(super) held: u32,
}

/// A time that could be taken, with the week that it falls into.
pub(super) struct Free<'a> {
    pub(super) time: Time,
    pub(super) format: Format,
    location: Option<&'a str>,
    room: Option<&'a str>,
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
    let from = wish.now + jiff::SignedDuration::from_hours(hours);
    (from, practice.session_by(wish.urgency, wish.care, wish.now))
}

/// Every time of a therapist that is left, or the filter that left none.
pub(super) fn free<'a>(
    therapist: &'a Therapist,
    asked: &Asked<'a>,
    calendar: &Calendar<'_>,
) -> Result<Vec<Free<'a>>, Filter> {
    let offered = offered(therapist, asked);
    if offered.is_empty() {
        return Err(Filter::Hours);
    }
    let zone = &asked.practice.zone;
    let windows: Vec<&[WeeklyWindow]> = asked
        .wish
        .preferences
        .iter()
        .map(|wish| wish.windows.as_slice())
        .filter(|windows| !windows.is_empty())
        .collect();
    let suits = |time: &Time| {
        windows.is_empty() || {
            let [starts, ends] = [time.starts_at, time.ends_at].map(|at| at.to_zoned(zone.clone()).datetime());
            windows.iter().all(|each| each.iter().any(|window| window.contains(starts, ends)))
        }
    };
    let suiting: Vec<_> = offered.into_iter().filter(|(time, ..)| suits(time)).collect();
    if suiting.is_empty() {
        return Err(Filter::Windows);
    }
    let weeks = weeks(therapist, calendar, asked.practice);
    let open: Vec<_> = suiting
        .into_iter()
        .map(|(time, format, place)| (time, format, place, weeks.get(&week_of(time.date)).copied().unwrap_or_default()))
        .filter(|(.., week)| has_capacity(therapist, *week, asked))
        .collect();
    if open.is_empty() {
        return Err(Filter::Capacity);
    }
    let resource = therapist_resource(therapist.id);
    let buffer = asked.practice.booking.buffer();
    let left: Vec<Free<'a>> = open
        .into_iter()
        .filter(|(time, ..)| calendar.is_free(&resource, time.starts_at, time.ends_at + buffer))
        .flat_map(|(time, format, place, week)| {
            let free = Free { time, format, location: place, room: None, week };
            in_rooms(free, asked.practice, calendar)
        })
        .collect();
    if left.is_empty() { Err(Filter::Free) } else { Ok(left) }
}

/// Every time that the therapist's hours hold within the promise; none twice.
fn offered<'t>(therapist: &'t Therapist, asked: &Asked<'_>) -> Vec<(Time, Format, Option<&'t str>)> {
    let practice = asked.practice;
    let (from, until) = horizon(asked.wish, practice);
    let grid = Grid {
        session: practice.booking.session(asked.wish.care),
        step_minutes: u16::try_from(practice.booking.step_minutes).unwrap_or(u16::MAX),
        from,
        until,
    };
    let settings = asked.settings(therapist).into_iter();
    let mut offered: Vec<_> = settings
        .flat_map(|(hours, format)| {
            let place = hours.location.as_deref().filter(|_| format == Format::InPerson);
            let times = times(&practice.zone, hours.window, &practice.closed_on, grid);
            times.map(move |time| (time, format, place))
        })
        .collect();
    offered.sort();
    offered.dedup();
    offered
}

/// By video it is one, in person one per free room.
fn in_rooms<'a>(free: Free<'a>, practice: &'a Practice, calendar: &Calendar<'_>) -> Vec<Free<'a>> {
    if free.format == Format::Video {
        return vec![free];
    }
    let ends_at = free.time.ends_at + practice.booking.buffer();
    let places = practice.locations.iter().filter(|location| Some(location.id.as_str()) == free.location);
    places
        .flat_map(|location| &location.rooms)
        .filter(|room| calendar.is_free(&room_resource(room), free.time.starts_at, ends_at))
        .take(ROOMS_OFFERED)
        .map(|room| Free { room: Some(room), ..free })
        .collect()
}

/// Sessions per week, by its Monday.
fn weeks(therapist: &Therapist, calendar: &Calendar<'_>, practice: &Practice) -> BTreeMap<Date, Week> {
    let mut weeks: BTreeMap<Date, Week> = BTreeMap::new();
    for block in calendar.of(&therapist_resource(therapist.id)).iter().filter(|block| block.appointment.is_some()) {
        let week = weeks.entry(week_of(practice.today(block.starts_at))).or_default();
        week.booked += 1;
        week.held += u32::from(block.held);
    }
    weeks
}

/// A session fits into the week, and one that is only held into the holds' share of it; one hold always does.
fn has_capacity(therapist: &Therapist, week: Week, asked: &Asked<'_>) -> bool {
    let is_hold = asked.wish.care == Care::Couple || asked.practice.booking.confirm == Confirm::Link;
    let share = f64::from(therapist.weekly_capacity) * asked.practice.booking.hold_share;
    week.booked < therapist.weekly_capacity && (!is_hold || f64::from(week.held + 1) <= share.max(1.0))
}
