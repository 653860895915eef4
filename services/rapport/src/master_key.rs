//! The one secret: supplied, or made at first start where nothing is at stake yet.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::Path,
};

use anyhow::{Context, bail};
use rapport_security::MasterKey;

use crate::settings::Settings;

const OTHER_FOLDER: &str = "choose another folder with RAPPORT__DATA__DIR";

/// The master key of the settings, or of the data folder.
///
/// # Errors
/// Where it must be supplied and is not, is no key, or is gone while the data is still there.
pub(crate) fn master_key(settings: &Settings) -> anyhow::Result<MasterKey> {
    if !settings.security.master_key.is_empty() {
        return Ok(MasterKey::from_text(&settings.security.master_key)?);
    }
    if settings.is_production() {
        bail!(
            "with PostgreSQL a master key must be supplied: put the output of `openssl rand -base64 32` into a file that \
             only this service can read, name it in RAPPORT__SECURITY__MASTER_KEY_FILE, and keep a copy elsewhere: \
             without the key nothing that people told can be read again"
        );
    }
    let file = settings.key_file();
    match fs::read_to_string(&file) {
        Ok(text) => {
            warn_if_others_may_read(&file);
            MasterKey::from_text(&text).with_context(|| file.display().to_string())
        }
        Err(error) if error.kind() == ErrorKind::NotFound => make(settings, &file),
        Err(error) => Err(error).with_context(|| format!("cannot read {}; {OTHER_FOLDER}", file.display())),
    }
}

/// Where the key is from, in words.
///
/// # Errors
/// Where it must be supplied and is not, or is no key.
pub(crate) fn describe(settings: &Settings) -> anyhow::Result<String> {
    let file = settings.key_file();
    let is_first_start = !file.exists() && settings.database_file().is_some_and(|database| !database.exists());
    if settings.security.master_key.is_empty() && is_first_start {
        return Ok(format!("{}, made at first start", file.display()));
    }
    master_key(settings)?;
    Ok(if settings.security.master_key.is_empty() { file.display().to_string() } else { "supplied".to_owned() })
}

fn make(settings: &Settings, file: &Path) -> anyhow::Result<MasterKey> {
    if let Some(database) = settings.database_file().filter(|database| database.exists()) {
        bail!(
            "{} is there, but its key {} is not: put the key back from its copy, or move the database away to begin anew",
            database.display(),
            file.display()
        );
    }
    let key = MasterKey::generate();
    write_private(file, &key.to_text()).with_context(|| format!("cannot write {}; {OTHER_FOLDER}", file.display()))?;
    tracing::warn!(
        file = %file.display(),
        "a master key was made: keep a copy of this file elsewhere, without it nothing that people told can be read again"
    );
    Ok(key)
}

/// Made with its mode, so that there is no moment in which others may read it, and
/// on the disk before anything is sealed with it.
fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        make_folder(folder)?;
    }
    let mut open = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    writeln!(open, "{text}")?;
    open.sync_all()
}

/// Makes a folder that only its owner may enter; one that is there stays as it is.
///
/// # Errors
/// Where it cannot be made.
pub(crate) fn make_folder(folder: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn warn_if_others_may_read(file: &Path) {
    if fs::metadata(file).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0) {
        tracing::warn!(file = %file.display(), "others than the owner may read the master key; set its mode to 0600");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings;

    fn settings(dir: &Path) -> Settings {
        settings::load(None, vec![format!("data.dir={}", dir.display())]).unwrap()
    }

    #[test]
    fn a_key_is_made_once_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let settings = settings(dir.path());
        let made = master_key(&settings).unwrap().to_text();
        let mode = fs::metadata(settings.key_file()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(*master_key(&settings).unwrap().to_text(), *made);
    }

    #[test]
    fn no_new_key_is_made_for_data_that_has_one() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("rapport.db"), "").unwrap();
        let error = master_key(&settings(dir.path())).err().unwrap().to_string();
        assert!(error.contains("put the key back"), "{error}");
    }

    #[test]
    fn with_postgresql_the_key_must_be_supplied() {
        let settings = settings::load(None, vec!["database.url=postgres://x@localhost/x".to_owned()]).unwrap();
        let error = master_key(&settings).err().unwrap().to_string();
        assert!(error.contains("RAPPORT__SECURITY__MASTER_KEY_FILE"), "{error}");
    }
}
