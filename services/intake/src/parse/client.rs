//! Who the person is.

use jiff::civil::Date;
use rapport_domain::{
    contact::{Client, EmailAddress, Language, Line, Name, Phone, UsState, parse_date_of_birth},
    problem::FieldProblems,
};
use rapport_proto::intake as pb;

pub(super) fn client(
    message: &pb::Client,
    by_phone: bool,
    today: Date,
    problems: &mut FieldProblems,
) -> Option<Client> {
    let given_name = problems.take("client.given_name", Name::parse(&message.given_name));
    let family_name = problems.take("client.family_name", Name::parse(&message.family_name));
    let email = match by_phone {
        true => optional(&message.email, EmailAddress::parse),
        false => EmailAddress::parse(&message.email).map(Some),
    };
    let email = problems.take("client.email", email);
    let phone = problems.take("client.phone", Phone::parse(&message.phone));
    let date_of_birth = problems.take("client.date_of_birth", parse_date_of_birth(&message.date_of_birth, today));
    let pronouns = problems.take("client.pronouns", optional(&message.pronouns, Line::parse));
    let language = match message.language.as_str() {
        "" => Some(Language::default()),
        tag => problems.take("client.language", Language::parse(tag)),
    };
    let residence_state = problems.take("client.residence_state", UsState::parse(&message.residence_state));
    Some(Client {
        given_name: given_name?,
        family_name: family_name?,
        email: email?,
        phone: phone?,
        date_of_birth: Some(date_of_birth?),
        pronouns: pronouns?,
        language: language?,
        residence_state: Some(residence_state?),
    })
}

/// A field that may be left empty.
pub(crate) fn optional<T, E>(text: &str, parse: impl FnOnce(&str) -> Result<T, E>) -> Result<Option<T>, E> {
    if text.trim().is_empty() { Ok(None) } else { parse(text).map(Some) }
}
