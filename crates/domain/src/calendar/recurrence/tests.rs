use std::time::{Duration, Instant};

use jiff::{
    civil::{Date, DateTime, date},
    tz::TimeZone,
};
use proptest::prelude::*;

use super::{MOST_STARTS, Recurrence, RuleError};

fn parse(starts: &str, rule: &str) -> Result<Recurrence, RuleError> {
    let zone = TimeZone::get("America/New_York").unwrap();
    Recurrence::parse(starts.parse().unwrap(), rule, [], [], &zone)
}

#[track_caller]
fn check(starts: &str, rule: &str, (from, to): (Date, Date), expected: &[&str]) {
    let found = parse(starts, rule).unwrap().between(from, to);
    let found: Vec<String> = found.iter().map(|at| at.strftime("%m-%d %H:%M").to_string()).collect();
    assert_eq!(found, expected, "{rule}");
}

const JANUARY: (Date, Date) = (date(2027, 1, 1), date(2027, 2, 1));

#[test]
fn rules_name_the_dates_that_the_standard_names() {
    check("2024-01-01T09:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", JANUARY, &["01-11 09:00", "01-25 09:00"]);
    check("2026-01-31T18:00", "FREQ=MONTHLY;BYMONTHDAY=-1", JANUARY, &["01-31 18:00"]);
    check("2026-01-05T09:00", "RRULE:FREQ=MONTHLY;BYDAY=1MO;UNTIL=20270105", JANUARY, &["01-04 09:00"]);
    // Midnight in London is the evening before in Charlotte.
    check("2026-12-30T19:00", "FREQ=DAILY;UNTIL=20270103T000000Z", JANUARY, &["01-01 19:00", "01-02 19:00"]);
    check("2026-12-31T09:00", "FREQ=DAILY;COUNT=3", JANUARY, &["01-01 09:00", "01-02 09:00"]);
}

#[test]
fn the_first_start_always_counts_and_one_that_is_left_out_never_does() {
    let at = |day: i8| date(2027, 1, day).at(9, 0, 0, 0);
    let recurrence = Recurrence::parse(at(5), "FREQ=WEEKLY;BYDAY=MO", [at(6), at(7)], [at(11), at(7)], &TimeZone::UTC);
    let found: Vec<i8> = recurrence.unwrap().between(JANUARY.0, JANUARY.1).iter().map(|at| at.day()).collect();
    assert_eq!(found, [5, 6, 18, 25]);
}

#[test]
fn what_could_cost_more_than_it_says_is_refused() {
    for (rule, expected) in [
        ("FREQ=SECONDLY", RuleError::WithinADay("FREQ=SECONDLY".to_owned())),
        ("FREQ=DAILY;BYMINUTE=1,2", RuleError::WithinADay("BYMINUTE".to_owned())),
        ("FREQ=DAILY;COUNT=99999999", RuleError::Number { part: "COUNT", most: 5000 }),
        ("FREQ=DAILY;INTERVAL=0", RuleError::Number { part: "INTERVAL", most: 366 }),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", RuleError::Never),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", RuleError::Never),
        // It comes in some four hundred years: red without `SEARCHED_YEARS`.
        ("FREQ=DAILY;INTERVAL=366;BYMONTH=10", RuleError::Never),
        ("FREQ=DAILY;FREQ=DAILY", RuleError::Twice("FREQ")),
        ("FREQ=FORTNIGHTLY", RuleError::Part("FREQ=FORTNIGHTLY".to_owned())),
        ("FREQ=DAILY;X_EVIL=1", RuleError::Form),
        ("FREQ=DAILY;UNTIL=soon", RuleError::Until),
        ("INTERVAL=2", RuleError::Form),
        ("\u{1b}[2J", RuleError::Form),
    ] {
        assert_eq!(parse("2026-11-30T09:00", rule).err(), Some(expected), "{rule}");
    }
    assert_eq!(parse("2026-11-30T09:00", "FREQ=WEEKLY;BYMONTHDAY=1").err(), Some(RuleError::Unfit("BYMONTHDAY")));
}

#[test]
fn a_rule_is_stored_as_it_was_read() {
    let at = |day: i8| date(2027, 1, day).at(9, 0, 0, 0);
    let whole =
        Recurrence::parse(at(4), "FREQ=WEEKLY;UNTIL=20270630T210000Z", [at(5)], [at(11)], &TimeZone::UTC).unwrap();
    let stored = serde_json::to_string(&whole).unwrap();
    assert_eq!(serde_json::from_str::<Recurrence>(&stored).unwrap(), whole);
    assert_eq!(whole.rule(), "FREQ=WEEKLY;UNTIL=20270630T210000");
}

/// Parts of rules, right and wrong, and noise between them.
fn parts() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
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
        "BYHOUR",
        "BYEASTER",
        "X",
    ]);
    let value = prop_oneof![
        prop::sample::select(vec![
            "DAILY",
            "WEEKLY",
            "MONTHLY",
            "YEARLY",
            "MO",
            "1MO,-1FR",
            "53SU",
            "-1",
            "1",
            "2",
            "29",
            "30",
            "31",
            "366",
            "-366",
            "0",
            "99",
            "20270314T023000",
            "20270101",
            "99991231T235959Z",
            "00010101",
            "1,2,3,4,5,6,7",
            "",
        ])
        .prop_map(str::to_owned),
        "[A-Z0-9,+-]{0,12}",
    ];
    prop::collection::vec((key, value).prop_map(|(key, value)| format!("{key}={value}")), 0..8)
        .prop_map(|it| it.join(";"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    /// No text panics, hangs or gives more than it may.
    #[test]
    fn whatever_stands_in_a_rule_it_is_refused_or_bounded(rule in prop_oneof![parts(), "\\PC{0,80}"], day in 0_i32..20_000) {
        let starts: DateTime = date(1990, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap().at(2, 30, 0, 0);
        let began = Instant::now();
        if let Ok(recurrence) = Recurrence::parse(starts, &rule, [], [], &TimeZone::UTC) {
            let found = recurrence.between(date(2026, 1, 1), date(2031, 1, 1));
            prop_assert!(found.len() <= MOST_STARTS);
            prop_assert!(found.is_sorted());
            let stored = serde_json::to_string(&recurrence).unwrap();
            prop_assert_eq!(serde_json::from_str::<Recurrence>(&stored).unwrap(), recurrence);
        }
        prop_assert!(began.elapsed() < Duration::from_secs(5), "{} took {:?}", rule, began.elapsed());
    }
}
