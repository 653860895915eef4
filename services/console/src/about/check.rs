//! What is wrong with a page, in words. The intake service has the last word; this is so that each is told at its field.

use jiff::civil::Date;
use rapport_domain::contact::{EmailAddress, Line, Name, Phone, Pin, UsState, parse_date_of_birth};
use rapport_proto::intake::GetScreeningResponse;

use super::About;
use crate::words;

/// What is wrong, by field, in the order of the page.
#[derive(Default)]
pub(crate) struct Errors(pub(crate) Vec<(&'static str, &'static str)>);

impl Errors {
    /// What is wrong with a field.
    pub(crate) fn of(&self, field: &str) -> Option<&'static str> {
        self.0.iter().find(|(wrong, _)| *wrong == field).map(|(_, sentence)| *sentence)
    }

    fn add_unless(&mut self, fine: bool, field: &'static str, sentence: &'static str) {
        if !fine {
            self.0.push((field, sentence));
        }
    }
}

/// Whom the page is for.
pub(crate) struct Reader<'a> {
    pub(crate) practice: &'a GetScreeningResponse,
    /// Came by an invitation.
    pub(crate) invited: bool,
    pub(crate) today: Date,
}

/// Everything that is wrong with a page, by its number, from 1.
pub(crate) fn page(number: usize, about: &About, reader: &Reader<'_>, w: &'static words::About) -> Errors {
    let mut errors = Errors::default();
    let text = |field: &str| about.text_of(field);
    let optional = |field: &str, fits: bool| text(field).is_empty() || fits;
    match number {
        1 => {
            errors.add_unless(Name::parse(text("given_name")).is_ok(), "given_name", w.wrong_name);
            errors.add_unless(Name::parse(text("family_name")).is_ok(), "family_name", w.wrong_name);
            let pronouns = optional("pronouns", Line::<40>::parse(text("pronouns")).is_ok());
            errors.add_unless(pronouns, "pronouns", w.wrong_short);
            let born = parse_date_of_birth(&date_of_birth(about), reader.today).is_ok();
            errors.add_unless(born, "month", w.wrong_birth);
            errors.add_unless(UsState::parse(text("state")).is_ok(), "state", w.wrong_state);
        }
        2 => {
            errors.add_unless(EmailAddress::parse(text("email")).is_ok(), "email", w.wrong_email);
            errors.add_unless(["private", "shared"].contains(&text("mailbox")), "mailbox", w.wrong_choice);
            errors.add_unless(Phone::parse(text("phone")).is_ok(), "phone", w.wrong_phone);
            errors.add_unless(["yes", "no"].contains(&text("voicemail")), "voicemail", w.wrong_choice);
            let name = optional("introduce_as", Line::<60>::parse(text("introduce_as")).is_ok());
            errors.add_unless(name, "introduce_as", w.wrong_short);
            errors.add_unless(optional("pin", Pin::parse(text("pin")).is_ok()), "pin", w.wrong_pin);
        }
        3 if !reader.invited => {
            errors.add_unless(["couple", "individual"].contains(&text("care")), "care", w.wrong_choice);
            let silent = text("care") != "couple" || ["alone", "looking", "call"].contains(&text("silent"));
            errors.add_unless(silent, "silent", w.wrong_choice);
        }
        5 => {
            let required = reader.practice.consents.iter().filter(|consent| consent.required);
            let all = required.into_iter().all(|consent| about.has("consent", &consent.id));
            errors.add_unless(all, "consent", w.wrong_consent);
        }
        _ => {}
    }
    errors
}

/// Everything that is wrong with how to reach somebody anew: an address or a number that is left blank stays as it was.
pub(crate) fn reach(about: &About, w: &'static words::About) -> Errors {
    let practice = GetScreeningResponse::default();
    let mut errors = page(2, about, &Reader { practice: &practice, invited: false, today: Date::ZERO }, w);
    errors.0.retain(|(field, _)| !(["email", "phone"].contains(field) && about.text_of(field).is_empty()));
    errors
}

/// Everything that is wrong with a wish to be called.
pub(crate) fn call(about: &About, w: &'static words::About) -> Errors {
    let practice = GetScreeningResponse::default();
    let reader = Reader { practice: &practice, invited: false, today: Date::ZERO };
    let asked = ["given_name", "family_name", "phone", "voicemail", "introduce_as"];
    let mut errors = page(1, about, &reader, w);
    errors.0.extend(page(2, about, &reader, w).0);
    errors.0.retain(|(field, _)| asked.contains(field));
    errors
}

/// `YYYY-MM-DD` of the three fields; whatever it is of fields that are none.
pub(crate) fn date_of_birth(about: &About) -> String {
    let number = |field: &str| about.text_of(field).parse::<u16>().unwrap_or_default();
    format!("{:04}-{:02}-{:02}", number("year"), number("month"), number("day"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{about::PAGES, form::Form, words::Words};
    use rapport_domain::contact::Language;

    fn wrong(number: usize, fields: &[(&str, &str)]) -> Vec<&'static str> {
        let practice = GetScreeningResponse::default();
        let reader = Reader { practice: &practice, invited: false, today: jiff::civil::date(2026, 11, 26) };
        let about = About::default().with_page(PAGES[number - 1], &Form::of(fields));
        page(number, &about, &reader, &Words::of(Language::En).about).0.into_iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn every_bad_field_of_a_page_is_told_at_once() {
        assert_eq!(wrong(1, &[]), ["given_name", "family_name", "month", "state"]);
        let born = [("given_name", "A"), ("family_name", "B"), ("state", "nc"), ("day", "4"), ("year", "1990")];
        assert_eq!(wrong(1, &[&born[..], &[("month", "2")]].concat()), Vec::<&str>::new());
        assert_eq!(wrong(1, &[&born[..], &[("month", "13")]].concat()), ["month"]);
        assert_eq!(wrong(1, &[&born[..], &[("month", "-2")]].concat()), ["month"]);
        assert_eq!(
            wrong(2, &[("pin", "a b"), ("voicemail", "maybe")]),
            ["email", "mailbox", "phone", "voicemail", "pin"]
        );
        let called = About::default().with_page(PAGES[0], &Form::of(&[("family_name", "B")]));
        let told: Vec<_> =
            call(&called, &Words::of(Language::En).about).0.into_iter().map(|(field, _)| field).collect();
        assert_eq!(told, ["given_name", "phone", "voicemail"], "a wish to be called needs no more");
        assert_eq!(wrong(3, &[("care", "couple")]), ["silent"]);
        assert_eq!(wrong(3, &[("care", "individual")]), Vec::<&str>::new());
    }
}
