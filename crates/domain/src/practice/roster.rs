//! roster.csv: who treats. It seeds an empty database, which is then the truth.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};
use uuid::Builder;

use super::{
    Practice,
    load::{care, date, window},
};
use crate::{
    calendar::week::parse_day,
    contact::{Name, UsState},
    id::TherapistId,
    intake::Care,
    matching::{Availability, Licence, Therapist, Weights},
    problem::{FileProblem, Loaded, Severity},
    protocol::Files,
};

/// The file's name in the practice's folder.
const FILE: &str = "roster.csv";

const COLUMNS: [&str; 12] = [
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

impl Practice {
    /// Reads roster.csv and holds it against practice.toml and matching.yaml. Lists
    /// within a field are parted by `;`. A licence is `NC LMFT-1 2027-06-30`, or
    /// with `video` at its end a telehealth registration. Hours are
    /// `mon 09:00-17:00 dilworth`, `mon 09:00-17:00 dilworth+video` or `… video`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn roster(&self, files: &Files) -> Result<Loaded<Vec<Therapist>>, Vec<FileProblem>> {
        let Some(text) = files.get(FILE) else {
            return Err(vec![FileProblem::error(FILE, (0, 0), "the file is missing", "copy the sample practice's")]);
        };
        let mut table = Table { text, practice: self, problems: Vec::new() };
        let therapists = table.read();
        let mut problems = table.problems;
        problems.sort();
        if problems.iter().any(|problem| problem.severity == Severity::Error) {
            return Err(problems);
        }
        Ok(Loaded { value: therapists, warnings: problems })
    }
}

struct Table<'a> {
    text: &'a str,
    practice: &'a Practice,
    problems: Vec<FileProblem>,
}

impl Table<'_> {
    fn read(&mut self) -> Vec<Therapist> {
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(self.text.as_bytes());
        let header: Vec<String> =
            reader.headers().map(|names| names.iter().map(str::to_owned).collect()).unwrap_or_default();
        if header != COLUMNS {
            let what = "the columns are not those of a roster";
            self.problems.push(FileProblem::error(FILE, (1, 1), what, format!("write {}", COLUMNS.join(","))));
            return Vec::new();
        }
        let mut therapists: Vec<Therapist> = Vec::new();
        for record in reader.records() {
            match record {
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    let line = u32::try_from(line).unwrap_or(u32::MAX);
                    self.problems.push(FileProblem::error(
                        FILE,
                        (line, 0),
                        "this line cannot be read as UTF-8 text",
                        "",
                    ));
                }
                Ok(record) => {
                    let Some(therapist) = self.therapist(&record) else { continue };
                    if therapists.iter().any(|other| other.id == therapist.id) {
                        let at = Row::of(self.text, &record);
                        self.error(
                            &at,
                            "licences",
                            "another line has the same first licence",
                            "give each therapist their own",
                        );
                    }
                    therapists.push(therapist);
                }
            }
        }
        if therapists.is_empty() && self.problems.is_empty() {
            self.problems.push(FileProblem::warning(FILE, (1, 0), "nobody stands here", "add a line per therapist"));
        }
        therapists
    }

    /// Reads every field before it gives up on any.
    fn therapist(&mut self, record: &csv::StringRecord) -> Option<Therapist> {
        let row = Row::of(self.text, record);
        if record.len() != COLUMNS.len() {
            let what = format!("{} fields stand here instead of {}", record.len(), COLUMNS.len());
            self.problems.push(FileProblem::error(FILE, (row.line, 1), what, "count the commas"));
            return None;
        }
        let practice = self.practice;
        let Weights { methods, competences, .. } = practice.protocol.weights();
        let name = self.one(&row, "name", |text| Name::parse(text).map(String::from).map_err(|why| why.to_string()));
        let gender = self.one(&row, "gender", |text| one_of(text, &["woman", "man", "nonbinary"]));
        let licences = self.list(&row, "licences", licence);
        let treats = self.list(&row, "treats", care);
        let methods = self.list(&row, "methods", |text| known(text, methods.keys(), "methods of matching.yaml"));
        let competences =
            self.list(&row, "competences", |text| known(text, competences.keys(), "competences of matching.yaml"));
        let tags = practice.session_languages.iter().map(|language| &language.tag);
        let languages = self.list(&row, "languages", |text| known(text, tags.clone(), "session_languages"));
        let alone = self.list(&row, "payers_individual", |text| payer(practice, Care::Individual, text));
        let joint = self.list(&row, "payers_couple", |text| payer(practice, Care::Couple, text));
        let weekly_capacity = self.one(&row, "weekly_sessions", |text| {
            text.parse().ok().filter(|n| (1..=60).contains(n)).ok_or_else(|| format!("{text:?} must be from 1 to 60"))
        });
        let availability = self.list(&row, "availability", |text| availability(practice, text));
        for (column, is_empty) in
            [("licences", licences.is_empty()), ("treats", treats.is_empty()), ("languages", languages.is_empty())]
        {
            if is_empty {
                self.error(&row, column, &format!("`{column}` holds nothing"), "without it nobody can be matched");
            }
        }
        if availability.is_empty() {
            let (place, what) = (row.place("availability"), "`availability` holds nothing");
            self.problems.push(FileProblem::warning(FILE, place, what, "nobody will be offered a time"));
        }
        let first: &Licence = licences.first()?;
        Some(Therapist {
            id: stable_id(first),
            name: name?,
            gender: gender?,
            supervised_by: Some(row.field("supervised_by").to_owned()).filter(|name| !name.is_empty()),
            licences,
            treats: treats.into_iter().collect(),
            methods: methods.into_iter().collect(),
            competences: competences.into_iter().collect(),
            languages: languages.into_iter().collect(),
            payers: BTreeMap::from([
                (Care::Individual, alone.into_iter().collect::<BTreeSet<_>>()),
                (Care::Couple, joint.into_iter().collect()),
            ]),
            availability,
            weekly_capacity: weekly_capacity?,
        })
    }

    fn one<T>(&mut self, row: &Row<'_>, column: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        parse(row.field(column)).map_err(|why| self.error(row, column, &why, "")).ok()
    }

    fn list<T>(&mut self, row: &Row<'_>, column: &str, parse: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
        let entries = row.field(column).split(';').map(str::trim).filter(|entry| !entry.is_empty());
        entries.filter_map(|entry| parse(entry).map_err(|why| self.error(row, column, &why, "")).ok()).collect()
    }

    fn error(&mut self, row: &Row<'_>, column: &str, what: &str, hint: &str) {
        self.problems.push(FileProblem::error(FILE, row.place(column), what, hint));
    }
}

/// One line of the file, with where it stands.
struct Row<'a> {
    record: &'a csv::StringRecord,
    line: u32,
    raw: &'a str,
}

impl<'a> Row<'a> {
    fn of(text: &'a str, record: &'a csv::StringRecord) -> Self {
        let (line, byte) = record.position().map_or((0, 0), |position| (position.line(), position.byte()));
        let from = usize::try_from(byte).unwrap_or_default();
        let raw = text.get(from..).unwrap_or_default().trim_start_matches(['\r', '\n']);
        Self { record, line: u32::try_from(line).unwrap_or(u32::MAX), raw }
    }

    fn field(&self, column: &str) -> &'a str {
        COLUMNS.iter().position(|name| *name == column).and_then(|at| self.record.get(at)).unwrap_or_default()
    }

    /// Line and column at which a field begins. A line break within a quoted field stays on the record's line.
    fn place(&self, column: &str) -> (u32, u32) {
        let wanted = COLUMNS.iter().position(|name| *name == column).unwrap_or_default();
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

fn one_of(text: &str, choices: &[&str]) -> Result<String, String> {
    let known = choices.contains(&text);
    if known { Ok(text.to_owned()) } else { Err(format!("{text:?} must be one of {}", choices.join(", "))) }
}

fn known<'k>(text: &str, mut ids: impl Iterator<Item = &'k String>, of: &str) -> Result<String, String> {
    if ids.any(|id| id == text) { Ok(text.to_owned()) } else { Err(format!("{text:?} is none of the {of}")) }
}

fn licence(text: &str) -> Result<Licence, String> {
    let mut words = text.split_whitespace();
    let (Some(state), Some(number), Some(expires)) = (words.next(), words.next(), words.next()) else {
        return Err(format!("{text:?} is no licence: write \"NC LMFT-1 2027-06-30\""));
    };
    let video_only = match (words.next(), words.next()) {
        (None, _) => false,
        (Some("video"), None) => true,
        _ => return Err(format!("{text:?}: nothing but \"video\" may stand behind a licence's date")),
    };
    let state = UsState::parse(state).map_err(|why| format!("{state:?} {why}"))?;
    Ok(Licence { state, number: number.to_owned(), expires: date(expires)?, video_only })
}

fn payer(practice: &Practice, care: Care, text: &str) -> Result<String, String> {
    match practice.payers.iter().find(|payer| payer.id == text) {
        None => Err(format!("{text:?} is none of the payers of practice.toml")),
        Some(payer) if !payer.pays_for.contains(&care) => {
            Err(format!("{text:?} does not pay for this kind of care, says practice.toml"))
        }
        Some(payer) => Ok(payer.id.clone()),
    }
}

fn availability(practice: &Practice, text: &str) -> Result<Availability, String> {
    let hint = || format!("{text:?} is no availability: write \"mon 09:00-17:00 dilworth+video\"");
    let (hours, places) = text.rsplit_once(' ').ok_or_else(hint)?;
    let day = hours.split(' ').next().unwrap_or_default();
    parse_day(day).map_err(|_| hint())?;
    let mut entry = Availability { window: window(hours)?, location: None, video: false };
    for place in places.split('+') {
        match place {
            "video" => entry.video = true,
            id if practice.locations.iter().any(|location| location.id == id) && entry.location.is_none() => {
                entry.location = Some(id.to_owned());
            }
            id => return Err(format!("{id:?} is neither \"video\" nor one of the locations of practice.toml")),
        }
    }
    Ok(entry)
}

/// The same therapist has the same id on every machine: a UUID (version 8) of the first licence.
fn stable_id(licence: &Licence) -> TherapistId {
    let digest = Sha256::digest(format!("therapist/{}/{}", licence.state.as_str(), licence.number));
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest.iter()).for_each(|(byte, digest)| *byte = *digest);
    TherapistId::new(Builder::from_custom_bytes(bytes).into_uuid())
}
