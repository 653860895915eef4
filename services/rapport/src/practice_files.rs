//! The practice's folder as text: from the disk, or the sample compiled in.

use std::{fs, path::Path};

use anyhow::{Context, bail};
use include_dir::{Dir, DirEntry, include_dir};
use rapport_domain::protocol::Files;

/// The sample practice.
static SAMPLE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../deploy/charlotte");

/// A folder has this many files at most, each this large: a guard against being pointed at `/`.
const MOST_FILES: usize = 1_000;
const MOST_BYTES: u64 = 1 << 20;

/// Reads every text in the folder: path in the folder with `/` → text.
///
/// # Errors
/// Where the folder or a file in it cannot be read as text.
pub(crate) fn read(folder: Option<&Path>) -> anyhow::Result<Files> {
    let mut files = Files::new();
    match folder {
        Some(folder) => read_folder(folder, "", &mut files)?,
        None => read_compiled_in(&SAMPLE, &mut files),
    }
    Ok(files)
}

fn read_folder(folder: &Path, prefix: &str, files: &mut Files) -> anyhow::Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read the folder {}", folder.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot read the folder {}", folder.display()))?;
        let path = entry.path();
        let Ok(name) = entry.file_name().into_string() else {
            bail!("{}: the file's name is not UTF-8", path.display());
        };
        if name.starts_with('.') {
            continue;
        }
        let size = fs::metadata(&path).with_context(|| format!("cannot read {}", path.display()))?;
        if size.is_dir() {
            read_folder(&path, &format!("{prefix}{name}/"), files)?;
            continue;
        }
        if size.len() > MOST_BYTES || files.len() >= MOST_FILES {
            bail!("{}: too large for a practice's folder; is this the right one?", path.display());
        }
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {} as text", path.display()))?;
        files.insert(format!("{prefix}{name}"), text);
    }
    Ok(())
}

fn read_compiled_in(folder: &Dir<'_>, files: &mut Files) {
    for entry in folder.entries() {
        match entry {
            DirEntry::Dir(folder) => read_compiled_in(folder, files),
            DirEntry::File(file) => {
                let path = file.path().to_string_lossy().replace('\\', "/");
                if let Some(text) = file.contents_utf8() {
                    files.insert(path, text.to_owned());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiled_in_sample_is_the_folder_on_disk() {
        let on_disk = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/charlotte");
        assert_eq!(read(Some(&on_disk)).unwrap(), read(None).unwrap());
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = read(Some(Path::new("no/such/practice"))).unwrap_err();
        assert_eq!(error.to_string(), "cannot read the folder no/such/practice");
    }
}
