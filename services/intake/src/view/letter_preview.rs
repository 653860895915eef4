//! A letter with invented people and numbers.

use rapport_domain::contact::Mailbox;
use rapport_proto::{enums, staff as pb};

use crate::letter_previews::LetterPreview;

/// `letterPreviews/held.private.en`
pub(crate) fn letter_preview_name(letter: &LetterPreview) -> String {
    let mailbox = match letter.mailbox {
        Mailbox::Private => "private",
        Mailbox::Shared => "shared",
    };
    format!("letterPreviews/{}.{mailbox}.{}", letter.kind.name(), letter.language.tag())
}

/// Its head: what a list shows.
pub(crate) fn letter_preview(letter: &LetterPreview) -> pb::LetterPreview {
    pb::LetterPreview {
        name: letter_preview_name(letter),
        letter: letter.kind.name().to_owned(),
        mailbox: enums::number(letter.mailbox),
        language: letter.language.tag().to_owned(),
        subject: letter.subject.clone(),
        ..pb::LetterPreview::default()
    }
}

/// All of it.
pub(crate) fn full_letter_preview(letter: LetterPreview) -> pb::LetterPreview {
    let head = letter_preview(&letter);
    pb::LetterPreview { text: letter.text, html: letter.html, ..head }
}
