//! The letters of an installation whose letters go to a folder: for looking at them without a mail server.

use std::{collections::BTreeSet, io, path::PathBuf};

use rapport_domain::id::LetterId;
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{LetterStanding, audit, letters};
use tokio::fs;
use uuid::Uuid;

use crate::{Deps, parse::Page, policy, refusal::Refusal, trail, view};

/// The folder; none where letters go to a mail server.
pub(crate) struct Mailbox(Option<PathBuf>);

impl Mailbox {
    pub(crate) const fn new(folder: Option<PathBuf>) -> Self {
        Self(folder)
    }

    /// A page of those that this role may read, the latest first.
    #[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id))]
    pub(crate) async fn list(
        &self,
        deps: &Deps,
        staff: &StaffPrincipal,
        page: Page<LetterId>,
    ) -> Result<pb::ListMailResponse, Refusal> {
        let there = self.letters().await?;
        let mut found = Vec::new();
        // One more than asked for tells whether there is a next page.
        for id in there.into_iter().rev().filter(|id| page.after.is_none_or(|after| *id < after)) {
            if found.len() > page.size {
                break;
            }
            // A file that the ledger does not know is none of this installation's letters.
            let Some(letter) = letters::get(&deps.store, id).await? else { continue };
            if policy::may_read_mail(staff.role, &letter) {
                found.push(letter);
            }
        }
        let more = found.len() > page.size;
        found.truncate(page.size);
        let next_page_token = match found.last().filter(|_| more) {
            Some(last) => page.token_behind(&last.id, deps.store.keyring())?,
            None => String::new(),
        };
        let mut mail = Vec::with_capacity(found.len());
        for letter in &found {
            mail.push(view::mail(letter, &self.read(letter).await?));
        }
        let resources = found.iter().map(|letter| letter.id.to_string()).collect();
        audit::write(&deps.store, &trail::by_staff(deps, staff, policy::LIST_MAIL, resources)).await?;
        Ok(pb::ListMailResponse { mail, next_page_token })
    }

    /// One letter with its words.
    #[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, letter.id = %id))]
    pub(crate) async fn get(&self, deps: &Deps, staff: &StaffPrincipal, id: LetterId) -> Result<pb::Mail, Refusal> {
        if !self.letters().await?.contains(&id) {
            return Err(Refusal::NotFound);
        }
        let letter = letters::get(&deps.store, id).await?.ok_or(Refusal::NotFound)?;
        if !policy::may_read_mail(staff.role, &letter) {
            return Err(Refusal::RoleForbidden);
        }
        let message = self.read(&letter).await?;
        audit::write(&deps.store, &trail::by_staff(deps, staff, policy::GET_MAIL, vec![id.to_string()])).await?;
        Ok(view::full_mail(&letter, message))
    }

    /// Letters that lie there whole; no folder yet is an empty one.
    async fn letters(&self) -> Result<BTreeSet<LetterId>, Refusal> {
        let folder = self.0.as_ref().ok_or(Refusal::MailboxOff)?;
        let mut entries = match fs::read_dir(folder).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
            entries => entries.map_err(unreadable)?,
        };
        let mut found = BTreeSet::new();
        while let Some(entry) = entries.next_entry().await.map_err(unreadable)? {
            let name = entry.file_name();
            let id = name.to_str().and_then(|name| name.strip_suffix(".eml")).filter(|id| id.len() == 36);
            found.extend(id.and_then(|id| Uuid::try_parse(id).ok()).map(LetterId::new));
        }
        Ok(found)
    }

    async fn read(&self, letter: &LetterStanding) -> Result<Vec<u8>, Refusal> {
        let folder = self.0.as_ref().ok_or(Refusal::MailboxOff)?;
        fs::read(folder.join(format!("{}.eml", letter.id.uuid()))).await.map_err(unreadable)
    }
}

fn unreadable(error: io::Error) -> Refusal {
    tracing::error!(kind = ?error.kind(), "the mail folder cannot be read");
    Refusal::Internal("the mail folder cannot be read")
}
