//! The fields as the intake service takes them.

use rapport_domain::calendar::week::WeeklyWindow;
use rapport_proto::{intake as pb, week};

use super::{About, check::date_of_birth};

/// Parts of a day, as the page offers them; those that follow one another become one window.
pub(crate) const PARTS: [(&str, &str, &str); 3] =
    [("morning", "08:00", "12:00"), ("afternoon", "12:00", "17:00"), ("evening", "17:00", "21:00")];

/// Lays what a person told of themselves into a request.
pub(crate) fn fill(request: &mut pb::SubmitIntakeRequest, about: &About, language: &str, invited: bool) {
    let text = |field: &str| about.text_of(field).to_owned();
    request.client = Some(pb::Client {
        given_name: text("given_name"),
        family_name: text("family_name"),
        email: text("email"),
        phone: text("phone"),
        date_of_birth: date_of_birth(about),
        pronouns: text("pronouns"),
        language: language.to_owned(),
        residence_state: text("state"),
    });
    request.contact = Some(contact(about));
    let couple = invited || about.has("care", "couple");
    request.care = if couple { pb::Care::Couple } else { pb::Care::Individual }.into();
    request.if_partner_silent = match about.text_of("silent") {
        _ if invited || !couple => pb::IfPartnerSilent::Unspecified,
        "alone" => pb::IfPartnerSilent::SeeMeAlone,
        "looking" => pb::IfPartnerSilent::KeepLooking,
        _ => pb::IfPartnerSilent::CallMe,
    }
    .into();
    request.preferences = Some(preferences(about));
}

/// How to reach them without harm.
pub(crate) fn contact(about: &About) -> pb::Contact {
    let mailbox = if about.has("mailbox", "shared") { pb::Mailbox::Shared } else { pb::Mailbox::Private };
    pb::Contact {
        mailbox: mailbox.into(),
        voicemail_ok: about.has("voicemail", "yes"),
        safe_hours: windows(about, "safe"),
        introduce_as: about.text_of("introduce_as").to_owned(),
        pin: about.text_of("pin").to_owned(),
    }
}

/// The consents that were given, each in the version that the page showed.
pub(crate) fn consents(about: &About, shown: &[pb::ConsentText]) -> Vec<pb::Consent> {
    let given = shown.iter().filter(|consent| about.has("consent", &consent.id));
    given.map(|consent| pb::Consent { id: consent.id.clone(), version: consent.version.clone() }).collect()
}

fn preferences(about: &About) -> pb::Preferences {
    let all = |field: &str| about.all(field).map(str::to_owned).collect::<Vec<_>>();
    let format = |text: &str| match text {
        "video" => pb::Format::Video.into(),
        _ => pb::Format::InPerson.into(),
    };
    pb::Preferences {
        formats: about.all("format").map(format).collect(),
        locations: all("location"),
        windows: windows(about, "window"),
        languages: all("language"),
        payer: about.text_of("payer").to_owned(),
        therapist_gender: about.text_of("gender").to_owned(),
        therapist: about.text_of("therapist").to_owned(),
        therapists_to_avoid: all("avoid"),
    }
}

/// "1-morning", "1-afternoon" … as windows.
fn windows(about: &About, field: &str) -> Vec<pb::WeeklyWindow> {
    let mut windows: Vec<pb::WeeklyWindow> = Vec::new();
    for day in 1..=7 {
        for (part, start, end) in PARTS {
            if !about.has(field, &format!("{day}-{part}")) {
                continue;
            }
            match windows.last_mut().filter(|last| last.day == day && last.end_time == start) {
                Some(last) => end.clone_into(&mut last.end_time),
                None => windows.push(pb::WeeklyWindow { day, start_time: start.to_owned(), end_time: end.to_owned() }),
            }
        }
    }
    windows
}

/// Whether somebody answers the phone, or sees people, in a part of a day.
pub(crate) fn is_open(practice: &[pb::WeeklyWindow], day: i32, part: usize) -> bool {
    let Some((_, start, end)) = PARTS.get(part) else { return false };
    let part = pb::WeeklyWindow { day, start_time: (*start).to_owned(), end_time: (*end).to_owned() };
    let Ok(part) = week::from_message(&part) else { return false };
    practice.iter().filter_map(|window| week::from_message(window).ok()).any(|window| overlap(window, part))
}

fn overlap(one: WeeklyWindow, other: WeeklyWindow) -> bool {
    one.day() == other.day() && one.start_text() < other.end_text() && other.start_text() < one.end_text()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{about::PAGES, form::Form};

    #[test]
    fn parts_of_a_day_that_follow_one_another_are_one_window() {
        let sent = Form::of(&[
            ("window", "1-morning"),
            ("window", "1-afternoon"),
            ("window", "2-evening"),
            ("window", "9-morning"),
        ]);
        let about = About::default().with_page(PAGES[3], &sent);
        let found: Vec<_> =
            windows(&about, "window").into_iter().map(|it| (it.day, it.start_time, it.end_time)).collect();
        let window = |day, start: &str, end: &str| (day, start.to_owned(), end.to_owned());
        assert_eq!(found, [window(1, "08:00", "17:00"), window(2, "17:00", "21:00")]);
    }

    #[test]
    fn a_part_of_a_day_is_open_where_the_hours_touch_it() {
        let hours = [pb::WeeklyWindow { day: 6, start_time: "09:00".to_owned(), end_time: "12:00".to_owned() }];
        assert_eq!([0, 1, 2].map(|part| is_open(&hours, 6, part)), [true, false, false]);
        assert!(!is_open(&hours, 1, 0) && !is_open(&hours, 6, 9));
    }
}
