use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{
    Practice,
    sample::{files, practice},
};
use crate::{
    calendar::week::WeeklyWindow,
    contact::Language,
    intake::Care,
    triage::{Booking, Safety, Urgency},
};

/// What loading says after texts of a file were replaced: each problem stands at the first place of a text.
fn check(file: &str, changes: &[(&str, &str)], expected: &[(&str, &str)]) {
    let mut files = files().clone();
    let text = files.get_mut(file).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        *text = text.replacen(from, to, 1);
    }
    let place = |needle: &str| {
        let before = &text[..text.find(needle).unwrap()];
        (
            before.lines().count().max(1) + usize::from(before.ends_with('\n')),
            before.rsplit('\n').next().unwrap().len() + 1,
        )
    };
    let expected: Vec<_> = expected
        .iter()
        .map(|(needle, what)| {
            let (line, column) = place(needle);
            format!("{file}:{line}:{column}: {what}")
        })
        .collect();
    let problems = Practice::load(&files).and_then(|loaded| loaded.value.roster(&files).map(|_| ())).unwrap_err();
    assert_eq!(problems.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
}

#[test]
fn everything_wrong_with_practice_toml_is_said_at_once_with_its_place() {
    check(
        "practice.toml",
        &[
            ("America/New_York", "America/Charlotte"),
            ("\"tue 09:00-18:00\"", "\"tue 18:00-09:00\""),
            ("email = \"oncall@example.com\"", "email = \"oncall\""),
            ("urgent_hours = 4 ", "urgent_hours = -4 "),
            ("hold_share = 0.5 ", "hold_share = 1.5 "),
            ("lead_hours = 12", "leed_hours = 12"),
            ("\"noda-2\"", "\"dilworth-1\""),
            ("last_verified = \"2026-11-02\"", "last_verified = \"soon\""),
        ],
        &[
            ("\"America/Charlotte", "\"America/Charlotte\" is no IANA zone like \"America/New_York\""),
            ("\"tue 18:00-09:00\"", "\"18:00-09:00\" must end after it starts"),
            ("\"oncall\"", "must be one mail address like sample@example.com"),
            ("-4 ", "`urgent_hours` must be from 1 to 90"),
            ("[booking]", "`lead_hours` is missing, add it to this table"),
            ("leed_hours", "`leed_hours` is not a setting here, remove it or correct its spelling"),
            ("1.5 ", "must be from 0 to 1, 0.5 is half of a week's sessions"),
            ("\"dilworth-1\"]", "the room \"dilworth-1\" stands here twice, rename or remove one"),
            ("\"soon\"", "\"soon\" must be a date like 2026-11-26"),
        ],
    );
}

/// Guard: `on_call::person` and `on_call::policy`.
#[test]
fn a_chain_that_could_not_be_walked_is_refused_at_its_place() {
    let first = "minutes = 5\n\n[[on_call]]\nname = \"Second";
    let wrong = "minutes = 0 # none\nhours = [\"sunday\"]\nwebhook = { provider = \"pager\", url = \"http://hooks.example.com\" }\n\n\
                 [[on_call]]\nname = \"Second";
    check(
        "practice.toml",
        &[(first, wrong), ("rounds = 12", "rounds = 0 # none")],
        &[
            ("0 # none", "`minutes` must be from 1 to 240"),
            ("\"sunday\"", "\"sunday\" is no weekly window: write \"mon 09:00-17:00\""),
            ("\"pager\"", "must be \"slack\", \"teams\", \"pagerduty\" or \"plain\""),
            (
                "\"http://hooks.example.com\"",
                "must be an address like https://hooks.example.com/alerts, without a user or password",
            ),
            ("0 # none\n\n# Whom rules", "`rounds` must be from 1 to 100"),
        ],
    );
}

#[test]
fn a_hold_that_would_reach_its_release_step_at_once_is_refused() {
    let what = "a joint hold would reach its release step before anybody can answer, \
                hold_min_days must be longer than release_hours";
    check("practice.toml", &[("hold_min_days = 3", "hold_min_days = 2")], &[("[booking]", what)]);
}

/// Guard: `invitation::text` and `letter::telling`.
#[test]
fn an_invitation_that_tells_of_the_care_or_leads_elsewhere_is_refused() {
    check(
        "practice.toml",
        &[
            ("You are invited to find a time with us.", "Your partner invites you: www.example.com."),
            ("https://riverbend.example.com", "http://riverbend.example.com"),
            ("days = 14", "days = 0"),
            ("id = \"director\"", "id = \"The Director\""),
        ],
        &[
            ("\"http://riverbend", "must be an address like https://intake.example.com, letters hold it as it stands"),
            ("\"The Director\"", "\"The Director\" is no id, use a-z, 0-9, - and _, at most 60"),
            ("{ en = \"Your partner", "`en` holds a link, the invitation's own link stands below the words"),
            ("{ en = \"Your partner", "`en` says \"partner…\", somebody else may see it: stay neutral"),
            ("0\n\n[[locations]]", "`days` must be from 1 to 90"),
        ],
    );
}

#[test]
fn what_is_wrong_with_the_session_page_is_said_with_its_place() {
    check(
        "practice.toml",
        &[
            ("couple = 220", "couple = 0"),
            ("most_steps = 3 ", "most_steps = 30 "),
            ("en = \"A photo ID, for the first time only.\"", "en = \" \""),
            ("why = { en = \"Small signs tell", "reason = { en = \"Small signs tell"),
            ("parking = { en = \"Free spaces", "parking = { de = \"\", en = \"Free spaces"),
        ],
        &[
            ("de = \"\"", "unknown field `de`, expected `en` or `es`"),
            ("0\nestimate", "`couple` must be from 1 to 2000"),
            ("30 #", "`most_steps` must be from 0 to 9"),
            ("{ en = \" \"", "`en` must be one paragraph of at most 600 characters"),
            ("[[session_page.steps]]\nid = \"micro", "`why` is missing, add it to this table"),
            ("reason", "`reason` is not a setting here, remove it or correct its spelling"),
        ],
    );
}

#[test]
fn a_small_step_must_have_words() {
    let mut files = files().clone();
    let text = files["practice.toml"].replacen("id = \"across_distance\"", "id = \"far_away\"", 1);
    files.insert("practice.toml".to_owned(), text);
    let problems = Practice::load(&files).err().unwrap();
    let what = "triage.yaml:139:10: no client could read the small step \"across_distance\", add it to practice.toml under [[session_page.steps]]";
    assert_eq!(problems.iter().map(ToString::to_string).collect::<Vec<_>>(), [what]);
}

#[test]
fn broken_toml_is_refused_where_it_breaks() {
    let mut files = files().clone();
    files.insert("practice.toml".to_owned(), "name = \nphone = \"704-555-0100\"\n".to_owned());
    let problems = Practice::load(&files).err().unwrap();
    assert!(problems.iter().any(|problem| problem.line == 1), "{problems:?}");
}

#[test]
fn a_missing_file_is_said() {
    let mut files = files().clone();
    files.remove("practice.toml");
    assert!(Practice::load(&files).err().unwrap().iter().any(|problem| problem.what == "the file is missing"));
}

#[test]
fn a_line_that_a_rule_names_must_stand_in_practice_toml() {
    let mut files = files().clone();
    let text = files["practice.toml"].replacen("id = \"dv_local\"", "id = \"dv_near\"", 1);
    files.insert("practice.toml".to_owned(), text);
    let problems = Practice::load(&files).err().unwrap();
    let what = "triage.yaml:224:25: there is no line \"dv_local\", add it to practice.toml under [[lines]]";
    assert_eq!(problems.iter().map(ToString::to_string).collect::<Vec<_>>(), [what]);
}

#[test]
fn whom_a_rule_notifies_must_stand_in_practice_toml() {
    let mut files = files().clone();
    let text = files["triage.yaml"].replacen("    report: child", "    notify: [nobody]\n    report: child", 1);
    files.insert("triage.yaml".to_owned(), text);
    let problems = Practice::load(&files).err().unwrap();
    let what =
        "triage.yaml:311:14: nobody to be notified is called \"nobody\", add it to practice.toml under [[notify]]";
    assert_eq!(problems.iter().map(ToString::to_string).collect::<Vec<_>>(), [what]);
}

#[test]
fn everything_wrong_with_the_roster_is_said_at_once_with_its_place() {
    let joint = "sample_blue,185";
    check(
        "roster.csv",
        &[
            ("\"MS, LMFT\",man", "\"MS, LMFT\",boy"),
            ("NC LMFT-90003 2028-03-31", "XX LMFT-90003 2028-03-31"),
            ("individual,anxiety_transitions,", "individual,anxiety,"),
            ("08:00-14:00 video", "08:00-14:00 attic"),
            ("sample_mutual; sample_medicaid,,185", "sample_gold; sample_medicaid,sample_blue,185"),
        ],
        &[
            ("boy", "\"boy\" must be one of woman, man, nonbinary"),
            ("XX", "\"XX\" must be the two letters of a US state, like NC"),
            ("XX", "`licences` holds nothing, without it nobody can be matched"),
            ("anxiety,", "\"anxiety\" is none of the methods of matching.yaml"),
            ("mon 08:00-16:00 video", "\"attic\" is neither \"video\" nor one of the locations of practice.toml"),
            ("sample_blue; sample_gold", "\"sample_gold\" is none of the payers of practice.toml"),
            (joint, "\"sample_blue\" does not pay for this kind of care, says practice.toml"),
        ],
    );
}

/// A wall time in Charlotte.
fn at(wall: &str) -> Timestamp {
    let wall: jiff::civil::DateTime = wall.parse().unwrap();
    wall.to_zoned(practice().zone.clone()).unwrap().timestamp()
}

#[test]
fn a_case_must_be_answered_as_promised() {
    use Booking::{AloneByStaff, Auto, Never};
    use Care::{Couple, Individual};
    use Urgency::{Immediate, Priority, Routine, Urgent};
    for (urgency, booking, care, now, by) in [
        (Immediate, Never, Individual, "2026-11-28T23:50", "2026-11-29T00:05"),
        (Urgent, Never, Couple, "2026-11-28T23:00", "2026-11-29T03:00"),
        // Thanksgiving is the Thursday.
        (Priority, Auto, Individual, "2026-11-23T10:00", "2026-11-28T00:00"),
        (Priority, Auto, Couple, "2026-11-23T10:00", "2026-12-02T00:00"),
        (Priority, Never, Individual, "2026-11-25T10:00", "2026-11-27T17:00"),
        (Priority, AloneByStaff, Couple, "2026-11-28T10:00", "2026-11-30T18:00"),
        (Routine, Auto, Individual, "2026-11-23T10:00", "2026-11-30T10:00"),
        // The clocks go forward on 14 March: seven days on the wall.
        (Routine, Auto, Couple, "2027-03-10T10:00", "2027-03-17T10:00"),
    ] {
        let got = practice().respond_by(urgency, booking, care, at(now));
        assert_eq!(got, at(by), "{urgency:?} {booking:?} {care:?} at {now}");
    }
}

fn window(text: &str) -> WeeklyWindow {
    super::load::window(text).unwrap()
}

#[test]
fn a_client_reads_when_the_call_comes_from_the_same_calendar() {
    use Language::{En, Es};
    use Urgency::{Immediate, Priority, Urgent};
    let lunch = [window("tue 12:00-14:00")];
    let at_night = [window("mon 21:00-22:00")];
    for (urgency, safe, language, now, by, text) in [
        (
            Immediate,
            &[][..],
            En,
            "2026-11-23T23:50",
            "2026-11-24T00:05",
            "Our clinician on call is being told now and will call you by 12:05 am on Tuesday, November 24.",
        ),
        (
            Immediate,
            &lunch,
            En,
            "2026-11-23T10:00",
            "2026-11-24T12:15",
            "Our clinician on call is being told now and will call you on Tuesday, November 24 between 12:00 pm and 12:15 pm, within the hours that you told us are safe.",
        ),
        (Urgent, &[], En, "2026-11-23T10:00", "2026-11-23T14:00", "A clinician will call you by 2:00 pm today."),
        (
            Urgent,
            &[],
            En,
            "2026-11-23T23:00",
            "2026-11-24T09:30",
            "A clinician will call you on Tuesday, November 24 between 9:00 am and 9:30 am.",
        ),
        (
            Urgent,
            &at_night,
            En,
            "2026-11-23T10:00",
            "2026-11-23T21:30",
            "A clinician will call you today between 9:00 pm and 9:30 pm, within the hours that you told us are safe.",
        ),
        (
            Urgent,
            &lunch,
            Es,
            "2026-11-23T10:00",
            "2026-11-24T12:30",
            "Un clínico le llamará el martes 24 de noviembre entre las 12:00 p. m. y las 12:30 p. m., dentro de las horas que usted indicó como seguras.",
        ),
        (
            Priority,
            &[],
            En,
            "2026-11-23T10:00",
            "2026-11-23T18:00",
            "A person from Riverbend Office will call you by 6:00 pm today.",
        ),
        (
            Priority,
            &lunch,
            Es,
            "2026-11-23T10:00",
            "2026-11-24T14:00",
            "Una persona de Riverbend Office le llamará el martes 24 de noviembre entre las 12:00 p. m. y las 2:00 p. m., dentro de las horas que usted indicó como seguras.",
        ),
    ] {
        let (got, sentence) = practice().call_promise(urgency, safe, language, at(now));
        assert_eq!((got, sentence.as_str()), (at(by), text));
    }
}

#[test]
fn no_call_is_promised_outside_the_safe_hours() {
    let safe = [window("wed 09:00-10:30"), window("sat 20:00-22:00")];
    for urgency in Urgency::ALL {
        for hour in 0..200 {
            let now = at("2026-11-20T00:00") + jiff::SignedDuration::from_mins(hour * 67);
            let (by, _) = practice().call_promise(urgency, &safe, Language::En, now);
            let wall = by.to_zoned(practice().zone.clone()).datetime();
            assert!(safe.iter().any(|window| window.contains(wall, wall)), "{urgency:?} at {now}: {by}");
        }
    }
}

#[test]
fn a_notice_stands_where_an_answer_calls_for_a_person_and_nowhere_else() {
    let safety = |urgency, flagged, lines: &[&str]| Safety {
        urgency,
        booking: if flagged { Booking::Never } else { Booking::Auto },
        flagged,
        clinician_only: flagged,
        under_18: false,
        lines: lines.iter().map(|id| (*id).to_owned()).collect(),
        notify: BTreeSet::new(),
        reports: BTreeSet::new(),
    };
    let notice = |safety: &Safety, language| practice().safety_notice(safety, &[], language, at("2026-11-23T10:00"));
    assert!(notice(&safety(Urgency::Routine, false, &[]), Language::En).is_none());
    assert!(notice(&safety(Urgency::Priority, false, &[]), Language::En).is_none());
    let feared = safety(Urgency::Urgent, true, &["dv_hotline", "dv_local"]);
    let shown = notice(&feared, Language::Es).unwrap();
    assert_eq!(shown.lines.iter().map(|line| line.id.as_str()).collect::<Vec<_>>(), ["dv_hotline", "dv_local"]);
    assert_eq!(shown.discretion, "No hemos contactado a nadie más. Primero hablaremos con usted.");
    assert_eq!(
        notice(&feared, Language::En).unwrap().discretion,
        "We have contacted nobody else. We will speak with you first."
    );
}

#[test]
fn promises_are_written_from_the_figures() {
    let promises = practice().promises(Language::En).join(" ");
    for figure in ["7 days", "3 business days", "5 business days", "1 business day.", "4 hours", "48 hours"] {
        assert!(promises.contains(figure), "{figure}: {promises}");
    }
    assert_eq!(practice().promises(Language::Es).len(), practice().promises(Language::En).len());
}
