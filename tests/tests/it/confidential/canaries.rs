//! Words that nobody would say, planted wherever a person writes; and the search for them.

use rapport_proto::intake::{Answer, RequestCallRequest, SubmitIntakeRequest, Value, value::Kind};

/// Begins every canary that may hold letters; the rest says where it was planted.
pub(super) const MARK: &str = "Zqxvkjwy";

/// The request as that of a person of canaries: every free text of it, where it is accepted.
pub(super) fn plant(mut request: SubmitIntakeRequest, person: usize) -> SubmitIntakeRequest {
    let client = request.client.as_mut().unwrap();
    client.given_name = given_name(person);
    client.family_name = format!("{MARK}{person}family");
    client.email = format!("{MARK}{person}.mail@example.com").to_ascii_lowercase();
    client.phone = format!("+1{}", phone(person));
    client.date_of_birth = born(person);
    client.pronouns = format!("{MARK}{person}pronouns");
    let contact = request.contact.as_mut().unwrap();
    contact.introduce_as = format!("{MARK}{person}introduce");
    contact.pin = format!("{MARK}{person}pin");
    let about_you = &mut request.screenings[0].answers;
    about_you.retain(|answer| !matches!(answer.link_id.as_str(), "tried" | "tried_what" | "hopes"));
    about_you.push(answer("tried", Kind::Boolean(true)));
    about_you.push(answer("tried_what", Kind::Text(format!("We said {MARK}{person}tried\nand again."))));
    about_you.push(answer("hopes", Kind::Text(format!("{MARK}{person}hopes"))));
    request
}

/// A wish to be called, of a person of canaries.
pub(super) fn wish_to_be_called(person: usize) -> RequestCallRequest {
    RequestCallRequest {
        request_id: format!("0199f0c0-5a3e-7c41-9d58-{person:012}"),
        given_name: given_name(person),
        family_name: format!("{MARK}{person}family"),
        phone: format!("+1{}", phone(person)),
        introduce_as: format!("{MARK}{person}introduce"),
        ..RequestCallRequest::default()
    }
}

pub(super) fn given_name(person: usize) -> String {
    format!("{MARK}{person}given")
}

pub(super) fn phone(person: usize) -> String {
    format!("70423688{person:02}")
}

pub(super) fn answer(link_id: &str, kind: Kind) -> Answer {
    Answer { link_id: link_id.to_owned(), values: vec![Value { kind: Some(kind) }] }
}

fn born(person: usize) -> String {
    format!("1931-08-{:02}", 10 + person)
}

/// What is looked for, in lower case: `(what it is, how it is written)`.
pub(super) struct Search(Vec<(String, String)>);

impl Search {
    /// For the canaries of this many people, plain, as hexadecimal digits and in base64.
    pub(super) fn of(people: usize) -> Self {
        let mut search = Self(Vec::new());
        for mark in [MARK.to_owned(), MARK.to_ascii_lowercase(), MARK.to_ascii_uppercase()] {
            search.add("a canary", &mark);
        }
        for person in 1..=people {
            let digits = phone(person);
            search.add("a phone", &digits);
            search.add("a phone with dashes", &format!("{}-{}", &digits[3..6], &digits[6..]));
            search.add("a birthday", &born(person));
        }
        search
    }

    /// Also for a secret, as it is.
    pub(super) fn also(&mut self, what: &str, secret: &str) {
        self.0.push((what.to_owned(), secret.to_ascii_lowercase()));
    }

    /// What of it stands in these bytes, with what stands around it.
    pub(super) fn find(&self, bytes: &[u8]) -> Option<String> {
        let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
        let (what, at) = self.0.iter().find_map(|(what, form)| Some((what, text.find(form)?)))?;
        let around: String = text.get(at.saturating_sub(60)..).unwrap_or(&text[at..]).chars().take(140).collect();
        Some(format!("{what} in {around:?}"))
    }

    /// Fails where anything of it stands there.
    pub(super) fn assert_absent(&self, place: &str, bytes: &[u8]) {
        if let Some(found) = self.find(bytes) {
            panic!("{place} tells {found}");
        }
    }

    fn add(&mut self, what: &str, text: &str) {
        self.also(what, text);
        let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        self.also(&format!("{what} as hexadecimal digits"), &hex);
        // A run of bytes has three spellings in base64, by where it begins; its ends hang on its neighbours.
        for before in 0..3_usize {
            let encoded = base64(&[&vec![0; before], text.as_bytes()].concat());
            let (from, to) = ((before * 8).div_ceil(6), (before + text.len()) * 8 / 6);
            self.also(&format!("{what} in base64"), &encoded[from..to]);
        }
    }
}

/// Without padding (RFC 4648).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let sextet = |bits: &[u8]| bits.iter().fold(0, |sum, bit| sum << 1 | bit) << (6 - bits.len());
    bits.chunks(6).map(|bits| char::from(ALPHABET[usize::from(sextet(bits))])).collect()
}
