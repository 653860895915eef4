//! What a bounce says, and about which letter. It is written by strangers' mail servers, or by anybody who writes to the
//! address: nothing in it counts but a tag of our own and a status code.

use mail_parser::{MessageParser, MimeHeaders};
use rapport_domain::{letter::status::MailStatus, problem::FieldProblems};
use rapport_proto::staff as pb;
use rapport_security::{BounceTag, Keyring};

use crate::refusal::Refusal;

/// One try of a letter, and what a mail server said about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounce {
    pub(crate) tag: BounceTag,
    pub(crate) status: MailStatus,
}

/// What stands before a tag in an address.
const MARK: &[u8] = b"+b.";
/// So many marks are looked at: the address stands in a few headers, everything beyond is noise.
const MOST_MARKS: usize = 100;

/// Reads a report; `None` where it is about no letter of ours, or tells no status.
pub(crate) fn bounce(request: &pb::ReportBounceRequest, keyring: &Keyring) -> Result<Option<Bounce>, Refusal> {
    let mut problems = FieldProblems::default();
    if request.message.is_empty() && (request.address.is_empty() || request.status.is_empty()) {
        problems.add("message", "must be given where address and status are not");
    }
    let given = match request.status.as_str() {
        "" => None,
        status => problems.take("status", status.parse::<MailStatus>()),
    };
    if !problems.is_empty() {
        return Err(Refusal::Fields(problems.into_vec()));
    }
    let tag = tag_in(request.address.as_bytes(), keyring).or_else(|| tag_in(&request.message, keyring));
    let status = given.or_else(|| status_in(&request.message));
    Ok(tag.zip(status).map(|(tag, status)| Bounce { tag, status }))
}

/// The first address of ours in a text.
fn tag_in(text: &[u8], keyring: &Keyring) -> Option<BounceTag> {
    let marks = text.windows(MARK.len()).enumerate().filter(|(_, found)| found.eq_ignore_ascii_case(MARK));
    marks.take(MOST_MARKS).find_map(|(at, _)| {
        let tag = text.get(at + 1..at + 1 + BounceTag::LENGTH)?;
        keyring.read_bounce_tag(std::str::from_utf8(tag).ok()?)
    })
}

/// The worst status of the report's recipients: each letter has one. Only a report's own part counts; an automatic reply
/// has none, and what it quotes is nobody's word.
fn status_in(message: &[u8]) -> Option<MailStatus> {
    let message = MessageParser::default().parse(message)?;
    let reports = message.parts.iter().filter(|part| part.is_content_type("message", "delivery-status"));
    reports
        .flat_map(|part| {
            let (from, to) = (part.raw_body_offset() as usize, part.raw_end_offset() as usize);
            statuses(message.raw_message.get(from..to).unwrap_or_default())
        })
        .max_by_key(|status| status.is_for_good())
}

fn statuses(report: &[u8]) -> Vec<MailStatus> {
    let field = |line: &[u8]| {
        let (name, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
        let code = value.split_whitespace().next()?;
        name.trim().eq_ignore_ascii_case("status").then(|| code.parse().ok()).flatten()
    };
    report.split(|byte| *byte == b'\n').filter_map(field).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rapport_security::MasterKey;
    use uuid::Uuid;

    use super::*;

    const TAG: BounceTag = BounceTag { letter: Uuid::from_u128(7), attempt: 2 };

    fn report(to: &str, status: &str) -> Vec<u8> {
        format!(
            "From: MAILER-DAEMON@mail.example\r\nTo: <{to}>\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"x\"\r\n\r\n\
             --x\r\nContent-Type: text/plain\r\n\r\nStatus: 5.9.9 in words counts for nothing.\r\n\
             --x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example\r\n\r\n\
             Final-Recipient: rfc822; sample@example.com\r\nAction: failed\r\nStatus: {status} (no such user)\r\n\
             --x\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: A time with us\r\n--x--\r\n"
        )
        .into_bytes()
    }

    fn read(message: Vec<u8>, address: &str, status: &str, keyring: &Keyring) -> Option<(BounceTag, String)> {
        let (address, status) = (address.to_owned(), status.to_owned());
        let found = bounce(&pb::ReportBounceRequest { message, address, status }, keyring).unwrap();
        found.map(|found| (found.tag, found.status.to_string()))
    }

    #[test]
    fn a_report_tells_which_try_of_which_letter_came_back_and_why() {
        let keyring = Keyring::new(&MasterKey::generate());
        let ours = format!("office+{}@example.com", keyring.bounce_tag(TAG));
        let told = |status: &str| Some((TAG, status.to_owned()));
        assert_eq!(read(report(&ours, "5.1.1"), "", "", &keyring), told("5.1.1"));
        assert_eq!(read(report(&ours.to_uppercase(), "4.2.2"), "", "", &keyring), told("4.2.2"));
        assert_eq!(read(report("office@example.com", "5.1.1"), &ours, "", &keyring), told("5.1.1"));
        assert_eq!(read(Vec::new(), &ours, "5.2.1", &keyring), told("5.2.1"));
    }

    /// Guards: the tag's code, and that only a report's own part is read.
    #[test]
    fn what_is_forged_or_no_report_tells_nothing() {
        let keyring = Keyring::new(&MasterKey::generate());
        let forged = Keyring::new(&MasterKey::generate()).bounce_tag(TAG);
        assert_eq!(read(report(&format!("office+{forged}@example.com"), "5.1.1"), "", "", &keyring), None);
        let ours = format!("office+{}@example.com", keyring.bounce_tag(TAG));
        let reply = format!("To: {ours}\r\nSubject: Away\r\n\r\nStatus: 5.1.1\r\n");
        assert_eq!(read(reply.into_bytes(), "", "", &keyring), None);
    }

    #[test]
    fn an_empty_or_unreadable_request_is_told_what_it_lacks() {
        let keyring = Keyring::new(&MasterKey::generate());
        for (address, status, field) in [("", "", "message"), ("x", "5", "status"), ("", "5.1.1", "message")] {
            let (address, status) = (address.to_owned(), status.to_owned());
            let request = pb::ReportBounceRequest { message: Vec::new(), address, status };
            let Err(Refusal::Fields(problems)) = bounce(&request, &keyring) else { panic!("accepted") };
            assert_eq!(problems.first().map(|problem| problem.field.as_str()), Some(field));
        }
    }

    proptest! {
        /// Bytes of any kind, and reports that were altered anywhere, are read or are not; nothing breaks.
        #[test]
        fn hostile_bytes_break_nothing(noise in proptest::collection::vec(any::<u8>(), 1..400), at in 0_usize..700) {
            let keyring = Keyring::new(&MasterKey::generate());
            let ours = format!("office+{}@example.com", keyring.bounce_tag(TAG));
            let mut message = report(&ours, "5.1.1");
            let at = at.min(message.len());
            message.splice(at..at, noise.iter().copied());
            let found = read(message, "", "", &keyring);
            prop_assert!(found.is_none_or(|(tag, _)| tag == TAG));
            prop_assert_eq!(read(noise, "", "", &keyring), None);
        }
    }
}
