//! How to reach them without harm.

use rapport_domain::{
    contact::{Contact, Line, Pin},
    problem::FieldProblems,
};
use rapport_proto::{enums, intake as pb};

use super::{client::optional, windows};

pub(crate) fn contact(message: &pb::Contact, problems: &mut FieldProblems) -> Option<Contact> {
    let mailbox = problems.take("contact.mailbox", enums::read(message.mailbox));
    let safe_hours = windows("contact.safe_hours", &message.safe_hours, problems);
    let introduce_as = problems.take("contact.introduce_as", optional(&message.introduce_as, Line::parse));
    let pin = problems.take("contact.pin", optional(&message.pin, Pin::parse));
    Some(Contact {
        mailbox: mailbox?,
        voicemail_ok: message.voicemail_ok,
        safe_hours,
        introduce_as: introduce_as?,
        pin: pin?,
    })
}
