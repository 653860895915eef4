//! The form of what is known of somebody beside their hours: whatever it has no field for stays as it is.

use rapport_proto::staff::Therapist;

use crate::{form::Form, staff::errors::Errors};

/// The request's fields by what the form calls them.
pub(crate) const FIELDS: &[(&str, &str)] = &[
    ("therapist.display_name", "display_name"),
    ("therapist.credentials", "credentials"),
    ("therapist.weekly_sessions", "weekly_sessions"),
    ("therapist.languages", "languages"),
    ("therapist.competences", "competences"),
    ("therapist.licences", "licences"),
];

/// Somebody as the form has them, with the etag under which it was shown.
///
/// # Errors
/// Whatever is wrong with a field, beside it.
pub(crate) fn read(mut it: Therapist, form: &Form) -> Result<Therapist, Errors> {
    let mut errors = Errors::default();
    it.etag = form.text("etag").to_owned();
    it.display_name = form.text("display_name").trim().to_owned();
    it.credentials = form.text("credentials").trim().to_owned();
    it.active = form.has("active");
    it.languages = words(form.text("languages"));
    it.competences = words(form.text("competences"));
    match form.text("weekly_sessions").trim().parse() {
        Ok(sessions) => it.weekly_sessions = sessions,
        Err(_) => errors.0.push(("weekly_sessions".to_owned(), "Write a number.".to_owned())),
    }
    for (number, licence) in it.licences.iter_mut().enumerate() {
        let day = form.text(&format!("licence-{number}")).trim();
        if !day.is_empty() {
            licence.expire_date = day.to_owned();
        }
    }
    if errors.0.is_empty() { Ok(it) } else { Err(errors) }
}

fn words(text: &str) -> Vec<String> {
    text.split([',', ';', ' ']).map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use rapport_proto::staff::{Hours, Licence};

    use super::*;

    #[test]
    fn what_the_form_has_no_field_for_stays_as_it_was() {
        let licence = Licence { state: "NC".to_owned(), number: "LP-1".to_owned(), ..Default::default() };
        let it = Therapist {
            gender: "woman".to_owned(),
            licences: vec![licence],
            hours: Some(Hours::default()),
            active: true,
            ..Default::default()
        };
        let form = Form::of(&[
            ("etag", "7"),
            ("display_name", " Ada Sample "),
            ("weekly_sessions", "20"),
            ("languages", "en, ase"),
            ("licence-0", "2027-06-30"),
        ]);
        let read = read(it, &form).unwrap();
        assert_eq!((read.gender.as_str(), read.display_name.as_str()), ("woman", "Ada Sample"));
        assert_eq!((read.weekly_sessions, read.active, read.languages), (20, false, vec!["en".into(), "ase".into()]));
        assert_eq!((read.licences[0].number.as_str(), read.licences[0].expire_date.as_str()), ("LP-1", "2027-06-30"));
    }

    #[test]
    fn a_number_must_be_one() {
        let errors = read(Therapist::default(), &Form::of(&[("weekly_sessions", "many")])).unwrap_err();
        assert!(errors.of("weekly_sessions").is_some());
    }
}
