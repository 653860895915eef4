//! Hostile names and notes through every letter and its calendar part, read by
//! other people's parsers: mail-parser here; Python's email, icalendar and vobject
//! in `tests/clients/read_letters.py`, where `RAPPORT_TEST_PYTHON` names an
//! interpreter that has them.
//!
//! `RAPPORT_HOSTILE_LETTERS=100000 cargo test -p rapport-notifier hostile` writes as many.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{self, Write},
    path::Path,
    process::{Command, Stdio},
    thread,
};

use jiff::tz::TimeZone;
use mail_parser::{MessageParser, MimeHeaders, PartType};
use rapport_domain::letter::LetterKind;
use uuid::Uuid;

use super::{tests::texts, *};
use crate::{
    letters::{Invitation, Letterhead},
    preview::every_letter,
    sample::{Sample, TOKEN},
};

/// How many letters are written where nothing else is said, and how many of these Python reads.
const USUAL: (usize, usize) = (2_000, 300);

/// What somebody may have typed, or a practice pasted.
struct Hostile {
    bases: Vec<String>,
}

impl Hostile {
    #[expect(clippy::disallowed_methods, reason = "where the corpus is kept differs from machine to machine")]
    fn read() -> Self {
        let mut bases: Vec<String> = [
            "Sample",
            "José 🧑🏽‍🤝‍🧑🏻 Ñandú",
            "محمد",
            "a\u{2028}subject: b",
            "\"; METHOD=CANCEL",
            "<script>alert(1)</script>",
            "O'Brien & \"Sons\", <x@example.com>",
            "",
        ]
        .map(str::to_owned)
        .to_vec();
        if let Some(corpus) = env::var_os("RAPPORT_CORPUS") {
            let naughty = fs::read_to_string(Path::new(&corpus).join("blns.json")).unwrap();
            bases.extend(serde_json::from_str::<Vec<String>>(&naughty).unwrap());
        }
        Self { bases }
    }

    /// The nth one: each base in every disguise, and the first few in all of them.
    fn nth(&self, n: usize) -> String {
        let base = &self.bases[n % self.bases.len()];
        if n % 9_973 == 9_972 {
            return format!("{base}{}", "x\r\nBcc: evil@example.com ".repeat(420_000));
        }
        match (n / self.bases.len() + n % self.bases.len()) % 16 {
            0 => base.clone(),
            1 => format!("{base}\r\nBcc: evil@example.com"),
            2 => format!("{base}\nX-Evil: 1\r\n\r\nbody"),
            3 => format!("\u{202e}{base}\u{2066}\u{200f}\u{61c}"),
            4 => base.chars().flat_map(|c| [c, '\0']).collect(),
            5 => format!("{}{base}", "👩‍❤️‍💋‍👩".repeat(200)),
            6 => format!("{base}{}", "n".repeat(5_000)),
            7 => format!("\r\n--=_0190a1b2000070008000000000000004--\r\n{base}"),
            8 => format!("{base}\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:evil\r\nATTACH:https://evil.example.com"),
            9 => format!("\";METHOD=CANCEL;X=\"{base}:;,\\n\\\\"),
            10 => format!("=?utf-8?Q?=0D=0ABcc:evil=40example.com?= {base}"),
            11 => format!("\r\n.\r\nMAIL FROM:<evil@example.com>\r\n{base}"),
            12 => format!("{base}\u{85}\u{b}\u{c}\u{1b}[31m{base}"),
            13 => format!("{{{{ phone }}}}{{% raw %}}{base}{{# "),
            14 => format!("{base}{}", "\u{301}\u{489}".repeat(700)),
            _ => format!("\u{feff}{base}\u{200b}\u{e0041}\u{fffd}"),
        }
    }
}

/// Every value that somebody wrote is the hostile one.
fn write(texts: &LetterTexts, letter: (LetterKind, Mailbox, Language), hostile: &str) -> Vec<u8> {
    let (kind, mailbox, language) = letter;
    let letterhead = Letterhead {
        // No longer than practice.toml may say it: a subject may hold it, and one word of a header cannot be folded.
        sender_name: hostile.chars().take(200).collect(),
        sender_email: EmailAddress::parse("hello@riverbend.example.com").unwrap(),
        phone: hostile.to_owned(),
        zone: TimeZone::get("America/New_York").unwrap(),
    };
    let link = |page: &str| format!("https://riverbend.example.com/{page}/{TOKEN}");
    let invitation = Invitation { text: hostile.to_owned(), link: link("invitation"), stands: true };
    let sample = Sample::of(kind, &letterhead.zone, invitation, Some(link("session")));
    let matter = Matter { given_name: Some(hostile), ..sample.matter(&letterhead) };
    let email = EmailAddress::parse("sample@example.com").unwrap();
    let to = Addressee { email: &email, mailbox, language };
    let id = LetterId::new(Uuid::from_u128(0x0190_a1b2_0000_7000_8000_0000_0000_0004));
    write_letter(texts, id, Letter::of(kind), &to, &matter).unwrap()
}

/// What a reader finds in a message, but for the words.
#[derive(Debug, PartialEq, Eq)]
struct Shape {
    headers: Vec<String>,
    to: String,
    parts: Vec<(String, Vec<String>)>,
    properties: Vec<String>,
}

fn shape(message: &[u8]) -> Shape {
    let read = MessageParser::default().parse(message).unwrap();
    let mut properties = Vec::new();
    let mut parts = Vec::new();
    for part in &read.parts {
        let content_type = part.content_type().unwrap();
        let subtype = content_type.subtype().unwrap_or_default();
        let method = content_type.attribute("method").unwrap_or_default();
        let headers = part.headers.iter().map(|header| header.name().to_owned()).collect();
        parts.push((format!("{}/{subtype} {method}", content_type.ctype()), headers));
        match &part.body {
            PartType::Html(html) => {
                let html = html.to_lowercase();
                assert!(["<script", "<img", "<iframe", "<svg"].iter().all(|tag| !html.contains(tag)), "markup");
                assert_eq!(html.matches("<a ").count(), html.matches("<a class=\"press-ink\"").count(), "a link");
            }
            PartType::Text(text) if subtype == "calendar" => {
                let unfolded = text.replace("\r\n ", "");
                let lines = unfolded.split("\r\n").filter(|line| !line.is_empty());
                properties.extend(lines.map(|line| line.split([':', ';']).next().unwrap_or_default().to_owned()));
                assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains(['\r', '\n'])), "a long line");
            }
            _ => {}
        }
    }
    let address = read.to().and_then(|to| to.first()).and_then(|to| to.address.as_deref());
    let headers = read.headers_raw().map(|(name, _)| name.to_owned()).collect();
    Shape { headers, to: address.unwrap_or_default().to_owned(), parts, properties }
}

/// Guards: `Values::put`, `organizer`, `as_it_stands`, the frame's escaping, lettre's and icalendar's encoding. Each letter has the shape of
/// the one to somebody called Sample, whatever the values are; each is well formed, and the same at every try.
#[test]
#[expect(clippy::disallowed_methods, reason = "switches of this test alone")]
fn no_hostile_name_or_note_gets_a_header_a_command_or_a_property_into_a_letter() {
    let wanted = env::var("RAPPORT_HOSTILE_LETTERS").ok().map(|count| count.parse::<usize>().unwrap());
    let (letters, read_by_python) = wanted.map_or(USUAL, |count| (count, count));
    let (texts, hostile, variants) = (texts(), Hostile::read(), every_letter().collect::<Vec<_>>());
    let usual: Vec<_> = variants.iter().map(|letter| write(&texts, *letter, "Sample")).collect();
    let shapes: Vec<_> = usual.iter().map(|message| shape(message)).collect();
    let mut python = env::var_os("RAPPORT_TEST_PYTHON").map(|interpreter| Python::start(&interpreter));
    for (variant, message) in usual.iter().enumerate() {
        python.iter_mut().for_each(|python| python.give(variant, message));
    }
    for n in 0..letters {
        let (variant, text) = (n % variants.len(), hostile.nth(n));
        let message = write(&texts, variants[variant], &text);
        assert!(is_well_formed(&message), "{n}");
        assert_eq!(shape(&message), shapes[variant], "{n}: {:?}", variants[variant]);
        if n % 97 == 0 {
            assert!(write(&texts, variants[variant], &text) == message, "{n}");
        }
        if n < read_by_python {
            python.iter_mut().for_each(|python| python.give(variant, &message));
        }
    }
    let told = python.map(Python::end);
    if let Some(told) = told {
        assert_eq!(told["problems"], serde_json::json!([]));
        assert_eq!(told["letters"], letters.min(read_by_python) + variants.len());
    }
}

/// The other readers: one process, one letter after the other.
struct Python {
    child: std::process::Child,
    answer: thread::JoinHandle<io::Result<String>>,
}

impl Python {
    fn start(interpreter: &std::ffi::OsStr) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/clients/read_letters.py");
        let mut child =
            Command::new(interpreter).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        Self { child, answer: thread::spawn(move || io::read_to_string(stdout)) }
    }

    /// The letter's variant and length, then the letter.
    fn give(&mut self, variant: usize, message: &[u8]) {
        let stdin = self.child.stdin.as_mut().unwrap();
        for number in [variant, message.len()] {
            stdin.write_all(&u32::try_from(number).unwrap().to_be_bytes()).unwrap();
        }
        stdin.write_all(message).unwrap();
    }

    fn end(mut self) -> BTreeMap<String, serde_json::Value> {
        drop(self.child.stdin.take());
        let answer = self.answer.join().unwrap().unwrap();
        assert!(self.child.wait().unwrap().success());
        serde_json::from_str(&answer).unwrap()
    }
}
