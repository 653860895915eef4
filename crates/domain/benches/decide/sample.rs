//! The sample practice's files.

use std::{fs, path::PathBuf};

use rapport_domain::protocol::Files;

pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../deploy/charlotte")
}

pub(crate) fn files() -> Files {
    let mut files = Files::new();
    for (prefix, folder) in
        [("", folder()), ("instruments/", folder().join("instruments")), ("value_sets/", folder().join("value_sets"))]
    {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
            let name = path.file_name().unwrap().to_str().unwrap();
            files.insert(format!("{prefix}{name}"), fs::read_to_string(&path).unwrap());
        }
    }
    files
}
