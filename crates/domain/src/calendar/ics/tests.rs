use std::time::{Duration, Instant};

use jiff::{Timestamp, civil::date, tz::TimeZone};
use proptest::prelude::*;

use super::{Reading, read};
use crate::calendar::elsewhere::Elsewhere;

fn zone() -> TimeZone {
    TimeZone::get("America/New_York").unwrap()
}

fn try_read(text: &str) -> Result<Elsewhere, Vec<String>> {
    let now: Timestamp = "2027-03-01T12:00:00Z".parse().unwrap();
    let reading = Reading { file: "busy.ics", now, zone: &zone(), own: "example.com" };
    read(&reading, text).map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

fn event(lines: &str) -> String {
    format!("BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n")
}

/// What is taken from 1 March 2027 for three weeks, on the practice's clock.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let found = try_read(text).unwrap().between(date(2027, 3, 1), date(2027, 3, 22), &zone());
    let wall = |at: Timestamp| zone().to_datetime(at).strftime("%d %H:%M").to_string();
    let found: Vec<String> = found.iter().map(|it| format!("{} - {}", wall(it.starts_at), wall(it.ends_at))).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn events_are_taken_from_begin_to_end_in_their_own_zone() {
    check(&event("DTSTART:20270302T150000Z\nDTEND:20270302T160000Z"), &["02 10:00 - 02 11:00"]);
    check(&event("DTSTART;TZID=Europe/London:20270302T150000\nDURATION:PT90M"), &["02 10:00 - 02 11:30"]);
    check(&event("DTSTART;TZID=Eastern Standard Time:20270302T150000\nDURATION:PT1H"), &["02 15:00 - 02 16:00"]);
    check(&event("DTSTART:20270302T150000\nDURATION:PT1H"), &["02 15:00 - 02 16:00"]);
    check(&event("DTSTART;VALUE=DATE:20270302\nDTEND;VALUE=DATE:20270304"), &["02 00:00 - 04 00:00"]);
    check(&event("DTSTART;VALUE=DATE:20270302"), &["02 00:00 - 03 00:00"]);
}

#[test]
fn what_is_free_cancelled_over_or_our_own_is_not_taken() {
    let at = "DTSTART:20270302T150000Z\nDURATION:PT1H";
    for more in ["TRANSP:TRANSPARENT", "STATUS:CANCELLED", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"] {
        check(&event(&format!("{at}\n{more}")), &[]);
    }
    check(&event(&format!("UID:0199f0c0-0000-7000-8000-000000000001@example.com\n{at}")), &[]);
    check(&event(&format!("UID:lunch@example.com\n{at}")), &["02 10:00 - 02 11:00"]);
    assert!(try_read(&event("DTSTART:20270228T150000Z\nDURATION:PT1H")).unwrap().is_empty());
    assert!(try_read(&event("DTSTART:20270302T150000Z")).unwrap().is_empty(), "it lasts no time");
}

#[test]
fn what_recurs_is_taken_again_but_for_what_was_left_out_or_moved() {
    let weekly = "UID:a\nDTSTART;TZID=America/New_York:20270105T120000\nDTEND;TZID=America/New_York:20270105T130000\n\
                  RRULE:FREQ=WEEKLY;BYDAY=TU\nEXDATE;TZID=America/New_York:20270302T120000";
    check(&event(weekly), &["09 12:00 - 09 13:00", "16 12:00 - 16 13:00"]);
    let moved =
        "BEGIN:VEVENT\nUID:a\nRECURRENCE-ID:20270316T160000Z\nDTSTART:20270317T160000Z\nDURATION:PT1H\nEND:VEVENT";
    let both = event(weekly).replace("END:VCALENDAR", &format!("{moved}\nEND:VCALENDAR"));
    check(&both, &["09 12:00 - 09 13:00", "17 12:00 - 17 13:00"]);
}

/// A time that the clocks skip is somebody's all the same: they are busy an hour later.
#[test]
fn a_night_on_which_clocks_change_is_taken_as_the_standard_says() {
    let nightly = "DTSTART;TZID=America/New_York:20270310T023000\nDURATION:PT30M\nRRULE:FREQ=DAILY;COUNT=6";
    check(
        &event(nightly),
        &[
            "10 02:30 - 10 03:00",
            "11 02:30 - 11 03:00",
            "12 02:30 - 12 03:00",
            "13 02:30 - 13 03:00",
            "14 03:30 - 14 04:00",
            "15 02:30 - 15 03:00",
        ],
    );
}

#[test]
fn periods_of_free_busy_are_taken_where_they_are_busy() {
    let text = "BEGIN:VCALENDAR\nBEGIN:VFREEBUSY\nFREEBUSY;FBTYPE=BUSY:20270302T150000Z/PT1H,20270303T150000Z/20270303T160000Z\n\
                FREEBUSY;FBTYPE=FREE:20270304T150000Z/PT1H\nEND:VFREEBUSY\nEND:VCALENDAR\n";
    check(text, &["02 10:00 - 02 11:00", "03 10:00 - 03 11:00"]);
}

#[test]
fn zones_by_other_names_are_known_by_what_the_file_says_of_them() {
    let zone = "BEGIN:VTIMEZONE\nTZID:Home\nX-LIC-LOCATION:America/Los_Angeles\nEND:VTIMEZONE";
    let text = event("DTSTART;TZID=Home:20270302T120000\nDURATION:PT1H").replace("VERSION:2.0", zone);
    check(&text, &["02 15:00 - 02 16:00"]);
    check(
        &event("DTSTART;TZID=\"/old.example.com/America/Chicago\":20270302T120000\nDURATION:PT1H"),
        &["02 13:00 - 02 14:00"],
    );
}

#[test]
fn everything_wrong_is_said_with_its_line() {
    let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;TZID=Mars/Olympus:20270302T120000\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\n\
                DTSTART:tomor\r\n row\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART:20270302T120000Z\r\nDTEND:20270302T110000Z\r\n\
                END:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART:20270302T120000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=HOURLY\r\nEND:VEVENT\r\n\
                END:VCALENDAR\r\n";
    assert_eq!(
        try_read(text).unwrap_err(),
        [
            "busy.ics:3:1: DTSTART: the zone \"Mars/Olympus\" is unknown",
            "busy.ics:6:1: DTSTART: \"tomorrow\" is no date or time like 20261130 or 20261130T090000",
            "busy.ics:2:1: the event has no DTSTART",
            "busy.ics:5:1: the event has no DTSTART",
            "busy.ics:9:1: the event ends before it starts",
            "busy.ics:16:1: RRULE: a rule has one start a day: give each start a rule of its own instead of FREQ=HOURLY",
        ]
    );
    assert_eq!(
        try_read("name,gender\n").unwrap_err(),
        ["busy.ics:1:1: this is no iCalendar file, export your calendar as .ics"]
    );
    let cut = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20270302T120000Z\n";
    assert_eq!(
        try_read(cut).unwrap_err(),
        ["busy.ics:3:1: the file ends within \"VEVENT\", it was cut off: export it again"]
    );
}

#[test]
fn what_is_kept_holds_nothing_of_what_is_written_there() {
    let text = event(
        "UID:kanarienvogel\nSUMMARY:Kanarienvogel\nDTSTART:20270302T120000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3",
    );
    let kept = try_read(&text).unwrap();
    assert_eq!(kept.count(), (0, 1));
    assert!(!serde_json::to_string(&kept).unwrap().to_lowercase().contains("kanarienvogel"));
    assert_eq!(format!("{kept:?}"), "Elsewhere(0 once, 1 again)");
}

#[test]
fn a_file_may_nest_as_deep_as_it_likes() {
    let deep = "BEGIN:VEVENT\n".repeat(200_000);
    assert_eq!(try_read(&format!("BEGIN:VCALENDAR\n{deep}")).unwrap_err().len(), super::MOST_PROBLEMS);
}

/// Lines that matter, right and wrong, and noise between them.
fn lines() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        prop::sample::select(vec![
            "BEGIN:VEVENT",
            "END:VEVENT",
            "BEGIN:VCALENDAR",
            "END:VCALENDAR",
            "BEGIN:VTIMEZONE",
            "END:VTIMEZONE",
            "DTSTART:20270302T120000Z",
            "DTSTART;TZID=America/New_York:20270314T023000",
            "DTSTART;VALUE=DATE:20270302",
            "DTEND:00010101T000000Z",
            "DTEND:99991231T235959Z",
            "DURATION:P9999999999D",
            "DURATION:-PT1H",
            "DURATION:PT1H",
            "RRULE:FREQ=DAILY",
            "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "RDATE:20270303T120000Z,x",
            "EXDATE:",
            "RECURRENCE-ID:20270303T120000Z",
            "UID:a",
            " folded",
            "TZID:x",
            "X-LIC-LOCATION:y",
            "DTSTART;TZID=\":x",
            ":",
            ";",
        ])
        .prop_map(str::to_owned),
        "(DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|FREEBUSY)[;:=A-Z0-9/\",-]{0,40}",
        "\\PC{0,40}",
    ];
    prop::collection::vec(line, 0..40).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// No text panics or hangs; what is read can be asked for and stored.
    #[test]
    fn whatever_stands_in_a_file_it_is_refused_or_read(lines in lines(), begun: bool) {
        let text = if begun { format!("BEGIN:VCALENDAR\n{lines}\nEND:VCALENDAR") } else { lines };
        let began = Instant::now();
        if let Ok(elsewhere) = try_read(&text) {
            let found = elsewhere.between(date(2027, 3, 1), date(2027, 5, 1), &zone());
            prop_assert!(found.windows(2).all(|pair| pair[0].ends_at < pair[1].starts_at));
            let stored = serde_json::to_string(&elsewhere).unwrap();
            prop_assert_eq!(serde_json::from_str::<Elsewhere>(&stored).unwrap(), elsewhere);
        }
        prop_assert!(began.elapsed() < Duration::from_secs(10));
    }
}
