//! How the practice's files and a request's fields say what is wrong.

use std::fmt;

/// In characters; the longest sentence of ours with what it repeats stays below.
const LONGEST: usize = 500;

/// What is wrong at one place of a file, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileProblem {
    /// Path within the practice's folder.
    pub file: String,
    /// From 1; 0 where the whole file is meant.
    pub line: u32,
    /// From 1, in characters; 0 where the whole line is meant.
    pub column: u32,
    /// Whether it only warns.
    pub severity: Severity,
    /// What is wrong.
    pub what: String,
    /// What to do; may be empty.
    pub hint: String,
}

/// Whether a problem keeps the practice from being loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It does.
    Error,
    /// It does not.
    Warning,
}

impl FileProblem {
    /// An error at a place.
    pub fn error(
        file: impl Into<String>,
        (line, column): (u32, u32),
        what: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        let (what, hint) = (one_line(what.into()), one_line(hint.into()));
        Self { file: file.into(), line, column, severity: Severity::Error, what, hint }
    }

    /// A warning at a place.
    pub fn warning(
        file: impl Into<String>,
        place: (u32, u32),
        what: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Warning, ..Self::error(file, place, what, hint) }
    }

    /// Why a YAML file could not be read.
    pub(crate) fn yaml(file: impl Into<String>, error: &serde_saphyr::Error) -> Self {
        let place = error.location().map_or((0, 0), |location| yaml_place(&location));
        let text = error.without_snippet().to_string();
        let first = text.lines().next().unwrap_or_default();
        let what = first.split_once(" at line ").map_or(first, |(what, _)| what);
        Self::error(file, place, what, "")
    }
}

/// A sentence repeats what stands in the file, which may be anything: it stays one line that a
/// terminal only shows, of a length that somebody reads.
fn one_line(text: String) -> String {
    if text.len() <= LONGEST && !text.contains(char::is_control) {
        return text;
    }
    let shown = text.chars().flat_map(|char| {
        let escaped = char.is_control().then(|| char.escape_default());
        escaped.into_iter().flatten().chain((!char.is_control()).then_some(char))
    });
    let mut line: String = shown.take(LONGEST).collect();
    if line.len() < text.len() && line.chars().count() == LONGEST {
        line.push('…');
    }
    line
}

/// Line and column of a place in a YAML file.
pub(crate) fn yaml_place(location: &serde_saphyr::Location) -> (u32, u32) {
    let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    (number(location.line()), number(location.column()))
}

/// `FILE:LINE:COLUMN: what, hint`, as compilers write it.
impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: ", self.file, self.line, self.column)?;
        if self.severity == Severity::Warning {
            f.write_str("warning: ")?;
        }
        f.write_str(&self.what)?;
        if !self.hint.is_empty() {
            write!(f, ", {}", self.hint)?;
        }
        Ok(())
    }
}

/// What was read, with what its reader should still be told.
#[derive(Debug, Clone)]
pub struct Loaded<T> {
    /// What was read.
    pub value: T,
    /// Warnings: they keep nothing from running.
    pub warnings: Vec<FileProblem>,
}

/// What is wrong with one field of a request. The text never repeats the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// Path in the request: `screenings[0].answers[3].values[0]`.
    pub field: String,
    /// What it must be, as a sentence without its subject: "must be a date like 1990-04-30".
    pub description: String,
}

/// Gathers every bad field before anything is refused.
#[derive(Debug, Default)]
pub struct FieldProblems(Vec<FieldProblem>);

impl FieldProblems {
    /// Notes one bad field.
    pub fn add(&mut self, field: impl Into<String>, description: impl Into<String>) {
        self.0.push(FieldProblem { field: field.into(), description: description.into() });
    }

    /// Takes a parsed value, or notes why there is none.
    pub fn take<T, E: fmt::Display>(&mut self, field: impl Into<String>, parsed: Result<T, E>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(why) => {
                self.add(field, why.to_string());
                None
            }
        }
    }

    /// Whether nothing is wrong so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of it, in the order in which it was found.
    #[must_use]
    pub fn into_vec(self) -> Vec<FieldProblem> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::FileProblem;

    // Guard: FileProblem::error's one_line. The fuzzer found each of these.
    #[test]
    fn a_problem_is_one_line_of_bounded_length_whatever_the_file_holds() {
        let hostile = "\u{1b}[2Jk\nübel";
        let problem = FileProblem::error("triage.yaml", (3, 4), format!("\"{hostile}\" cannot be an id"), hostile);
        let line = problem.to_string();
        assert_eq!(line, "triage.yaml:3:4: \"\\u{1b}[2Jk\\nübel\" cannot be an id, \\u{1b}[2Jk\\nübel");
        let long = FileProblem::error("roster.csv", (1, 1), "é".repeat(100_000), "");
        assert_eq!(long.what.chars().count(), super::LONGEST + 1);
        assert!(long.what.ends_with('…'));
    }
}
