//! roster.csv: who treats. It seeds an empty database, which is then the truth; imported later it changes what it names.
//!
//! [`fields`] reads and writes what stands in one field, [`plan`](mod@plan) says what an import would do, [`care_for`]
//! what staff should see to.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use uuid::Builder;

use super::Practice;
use crate::{
    calendar::timetable::Timetable,
    id::TherapistId,
    intake::Care,
    matching::{Licence, Therapist},
    problem::{FileProblem, Loaded, Severity},
    protocol::Files,
};

mod care_for;
mod fields;
mod plan;
#[cfg(test)]
mod tests;

pub use care_for::licences_to_renew;
pub use fields::columns;
pub use plan::{Change, Plan, Step, plan};

/// The file's name in the practice's folder.
const FILE: &str = "roster.csv";

/// Those that every roster has.
const REQUIRED: [&str; 12] = [
    "name",
    "gender",
    "licences",
    "supervised_by",
    "treats",
    "methods",
    "competences",
    "languages",
    "payers_individual",
    "payers_couple",
    "weekly_sessions",
    "availability",
];

/// Those that may be left out, as an older roster does.
const OPTIONAL: [&str; 5] = ["credentials", "fee_individual", "fee_couple", "minutes_individual", "minutes_couple"];

/// A therapist as a line of the file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterLine {
    /// The line, from 1.
    pub line: u32,
    /// Who.
    pub therapist: Therapist,
}

impl Practice {
    /// Reads roster.csv and holds it against practice.toml and matching.yaml.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn roster(&self, files: &Files) -> Result<Loaded<Vec<Therapist>>, Vec<FileProblem>> {
        let Some(text) = files.get(FILE) else {
            return Err(vec![FileProblem::error(FILE, (0, 0), "the file is missing", "copy the sample practice's")]);
        };
        let Loaded { value, warnings } = self.read_roster(FILE, text)?;
        Ok(Loaded { value: value.into_iter().map(|line| line.therapist).collect(), warnings })
    }

    /// Reads a roster in the form of roster.csv; problems name this file. Columns stand in any order. Lists within a
    /// field are parted by `;`. A licence is `NC LMFT-1 2027-06-30`, or with `video` at its end a telehealth
    /// registration. A method is `gottman` or `gottman certified`. Hours are `mon 09:00-17:00 dilworth`,
    /// `mon 09:00-17:00 dilworth+video` or `… video`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read_roster(&self, file: &str, text: &str) -> Result<Loaded<Vec<RosterLine>>, Vec<FileProblem>> {
        let mut table = Table { file, text, practice: self, columns: Vec::new(), problems: Vec::new() };
        let lines = table.read();
        let mut problems = table.problems;
        problems.sort();
        if problems.iter().any(|problem| problem.severity == Severity::Error) {
            return Err(problems);
        }
        Ok(Loaded { value: lines, warnings: problems })
    }
}

struct Table<'a> {
    file: &'a str,
    text: &'a str,
    practice: &'a Practice,
    /// As they stand in the file.
    columns: Vec<String>,
    problems: Vec<FileProblem>,
}

impl Table<'_> {
    fn read(&mut self) -> Vec<RosterLine> {
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(self.text.as_bytes());
        self.columns = reader.headers().map(|names| names.iter().map(str::to_owned).collect()).unwrap_or_default();
        if !self.has_its_columns() {
            return Vec::new();
        }
        let mut lines: Vec<RosterLine> = Vec::new();
        for record in reader.records() {
            match record {
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    let place = (u32::try_from(line).unwrap_or(u32::MAX), 0);
                    let what = "this line cannot be read as UTF-8 text";
                    self.problems.push(FileProblem::error(self.file, place, what, ""));
                }
                Ok(record) => {
                    let Some(therapist) = self.therapist(&record) else { continue };
                    let row = Row::of(self.text, &record, &self.columns);
                    let line = row.line;
                    let known = |licence: &Licence| lines.iter().find(|line| holds(&line.therapist, licence));
                    if let Some(other) = therapist.licences.iter().find_map(known) {
                        let what = format!("line {} has the same licence", other.line);
                        self.error(&row, "licences", &what, "give each therapist their own");
                    }
                    lines.push(RosterLine { line, therapist });
                }
            }
        }
        if lines.is_empty() && self.problems.is_empty() {
            let what = "nobody stands here";
            self.problems.push(FileProblem::warning(self.file, (1, 0), what, "add a line per therapist"));
        }
        lines
    }

    /// Every column that must be there, and none that is unknown or stands twice.
    fn has_its_columns(&mut self) -> bool {
        let (columns, file) = (&self.columns, self.file);
        let mut problems = Vec::new();
        let missing: Vec<&str> = REQUIRED.into_iter().filter(|name| !columns.iter().any(|it| it == name)).collect();
        if !missing.is_empty() {
            let what = format!("a roster has the columns {}", missing.join(", "));
            problems.push(FileProblem::error(file, (1, 1), what, "add what is missing"));
        }
        for (at, name) in columns.iter().enumerate() {
            let before: usize = columns.iter().take(at).map(|name| name.chars().count() + 1).sum();
            let place = (1, u32::try_from(before + 1).unwrap_or(u32::MAX));
            if columns.iter().take(at).any(|it| it == name) {
                let what = format!("the column {name:?} stands here twice");
                problems.push(FileProblem::error(file, place, what, "remove one"));
            } else if !REQUIRED.contains(&name.as_str()) && !OPTIONAL.contains(&name.as_str()) {
                let known = REQUIRED.into_iter().chain(OPTIONAL).collect::<Vec<_>>().join(", ");
                let what = format!("{name:?} is no column of a roster");
                problems.push(FileProblem::error(file, place, what, format!("use {known}")));
            }
        }
        let right = problems.is_empty();
        self.problems.extend(problems);
        right
    }

    /// Reads every field before it gives up on any.
    fn therapist(&mut self, record: &csv::StringRecord) -> Option<Therapist> {
        let row = Row::of(self.text, record, &self.columns);
        if record.len() != row.columns.len() {
            let what = format!("{} fields stand here instead of {}", record.len(), row.columns.len());
            self.problems.push(FileProblem::error(self.file, (row.line, 1), what, "count the commas"));
            return None;
        }
        let practice = self.practice;
        let name = self.one(&row, "name", fields::name);
        let gender = self.one(&row, "gender", fields::gender);
        let credentials = self.one(&row, "credentials", fields::credentials);
        let licences = self.list(&row, "licences", fields::licence);
        let treats = self.list(&row, "treats", super::load::care);
        let methods = self.list(&row, "methods", |text| fields::method(practice, text));
        let competences = self.list(&row, "competences", |text| fields::competence(practice, text));
        let languages = self.list(&row, "languages", |text| fields::language(practice, text));
        let payers = self.per_care(["payers_individual", "payers_couple"], |table, column, care| {
            Some(table.list(&row, column, |text| fields::payer(practice, care, text)).into_iter().collect())
        });
        let fees =
            self.per_care(["fee_individual", "fee_couple"], |table, column, _| table.one(&row, column, fields::fee)?);
        let session_minutes = self.per_care(["minutes_individual", "minutes_couple"], |table, column, _| {
            table.one(&row, column, fields::minutes)?
        });
        let weekly_capacity = self.one(&row, "weekly_sessions", fields::weekly_sessions);
        let hours = self.list(&row, "availability", |text| fields::hours(practice, text));
        for (column, is_empty) in
            [("licences", licences.is_empty()), ("treats", treats.is_empty()), ("languages", languages.is_empty())]
        {
            if is_empty {
                self.error(&row, column, &format!("`{column}` holds nothing"), "without it nobody can be matched");
            }
        }
        if hours.is_empty() {
            let (place, what) = (row.place("availability"), "`availability` holds nothing");
            self.problems.push(FileProblem::warning(self.file, place, what, "nobody will be offered a time"));
        }
        let first: &Licence = licences.first()?;
        Some(Therapist {
            id: stable_id(first),
            name: name?,
            gender: gender?,
            credentials: credentials?,
            supervised_by: Some(row.field("supervised_by").to_owned()).filter(|name| !name.is_empty()),
            licences,
            treats: treats.into_iter().collect(),
            methods: methods.into_iter().collect(),
            competences: competences.into_iter().collect(),
            languages: languages.into_iter().collect(),
            payers,
            fees,
            session_minutes,
            hours: Timetable::new(hours, Vec::new()),
            weekly_capacity: weekly_capacity?,
            active: true,
        })
    }

    /// What stands in two columns, one for each kind of care.
    fn per_care<T>(
        &mut self,
        [alone, joint]: [&'static str; 2],
        mut read: impl FnMut(&mut Self, &'static str, Care) -> Option<T>,
    ) -> BTreeMap<Care, T> {
        let each = [(alone, Care::Individual), (joint, Care::Couple)];
        each.into_iter().filter_map(|(column, care)| Some((care, read(self, column, care)?))).collect()
    }

    fn one<T>(&mut self, row: &Row<'_>, column: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        parse(row.field(column)).map_err(|why| self.error(row, column, &why, "")).ok()
    }

    fn list<T>(&mut self, row: &Row<'_>, column: &str, parse: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
        let entries = row.field(column).split(';').map(str::trim).filter(|entry| !entry.is_empty());
        entries.filter_map(|entry| parse(entry).map_err(|why| self.error(row, column, &why, "")).ok()).collect()
    }

    fn error(&mut self, row: &Row<'_>, column: &str, what: &str, hint: &str) {
        self.problems.push(FileProblem::error(self.file, row.place(column), what, hint));
    }
}

/// One line of the file, with where it stands.
struct Row<'a> {
    record: &'a csv::StringRecord,
    columns: Vec<String>,
    line: u32,
    raw: &'a str,
}

impl<'a> Row<'a> {
    fn of(text: &'a str, record: &'a csv::StringRecord, columns: &[String]) -> Self {
        let (line, byte) = record.position().map_or((0, 0), |position| (position.line(), position.byte()));
        let from = usize::try_from(byte).unwrap_or_default();
        let raw = text.get(from..).unwrap_or_default().trim_start_matches(['\r', '\n']);
        Self { record, columns: columns.to_vec(), line: u32::try_from(line).unwrap_or(u32::MAX), raw }
    }

    /// Empty where the file has no such column.
    fn field(&self, column: &str) -> &'a str {
        self.columns.iter().position(|name| name == column).and_then(|at| self.record.get(at)).unwrap_or_default()
    }

    /// Line and column at which a field begins. A line break within a quoted field stays on the record's line.
    fn place(&self, column: &str) -> (u32, u32) {
        let wanted = self.columns.iter().position(|name| name == column).unwrap_or_default();
        let (mut field, mut quoted) = (0, false);
        for (at, c) in self.raw.chars().enumerate() {
            if field == wanted {
                return (self.line, u32::try_from(at + 1).unwrap_or(u32::MAX));
            }
            match c {
                '"' => quoted = !quoted,
                ',' if !quoted => field += 1,
                _ => {}
            }
        }
        (self.line, 0)
    }
}

/// Whether somebody holds a licence of this state and number.
fn holds(therapist: &Therapist, licence: &Licence) -> bool {
    therapist.licences.iter().any(|held| (held.state, &held.number) == (licence.state, &licence.number))
}

/// The same therapist has the same id on every machine: a UUID (version 8) of the first licence.
#[must_use]
pub fn stable_id(licence: &Licence) -> TherapistId {
    let digest = Sha256::digest(format!("therapist/{}/{}", licence.state.as_str(), licence.number));
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest.iter()).for_each(|(byte, digest)| *byte = *digest);
    TherapistId::new(Builder::from_custom_bytes(bytes).into_uuid())
}
