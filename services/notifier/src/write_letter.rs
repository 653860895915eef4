//! From words to the message's bytes: the same bytes whenever the same letter is
//! written, so that nothing in it is random or read from a clock.

use std::time::SystemTime;

use lettre::{
    Address, Message,
    message::{
        Mailbox as HeaderMailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};
use rapport_domain::{
    contact::{EmailAddress, Language, Mailbox},
    id::LetterId,
};

use crate::{
    calendar_part::{Entry, calendar_part, domain_of},
    letters::{Letter, Matter, Meeting},
    texts::LetterTexts,
    values::Values,
};

/// To whom a letter goes, and how it must read there.
pub(crate) struct Addressee<'a> {
    /// Where it goes.
    pub(crate) email: &'a EmailAddress,
    /// Who reads that.
    pub(crate) mailbox: Mailbox,
    /// In which language.
    pub(crate) language: Language,
}

/// Why a letter could not be written. None of it repeats a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WriteError {
    /// The check at load should have found it.
    #[error("the letter's words do not render")]
    Words,
    /// Not an address that a mail server takes.
    #[error("the address cannot be used in mail")]
    Address,
    /// A part could not be put together.
    #[error("the message could not be put together")]
    Message,
}

/// A sender's name is cut here, as in practice.toml: it stands on one line.
const LONGEST_NAME: usize = 200;

/// A letter's words in their forms, before they are a message.
pub(crate) struct Composed {
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    sender: String,
    calendar: Option<(Meeting, String)>,
}

/// Writes a letter.
pub(crate) fn write_letter(
    texts: &LetterTexts,
    id: LetterId,
    letter: &Letter,
    to: &Addressee<'_>,
    matter: &Matter<'_>,
) -> Result<Vec<u8>, WriteError> {
    message(id, to, matter, compose(texts, letter, to, matter)?)
}

/// The words of a letter, and what it does to the calendar.
pub(crate) fn compose(
    texts: &LetterTexts,
    letter: &Letter,
    to: &Addressee<'_>,
    matter: &Matter<'_>,
) -> Result<Composed, WriteError> {
    let values = Values::new(letter, to.mailbox, to.language, matter);
    let words = texts.words((letter.kind, to.mailbox, to.language), &values).map_err(|_| WriteError::Words)?;
    let html = texts.html(&words, to.language, &values).map_err(|_| WriteError::Words)?;
    let (letterhead, stamp) = (matter.letterhead, matter.queued_at);
    let entry = meeting(letter, to.mailbox, matter).zip(matter.appointment).zip(words.calendar.as_deref());
    let calendar = entry.map(|((meeting, appointment), summary)| {
        (meeting, calendar_part(&Entry { meeting, appointment, summary, attendee: to.email, letterhead, stamp }))
    });
    let text = words.plain_text(&values);
    Ok(Composed {
        subject: as_it_stands(&words.subject),
        text,
        html,
        sender: as_it_stands(values.get("sender").trim()).chars().take(LONGEST_NAME).collect(),
        calendar,
    })
}

/// What looks like an encoded word (RFC 2047) would be read as what it encodes, line ends too.
fn as_it_stands(text: &str) -> String {
    text.replace("=?", "= ?")
}

/// The message that holds them.
pub(crate) fn message(
    id: LetterId,
    to: &Addressee<'_>,
    matter: &Matter<'_>,
    composed: Composed,
) -> Result<Vec<u8>, WriteError> {
    let mut parts = MultiPart::alternative()
        .boundary(format!("=_{}", id.uuid().simple()))
        .singlepart(part(ContentType::TEXT_PLAIN, composed.text))
        .singlepart(part(ContentType::TEXT_HTML, composed.html));
    if let Some((meeting, calendar)) = composed.calendar {
        let content_type = format!("text/calendar; charset=utf-8; method={}", meeting.method());
        let content_type = ContentType::parse(&content_type).map_err(|_| WriteError::Message)?;
        parts = parts.singlepart(part(content_type, calendar));
    }
    let from = &matter.letterhead.sender_email;
    let name = Some(&composed.sender).filter(|name| !name.is_empty());
    let mut message = Message::builder()
        .from(HeaderMailbox::new(name.cloned(), address(from)?))
        .to(HeaderMailbox::new(None, address(to.email)?))
        .subject(composed.subject)
        .date(SystemTime::from(matter.queued_at))
        .message_id(Some(format!("<{}@{}>", id.uuid(), domain_of(from))))
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("Content-Language", to.language.tag()))
        .multipart(parts)
        .map_err(|_| WriteError::Message)?;
    if let Some(name) = name.filter(|name| name.is_ascii() && name.contains('.')) {
        // lettre writes "St. James" without quotes, and a full stop needs them (RFC 5322, 3.2.5).
        let quoted = format!("\"{}\" <{}>", name.replace('\\', "\\\\").replace('"', "\\\""), from.as_str());
        let header = HeaderName::new_from_ascii_str("From");
        message.headers_mut().insert_raw(HeaderValue::dangerous_new_pre_encoded(header, quoted.clone(), quoted));
    }
    let bytes = message.formatted();
    if is_well_formed(&bytes) { Ok(bytes) } else { Err(WriteError::Message) }
}

/// What the letter does to this calendar, as things stand.
fn meeting(letter: &Letter, mailbox: Mailbox, matter: &Matter<'_>) -> Option<Meeting> {
    letter.calendar(mailbox).filter(|meeting| *meeting != Meeting::Withdraw || matter.in_calendar)
}

/// Quoted-printable whatever is in it: no line is too long, none is left bare.
fn part(content_type: ContentType, body: String) -> SinglePart {
    SinglePart::builder().header(content_type).header(ContentTransferEncoding::QuotedPrintable).body(body)
}

fn address(email: &EmailAddress) -> Result<Address, WriteError> {
    email.as_str().parse().map_err(|_| WriteError::Address)
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// ASCII in lines that end with CRLF, no CR or LF beside, and none over 998 bytes
/// (RFC 5322, 2.1.1): what a relay may rewrite or cut is never sent.
fn is_well_formed(message: &[u8]) -> bool {
    let lines = || message.split(|byte| *byte == b'\n');
    let ended = message.ends_with(b"\r\n");
    let all_but_last = lines().count().saturating_sub(1);
    let each_fits = lines().take(all_but_last).all(|line| {
        line.strip_suffix(b"\r").is_some_and(|line| line.len() <= 998 && !line.contains(&b'\r') && line.is_ascii())
    });
    ended && each_fits
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
