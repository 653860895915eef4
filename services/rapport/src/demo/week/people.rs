//! Who came in the week before, and what happened then: `samples/week.toml` of the practice's folder.

use std::{collections::BTreeMap, path::Path};

use anyhow::Context;
use jiff::{SignedDuration, Timestamp, civil::Time, tz::TimeZone};
use rapport_domain::protocol::Files;
use rapport_proto::intake::SubmitIntakeRequest;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::desk::Deed;
use crate::submit;

/// The file that tells the week.
const FILE: &str = "samples/week.toml";

/// One person of the week.
pub(in crate::demo) struct Person {
    /// As clients write it.
    pub(super) name: String,
    /// For whoever watches: "Two mothers, both in".
    pub(super) what: String,
    /// Whose partner they are, where they come by an invitation.
    pub(super) joins: Option<String>,
    /// Told to a coordinator on the phone.
    pub(super) by_phone: bool,
    pub(super) request: SubmitIntakeRequest,
    pub(super) then: Vec<Step>,
    came: Came,
}

/// Something that happens after somebody came.
#[derive(Clone, Deserialize)]
pub(super) struct Step {
    #[serde(deserialize_with = "span")]
    pub(super) after: SignedDuration,
    #[serde(flatten)]
    pub(super) deed: Deed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Week {
    person: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    what: String,
    name: String,
    phone: String,
    came: Came,
    like: String,
    #[serde(default)]
    request: Map<String, Value>,
    #[serde(default)]
    answers: BTreeMap<String, Value>,
    joins: Option<String>,
    #[serde(default)]
    by_phone: bool,
    #[serde(default)]
    then: Vec<Step>,
}

/// When somebody came.
#[derive(Clone, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Came {
    Before { days_ago: i64, at: Time },
    Lately { minutes_ago: i64 },
}

impl Person {
    /// When they came, seen from now.
    pub(super) fn came_at(&self, now: Timestamp, zone: &TimeZone) -> anyhow::Result<Timestamp> {
        match self.came {
            Came::Lately { minutes_ago } => Ok(now - SignedDuration::from_mins(minutes_ago)),
            Came::Before { days_ago, at } => {
                let day = now.to_zoned(zone.clone()).date().checked_sub(SignedDuration::from_hours(24 * days_ago))?;
                Ok(zone.to_timestamp(day.to_datetime(at))?)
            }
        }
    }
}

/// Reads everybody; nobody where the practice tells of no week.
///
/// # Errors
/// Where something in the file, or in the sample that somebody is like, cannot be read.
pub(in crate::demo) fn read(files: &Files) -> anyhow::Result<Vec<Person>> {
    let Some(text) = files.get(FILE) else { return Ok(Vec::new()) };
    let week: Week = toml::from_str(text).map_err(|error| anyhow::anyhow!("{FILE}: {error}"))?;
    let items = items(files)?;
    week.person.into_iter().map(|entry| person(files, &items, entry)).collect()
}

fn person(files: &Files, items: &Items, entry: Entry) -> anyhow::Result<Person> {
    let told = |what: &str| format!("{FILE}: {}: {what}", entry.name);
    let like = format!("samples/{}.json", entry.like);
    let mut request: Value =
        serde_json::from_str(files.get(&like).with_context(|| told(&format!("there is no {like}")))?)?;
    let (given, family) = entry.name.split_once(' ').with_context(|| told("must be a given and a family name"))?;
    let address = entry.name.to_lowercase().replace(' ', ".");
    let email = if entry.by_phone { String::new() } else { format!("{}@example.com", ascii(&address)) };
    let who = json!({ "client": { "givenName": given, "familyName": family, "phone": entry.phone, "email": email } });
    lay_over(&mut request, &who);
    lay_over(&mut request, &Value::Object(entry.request));
    for (link_id, answer) in &entry.answers {
        let item = items.get(link_id).with_context(|| told(&format!("no question is called {link_id}")))?;
        put_answer(&mut request, link_id, item, answer);
    }
    let Entry { name, what, joins, by_phone, then, came, .. } = entry;
    let request = submit::read(Path::new(FILE), &request.to_string()).with_context(|| name.clone())?;
    Ok(Person { name, what, joins, by_phone, request, then, came })
}

/// Objects are laid over one another; all else takes the place of what was there.
fn lay_over(under: &mut Value, over: &Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (key, value) in over {
                lay_over(under.entry(key).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over.clone(),
    }
}

/// Which questionnaire asks a question, and of what type its answer is.
struct Item {
    questionnaire: String,
    kind: String,
}

type Items = BTreeMap<String, Item>;

fn items(files: &Files) -> anyhow::Result<Items> {
    let mut items = Items::new();
    for (name, text) in files.iter().filter(|(name, _)| name.starts_with("instruments/")) {
        let form: Value = serde_json::from_str(text).with_context(|| name.clone())?;
        note_items(&form, form.get("url").and_then(Value::as_str).unwrap_or_default(), &mut items);
    }
    Ok(items)
}

fn note_items(part: &Value, questionnaire: &str, items: &mut Items) {
    for item in part["item"].as_array().into_iter().flatten() {
        let text = |field: &str| item[field].as_str().unwrap_or_default().to_owned();
        items.insert(text("linkId"), Item { questionnaire: questionnaire.to_owned(), kind: text("type") });
        note_items(item, questionnaire, items);
    }
}

fn put_answer(request: &mut Value, link_id: &str, item: &Item, answer: &Value) {
    let is_this = |form: &&mut Value| form["questionnaire"] == Value::String(item.questionnaire.clone());
    let forms = request["screenings"].as_array_mut().into_iter().flatten();
    let Some(answers) = forms.into_iter().find(is_this).and_then(|form| form["answers"].as_array_mut()) else { return };
    answers.retain(|given| given["linkId"] != link_id);
    if answer != "" {
        let value = match item.kind.as_str() {
            "choice" => json!({ "code": { "code": answer } }),
            kind => json!({ kind: answer }),
        };
        answers.push(json!({ "linkId": link_id, "values": [value] }));
    }
}

/// Letters without what stands above them: addresses are plain.
fn ascii(text: &str) -> String {
    let plain = |letter| match letter {
        'á' => 'a',
        'é' => 'e',
        'í' => 'i',
        'ó' => 'o',
        'ú' | 'ü' => 'u',
        'ñ' => 'n',
        letter => letter,
    };
    text.chars().map(plain).collect()
}

/// "40m", "3h".
fn span<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<SignedDuration, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::practice_files;

    fn week() -> Vec<Person> {
        read(&practice_files::read(None).unwrap()).unwrap()
    }

    #[test]
    fn the_week_has_forty_cases_of_people_whom_nobody_can_reach() {
        let people = week();
        assert_eq!(people.iter().filter(|person| person.joins.is_none()).count(), 40);
        for person in &people {
            let client = person.request.client.clone().unwrap();
            assert!(client.phone.starts_with("704-555-01"), "{}", person.name);
            assert_eq!(client.email.ends_with("@example.com"), !person.by_phone, "{}", person.name);
            assert!(client.email.is_ascii());
        }
        let addresses: BTreeSet<_> = people.iter().map(|person| person.name.clone()).collect();
        assert_eq!(addresses.len(), people.len());
    }

    #[test]
    fn whoever_joins_somebody_comes_after_them() {
        let (people, now): (_, Timestamp) = (week(), "2026-11-29T20:00:00Z".parse().unwrap());
        let zone = TimeZone::get("America/New_York").unwrap();
        for person in people.iter().filter(|person| person.joins.is_some()) {
            let inviter = people.iter().find(|other| Some(&other.name) == person.joins.as_ref()).unwrap();
            assert!(inviter.came_at(now, &zone).unwrap() < person.came_at(now, &zone).unwrap(), "{}", person.name);
        }
    }

    #[test]
    fn a_persons_answers_are_laid_over_those_of_whom_they_are_like() {
        let people = week();
        let person = people.iter().find(|person| person.name == "Lena Aster").unwrap();
        let given = |link_id: &str| {
            let all = person.request.screenings.iter().flat_map(|form| &form.answers);
            all.filter(|answer| answer.link_id == link_id).count()
        };
        assert_eq!((given("fear"), given("alone"), given("eye_contact")), (0, 1, 1));
        let born = &person.request.client.as_ref().unwrap().date_of_birth;
        assert_eq!(born, "1982-08-15");
    }

    #[test]
    fn an_entry_that_cannot_be_played_is_named() {
        let mut files = practice_files::read(None).unwrap();
        let told = |files: &Files| read(files).err().unwrap().to_string();
        let entry =
            "[[person]]\nwhat = \"x\"\nname = \"Ada Fern\"\nphone = \"704-555-0101\"\ncame = { minutes_ago = 1 }\n";
        files.insert(FILE.to_owned(), format!("{entry}like = \"99-nobody\"\n"));
        assert_eq!(told(&files), "samples/week.toml: Ada Fern: there is no samples/99-nobody.json");
        files.insert(FILE.to_owned(), format!("{entry}like = \"02-couple\"\nanswers.feer = \"yes\"\n"));
        assert_eq!(told(&files), "samples/week.toml: Ada Fern: no question is called feer");
        files.remove(FILE);
        assert!(read(&files).unwrap().is_empty());
    }
}
