//! What the client would like.

use rapport_domain::{
    id::TherapistId,
    intake::{Format, Preferences},
    practice::Practice,
    problem::FieldProblems,
};
use rapport_proto::{enums, intake as pb};

use super::{entries, windows};

/// What a client may send for "I pay myself" beside nothing.
const SELF_PAY: &str = "self-pay";

/// Reads the wishes. Whether anybody can fulfil them is the matcher's to say,
/// in words that staff can act on; here only what the practice does not have is refused.
pub(super) fn preferences(
    message: &pb::Preferences,
    practice: &Practice,
    problems: &mut FieldProblems,
) -> Option<Preferences> {
    let mut formats = Vec::new();
    for (at, format) in entries("preferences.formats", &message.formats, problems) {
        formats.extend(problems.take(at, enums::read::<Format>(*format)));
    }
    for (at, location) in entries("preferences.locations", &message.locations, problems) {
        if !practice.locations.iter().any(|known| known.id == *location) {
            problems.add(at, "must be the id of a location that GetScreening lists");
        }
    }
    let mut languages = Vec::new();
    for (at, tag) in entries("preferences.languages", &message.languages, problems) {
        languages.extend(problems.take(at, language_tag(tag)));
    }
    let payer = match message.payer.as_str() {
        "" | SELF_PAY => None,
        id => {
            if !practice.payers.iter().any(|payer| payer.id == id) {
                problems.add("preferences.payer", "must be the id of a payer that GetScreening lists");
            }
            Some(id.to_owned())
        }
    };
    let therapist = match message.therapist.as_str() {
        "" => None,
        name => problems.take("preferences.therapist", name.parse::<TherapistId>()),
    };
    let mut avoid = Vec::new();
    for (at, name) in entries("preferences.therapists_to_avoid", &message.therapists_to_avoid, problems) {
        avoid.extend(problems.take(at, name.parse::<TherapistId>()));
    }
    Some(Preferences {
        formats,
        locations: message.locations.clone(),
        windows: windows("preferences.windows", &message.windows, problems),
        languages,
        payer,
        therapist_gender: problems.take("preferences.therapist_gender", gender(&message.therapist_gender))?,
        therapist,
        avoid,
    })
}

/// A tag in the form of BCP 47, in lower case: letters and digits in parts of up to eight.
fn language_tag(text: &str) -> Result<String, &'static str> {
    let part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|c| c.is_ascii_alphanumeric());
    let fits = text.len() <= 35 && text.split('-').all(part) && text.starts_with(|c: char| c.is_ascii_alphabetic());
    if fits { Ok(text.to_ascii_lowercase()) } else { Err("must be a language tag like \"en\"") }
}

fn gender(text: &str) -> Result<Option<String>, &'static str> {
    match text {
        "" => Ok(None),
        "woman" | "man" | "nonbinary" => Ok(Some(text.to_owned())),
        _ => Err("must be \"woman\", \"man\" or \"nonbinary\""),
    }
}
