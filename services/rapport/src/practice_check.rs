//! `rapport practice check DIR`: is everything in a practice's folder right?

use std::path::Path;

use jiff::Timestamp;
use rapport_domain::{
    problem::{FileProblem, Severity},
    protocol::{Files, Protocol},
    triage::{self, TestReport},
};
use rapport_notifier::preview;
use serde::Serialize;

use crate::{
    house::{self, PracticeFolder},
    practice_files, print,
};

/// The practice's own tests of its rules.
const TESTS: &str = "triage.tests.yaml";

#[derive(Serialize)]
struct Report {
    ok: bool,
    problems: Vec<Problem>,
    tests_run: usize,
    letters_written: usize,
}

#[derive(Serialize)]
struct Problem {
    severity: &'static str,
    file: String,
    line: u32,
    column: u32,
    what: String,
    hint: String,
}

/// Checks the folder and runs its triage tests; `true` where nothing but warnings was found.
///
/// # Errors
/// Where the folder cannot be read.
pub(crate) fn run(folder: Option<&Path>, now: Timestamp, json: bool) -> anyhow::Result<bool> {
    let files = practice_files::read(folder)?;
    let Found { problems, tests_run, letters_written } = check(&files, now);
    let ok = problems.iter().all(|problem| problem.severity == Severity::Warning);
    if json {
        let problems = problems.into_iter().map(Problem::from).collect();
        print::json(&Report { ok, problems, tests_run, letters_written })?;
        return Ok(ok);
    }
    for problem in &problems {
        match folder {
            Some(folder) => print::line(folder.join(problem.to_string()).display())?,
            None => print::line(problem)?,
        }
    }
    let warnings = problems.iter().filter(|problem| problem.severity == Severity::Warning).count();
    let errors = problems.len() - warnings;
    print::line(format_args!(
        "{}: {}, {}, {} run, {} written",
        if ok { "right" } else { "NOT right" },
        print::count(errors, "error"),
        print::count(warnings, "warning"),
        print::count(tests_run, "triage test"),
        print::count(letters_written, "letter"),
    ))?;
    Ok(ok)
}

/// What the check found.
struct Found {
    problems: Vec<FileProblem>,
    tests_run: usize,
    letters_written: usize,
}

/// Everything that is wrong with the files; how many triage tests ran, and how many letters were written on the way.
fn check(files: &Files, now: Timestamp) -> Found {
    let (mut tests_run, mut letters_written) = (0, 0);
    let mut problems = match house::check_practice(files) {
        Ok(loaded) => {
            let PracticeFolder { practice, texts, .. } = loaded.value;
            let mut problems = loaded.warnings;
            let today = practice.today(now);
            problems.extend(practice.stale(today).into_iter().chain(practice.ending_in_file(files, today)));
            match preview::all(&practice, &texts) {
                Ok(letters) => letters_written = letters.len(),
                Err(wrong) => problems.extend(wrong),
            }
            problems
        }
        Err(problems) => problems,
    };
    match run_tests(files) {
        Ok(report) => {
            tests_run = report.ran;
            problems.extend(report.untested);
            problems.extend(report.failures);
        }
        Err(wrong) => problems.extend(wrong),
    }
    problems.sort();
    Found { problems, tests_run, letters_written }
}

/// The tests need nothing but the protocol, and can be read even without one.
fn run_tests(files: &Files) -> Result<TestReport, Vec<FileProblem>> {
    let Some(text) = files.get(TESTS) else {
        return Err(vec![FileProblem::warning(TESTS, (0, 0), "is missing", "rules without tests may never fire")]);
    };
    match Protocol::load(files) {
        Ok(protocol) => triage::run_tests(&protocol.value, text),
        Err(_) => Err(triage::unreadable_tests(text)),
    }
}

impl From<FileProblem> for Problem {
    fn from(problem: FileProblem) -> Self {
        Self {
            severity: if problem.severity == Severity::Error { "error" } else { "warning" },
            file: problem.file,
            line: problem.line,
            column: problem.column,
            what: problem.what,
            hint: problem.hint,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three weeks after the sample's lines were called.
    const VERIFIED: &str = "2026-11-23T12:00:00Z";

    #[test]
    fn lines_that_nobody_called_for_half_a_year_are_warned_of() {
        let Found { problems, .. } =
            check(&practice_files::read(None).unwrap(), "2027-05-03T12:00:00Z".parse().unwrap());
        assert!(problems.iter().all(|problem| problem.severity == Severity::Warning));
        let stale = problems.iter().filter(|problem| problem.to_string().contains("last verified on 2026-11-02"));
        assert_eq!(stale.count(), 5);
    }

    #[test]
    fn licences_that_end_within_sixty_days_are_warned_of_where_they_stand() {
        let Found { problems, .. } =
            check(&practice_files::read(None).unwrap(), "2027-05-03T12:00:00Z".parse().unwrap());
        let ending: Vec<_> =
            problems.iter().map(ToString::to_string).filter(|it| it.starts_with("roster.csv")).collect();
        let expected = "roster.csv:9:1: warning: Hollis Sample: the telehealth registration GA TELE-90008G ends on \
                        2027-06-30, renew it, and write its new day here";
        assert_eq!(ending, [expected]);
    }

    #[test]
    fn the_sample_practice_is_right_and_tests_its_rules() {
        let found = check(&practice_files::read(None).unwrap(), VERIFIED.parse().unwrap());
        let shown: Vec<String> = found.problems.iter().map(ToString::to_string).collect();
        assert!(shown.is_empty(), "{shown:#?}");
        assert!(found.tests_run > 0 && found.letters_written > 0);
    }

    /// Guards: `load::instruments` hands on the sound ones, `file::named` needs no engine, and tests run without practice.toml.
    #[test]
    fn everything_that_is_wrong_anywhere_is_said_at_once() {
        let mut files = practice_files::read(None).unwrap();
        let mut change = |file: &str, from: &str, to: &str| {
            let text = files.get_mut(file).unwrap();
            assert!(text.contains(from), "{from}");
            *text = text.replacen(from, to, 1);
        };
        change("practice.toml", "America/New_York", "America/Charlotte");
        change("instruments/distance.json", "\"type\": \"choice\"", "\"type\": \"choise\"");
        change("triage.yaml", "safety.method == \"yes\"", "safety.method == \"yse\"");
        change("triage.yaml", "lines: [dv_hotline,", "lines: [dv_hot,");
        change("triage.yaml", "needs: [trauma]", "needs: [trauam]");
        change("triage.yaml", "{id: severe, label: severe, from: 8}", "{id: severe, label: severe, from: 80}");
        change("triage.tests.yaml", "tests:", "test:");
        change("letters/en/held.txt", "Hello {{ name }}", "Hello {{ partner }}");
        change("letters/es/reminder.shared.txt", "Para preguntas", "Para su terapia");
        let Found { problems, .. } = check(&files, VERIFIED.parse().unwrap());
        let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let expected = [
            "instruments/distance.json:47:19: \"eye_contact\" is of type \"choise\"",
            "letters/en/held.txt:5:10: the letter has no such value",
            "letters/es/reminder.shared.txt:8:9: the letter says \"terap…\"",
            "practice.toml:12:8: \"America/Charlotte\" is no IANA zone",
            "triage.tests.yaml:26:1: unknown field `test`",
            "triage.yaml:104:118: no score reaches 80: the highest is 9, lower the band",
            "triage.yaml:170:25: rule \"method\": safety.method is never \"yse\"",
            "triage.yaml:224:13: there is no line \"dv_hot\", add it to practice.toml under [[lines]]",
            "triage.yaml:393:13: \"trauam\" is no competence, matching.yaml must name it",
        ];
        // Nothing is said of the rules that name what could not be read.
        assert_eq!(shown.len(), expected.len(), "{shown:#?}");
        for (shown, expected) in shown.iter().zip(expected) {
            assert!(shown.starts_with(expected), "{shown}");
        }
    }

    #[test]
    fn a_rule_that_no_test_fires_is_warned_of_where_it_stands() {
        let mut files = practice_files::read(None).unwrap();
        let tests = files.get_mut(TESTS).unwrap();
        *tests = tests.replace("distance: {lasts: \"yes\"}", "distance: {}").replace(", fired: [lasting_distance]", "");
        let Found { problems, tests_run: ran, .. } = check(&files, VERIFIED.parse().unwrap());
        let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let warning =
            "triage.yaml:381:9: warning: no test fires the rule \"lasting_distance\", add one to triage.tests.yaml";
        assert_eq!((shown, ran > 0), (vec![warning.to_owned()], true));
    }

    #[test]
    fn a_broken_folder_is_told_with_file_line_and_column() {
        let mut files = practice_files::read(None).unwrap();
        files.insert("practice.toml".to_owned(), "name = \"x\"\nnmae = \n".to_owned());
        let Found { problems, .. } = check(&files, VERIFIED.parse().unwrap());
        assert!(problems.iter().any(|problem| problem.to_string().starts_with("practice.toml:2:")));
    }
}
