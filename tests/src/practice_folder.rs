//! A practice of the test's own: the sample practice with some of its files changed.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use rapport_domain::{matching::Therapist, practice::Practice, protocol::Files};
use tempfile::TempDir;

/// The sample practice.
pub const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/charlotte");

/// The columns of roster.csv.
const ROSTER: &str = "name,gender,licences,supervised_by,treats,methods,competences,languages,payers_individual,\
                      payers_couple,weekly_sessions,availability\n";

/// A copy of the sample practice; goes when dropped.
pub struct PracticeFolder {
    folder: TempDir,
}

impl PracticeFolder {
    /// As it is shipped.
    ///
    /// # Errors
    /// Where it cannot be copied.
    pub fn sample() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        copy(Path::new(SAMPLE), folder.path())?;
        Ok(Self { folder })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// With other values in practice.toml, such as `("lead_hours", "0")`.
    ///
    /// # Errors
    /// Where one of the keys does not stand there.
    pub fn set(self, values: &[(&str, &str)]) -> Result<Self> {
        let file = self.file("practice.toml");
        let mut text = fs::read_to_string(&file)?;
        for (key, value) in values {
            let key = format!("\n{key} = ");
            let (before, rest) = text.split_once(&key).with_context(|| format!("practice.toml has no{key}"))?;
            let end = if rest.starts_with('[') { "]\n" } else { "\n" };
            let (_, after) = rest.split_once(end).context("the value has no end")?;
            text = format!("{before}{key}{value}\n{after}");
        }
        fs::write(file, text)?;
        Ok(self)
    }

    /// With so many therapists, all alike: trained in everything, paid by everybody, in two languages, sixty sessions
    /// a week, at these times.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn therapists(self, count: usize, availability: &str) -> Result<Self> {
        let row = |number| {
            format!(
                "Therapist {number} Sample,woman,NC LMFT-{number} 2099-12-31,,couple; individual,\
                 gottman; eft; anxiety_transitions,\
                 risk; violence_informed; substance_use; trauma; mood_anxiety; betrayal; long_distance,en; es,\
                 sample_blue; sample_mutual,sample_mutual,60,{availability}\n"
            )
        };
        fs::write(self.file("roster.csv"), (0..count).map(row).fold(ROSTER.to_owned(), |text, row| text + &row))?;
        Ok(self)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// The sample practice, loaded.
///
/// # Panics
/// Where it is not right.
#[must_use]
#[expect(clippy::panic, reason = "a test cannot go on without it")]
pub fn sample_practice() -> Practice {
    Practice::load(&sample_files()).unwrap_or_else(|problems| panic!("{problems:?}")).value
}

/// The sample practice's roster.
///
/// # Panics
/// Where it is not right.
#[must_use]
#[expect(clippy::panic, reason = "a test cannot go on without it")]
pub fn sample_roster(practice: &Practice) -> Vec<Therapist> {
    practice.roster(&sample_files()).unwrap_or_else(|problems| panic!("{problems:?}")).value
}

fn sample_files() -> Files {
    let mut files = Files::new();
    read(Path::new(SAMPLE), "", &mut files);
    files
}

fn read(folder: &Path, prefix: &str, files: &mut Files) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read(&entry.path(), &format!("{name}/"), files);
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            files.insert(name, text);
        }
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
