//! Which part of the mailbox is looked at.

use rapport_domain::{id::LetterId, problem::FieldProblems};
use rapport_proto::staff as pb;
use rapport_security::Keyring;
use uuid::Uuid;

use super::page::{self, Page};
use crate::refusal::Refusal;

/// Reads the request.
pub(crate) fn list_mail(request: &pb::ListMailRequest, keyring: &Keyring) -> Result<Page<LetterId>, Refusal> {
    let mut problems = FieldProblems::default();
    let size = page::size(request.page_size, &mut problems);
    if !problems.is_empty() {
        return Err(Refusal::Fields(problems.into_vec()));
    }
    Page::open(size, &request.page_token, b"ListMail".to_vec(), keyring)
}

/// `mail/{id}`: the letter that it is.
pub(crate) fn mail_name(name: &str) -> Result<LetterId, Refusal> {
    let id = name.strip_prefix("mail/").filter(|id| id.len() == 36).and_then(|id| Uuid::try_parse(id).ok());
    id.map(LetterId::new).ok_or_else(|| Refusal::field("name", "must be mail/ followed by a UUID"))
}
