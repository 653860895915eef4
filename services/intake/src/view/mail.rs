//! A letter as it lies in the mail folder.

use jiff::Timestamp;
use mail_parser::{Address, Message, MessageParser, MimeHeaders};
use rapport_proto::{staff as pb, time};
use rapport_store::LetterStanding;

/// Its head: what a list shows.
pub(crate) fn mail(letter: &LetterStanding, message: &[u8]) -> pb::Mail {
    let read = MessageParser::default().parse(message).unwrap_or_default();
    let written = read.date().and_then(|date| Timestamp::from_second(date.to_timestamp()).ok());
    pb::Mail {
        name: format!("mail/{}", letter.id.uuid()),
        letter: letter.kind.name().to_owned(),
        case_name: letter.case.map(|case| case.to_string()).unwrap_or_default(),
        from: read.from().map(in_words).unwrap_or_default(),
        to: read.to().map(in_words).unwrap_or_default(),
        subject: read.subject().unwrap_or_default().to_owned(),
        write_time: written.map(time::to_message),
        ..pb::Mail::default()
    }
}

/// All of it.
pub(crate) fn full_mail(letter: &LetterStanding, message: Vec<u8>) -> pb::Mail {
    let head = mail(letter, &message);
    let read = MessageParser::default().parse(&message).unwrap_or_default();
    let (text, html, calendar) = (words(&read, "plain"), words(&read, "html"), words(&read, "calendar"));
    pb::Mail { text, html, calendar, message, ..head }
}

/// The part of this type of text; empty where there is none.
fn words(message: &Message<'_>, subtype: &str) -> String {
    let part = message.parts.iter().find(|part| part.is_content_type("text", subtype));
    part.and_then(|part| part.text_contents()).unwrap_or_default().to_owned()
}

fn in_words(address: &Address<'_>) -> String {
    let each = address.iter().map(|it| match (it.name(), it.address().unwrap_or_default()) {
        (Some(name), address) => format!("{name} <{address}>"),
        (None, address) => address.to_owned(),
    });
    each.collect::<Vec<_>>().join(", ")
}
