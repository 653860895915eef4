//! One `.eml` a letter, for a machine without a mail server. A letter's file is
//! named by its row in the ledger and appears whole or not at all, so that
//! putting it twice is putting it once.

use std::{io, path::PathBuf};

use rapport_domain::id::LetterId;
use tokio::{fs, io::AsyncWriteExt as _};

use super::{Refused, Undelivered};

/// A folder of letters.
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes the folder where it is missing.
    pub(crate) async fn open(path: PathBuf) -> anyhow::Result<Self> {
        fs::create_dir_all(&path)
            .await
            .map_err(|why| anyhow::anyhow!("cannot make the mail folder {}: {why}", path.display()))?;
        Ok(Self { path })
    }

    /// Writes a letter under another name, to the disk, and renames it.
    pub(super) async fn put(&self, letter: LetterId, message: &[u8]) -> Result<(), Undelivered> {
        self.write(letter, message)
            .await
            .map_err(|why| Undelivered::Refused(Refused::for_now(format!("mail folder: {}", why.kind()))))
    }

    async fn write(&self, letter: LetterId, message: &[u8]) -> io::Result<()> {
        let name = letter.uuid();
        let unfinished = self.path.join(format!(".{name}.tmp"));
        let mut file = fs::File::create(&unfinished).await?;
        file.write_all(message).await?;
        file.sync_all().await?;
        fs::rename(&unfinished, self.path.join(format!("{name}.eml"))).await?;
        fs::File::open(&self.path).await?.sync_all().await
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[tokio::test]
    async fn a_letter_put_twice_is_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let letters = Folder::open(folder.path().join("mail")).await.unwrap();
        let id = LetterId::new(Uuid::from_u128(7));
        letters.put(id, b"once\r\n").await.unwrap();
        letters.put(id, b"once\r\n").await.unwrap();
        let names: Vec<_> =
            std::fs::read_dir(folder.path().join("mail")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [format!("{}.eml", id.uuid()).as_str()]);
    }
}
