//! The sample practice, for the tests of this crate.

use std::{fs, path::PathBuf, sync::OnceLock};

use super::Practice;
use crate::{matching::Therapist, protocol::Files};

/// Its files, read once.
pub(crate) fn files() -> &'static Files {
    static FILES: OnceLock<Files> = OnceLock::new();
    FILES.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../deploy/charlotte");
        let mut files = Files::new();
        for (prefix, folder) in [
            ("", folder.clone()),
            ("instruments/", folder.join("instruments")),
            ("value_sets/", folder.join("value_sets")),
        ] {
            for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
                let name = path.file_name().unwrap().to_str().unwrap();
                files.insert(format!("{prefix}{name}"), fs::read_to_string(&path).unwrap());
            }
        }
        files
    })
}

pub(crate) fn practice() -> &'static Practice {
    static PRACTICE: OnceLock<Practice> = OnceLock::new();
    PRACTICE.get_or_init(|| Practice::load(files()).unwrap().value)
}

pub(crate) fn roster() -> &'static [Therapist] {
    static ROSTER: OnceLock<Vec<Therapist>> = OnceLock::new();
    ROSTER.get_or_init(|| practice().roster(files()).unwrap().value)
}
