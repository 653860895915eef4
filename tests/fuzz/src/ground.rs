//! The practices whose files are changed: the sample practice, and a small one
//! with a question and a rule of every kind, which loads a hundred times faster.

use std::{fs, path::PathBuf};

use anyhow::{Context, anyhow};
use rapport_domain::{
    practice::Practice,
    protocol::{Files, Protocol},
};

/// A practice's files, and what they load to.
pub(crate) struct Ground {
    pub(crate) files: Files,
    pub(crate) protocol: Protocol,
    pub(crate) practice: Practice,
}

/// The small practice first. The name stands before the dash in the names of kept inputs.
pub(crate) const NAMES: [&str; 2] = ["small", "charlotte"];

impl Ground {
    /// Reads a practice by its name.
    pub(crate) fn read(name: &'static str) -> anyhow::Result<Self> {
        let home = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let sample = home.join("../../deploy/charlotte");
        let mut files = Files::new();
        read_into(&mut files, &sample, "")?;
        if name == "small" {
            // practice.toml stays: it fits any protocol that names its lines.
            files.retain(|path, _| path == "practice.toml");
            read_into(&mut files, &home.join("practice"), "")?;
        }
        let practice = Practice::load(&files).map_err(|problems| {
            let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
            anyhow!("the practice \"{name}\" itself does not load:\n{}", lines.join("\n"))
        })?;
        Ok(Self { files, protocol: practice.value.protocol.clone(), practice: practice.value })
    }

    /// Its files with another text for one of them.
    pub(crate) fn with(&self, path: &str, text: &str) -> Files {
        let mut files = self.files.clone();
        files.insert(path.to_owned(), text.to_owned());
        files
    }
}

/// Every text below a folder but letters and samples, which no loader reads.
fn read_into(files: &mut Files, folder: &PathBuf, prefix: &str) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        let name = format!("{prefix}{}", path.file_name().and_then(|name| name.to_str()).context("an odd name")?);
        if !path.is_dir() {
            files.insert(name, fs::read_to_string(&path)?);
        } else if !["letters", "samples"].contains(&name.as_str()) {
            read_into(files, &path, &format!("{name}/"))?;
        }
    }
    Ok(())
}
