use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use proptest::prelude::*;

use super::{
    hours::{days_from, instant, on_day, week_of},
    slots::{Grid, Time, times_on},
    week::WeeklyWindow,
};

fn times(zone: &TimeZone, window: WeeklyWindow, grid: Grid) -> Vec<Time> {
    let [first, last] = [grid.from, grid.until].map(|at| at.to_zoned(zone.clone()).date());
    let days = days_from(first).take_while(|date| *date <= last).filter(|date| date.weekday() == window.day());
    days.flat_map(|date| times_on(zone, date, (window.start_minute(), window.end_minute()), grid)).collect()
}

fn zone() -> TimeZone {
    TimeZone::get("America/New_York").unwrap()
}

fn window(day: &str, start: &str, end: &str) -> WeeklyWindow {
    WeeklyWindow::parse(super::week::parse_day(day).unwrap(), start, end).unwrap()
}

fn starts(window: WeeklyWindow, from: &str, until: &str, minutes: i64) -> Vec<String> {
    let at = |wall: &str| wall.parse::<jiff::civil::DateTime>().unwrap().to_zoned(zone()).unwrap().timestamp();
    let grid = Grid { session: SignedDuration::from_mins(minutes), step_minutes: 30, from: at(from), until: at(until) };
    times(&zone(), window, grid).iter().map(|time| time.starts_at.to_string()).collect()
}

#[test]
fn a_start_that_the_clocks_skip_does_not_exist() {
    // On 14 March 2027, 2:00 becomes 3:00.
    let got = starts(window("sun", "01:30", "04:00"), "2027-03-14T00:00", "2027-03-14T23:00", 30);
    assert_eq!(got, ["2027-03-14T06:30:00Z", "2027-03-14T07:00:00Z", "2027-03-14T07:30:00Z"]);
}

#[test]
fn of_a_start_that_comes_twice_it_is_the_first() {
    // On 7 November 2027, 2:00 becomes 1:00.
    let got = starts(window("sun", "01:00", "02:00"), "2027-11-07T00:00", "2027-11-07T23:00", 30);
    assert_eq!(got, ["2027-11-07T05:00:00Z", "2027-11-07T05:30:00Z"]);
}

#[test]
fn hours_that_touch_are_one_stretch_and_the_day_that_changes_has_its_real_length() {
    let windows = [window("sun", "12:00", "24:00"), window("sun", "00:00", "12:00")];
    for (date, hours) in [("2027-03-14", 23), ("2027-11-07", 25), ("2027-11-14", 24)] {
        let date: Date = date.parse().unwrap();
        let [day] = on_day(&zone(), &windows, date)[..] else { panic!("more than one stretch") };
        assert_eq!(day.starts_at.duration_until(day.ends_at), SignedDuration::from_hours(hours), "{date}");
    }
}

#[test]
fn a_week_begins_on_monday() {
    for (day, monday) in [("2026-11-22", "2026-11-16"), ("2026-11-23", "2026-11-23"), ("2027-01-01", "2026-12-28")] {
        assert_eq!(week_of(day.parse().unwrap()), monday.parse::<Date>().unwrap());
    }
}

proptest! {
    /// Twelve months, every day and both changes of the clocks: no time outside its window on the wall, none of
    /// another length, none twice. Red without `ends_at <= last` in slots.rs.
    #[test]
    fn no_time_ever_stands_outside_its_hours(day in 0_i64..365, start in 0_u16..1380, length in 30_u16..600, step in 5_u16..60, minutes in 20_i64..120) {
        let zone = zone();
        let from: Timestamp = "2026-11-01T04:00:00Z".parse().unwrap();
        let from = from + SignedDuration::from_hours(24 * day);
        let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        let weekday = from.to_zoned(zone.clone()).date().weekday();
        let end = (start + length).min(1440);
        let window = WeeklyWindow::parse(weekday, &clock(start), &clock(end)).unwrap();
        let session = SignedDuration::from_mins(minutes);
        let grid = Grid { session, step_minutes: step, from, until: from + SignedDuration::from_hours(24 * 9) };
        let times = times(&zone, window, grid);
        for time in &times {
            let [starts, ends] = [time.starts_at, time.ends_at].map(|at| at.to_zoned(zone.clone()).datetime());
            prop_assert!(window.contains(starts, ends));
            prop_assert_eq!(time.starts_at.duration_until(time.ends_at), session);
        }
        prop_assert!(times.windows(2).all(|pair| pair[0].starts_at < pair[1].starts_at));
    }

    #[test]
    fn a_wall_time_that_exists_reads_back_as_itself(day in 0_i64..365, minute in 0_u16..1440) {
        let date: Date = "2026-11-01".parse().unwrap();
        let date = date.checked_add(jiff::Span::new().days(day)).unwrap();
        if let Some(at) = instant(&zone(), date, minute) {
            let wall = at.to_zoned(zone()).datetime();
            prop_assert_eq!((wall.date(), wall.hour() as u16 * 60 + wall.minute() as u16), (date, minute));
        } else {
            prop_assert_eq!(date.to_string(), "2027-03-14");
        }
    }
}
