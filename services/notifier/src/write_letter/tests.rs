//! Every letter × mailbox × language as it leaves, and what must never be in it.

use std::{collections::BTreeMap, fs, path::Path};

use jiff::{Timestamp, tz::TimeZone};
use rapport_domain::{
    appointment::{Appointment, AppointmentState},
    case::{Case, CaseState},
    id::{AppointmentId, CaseId, TherapistId},
    intake::{Care, CareWish, Format, IfPartnerSilent},
    letter::LetterKind,
    protocol::Files,
    triage::{Booking, Urgency},
};
use uuid::Uuid;

use super::*;
use crate::{
    letters::{Digest, EndingLicence, Invitation, Letterhead},
    preview::every_letter,
    sample::state_for,
};

/// Tokens that open nothing.
const SESSION: &str = "https://riverbend.example.com/session/c2FtcGxlLXNhbXBsZS1zYW1wbGUtc2FtcGxlLXNhbXA";
const INVITATION: &str = "https://riverbend.example.com/invitation/c2FtcGxlLXNhbXBsZS1zYW1wbGUtc2FtcGxlLXNhbXA";

pub(super) fn practice_files() -> Files {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/charlotte");
    let mut files = Files::new();
    for sub in ["letters", "letters/en", "letters/es"] {
        for entry in fs::read_dir(folder.join(sub)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = format!("{sub}/{}", path.file_name().unwrap().to_str().unwrap());
                files.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

pub(super) fn texts() -> LetterTexts {
    LetterTexts::load(&practice_files()).unwrap_or_else(|problems| {
        panic!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

/// What the sample practice says in an invitation: the words that its letter holds.
fn invitation_text(language: Language) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/charlotte/practice.toml");
    let practice = fs::read_to_string(path).unwrap();
    let words = practice.split("[invitation]").nth(1).unwrap().lines().find(|line| line.starts_with("text")).unwrap();
    words.split(&format!("{} = \"", language.tag())).nth(1).unwrap().split('"').next().unwrap().to_owned()
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn letterhead() -> Letterhead {
    Letterhead {
        sender_name: "Riverbend".to_owned(),
        sender_email: EmailAddress::parse("hello@riverbend.example.com").unwrap(),
        phone: "704-555-0100".to_owned(),
        zone: TimeZone::get("America/New_York").unwrap(),
    }
}

/// A case and an appointment that tell of everything that a letter must not.
fn telling(state: AppointmentState) -> (Case, Appointment) {
    let case_id = CaseId::new(Uuid::from_u128(0x0190_a1b2_0000_7000_8000_0000_0000_0001));
    let case = Case {
        id: case_id,
        care: CareWish::Couple(IfPartnerSilent::KeepLooking),
        state: CaseState::BeforeStaff,
        urgency: Urgency::Urgent,
        booking: Booking::Never,
        clinician_only: true,
        flagged: true,
        respond_by: instant("2026-12-01T19:00:00Z"),
        created_at: instant("2026-11-30T15:00:00Z"),
        assignee: Some("clinician-jordan".to_owned()),
        silent_rounds: 1,
        version: 3,
    };
    let appointment = Appointment {
        id: AppointmentId::new(Uuid::from_u128(0x0190_a1b2_0000_7000_8000_0000_0000_0002)),
        case: case_id,
        therapist: TherapistId::new(Uuid::from_u128(0x0190_a1b2_0000_7000_8000_0000_0000_0003)),
        care: Care::Couple,
        format: Format::InPerson,
        room: Some("eastover-2".to_owned()),
        starts_at: instant("2026-12-03T22:30:00Z"),
        ends_at: instant("2026-12-03T23:50:00Z"),
        state,
        release_at: Some(instant("2026-12-01T22:30:00Z")),
        sequence: 2,
    };
    (case, appointment)
}

fn write(texts: &LetterTexts, kind: LetterKind, mailbox: Mailbox, language: Language, name: &str) -> Vec<u8> {
    let (case, appointment) = telling(state_for(kind));
    let letterhead = letterhead();
    let invitation = Invitation { text: invitation_text(language), link: INVITATION.to_owned(), stands: true };
    let digest = Digest {
        deciding: 2,
        before_staff: 5,
        held: 7,
        confirmed: 11,
        late: 3,
        refused: 1,
        unknown: 1,
        dead: Some(4),
        licences: 2,
        audit_head: Some((4711, "0123456789abcdef".repeat(4))),
    };
    let ends = jiff::civil::date(2027, 1, 31);
    let licence = EndingLicence { therapist: "Ines Example".to_owned(), state: "NC".to_owned(), ends };
    let matter = Matter {
        queued_at: instant("2026-11-30T15:00:01.25Z"),
        now: instant("2026-11-30T15:00:02Z"),
        case: Some(&case),
        appointment: Some(&appointment),
        sequence: Some(2),
        in_calendar: true,
        awaits_answer: false,
        link: Some(SESSION),
        invitation: Some(&invitation),
        to_second_partner: false,
        digest: Some(&digest),
        licence: Some(&licence),
        signs_in: true,
        acknowledged: false,
        calls: rapport_domain::calls::ClientCalls::default(),
        given_name: Some(name),
        call_by: instant("2026-12-01T15:00:00Z"),
        letterhead: &letterhead,
    };
    assert!((Letter::of(kind).still_true)(&matter));
    let email = EmailAddress::parse("sample@example.com").unwrap();
    let to = Addressee { email: &email, mailbox, language };
    let id = LetterId::new(Uuid::from_u128(0x0190_a1b2_0000_7000_8000_0000_0000_0004));
    write_letter(texts, id, Letter::of(kind), &to, &matter).unwrap()
}

/// The parts of a message by content type, decoded; its own small reader, so that the test does not trust the writer.
fn parts(message: &[u8]) -> BTreeMap<String, String> {
    let text = std::str::from_utf8(message).unwrap();
    text.split("--=_0190a1b2000070008000000000000004\r\n")
        .skip(1)
        .map(|part| {
            let (head, body) = part.split_once("\r\n\r\n").unwrap();
            let content_type = head.lines().find_map(|line| line.strip_prefix("Content-Type: ")).unwrap();
            let body = body.split("\r\n--=_").next().unwrap();
            (content_type.to_owned(), decode_quoted_printable(body))
        })
        .collect()
}

fn decode_quoted_printable(body: &str) -> String {
    let mut bytes = Vec::new();
    let joined = body.replace("=\r\n", "");
    let mut rest = joined.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'=' {
            let hex = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn file_stem((kind, mailbox, language): (LetterKind, Mailbox, Language)) -> String {
    let mailbox = if mailbox == Mailbox::Shared { "shared" } else { "private" };
    format!("{}.{mailbox}.{}", kind.name(), language.tag())
}

/// `UPDATE_SNAPSHOTS=1 cargo test -p rapport-notifier` writes them anew; look at the difference.
#[test]
#[expect(clippy::disallowed_methods, reason = "a switch of this test alone")]
fn every_letter_is_what_its_snapshot_shows() {
    let texts = texts();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    for letter @ (kind, mailbox, language) in every_letter() {
        let message = write(&texts, kind, mailbox, language, "Sample");
        let path = folder.join(format!("{}.eml", file_stem(letter)));
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &message).unwrap();
        }
        let kept = fs::read(&path).unwrap_or_default();
        assert!(kept == message, "{} differs", path.display());
    }
}

#[test]
fn the_same_letter_is_the_same_bytes_at_every_try() {
    let texts = texts();
    for (kind, mailbox, language) in every_letter() {
        assert!(write(&texts, kind, mailbox, language, "Sample") == write(&texts, kind, mailbox, language, "Sample"));
    }
}

/// Guard: `Letter::calendar`. That words cannot ask for more is `Letter::tells`, held by the practice's slips below.
#[test]
fn a_shared_mailbox_learns_the_time_and_the_phone_only() {
    let texts = texts();
    for (kind, _, language) in every_letter().filter(|(_, mailbox, _)| *mailbox == Mailbox::Shared) {
        let message = write(&texts, kind, Mailbox::Shared, language, "Zebulon");
        let parts = parts(&message);
        assert_eq!(
            parts.keys().map(String::as_str).collect::<Vec<_>>(),
            ["text/html; charset=utf-8", "text/plain; charset=utf-8"]
        );
        let whole = format!("{}{parts:?}", String::from_utf8(message).unwrap());
        assert!(!whole.contains("Zebulon"));
        assert!(!whole.contains("BEGIN:VCALENDAR"));
        assert!(whole.contains("704-555-0100"));
    }
}

/// Guard: `Matter` and `Letter::tells`; the case and appointment above hold everything that would tell.
#[test]
fn no_letter_tells_the_care_the_partner_the_therapist_the_place_or_a_score() {
    let texts = texts();
    for (kind, mailbox, language) in every_letter() {
        let message = write(&texts, kind, mailbox, language, "Sample");
        let head = String::from_utf8(message.clone()).unwrap();
        let head = head.split("\r\n\r\n").next().unwrap();
        let whole = format!("{head}\n{}", parts(&message).into_values().collect::<String>()).to_lowercase();
        // Its one link, as a button and as text.
        let link = if kind == LetterKind::Invitation { INVITATION } else { SESSION }.to_lowercase();
        let links = if Letter::of(kind).has_link(mailbox) { 1 } else { 0 };
        let as_button = format!("<a class=\"press-ink\" href=\"{}\"", link.replace('/', "&#x2f;"));
        assert_eq!(whole.matches(&as_button).count(), links, "{}", file_stem((kind, mailbox, language)));
        let whole = whole.replace(&as_button, "").replace(&link, "");
        for told in [
            "couple",
            "pareja",
            "partner",
            "therap",
            "terap",
            "urgent",
            "clinician",
            "jordan",
            "eastover",
            "in_person",
            "flagged",
            "counsel",
            "marri",
            "0190a1b2-0000-7000-8000-000000000003",
            "http",
            "www.",
            "href",
        ] {
            assert!(!whole.contains(told), "{}: {told}", file_stem((kind, mailbox, language)));
        }
    }
}

#[test]
fn a_private_mailbox_gets_the_calendar_part_that_fits() {
    let texts = texts();
    for (kind, method, status) in
        [(LetterKind::Confirmed, "REQUEST", "CONFIRMED"), (LetterKind::Cancelled, "CANCEL", "CANCELLED")]
    {
        let parts = parts(&write(&texts, kind, Mailbox::Private, Language::En, "Sample"));
        let calendar = &parts[&format!("text/calendar; charset=utf-8; method={method}")];
        for line in [
            &format!("METHOD:{method}"),
            &format!("STATUS:{status}"),
            "UID:0190a1b2-0000-7000-8000-000000000002@riverbend.example.com",
            "SEQUENCE:2",
            "DTSTART:20261203T223000Z",
            "DTEND:20261203T235000Z",
            "DTSTAMP:20261130T150001Z",
            "SUMMARY:Riverbend",
        ] {
            assert!(calendar.contains(&format!("{line}\r\n")), "{line} in {calendar}");
        }
        assert_eq!(calendar.matches("ATTENDEE").count(), 1);
    }
    let held = parts(&write(&texts, LetterKind::Held, Mailbox::Private, Language::En, "Sample"));
    assert!(held.keys().all(|content_type| !content_type.contains("calendar")));
}

#[test]
fn a_practices_slips_are_told_by_file_line_and_column() {
    #[track_caller]
    fn check(path: &str, change: impl Fn(&str) -> String, told: &str) {
        let mut files = practice_files();
        let text = change(&files[path]);
        files.insert(path.to_owned(), text);
        let problems = LetterTexts::load(&files).err().unwrap_or_default();
        let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert!(problems.iter().any(|problem| problem.starts_with(told)), "{told}\n{problems:#?}");
    }
    let held = "letters/en/held.shared.txt";
    check(
        held,
        |text| text.replace("questions", "{{ name }}"),
        "letters/en/held.shared.txt:8:8: the letter has no such value",
    );
    check(held, |text| text.replace("{{ phone }}", "{{ phone"), "letters/en/held.shared.txt:10:4: ");
    check(held, |text| text.replace("title:", "titel:"), "letters/en/held.shared.txt:2:1: this line has no known name");
    check(held, |text| text.replace("{{ when }}", "soon"), "letters/en/held.shared.txt:0:0: ");
    check(
        held,
        |text| text.replace("questions", "https://example.com"),
        "letters/en/held.shared.txt:8:5: the letter holds a link",
    );
    check(
        held,
        |text| text.replace("questions", "couples"),
        "letters/en/held.shared.txt:8:5: the letter says \"couple",
    );
    let invitation = "letters/en/invitation.txt";
    check(
        invitation,
        |text| text.replace("{{ link }}", "{{ phone }}"),
        "letters/en/invitation.txt:0:0: the letter leaves",
    );
    check(
        invitation,
        |text| text.replace("{{ text }}", "Your partner asks."),
        "letters/en/invitation.txt:7:6: the letter says",
    );
    check(
        invitation,
        |text| text.replace("Hello,", "www.example.com"),
        "letters/en/invitation.txt:5:1: the letter holds",
    );
    check(
        invitation,
        |text| text.replace("Hello", "Hello {{ name }}"),
        "letters/en/invitation.txt:5:10: the letter has",
    );
    check("letters/es/confirmed.txt", |text| text.replace("calendar:", "kalender:"), "letters/es/confirmed.txt:3:1: ");
    check("letters/frame.html", |text| text.replace("{{ title }}", "{{ titel }}"), "letters/frame.html:45:135: ");
}
