use std::{collections::BTreeMap, fs, path::Path, sync::LazyLock};

use jiff::civil::{Date, date};
use proptest::prelude::*;
use rapport_domain::{practice::Practice, problem::FieldProblem};
use rapport_proto::{intake as pb, json};

use super::{Against, SubmitIntake, request_id, submit_intake};

const TODAY: Date = date(2026, 11, 23);

/// The sample practice.
pub(super) fn practice() -> &'static Practice {
    &PRACTICE
}

static PRACTICE: LazyLock<Practice> = LazyLock::new(|| {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/charlotte"));
    let mut files = BTreeMap::new();
    for part in ["", "instruments/", "value_sets/"] {
        for entry in fs::read_dir(folder.join(part)).unwrap().map(Result::unwrap) {
            if let Ok(text) = fs::read_to_string(entry.path()) {
                files.insert(format!("{part}{}", entry.file_name().to_string_lossy()), text);
            }
        }
    }
    Practice::load(&files).map_err(|problems| format!("{problems:?}")).unwrap().value
});

fn sample() -> pb::SubmitIntakeRequest {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/charlotte/samples/02-couple.json");
    let text = fs::read_to_string(path).unwrap();
    let mut request: pb::SubmitIntakeRequest = json::read("rapport.intake.v1.SubmitIntakeRequest", &text).unwrap();
    request.request_id = "0199f0c0-0000-7000-8000-000000000001".to_owned();
    PRACTICE.protocol.digest().clone_into(&mut request.protocol);
    request
}

fn parse(request: pb::SubmitIntakeRequest) -> Result<SubmitIntake, Vec<FieldProblem>> {
    let protocol = Some(&PRACTICE.protocol);
    submit_intake(request, Against { practice: &PRACTICE, protocol, draft: None, by_phone: false, today: TODAY })
}

/// Breaks the sample in one way and expects exactly this field to be told.
fn check(field: &str, break_it: impl FnOnce(&mut pb::SubmitIntakeRequest)) {
    let mut request = sample();
    break_it(&mut request);
    let problems = parse(request).err().unwrap_or_default();
    assert_eq!(problems.iter().map(|problem| problem.field.as_str()).collect::<Vec<_>>(), [field]);
}

#[test]
fn the_sample_is_read_whole() {
    assert!(parse(sample()).is_ok());
}

#[test]
fn each_bad_field_is_told_by_its_own_path() {
    check("request_id", |it| it.request_id = "1".to_owned());
    check("request_id", |it| it.request_id = "00000000-0000-0000-0000-000000000000".to_owned());
    check("client", |it| it.client = None);
    check("contact", |it| it.contact = None);
    check("care", |it| it.care = 0);
    check("if_partner_silent", |it| it.if_partner_silent = 9);
    check("if_partner_silent", |it| it.care = pb::Care::Individual.into());
    check("draft_token", |it| it.draft_token = "short".to_owned());
    check("invitation_token", |it| it.invitation_token = "short".to_owned());
    check("care", |it| {
        it.invitation_token = "A".repeat(43);
        it.care = pb::Care::Individual.into();
    });
    check("client.residence_state", |it| it.client.as_mut().unwrap().residence_state = "XX".to_owned());
    check("client.date_of_birth", |it| it.client.as_mut().unwrap().date_of_birth = "2026-11-24".to_owned());
    check("client.language", |it| it.client.as_mut().unwrap().language = "fr".to_owned());
    check("contact.mailbox", |it| it.contact.as_mut().unwrap().mailbox = 0);
    check("contact.safe_hours[0].end_time", |it| {
        it.contact.as_mut().unwrap().safe_hours =
            vec![pb::WeeklyWindow { day: 1, start_time: "10:00".to_owned(), end_time: "09:00".to_owned() }];
    });
    check("preferences.formats[0]", |it| it.preferences.get_or_insert_default().formats = vec![0]);
    check("preferences.locations[0]", |it| {
        it.preferences.get_or_insert_default().locations = vec!["moon".to_owned()];
    });
    check("preferences.payer", |it| it.preferences.get_or_insert_default().payer = "nobody".to_owned());
    check("preferences.languages[0]", |it| it.preferences.get_or_insert_default().languages = vec!["e n".to_owned()]);
    check("preferences.therapists_to_avoid[0]", |it| {
        it.preferences.get_or_insert_default().therapists_to_avoid = vec!["Sam".to_owned()];
    });
    check("preferences.languages", |it| {
        it.preferences.get_or_insert_default().languages = vec!["en".to_owned(); 101];
    });
    check("consents", |it| drop(it.consents.remove(0)));
    check("consents[0].version", |it| it.consents[0].version = "1999-01".to_owned());
    check("screenings[0].answers[0].values[1]", |it| {
        it.screenings[0].answers[0].values.push(pb::Value { kind: None });
    });
}

#[test]
fn a_url_without_its_version_names_the_questionnaire() {
    let mut request = sample();
    for screening in &mut request.screenings {
        screening.questionnaire = screening.questionnaire.split('|').next().unwrap().to_owned();
    }
    let bare = parse(request).ok().unwrap();
    assert!(bare.submission.answers == parse(sample()).ok().unwrap().submission.answers);
    assert!(bare.submission.answers.0.keys().all(|name| name.contains('|')));
}

#[test]
fn request_ids_are_hyphenated_uuids() {
    for bad in ["", "0199f0c0000070008000000000000001", "{0199f0c0-0000-7000-8000-000000000001}"] {
        assert!(request_id(bad).is_err(), "{bad}");
    }
}

/// Texts that have broken parsers before.
fn naughty() -> impl Strategy<Value = String> {
    let known = [
        "",
        " ",
        "\0",
        "\r\nBcc: x",
        "\u{202e}x",
        "’; DROP TABLE cases;--",
        "9999-99-99",
        "2024-02-30",
        "24:60",
        "+1 (704) 555-0100",
        "a@b",
        "@",
        "en-",
        "NaN",
        "1e999",
        "therapists/",
        "|",
        "http://x|",
        "\u{1f48c}",
        "-0",
    ];
    prop_oneof![prop::sample::select(known.to_vec()).prop_map(str::to_owned), any::<String>(), "\\PC{0,300}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_stands_in_the_fields_is_read_or_refused_and_never_repeated(
        texts in prop::collection::vec(naughty(), 16),
        number in any::<i32>(),
        integer in any::<i64>(),
    ) {
        let mut each = texts.iter().cloned();
        let mut text = || each.next().unwrap_or_default();
        let mut request = sample();
        request.request_id = text();
        request.care = number;
        let client = request.client.as_mut().unwrap();
        client.given_name = text();
        client.email = text();
        client.phone = text();
        client.date_of_birth = text();
        client.pronouns = text();
        client.language = text();
        client.residence_state = text();
        let contact = request.contact.as_mut().unwrap();
        contact.pin = text();
        contact.safe_hours = vec![pb::WeeklyWindow { day: number, start_time: text(), end_time: text() }];
        request.consents[0].version = text();
        request.screenings[0].questionnaire = text();
        request.screenings[1].answers[0].link_id = text();
        request.screenings[1].answers[1].values[0].kind = Some(pb::value::Kind::Decimal(text()));
        request.screenings[1].answers[2].values[0].kind = Some(pb::value::Kind::Integer(integer));
        request.screenings[1].answers[3].values[0].kind = Some(pb::value::Kind::Date(text()));
        if let Err(problems) = parse(request) {
            prop_assert!(!problems.is_empty());
            let told: String = problems.iter().map(|problem| format!("{} {}\n", problem.field, problem.description)).collect();
            for text in texts.iter().filter(|text| text.len() > 12) {
                prop_assert!(!told.contains(text.as_str()), "a value was repeated");
            }
        }
    }
}
