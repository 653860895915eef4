//! practice.toml, with everything that is wrong with it at once.

use std::collections::BTreeSet;

use jiff::{
    civil::Date,
    tz::{TimeZone, TimeZoneDatabase},
};
use toml::Spanned;

use super::{
    BookingPolicy, Confirm, ConsentText, Line, Location, Notified, Payer, Practice, Promise, SessionLanguage, Text,
    changes, cost, invitation, letters, on_call,
    paragraph::paragraph,
    section::{Section, Source},
    session_page,
};
use crate::{
    calendar::week::{WeeklyWindow, parse_day},
    contact::{EmailAddress, Language, Line as OneLine, Phone, UsState},
    intake::Care,
    letter::telling,
    matching::asked_for::Ability,
    problem::{FileProblem, Loaded, Severity},
    protocol::{Files, MATCHING, Protocol},
    triage::file::{self as triage, Kind, Named},
};

/// The file's name in the practice's folder.
pub(super) const FILE: &str = "practice.toml";

impl Practice {
    /// Reads the practice's folder: practice.toml and every file of the protocol.
    ///
    /// # Errors
    /// Everything that is wrong in any of them.
    pub fn load(files: &Files) -> Result<Loaded<Self>, Vec<FileProblem>> {
        let mut problems = Vec::new();
        let protocol = match Protocol::load(files) {
            Ok(loaded) => {
                problems.extend(loaded.warnings);
                Some(loaded.value)
            }
            Err(wrong) => {
                problems.extend(wrong);
                None
            }
        };
        let practice = match files.get(FILE) {
            Some(text) => {
                let source = Source::new(FILE, text);
                let named = files.get(triage::FILE).map(|text| triage::named(text)).unwrap_or_default();
                let practice = read(&source, protocol, named);
                problems.extend(source.into_problems());
                practice
            }
            None => {
                problems.push(FileProblem::error(FILE, (0, 0), "the file is missing", "copy the sample practice's"));
                None
            }
        };
        problems.extend(practice.iter().flat_map(unknown_abilities));
        let clean = problems.iter().all(|problem| problem.severity == Severity::Warning);
        match practice {
            Some(value) if clean => Ok(Loaded { value, warnings: problems }),
            _ => Err(problems),
        }
    }
}

/// What matching.yaml says is asked for and practice.toml does not know: it would keep nobody. No error, since the one
/// file may be stored longer than the other says so.
fn unknown_abilities(practice: &Practice) -> Vec<FileProblem> {
    let unknown = |ability: &Ability| match ability {
        Ability::Language(tag) if !practice.session_languages.iter().any(|it| it.tag == *tag) => {
            Some(format!("{tag:?} is none of the session_languages of {FILE}"))
        }
        Ability::Payer(care, id) if !practice.payers.iter().any(|it| it.id == *id && it.pays_for.contains(care)) => {
            Some(format!("{id:?} is no payer of {FILE} for this kind of care"))
        }
        _ => None,
    };
    let asked_for = practice.protocol.weights().asked_for.each().iter();
    let problem = |what| FileProblem::warning(MATCHING, (0, 0), format!("asked_for: {what}"), "it keeps nobody so");
    asked_for.filter_map(|(ability, _)| unknown(ability)).map(problem).collect()
}

/// Reads every setting before it gives up on any.
fn read(source: &Source<'_>, protocol: Option<Protocol>, named: Vec<Named>) -> Option<Practice> {
    let mut root = source.root();
    let name = text(&mut root, "name");
    let sender_name = root.parsed("sender_name", |name| neutral(name, OneLine::<200>::parse).map(String::from));
    let sender_email = root.parsed("sender_email", |address| neutral(address, EmailAddress::parse));
    let phone = phone(&mut root, "phone");
    let zone = root.parsed("zone", zone);
    let languages = root.parsed_list("languages", Language::parse);
    let hours = root.parsed_list("hours", window);
    let business_days = root.parsed_list("business_days", parse_day);
    let closed_on = root.parsed_list("closed_on", date);
    let at = root.at();
    for (key, is_empty) in
        [("languages", languages.is_empty()), ("hours", hours.is_empty()), ("business_days", business_days.is_empty())]
    {
        if is_empty {
            source.error(&at, format!("`{key}` holds nothing"), "name at least one");
        }
    }
    let emergency_note = root.required::<Text>("emergency_note");
    let cost = root.optional::<Text>("cost");
    let chain = on_call::chain(source, &mut root);
    let alerts = root.section("alerts").and_then(|section| on_call::policy(source, section));
    let pages_url = root.optional::<String>("pages_url").and_then(|url| invitation::pages_url(source, &url));
    let invitation_text = root.section("invitation").and_then(|section| invitation::text(source, section));
    let letters = root.section("letters").and_then(|section| letters::policy(section, source));
    let draft_days = root.section("drafts").and_then(|section| draft_days(source, section));
    let promise = root.section("promise").and_then(|section| promise(source, section));
    let booking = root.section("booking").and_then(|section| booking(source, section));
    let fees = root.section("fees").and_then(|section| session_page::fees(source, section));
    let changes = root.section("changes").and_then(|section| changes::changes(source, section));
    let numbers = fees.as_ref().zip(booking.as_ref()).zip(changes.as_ref());
    let cost = cost.zip(numbers);
    let cost = cost.map(|(text, ((fees, booking), changes))| cost::filled(source, &text, (fees, booking, changes)));
    let mut ids = Ids { source, seen: BTreeSet::new() };
    let locations = root.sections("locations").into_iter().filter_map(|each| location(each, &mut ids)).collect();
    let lines = root.sections("lines").into_iter().filter_map(|each| line(each, &mut ids)).collect();
    let consents = root.sections("consents").into_iter().filter_map(|each| consent(each, &mut ids)).collect();
    let payers = root.sections("payers").into_iter().filter_map(|each| payer(each, &mut ids)).collect();
    let session_languages =
        root.sections("session_languages").into_iter().filter_map(|each| session_language(each, &mut ids)).collect();
    let notify = root.sections("notify").into_iter().filter_map(|each| notified(each, &mut ids)).collect();
    let session_texts = root
        .section("session_page")
        .and_then(|section| session_page::texts(source, section, |step| ids.take(step, "small step", "id")));
    root.finish();
    ids.undefined(named);
    Some(Practice {
        name: name?,
        sender_name: sender_name?,
        sender_email: sender_email?,
        phone: phone?,
        zone: zone?,
        languages,
        hours,
        business_days,
        closed_on,
        on_call: chain,
        alerts: alerts?,
        promise: promise?,
        locations,
        lines,
        consents,
        payers,
        session_languages,
        booking: booking?,
        fees: fees?,
        session_texts: session_texts?,
        changes: changes?,
        emergency_note: emergency_note?.into_inner(),
        cost,
        pages_url,
        invitation_text: invitation_text?,
        notify,
        letters: letters?,
        draft_days: draft_days?,
        protocol: protocol?,
    })
}

/// What stands on every letter's outside: it tells nobody what the practice is for.
fn neutral<T, E: std::fmt::Display>(text: &str, parse: impl Fn(&str) -> Result<T, E>) -> Result<T, String> {
    match telling(text).next() {
        Some(word) => Err(format!("says \"{word}…\": whoever sees the mailbox would read what you are for")),
        None => parse(text).map_err(|why| why.to_string()),
    }
}

fn promise(source: &Source<'_>, mut section: Section<'_, '_>) -> Option<Promise> {
    // A number that is refused leaves 0 behind, which nobody sees: with an error noted nothing is loaded.
    let mut days = |key| number(source, &mut section, key, 1..=90);
    let promise = Promise {
        immediate_minutes: days("immediate_minutes").unwrap_or_default(),
        urgent_hours: days("urgent_hours").unwrap_or_default(),
        priority_days: days("priority_days").unwrap_or_default(),
        priority_joint_days: days("priority_joint_days").unwrap_or_default(),
        call_days: days("call_days").unwrap_or_default(),
        routine_days: days("routine_days").unwrap_or_default(),
    };
    section.finish();
    Some(promise)
}

fn booking(source: &Source<'_>, mut section: Section<'_, '_>) -> Option<BookingPolicy> {
    let at = section.at();
    let confirm = section.parsed("confirm", |text| match text {
        "auto" => Ok(Confirm::Auto),
        "link" => Ok(Confirm::Link),
        _ => Err("must be \"auto\" or \"link\""),
    });
    let hold_share = section.required::<f64>("hold_share").filter(|share| {
        let fits = (0.0..=1.0).contains(share.get_ref());
        if !fits {
            source.error(&share.span(), "must be from 0 to 1", "0.5 is half of a week's sessions");
        }
        fits
    });
    let mut within = |key, range| number(source, &mut section, key, range);
    let lead_hours = within("lead_hours", 0..=168);
    let hold_min_days = within("hold_min_days", 1..=30);
    let release_hours = within("release_hours", 1..=720);
    let most_rounds = within("most_rounds", 0..=20);
    let individual_minutes = within("individual_minutes", 10..=240);
    let couple_minutes = within("couple_minutes", 10..=240);
    let buffer_minutes = within("buffer_minutes", 0..=120);
    let step_minutes = within("step_minutes", 5..=240);
    section.finish();
    if let (Some(days), Some(hours)) = (hold_min_days, release_hours)
        && days * 24 <= hours
    {
        source.error(
            &at,
            "a joint hold would reach its release step before anybody can answer",
            "hold_min_days must be longer than release_hours",
        );
    }
    Some(BookingPolicy {
        confirm: confirm?,
        lead_hours: lead_hours?,
        hold_min_days: hold_min_days?,
        release_hours: release_hours?,
        hold_share: hold_share?.into_inner(),
        most_rounds: most_rounds?,
        individual_minutes: individual_minutes?,
        couple_minutes: couple_minutes?,
        buffer_minutes: buffer_minutes?,
        step_minutes: step_minutes?,
    })
}

fn location(mut section: Section<'_, '_>, ids: &mut Ids<'_, '_>) -> Option<Location> {
    let id = ids.take(&mut section, "location", "id");
    let name = text(&mut section, "name");
    let address = text(&mut section, "address");
    let state = section.parsed("state", UsState::parse);
    let [directions, parking, access] =
        ["directions", "parking", "access"].map(|key| paragraph(ids.source, &mut section, key));
    let rooms: Option<Spanned<Vec<Spanned<String>>>> = section.required("rooms");
    section.finish();
    let rooms = rooms?.into_inner().into_iter().filter_map(|room| ids.check("room", &room)).collect();
    Some(Location {
        id: id?,
        name: name?,
        address: address?,
        state: state?,
        directions: directions?,
        parking: parking?,
        access: access?,
        rooms,
    })
}

fn line(mut section: Section<'_, '_>, ids: &mut Ids<'_, '_>) -> Option<Line> {
    let id = ids.take(&mut section, "line", "id");
    let name = section.required::<Text>("name");
    let phone = section.optional::<String>("phone").map(Spanned::into_inner).unwrap_or_default();
    let text = section.optional::<Text>("text").map(Spanned::into_inner).unwrap_or_default();
    let chat_url = section.optional::<String>("chat_url");
    let note = section.optional::<Text>("note").map(Spanned::into_inner).unwrap_or_default();
    let last_verified = section.parsed("last_verified", date);
    let at = section.at();
    section.finish();
    if let Some(url) = chat_url.as_ref().filter(|url| !url.get_ref().starts_with("https://")) {
        ids.source.error(&url.span(), "must begin with https://", "");
    }
    if phone.is_empty() && text.en.is_empty() && chat_url.is_none() {
        ids.source.error(&at, "this line cannot be reached", "give it a phone, a text or a chat_url");
    }
    let chat_url = chat_url.map(Spanned::into_inner).unwrap_or_default();
    Some(Line { id: id?, name: name?.into_inner(), phone, text, chat_url, note, last_verified: last_verified? })
}

fn consent(mut section: Section<'_, '_>, ids: &mut Ids<'_, '_>) -> Option<ConsentText> {
    let id = ids.take(&mut section, "consent", "id");
    let version = text(&mut section, "version");
    let words = section.required::<Text>("text");
    let required = section.required::<bool>("required");
    section.finish();
    Some(ConsentText { id: id?, version: version?, text: words?.into_inner(), required: required?.into_inner() })
}

fn payer(mut section: Section<'_, '_>, ids: &mut Ids<'_, '_>) -> Option<Payer> {
    let id = ids.take(&mut section, "payer", "id");
    let label = text(&mut section, "label");
    let pays_for = section.parsed_list("pays_for", care);
    section.finish();
    Some(Payer { id: id?, label: label?, pays_for })
}

fn session_language(mut section: Section<'_, '_>, ids: &mut Ids<'_, '_>) -> Option<SessionLanguage> {
    let tag = ids.take(&mut section, "session language", "tag");
    let label = section.required::<Text>("label");
    section.finish();
    Some(SessionLanguage { tag: tag?, label: label?.into_inner() })
}

fn notified(mut section: Section<'_, '_>, ids: &mut Ids<'_, '_>) -> Option<Notified> {
    let id = ids.take(&mut section, "notified person", "id");
    let name = text(&mut section, "name");
    let email = section.parsed("email", EmailAddress::parse);
    section.finish();
    Some(Notified { id: id?, name: name?, email: email? })
}

/// Safety answers stand in a draft too: nobody keeps one for longer than a quarter.
fn draft_days(source: &Source<'_>, mut section: Section<'_, '_>) -> Option<u32> {
    let days = number(source, &mut section, "days", 1..=90);
    section.finish();
    days
}

/// Ids seen so far, per kind.
struct Ids<'s, 'i> {
    source: &'s Source<'i>,
    seen: BTreeSet<(&'static str, String)>,
}

impl Ids<'_, '_> {
    fn take(&mut self, section: &mut Section<'_, '_>, kind: &'static str, key: &str) -> Option<String> {
        let id = section.required::<String>(key)?;
        self.check(kind, &id)
    }

    /// An id is of lower-case letters, digits, `-` and `_`, and stands once among its kind.
    fn check(&mut self, kind: &'static str, id: &Spanned<String>) -> Option<String> {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
        let name = id.get_ref();
        if name.is_empty() || name.len() > 60 || !name.bytes().all(fits) {
            self.source.error(&id.span(), format!("{name:?} is no id"), "use a-z, 0-9, - and _, at most 60");
            return None;
        }
        if !self.seen.insert((kind, name.clone())) {
            self.source.error(&id.span(), format!("the {kind} {name:?} stands here twice"), "rename or remove one");
            return None;
        }
        Some(name.clone())
    }

    /// What rules name and nobody here is.
    fn undefined(&self, named: Vec<Named>) {
        for Named { kind, id, place } in named {
            let (kind, what, table) = match kind {
                Kind::Line => ("line", "there is no line", "lines"),
                Kind::Notified => ("notified person", "nobody to be notified is called", "notify"),
                Kind::SmallStep => ("small step", "no client could read the small step", "session_page.steps"),
                Kind::Competence | Kind::Driver => continue,
            };
            let what = format!("{what} {id:?}");
            if !self.seen.contains(&(kind, id)) {
                let hint = format!("add it to {FILE} under [[{table}]]");
                self.source.note(FileProblem::error(triage::FILE, place, what, hint));
            }
        }
    }
}

pub(super) fn text(section: &mut Section<'_, '_>, key: &str) -> Option<String> {
    section.parsed(key, |text| OneLine::<200>::parse(text).map(String::from))
}

/// The number is kept as a person reads it.
fn phone(section: &mut Section<'_, '_>, key: &str) -> Option<String> {
    section.parsed(key, |text| Phone::parse(text).map(|_| text.to_owned()))
}

pub(super) fn number(
    source: &Source<'_>,
    section: &mut Section<'_, '_>,
    key: &str,
    range: std::ops::RangeInclusive<u32>,
) -> Option<u32> {
    let value = section.required::<i64>(key)?;
    let fits = u32::try_from(*value.get_ref()).ok().filter(|number| range.contains(number));
    if fits.is_none() {
        let what = format!("`{key}` must be from {} to {}", range.start(), range.end());
        source.error(&value.span(), what, "");
    }
    fits
}

/// `mon 09:00-17:00`.
pub(super) fn window(text: &str) -> Result<WeeklyWindow, String> {
    let hint = || format!("{text:?} is no weekly window: write \"mon 09:00-17:00\"");
    let (day, times) = text.split_once(' ').ok_or_else(hint)?;
    let (start, end) = times.split_once('-').ok_or_else(hint)?;
    let day = parse_day(day).map_err(|why| format!("{day:?} {why}"))?;
    WeeklyWindow::parse(day, start, end).map_err(|why| format!("{times:?} {why}"))
}

pub(super) fn care(text: &str) -> Result<Care, String> {
    match text {
        "couple" => Ok(Care::Couple),
        "individual" => Ok(Care::Individual),
        _ => Err(format!("{text:?} must be \"couple\" or \"individual\"")),
    }
}

pub(super) fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| format!("{text:?} must be a date like 2026-11-26"))
}

/// Only the zones that are compiled in: the same on every machine.
fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZoneDatabase::bundled().get(name).map_err(|_| format!("{name:?} is no IANA zone like \"America/New_York\""))
}
