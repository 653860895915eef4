//! Invented people and their answers.

use rapport_domain::{
    contact::{Client, Contact, EmailAddress, Language, Mailbox, Name, Phone, UsState},
    intake::{CareWish, IfPartnerSilent, Preferences, Submission},
    problem::FieldProblems,
    protocol::Protocol,
    screening::{Answers, Value},
};
use serde_json::Value as Json;

/// Somebody who is about to submit an intake.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) number: u32,
    pub(crate) care: CareWish,
    pub(crate) state: &'static str,
    pub(crate) born: &'static str,
    /// linkId → code, where it is not the calm answer.
    pub(crate) answers: Vec<(&'static str, &'static str)>,
    pub(crate) preferences: Preferences,
    /// Asked to be called, and was asked nothing: no birthday, no state, no answer, no address.
    pub(crate) asked_for_a_call: bool,
}

/// Whoever would rather be seen alone.
pub(crate) fn individual(number: u32) -> Person {
    Person {
        number,
        care: CareWish::Individual,
        state: "NC",
        born: "1990-04-30",
        answers: Vec::new(),
        preferences: Preferences::default(),
        asked_for_a_call: false,
    }
}

/// The first of two.
pub(crate) fn couple(number: u32, if_silent: IfPartnerSilent) -> Person {
    Person { care: CareWish::Couple(if_silent), ..individual(number) }
}

impl Person {
    pub(crate) fn answering(mut self, link_id: &'static str, code: &'static str) -> Self {
        self.answers.push((link_id, code));
        self
    }

    pub(crate) fn email(&self) -> String {
        format!("sample{}@example.com", self.number)
    }

    pub(crate) fn submission(&self, protocol: &Protocol) -> Submission {
        let asked = !self.asked_for_a_call;
        Submission {
            client: Client {
                given_name: Name::parse("Sample").unwrap(),
                family_name: Name::parse(&format!("Number {}", self.number)).unwrap(),
                email: asked.then(|| EmailAddress::parse(&self.email()).unwrap()),
                phone: Phone::parse(&format!("980{:07}", 5_550_000 + self.number)).unwrap(),
                date_of_birth: asked.then(|| self.born.parse().unwrap()),
                pronouns: None,
                language: Language::En,
                residence_state: asked.then(|| UsState::parse(self.state).unwrap()),
            },
            contact: Contact {
                mailbox: Mailbox::Private,
                voicemail_ok: true,
                safe_hours: Vec::new(),
                introduce_as: None,
                pin: None,
            },
            preferences: self.preferences.clone(),
            consents: Vec::new(),
            answers: if asked { self.answers(protocol) } else { Answers::default() },
            asked_for_a_call: self.asked_for_a_call,
        }
    }

    /// The first, calm option of every choice, but for what is said otherwise.
    fn answers(&self, protocol: &Protocol) -> Answers {
        let given = protocol
            .instruments()
            .iter()
            .map(|questionnaire| {
                let json: Json = serde_json::from_str(questionnaire.client_json(Language::En)).unwrap();
                let mut answers = Vec::new();
                self.answer_items(&json["item"], &mut answers);
                (questionnaire.canonical().to_owned(), answers)
            })
            .collect();
        let mut problems = FieldProblems::default();
        let answers = protocol.check_answers(given, &mut problems);
        assert!(problems.is_empty(), "{:?}", problems.into_vec());
        answers.unwrap()
    }

    fn answer_items(&self, items: &Json, answers: &mut Vec<(String, Vec<Value>)>) {
        for item in items.as_array().into_iter().flatten() {
            let link_id = item["linkId"].as_str().unwrap();
            if item["type"] == "choice" {
                let options = item["answerOption"].as_array().unwrap();
                let wanted = self.answers.iter().find(|(id, _)| *id == link_id).map(|(_, code)| *code);
                let coding = options
                    .iter()
                    .map(|option| &option["valueCoding"])
                    .find(|coding| wanted.is_none_or(|code| coding["code"] == code))
                    .unwrap();
                let text = |field: &str| coding[field].as_str().unwrap_or_default().to_owned();
                answers.push((link_id.to_owned(), vec![Value::Code { system: text("system"), code: text("code") }]));
            }
            self.answer_items(&item["item"], answers);
        }
    }
}
