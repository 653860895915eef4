//! When somebody works, worked out by us and by somebody else's program in another language.

use jiff::{
    civil::{Date, DateTime, date},
    tz::TimeZone,
};
use rapport_domain::{
    calendar::{
        hours::days_from,
        recurrence::Recurrence,
        timetable::{HoursRule, Place, Timetable},
    },
    practice::Practice,
};
use rapport_tests::{clients, practice_folder};
use serde_json::{Value, json};

/// As the issue asks.
const RULES: usize = 10_000;

/// A year with both of its clock changes: 14 March and 7 November.
const YEAR: (Date, Date) = (date(2027, 1, 1), date(2028, 1, 1));

/// Numbers that are the same at every run: Marsaglia's xorshift.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    fn sometimes(&mut self, one_in: u64) -> bool {
        self.below(one_in) == 0
    }

    fn list<T: Copy + ToString>(&mut self, of: &[T], most: u64) -> String {
        let mut list: Vec<String> = (0..=self.below(most)).map(|_| self.one(of).to_string()).collect();
        list.dedup();
        list.join(",")
    }
}

/// A rule as both are given it.
struct Given {
    starts: DateTime,
    minutes: u16,
    rrule: String,
    rdates: Vec<DateTime>,
    exdates: Vec<DateTime>,
}

const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// Every part that is taken but for days with and without a number in one BYDAY, where dateutil takes those that are
/// both and RFC 5545 those that are either, and for BYSETPOS by week, of whose first one dateutil leaves out the days before
/// the start; with times of day around both clock changes as often as not.
fn given(numbers: &mut Numbers) -> Given {
    let times = ["00:00", "00:30", "01:00", "01:30", "01:59", "02:00", "02:30", "02:59", "03:00", "09:00", "17:15"];
    let time = numbers.one(&times);
    let day = numbers.below(365 * 2);
    let day = date(2026, 1, 1).checked_add(jiff::Span::new().days(i64::try_from(day).unwrap())).unwrap();
    let near = [date(2027, 3, 14), date(2027, 11, 7), date(2027, 3, 7), date(2026, 11, 1)];
    let day = if numbers.sometimes(4) { numbers.one(&near) } else { day };
    let starts: DateTime = format!("{day}T{time}").parse().unwrap();
    let left = 1440 - (i64::from(starts.hour()) * 60 + i64::from(starts.minute()));
    let minutes = 1 + numbers.below(u64::try_from(left.min(600)).unwrap());
    let freq = numbers.one(&["DAILY", "WEEKLY", "WEEKLY", "MONTHLY", "YEARLY"]);
    let mut parts = vec![format!("FREQ={freq}")];
    // Of an UNTIL that is a day, dateutil takes the midnight before it; here the day counts.
    match numbers.below(9) {
        0 => parts.push(format!("COUNT={}", 1 + numbers.below(400))),
        1 => {
            let (month, day) = (1 + numbers.below(12), 1 + numbers.below(28));
            parts.push(format!("UNTIL=2027{month:02}{day:02}T023000"));
        }
        _ => {}
    }
    if numbers.sometimes(2) {
        parts.push(format!("INTERVAL={}", 1 + numbers.below(4)));
    }
    if numbers.sometimes(4) {
        parts.push(format!("WKST={}", numbers.one(&["MO", "SU", "WE"])));
    }
    let filters = parts.len();
    match freq {
        "WEEKLY" if numbers.sometimes(2) => parts.push(format!("BYDAY={}", numbers.list(&DAYS, 4))),
        "MONTHLY" if numbers.sometimes(2) => {
            parts.push(format!("BYDAY={}", numbers.list(&["1MO", "2TU", "-1SU", "2SU", "1SU", "-2SA"], 3)));
        }
        "MONTHLY" if numbers.sometimes(2) => {
            parts.push(format!("BYMONTHDAY={}", numbers.list(&["1", "7", "14", "31", "-1", "-3"], 3)));
        }
        "YEARLY" if numbers.sometimes(3) => {
            parts.push(format!("BYMONTH={}", numbers.list(&[2, 3, 11], 2)));
            parts.push(format!("BYDAY={}", numbers.list(&["2SU", "1SU", "-1MO"], 2)));
        }
        "YEARLY" if numbers.sometimes(3) => {
            parts.push(format!("BYYEARDAY={}", numbers.list(&["1", "73", "-55", "311"], 3)))
        }
        "YEARLY" if numbers.sometimes(3) => {
            parts.push(format!("BYWEEKNO={}", numbers.list(&["1", "10", "44", "52", "53"], 3)));
        }
        "DAILY" if numbers.sometimes(2) => parts.push(format!("BYDAY={}", numbers.list(&DAYS, 3))),
        "DAILY" if numbers.sometimes(3) => parts.push(format!("BYMONTHDAY={}", numbers.list(&["7", "14", "-1"], 2))),
        _ => {}
    }
    if freq != "YEARLY" && numbers.sometimes(4) {
        parts.push(format!("BYMONTH={}", numbers.list(&[1, 3, 6, 11, 12], 3)));
    }
    if parts.len() > filters && matches!(freq, "MONTHLY" | "YEARLY") && numbers.sometimes(4) {
        parts.push(format!("BYSETPOS={}", numbers.list(&["1", "2", "-1"], 2)));
    }
    let others = |numbers: &mut Numbers| {
        let near = [date(2027, 3, 14), date(2027, 11, 7), date(2027, 5, 1), date(2027, 11, 1), date(2027, 2, 14)];
        (0..numbers.below(4)).map(|_| numbers.one(&near).to_datetime(starts.time())).collect::<Vec<_>>()
    };
    let (rdates, exdates) = (others(numbers), others(numbers));
    let rrule = if numbers.sometimes(20) { String::new() } else { parts.join(";") };
    Given { starts, minutes: u16::try_from(minutes).unwrap(), rrule, rdates, exdates }
}

/// Ours: through the timetable, eight weeks at a time, as the matcher asks it. `None` where the rule never comes.
fn ours(given: &Given, practice: &Practice) -> Option<Vec<[i64; 2]>> {
    let Given { starts, minutes, rrule, rdates, exdates } = given;
    let recurrence =
        Recurrence::parse(*starts, rrule, rdates.iter().copied(), exdates.iter().copied(), &TimeZone::UTC).ok()?;
    let place = Place { location: None, video: true };
    let hours = Timetable::new(vec![HoursRule::new(recurrence, *minutes, place).unwrap()], Vec::new());
    let days = days_from(YEAR.0).take_while(|date| *date < YEAR.1);
    let shifts = days.flat_map(|date| hours.around(practice, date).on(date).to_vec());
    Some(shifts.map(|shift| [shift.at.starts_at.as_second(), shift.at.ends_at.as_second()]).collect())
}

fn for_python(given: &Given) -> Value {
    let walls = |walls: &[DateTime]| walls.iter().map(ToString::to_string).collect::<Vec<_>>();
    json!({"starts": given.starts.to_string(), "minutes": given.minutes, "rrule": given.rrule,
           "rdates": walls(&given.rdates), "exdates": walls(&given.exdates)})
}

/// Both clock changes of a year, in and out of gap and overlap. Red where a start in the gap is moved instead of left
/// out, where one in the overlap is the second, and where `moved_forward` takes any other period.
#[tokio::test]
async fn ten_thousand_rules_give_the_hours_that_another_implementation_gives() {
    let practice = practice_folder::sample_practice();
    let mut numbers = Numbers(0x5EED_CA1E);
    let (mut rules, mut expected) = (Vec::new(), Vec::new());
    while rules.len() < RULES {
        let given = given(&mut numbers);
        if let Some(ours) = ours(&given, &practice) {
            expected.push(ours);
            rules.push(given);
        }
    }
    let asked = json!({
        "zone": practice.zone.iana_name().unwrap(), "from": YEAR.0.to_string(), "to": YEAR.1.to_string(),
        "rules": rules.iter().map(for_python).collect::<Vec<_>>(),
    });
    let input = serde_json::to_vec(&asked).unwrap();
    let told = clients::python("expand_hours.py", &[], &input).await.unwrap();
    let theirs: Vec<Vec<[i64; 2]>> = serde_json::from_value(told).unwrap();
    assert_eq!(theirs.len(), RULES);
    for ((given, ours), theirs) in rules.iter().zip(&expected).zip(&theirs) {
        assert_eq!(ours, theirs, "{}", for_python(given));
    }
    let stretches: usize = theirs.iter().map(Vec::len).sum();
    let around_changes = expected.iter().flatten().filter(|[at, _]| {
        let day = practice.zone.to_datetime(jiff::Timestamp::from_second(*at).unwrap()).date();
        [date(2027, 3, 14), date(2027, 11, 7)].contains(&day)
    });
    assert!(stretches > 100_000 && around_changes.count() > 1_000, "the rules say too little to compare");
}
