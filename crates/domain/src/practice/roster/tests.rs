use std::collections::BTreeMap;

use super::{Change, RosterLine, Step, columns, plan};
use crate::{
    calendar::timetable::{HoursRule, Leave, Timetable},
    intake::Care,
    matching::Training,
    practice::sample::{files, practice, roster},
    protocol::Files,
};

const SHORT: &str = "\
name,gender,licences,supervised_by,treats,methods,competences,languages,payers_individual,payers_couple,weekly_sessions,availability
";

fn read(text: &str) -> Result<Vec<RosterLine>, Vec<String>> {
    let read = practice().read_roster("new.csv", text);
    read.map(|loaded| loaded.value).map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

/// The sample's own lines.
fn lines() -> Vec<RosterLine> {
    read(&files()["roster.csv"]).unwrap()
}

#[test]
fn an_older_roster_without_the_newer_columns_is_read() {
    let line = "Ann Sample,woman,NC LMFT-1 2028-01-31,,couple,gottman,,en,,,20,mon 09:00-17:00 video\n";
    let [RosterLine { line: 2, therapist }] = &read(&format!("{SHORT}{line}")).unwrap()[..] else { panic!() };
    assert_eq!(therapist.methods, BTreeMap::from([("gottman".to_owned(), Training::Trained)]));
    assert_eq!((therapist.credentials.as_str(), therapist.fees.len(), therapist.session_minutes.len()), ("", 0, 0));
    let policy = &practice().booking;
    assert_eq!(therapist.session(Care::Couple, policy), policy.session(Care::Couple));
}

#[test]
fn columns_may_stand_in_any_order_but_none_may_be_strange_or_missing() {
    let turned = "availability,fee_couple,name,gender,licences,supervised_by,treats,methods,competences,languages,\
                  payers_individual,payers_couple,weekly_sessions\n\
                  mon 09:00-17:00 video,220,Ann Sample,woman,NC LMFT-1 2028-01-31,,couple,gottman certified,,en,,,20\n";
    let therapist = read(turned).unwrap().remove(0).therapist;
    assert_eq!(therapist.fees, BTreeMap::from([(Care::Couple, 220)]));
    assert_eq!(therapist.methods["gottman"], Training::Certified);
    let strange = SHORT.replacen("gender", "sex", 1).replacen("languages", "name", 1);
    let problems = read(&strange).unwrap_err();
    assert_eq!(problems[0], "new.csv:1:1: a roster has the columns gender, languages, add what is missing");
    assert!(problems[1].starts_with("new.csv:1:6: \"sex\" is no column of a roster, use name, gender, licences"));
    assert_eq!(problems[2], "new.csv:1:60: the column \"name\" stands here twice, remove one");
}

#[test]
fn everything_wrong_with_the_newer_columns_is_said_with_its_place() {
    let text = SHORT.replacen("availability", "availability,credentials,fee_couple,minutes_couple", 1)
        + "Ann Sample,woman,NC LMFT-1 2028-01-31,,couple,gottman master,,en,,,20,mon 09:00-17:00 video,,0,9\n";
    assert_eq!(
        read(&text).unwrap_err(),
        [
            "new.csv:2:47: \"master\" must be one of learning, trained, certified, supervisor",
            "new.csv:2:94: \"0\" must be from 1 to 2000 dollars, or empty",
            "new.csv:2:96: \"9\" must be from 10 to 240 minutes, or empty",
        ]
    );
}

/// What [`columns`] writes is what the file said.
#[test]
fn what_is_written_of_a_therapist_reads_back_as_the_same() {
    let quoted = |text: String| format!("\"{text}\"");
    let header = columns(&roster()[0]).into_iter().map(|(column, _)| column).collect::<Vec<_>>().join(",");
    for therapist in roster() {
        let fields = columns(therapist).into_iter().map(|(_, text)| quoted(text)).collect::<Vec<_>>().join(",");
        assert_eq!(&read(&format!("{header}\n{fields}\n")).unwrap()[0].therapist, therapist);
    }
}

#[test]
fn the_file_that_filled_the_roster_changes_nothing_in_it() {
    let plan = plan("new.csv", lines(), roster()).unwrap();
    assert!(plan.steps.iter().all(|step| matches!(step, Step::Same(_))), "{:?}", plan.steps);
    assert_eq!((plan.steps.len(), plan.untouched.len()), (12, 0));
}

/// Guard: `holds` in [`plan`]; with the id in its place, a licence that moved to the front made somebody new.
#[test]
fn somebody_is_known_by_any_licence_and_keeps_what_no_file_says() {
    let mut known = roster()[..1].to_vec();
    let leave = Leave::new("2026-12-01T00:00".parse().unwrap(), "2026-12-08T00:00".parse().unwrap()).unwrap();
    known[0].hours = Timetable::new(known[0].hours.rules().to_vec(), vec![leave]);
    let mut line = lines().into_iter().find(|line| line.therapist.id == known[0].id).unwrap();
    line.therapist.licences.rotate_left(1);
    line.therapist.id = super::stable_id(&line.therapist.licences[0]);
    line.therapist.weekly_capacity += 1;
    let plan = plan("new.csv", vec![line], &known).unwrap();
    let [Step::Change(after, changes)] = &plan.steps[..] else { panic!("{:?}", plan.steps) };
    assert_eq!((after.id, after.hours.leave()), (known[0].id, &[leave][..]));
    let changed: Vec<&str> = changes.iter().map(|change| change.column).collect();
    assert_eq!(changed, ["licences", "weekly_sessions"]);
}

#[test]
fn hours_of_the_file_take_the_place_of_rules_and_leave_single_days_alone() {
    let mut known = roster()[..1].to_vec();
    let once = crate::calendar::recurrence::Recurrence::once("2026-12-05T09:00".parse().unwrap());
    let once = HoursRule::new(once, 180, known[0].hours.rules()[0].place().clone()).unwrap();
    let mut rules = known[0].hours.rules().to_vec();
    rules.push(once.clone());
    known[0].hours = Timetable::new(rules, Vec::new());
    let of = |change: fn(&mut Vec<HoursRule>)| {
        let mut line = lines().into_iter().find(|line| line.therapist.id == roster()[0].id).unwrap();
        let mut rules = line.therapist.hours.rules().to_vec();
        change(&mut rules);
        line.therapist.hours = Timetable::new(rules, Vec::new());
        plan("new.csv", vec![line], &known).unwrap().steps.remove(0)
    };
    assert!(matches!(of(|_| {}), Step::Same(_)), "the same weeks");
    assert!(matches!(of(|rules| rules.clear()), Step::Same(_)), "no hours in the file");
    let Step::Change(after, changes) = of(|rules| rules.truncate(1)) else { panic!("the hours did not change") };
    assert_eq!(after.hours.rules(), [known[0].hours.rules()[0].clone(), once]);
    assert!(matches!(&changes[..], [Change { column: "availability", .. }]));
}

#[test]
fn licences_of_two_people_on_one_line_are_refused() {
    let mut line = lines().remove(0);
    line.therapist.licences.extend(roster()[1].licences.iter().chain(&roster()[2].licences).cloned());
    let problems = plan("new.csv", vec![line], roster()).unwrap_err();
    assert!(problems[0].to_string().starts_with("new.csv:2:1: these licences are those of "), "{problems:?}");
}

#[test]
fn a_licence_stands_on_one_line() {
    let mut files: Files = files().clone();
    let text = files.get_mut("roster.csv").unwrap();
    let again = text.lines().nth(1).unwrap().to_owned();
    text.push_str(&format!("{again}\n"));
    let problems = practice().roster(&files).unwrap_err();
    assert!(problems[0].to_string().contains("line 2 has the same licence"), "{problems:?}");
}

/// Red where `WARNED_DAYS` is another number, or the last day itself counts as over.
#[test]
fn a_licence_is_warned_of_from_sixty_days_before_its_last_day() {
    let mut therapist = roster()[0].clone();
    therapist.licences.truncate(1);
    therapist.licences[0].expires = "2027-03-01".parse().unwrap();
    let number = &therapist.licences[0].number;
    let warned = |day: &str| practice().ending_licences(std::slice::from_ref(&therapist), day.parse().unwrap());
    assert_eq!(warned("2026-12-30"), [""; 0]);
    let told = |word| format!("{}: the licence NC {number} {word} on 2027-03-01", therapist.name);
    for (day, word) in [("2026-12-31", "ends"), ("2027-03-01", "ends"), ("2027-03-02", "ended")] {
        assert_eq!(warned(day), [told(word)], "{day}");
    }
    therapist.active = false;
    assert_eq!(practice().ending_licences(&[therapist], "2027-03-01".parse().unwrap()), [""; 0]);
}

#[test]
fn the_sample_roster_fits_its_practice_and_what_does_not_is_named() {
    for therapist in roster() {
        assert_eq!(practice().misfits(therapist), []);
    }
    let mut therapist = roster()[0].clone();
    therapist.methods.insert("gestalt".to_owned(), Training::Trained);
    therapist.payers.entry(Care::Couple).or_default().insert("sample_blue".to_owned());
    therapist.session_minutes.insert(Care::Couple, 9);
    therapist.weekly_capacity = 0;
    let fields: Vec<String> = practice().misfits(&therapist).into_iter().map(|it| it.field).collect();
    let expected =
        ["methods[gestalt]", "terms[couple].payers[sample_blue]", "terms[couple].session_minutes", "weekly_sessions"];
    assert_eq!(fields, expected);
}
