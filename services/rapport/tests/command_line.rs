//! The binary as an operator meets it: exit codes, complaints, and the demo's outcomes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

const SAMPLE_ROSTER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/charlotte/roster.csv");

/// Runs the binary with nothing of the caller's environment that could be a setting.
fn rapport(dir: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rapport"))
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied())
        .current_dir(dir)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Any free ports, and the folder for data.
fn demo(dir: &Path, more: &[&str]) -> Output {
    let data = dir.join("data").display().to_string();
    let arguments = [
        &[
            "--set",
            "intake.listen=127.0.0.1:0",
            "--set",
            "staff.listen=127.0.0.1:0",
            "--set",
            "console.listen=127.0.0.1:0",
            "demo",
            "--exit",
        ],
        more,
    ];
    rapport(dir, &arguments.concat(), &[("RAPPORT__DATA__DIR", &data)])
}

#[test]
fn wrong_settings_are_named_with_their_source_and_exit_2() {
    let dir = tempfile::tempdir().unwrap();
    let output = rapport(dir.path(), &["check-config"], &[("RAPPORT__INTAKE__LISTN", "x")]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        text(&output.stderr),
        "RAPPORT__INTAKE__LISTN: there is no such setting; did you mean RAPPORT__INTAKE__LISTEN?\n"
    );
    assert_eq!(rapport(dir.path(), &["no-such-command"], &[]).status.code(), Some(2));
}

#[test]
fn checking_the_settings_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let output = rapport(dir.path(), &["check-config"], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("127.0.0.1:8080, asks http://127.0.0.1:50051"));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_practice_with_a_mistake_is_refused_at_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/charlotte");
    assert_eq!(rapport(dir.path(), &["practice", "check", &sample.display().to_string()], &[]).status.code(), Some(0));
    std::fs::write(dir.path().join("practice.toml"), "name = \"x\"\nzone = \n").unwrap();
    let output = rapport(dir.path(), &["practice", "check", "."], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("practice.toml:2:"), "{}", text(&output.stdout));
}

#[test]
fn production_does_not_start_without_its_master_key() {
    let dir = tempfile::tempdir().unwrap();
    let output = rapport(dir.path(), &["all"], &[("RAPPORT__DATABASE__URL", "postgres://nobody@127.0.0.1:1/none")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("RAPPORT__SECURITY__MASTER_KEY_FILE"));
}

#[test]
fn a_staff_token_asks_for_a_role_and_prints_nothing_else_that_a_script_would_read() {
    let dir = tempfile::tempdir().unwrap();
    let output = rapport(dir.path(), &["staff", "token", "--role", "coordinator"], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout).trim_end().len(), 43);
}

/// What became of the sample whose file's name holds this word.
fn outcome<'a>(report: &'a Value, word: &str) -> &'a Value {
    let mut outcomes = report["outcomes"].as_array().unwrap().iter();
    outcomes.find(|outcome| outcome["sample"].as_str().unwrap().contains(word)).unwrap()
}

fn letters(outcome: &Value) -> Vec<&str> {
    outcome["letters"].as_array().unwrap().iter().map(|letter| letter["letter"].as_str().unwrap()).collect()
}

#[test]
fn the_demo_answers_every_sample_as_the_practice_promises() {
    let dir = tempfile::tempdir().unwrap();
    let output = demo(dir.path(), &["--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();

    let alone = outcome(&report, "drift-and-stress");
    assert_eq!((&alone["urgency"], &alone["state"]), (&"ROUTINE".into(), &"confirmed".into()));
    assert_eq!(letters(alone), ["confirmed"]);
    let file = PathBuf::from(alone["letters"][0]["file"].as_str().unwrap());
    assert!(std::fs::read_to_string(file).unwrap().contains("text/calendar"));

    let couple = outcome(&report, "couple");
    assert_eq!(couple["state"], "held");
    let instant = |name: &str| couple["session"][name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert!(instant("starts_at").duration_since(instant("submitted_at")).as_hours() >= 72);

    assert_eq!(outcome(&report, "red-flags")["urgency"], "PRIORITY");
    for (sample, urgency) in [("self-harm", "IMMEDIATE"), ("fear", "URGENT")] {
        let flagged = outcome(&report, sample);
        assert_eq!((&flagged["urgency"], &flagged["state"]), (&urgency.into(), &"before staff".into()));
        assert!(flagged["session"].is_null());
        assert!(!flagged["shown_at_once"].as_array().unwrap().is_empty());
        assert_eq!(letters(flagged), ["staff_alert", "we_will_call"]);
    }
    for (sample, reason) in [("nobody", "licensed for AK"), ("under-18", "Under 18")] {
        assert!(outcome(&report, sample)["before_staff"].as_str().unwrap().contains(reason));
    }
}

#[test]
fn the_demo_in_a_pipe_has_no_control_codes_and_fits_eighty_columns() {
    let dir = tempfile::tempdir().unwrap();
    let output = demo(dir.path(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let page = text(&output.stdout);
    assert!(page.contains("40 sample cases of the past week are in the queue"), "{page}");
    assert!(page.contains("Median time to a first session"), "{page}");
    assert!(!page.contains('\u{1b}'), "{page}");
    let data = dir.path().display().to_string();
    let too_long = page.lines().find(|line| line.chars().count() > 80 && !line.contains(&data));
    assert_eq!(too_long, None);
}

/// The demo's people under the rules that they answered under, and under one rule more.
#[test]
fn a_replay_tells_what_would_change_by_ids_alone_and_twice_the_same() {
    let dir = tempfile::tempdir().unwrap();
    assert!(demo(dir.path(), &[]).status.success());
    let data = dir.path().join("data").display().to_string();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/charlotte");
    let replay = |practice: &Path, more: &[&str]| {
        let arguments = [&["triage", "replay", "--practice", practice.to_str().unwrap()], more].concat();
        rapport(dir.path(), &arguments, &[("RAPPORT__DATA__DIR", &data)])
    };
    let same = replay(&sample, &[]);
    assert_eq!(same.status.code(), Some(0), "{}", text(&same.stderr));
    assert!(text(&same.stdout).starts_with("0 of "), "{}", text(&same.stdout));

    let other = dir.path().join("other");
    assert!(Command::new("cp").arg("-r").args([&sample, &other]).status().unwrap().success());
    let triage = std::fs::read_to_string(other.join("triage.yaml")).unwrap();
    let more = "  - {id: adults, when: client.age > 17, urgency: PRIORITY, because: Because., book: hold}\n";
    std::fs::write(other.join("triage.yaml"), format!("{}\n{more}", triage.trim_end())).unwrap();
    let shown = text(&replay(&other, &[]).stdout);
    assert!(shown.contains("ROUTINE → PRIORITY\n    booking: auto → hold\n    rules: +adults"), "{shown}");
    assert!(!shown.contains('\u{1b}') && !shown.contains("Sample") && !shown.contains('@'), "{shown}");
    assert_eq!(text(&replay(&other, &[]).stdout), shown);

    let lines = text(&replay(&other, &["--json"]).stdout);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let summary = &lines.last().unwrap()["summary"];
    assert_eq!(summary["changed"], lines.len() - 1);
    assert_eq!(summary["unreadable"], 0);
    let none = text(&replay(&other, &["--since", "2999-01-01", "--json"]).stdout);
    assert_eq!((none.lines().count(), none.contains("\"weighed\":0")), (1, true));

    let broken = more.replace("client.age", "client.agee");
    std::fs::write(other.join("triage.yaml"), format!("{}\n{broken}", triage.trim_end())).unwrap();
    let broken = replay(&other, &[]);
    assert_eq!(broken.status.code(), Some(1));
    assert!(text(&broken.stderr).contains("triage.yaml:"), "{}", text(&broken.stderr));
    assert_eq!(replay(&other, &["--since", "tomorrow"]).status.code(), Some(2));
}

#[test]
fn an_account_is_made_once_for_an_address_and_its_sign_in_is_all_that_a_script_reads() {
    let dir = tempfile::tempdir().unwrap();
    let add = |more: &[&str]| {
        let who = ["staff", "add", "--name", "Robin Sample", "--email", "robin@example.com", "--role", "clinician"];
        rapport(dir.path(), &[&who, more].concat(), &[])
    };
    let made = add(&[]);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    assert_eq!(text(&made.stdout).trim_end().len(), 43);
    let again = add(&["--open"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("robin@example.com has an account already"), "{}", text(&again.stderr));
    let sign_in = |email: &str| rapport(dir.path(), &["staff", "sign-in", email, "--json"], &[]);
    let opened: Value = serde_json::from_slice(&sign_in("robin@example.com").stdout).unwrap();
    assert_eq!((&opened["opens_session"], &opened["role"]), (&true.into(), &"clinician".into()));
    assert_eq!(sign_in("nobody@example.com").status.code(), Some(1));
    assert_eq!(rapport(dir.path(), &["staff", "add", "--name", "x"], &[]).status.code(), Some(2));
    let roles = text(&rapport(dir.path(), &["staff", "roles"], &[]).stdout);
    assert!(roles.contains("| `rapport.staff.v1.TriageService/CompleteReport` | clinician |"), "{roles}");
}

#[test]
fn the_trail_of_a_demo_is_intact_and_one_without_its_head_is_told() {
    let dir = tempfile::tempdir().unwrap();
    assert!(demo(dir.path(), &[]).status.success());
    let data = dir.path().join("data").display().to_string();
    let audit =
        |arguments: &[&str]| rapport(dir.path(), &[&["audit"], arguments].concat(), &[("RAPPORT__DATA__DIR", &data)]);
    let verified = audit(&["verify", "--json"]);
    assert_eq!(verified.status.code(), Some(0), "{}", text(&verified.stderr));
    let found: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!((&found["intact"], &found["faults"]), (&true.into(), &Value::Array(Vec::new())));
    let exported = text(&audit(&["export"]).stdout);
    assert!(
        exported.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()) && exported.contains("SubmitIntake")
    );
    let other = audit(&["verify", "--head", &"0".repeat(64)]);
    assert_eq!(other.status.code(), Some(1));
    assert!(text(&other.stdout).contains("the end was cut off"), "{}", text(&other.stdout));
    assert_eq!(audit(&["verify", "--head", "abc"]).status.code(), Some(2));
}

const BUSY: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:lunch\r\nSUMMARY:Kanarienvogel\r\n\
                    DTSTART;TZID=America/New_York:20990105T120000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;BYDAY=MO\r\n\
                    END:VEVENT\r\nEND:VCALENDAR\r\n";

#[test]
fn a_roster_is_tried_then_written_once_and_every_bad_row_is_said_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let csv = std::fs::read_to_string(SAMPLE_ROSTER).unwrap();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    let roster = |arguments: &[&str]| rapport(dir.path(), &[&["roster"], arguments].concat(), &[]);
    let listed = || serde_json::from_slice::<Value>(&roster(&["list", "--json"]).stdout).unwrap();
    write("new.csv", &csv);
    let tried = roster(&["import", "new.csv"]);
    assert_eq!(tried.status.code(), Some(0), "{}", text(&tried.stderr));
    let said = text(&tried.stdout);
    assert!(said.contains("+ Dr. Amara Sample") && said.contains("nothing was written: --apply"), "{said}");
    assert_eq!(listed().as_array().unwrap().len(), 0);
    for what in ["add", "same"] {
        let done: Value = serde_json::from_slice(&roster(&["import", "new.csv", "--apply", "--json"]).stdout).unwrap();
        let rows = done["rows"].as_array().unwrap();
        assert!(rows.len() == 12 && rows.iter().all(|row| row["what"] == what), "{done}");
    }
    assert_eq!(listed().as_array().unwrap().len(), 12);

    write("bad.csv", &csv.replacen("2028-06-30", "soon", 1).replacen("noda+video", "attic", 1));
    let bad = roster(&["import", "bad.csv", "--apply"]);
    assert_eq!(bad.status.code(), Some(1));
    let said = text(&bad.stdout);
    let lines: Vec<&str> = said.lines().collect();
    assert!(
        lines[0].starts_with("bad.csv:2:") && lines[0].ends_with("\"soon\" must be a date like 2026-11-26"),
        "{said}"
    );
    assert!(lines[1].starts_with("bad.csv:3:") && lines[1].contains("\"attic\" is neither"), "{said}");
    assert_eq!(lines[2], "NOT right: 2 problems; nothing was written");

    write("busy.ics", BUSY);
    let busy = roster(&["busy", "amara", "busy.ics", "--apply"]);
    assert_eq!(busy.status.code(), Some(0), "{}", text(&busy.stderr));
    assert!(
        text(&busy.stdout).contains("taken elsewhere by 0 single times and 1 recurring event"),
        "{}",
        text(&busy.stdout)
    );
    assert_eq!(roster(&["busy", "nobody", "busy.ics"]).status.code(), Some(1));
    assert_eq!(roster(&["import"]).status.code(), Some(2));
}

#[test]
fn dead_letters_are_looked_for_in_the_embedded_database_and_honestly_not_found() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data").display().to_string();
    let environment = [("RAPPORT__DATA__DIR", data.as_str())];
    assert!(rapport(dir.path(), &["migrate"], &environment).status.success());
    let ask = |arguments: &[&str]| rapport(dir.path(), &[&["dead-letters"], arguments].concat(), &environment);
    let listed = ask(&["list", "--json"]);
    assert_eq!(listed.status.code(), Some(0), "{}", text(&listed.stderr));
    assert_eq!(serde_json::from_slice::<Value>(&listed.stdout).unwrap(), serde_json::json!({"dead_letters": []}));
    assert_eq!(text(&ask(&["list"]).stderr), "No dead letters: every event was handled.\n");
    let name = "queues/match_case/deadLetters/0190a1b2-0000-7000-8000-000000000001";
    let nothing = ask(&["show", name]);
    assert_eq!(nothing.status.code(), Some(1));
    assert!(text(&nothing.stderr).contains("is no dead letter"));
    assert_eq!(ask(&["replay", name]).status.code(), Some(1));
    assert_eq!(ask(&["replay", "--all", "--json"]).status.code(), Some(0));
    for misused in [&["show", "match_case/7"][..], &["replay"], &["replay", name, "--all"]] {
        assert_eq!(ask(misused).status.code(), Some(2), "{misused:?}");
    }
    let help = ask(&["replay", "--help"]);
    assert!(help.status.success() && text(&help.stdout).contains("Exit code 1"));
}
