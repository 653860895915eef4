//! Somebody new on the roster, in the notation of `roster.csv` where a field holds several things. Hours come afterwards.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use rapport_proto::{
    intake::Care,
    staff::{CareTerms, CreateTherapistRequest, Licence, Therapist, TrainedMethod, Training},
};
use tonic::Code;

use super::PATH;
use crate::{
    desk::Desk,
    form::Form,
    shell::page,
    staff::{errors::Errors, problem::Problem, shell::Shell, signed_in::Staff},
};

/// The request's fields by what the form calls them; of a list, whichever entry is wrong.
const FIELDS: &[(&str, &str)] = &[
    ("therapist.display_name", "display_name"),
    ("therapist.credentials", "credentials"),
    ("therapist.gender", "gender"),
    ("therapist.licences", "licences"),
    ("therapist.supervised_by", "supervised_by"),
    ("therapist.treats", "treats"),
    ("therapist.methods", "methods"),
    ("therapist.competences", "competences"),
    ("therapist.languages", "languages"),
    ("therapist.payers", "payers_couple"),
    ("therapist.terms", "payers_couple"),
    ("therapist.fees", "fee_couple"),
    ("therapist.session_minutes", "minutes_couple"),
    ("therapist.weekly_sessions", "weekly_sessions"),
    ("therapist.weekly_capacity", "weekly_sessions"),
];
const CARES: [(&str, Care); 2] = [("couple", Care::Couple), ("individual", Care::Individual)];
const TRAININGS: [(&str, Training); 4] = [
    ("learning", Training::Learning),
    ("trained", Training::Trained),
    ("certified", Training::Certified),
    ("supervisor", Training::Supervisor),
];

#[derive(Template)]
#[template(path = "staff/newcomer.html")]
struct NewcomerPage {
    shell: Shell,
    errors: Errors,
    sent: Form,
    request_id: String,
}

/// `GET /staff/roster/new`
pub(crate) async fn show(State(desk): State<Desk>, staff: Staff) -> Result<Response, Problem> {
    Ok(write(&desk, &staff, Form::default(), Errors::default()).await)
}

/// `POST /staff/roster/new`
pub(crate) async fn add(State(desk): State<Desk>, staff: Staff, sent: Form) -> Result<Response, Problem> {
    let errors = match read(&sent) {
        Ok(therapist) => {
            let request_id = sent.text("request_id").to_owned();
            let request = staff.ask(CreateTherapistRequest { therapist: Some(therapist), request_id })?;
            match desk.staff.roster().create_therapist(request).await {
                Ok(answer) => {
                    let name = answer.into_inner().therapist.unwrap_or_default().name;
                    let id = name.strip_prefix("therapists/").unwrap_or_default();
                    return Ok(Redirect::to(&format!("{PATH}/{id}")).into_response());
                }
                Err(status) if status.code() == Code::AlreadyExists => {
                    Errors::one("licences", "Somebody with the first of these licences is on the roster already.")
                }
                Err(status) => Errors::of_fields(status, FIELDS)?,
            }
        }
        Err(errors) => errors,
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, write(&desk, &staff, sent, errors).await).into_response())
}

async fn write(desk: &Desk, staff: &Staff, sent: Form, errors: Errors) -> Response {
    let request_id = desk.ids.uuid().to_string();
    page(&NewcomerPage { shell: Shell::of(desk, staff).await, errors, sent, request_id })
}

/// Whoever the form tells of.
fn read(form: &Form) -> Result<Therapist, Errors> {
    let mut errors = Errors::default();
    let text = |field: &str| form.text(field).trim().to_owned();
    let cares: Vec<_> = CARES.into_iter().filter(|(name, _)| form.all("treats").any(|it| it == *name)).collect();
    let terms = cares.iter().map(|(name, care)| CareTerms {
        care: (*care).into(),
        payers: list(form.text(&format!("payers_{name}"))),
        fee_dollars: number(form, &format!("fee_{name}"), &mut errors),
        session_minutes: number(form, &format!("minutes_{name}"), &mut errors),
    });
    let terms = terms.collect();
    let therapist = Therapist {
        display_name: text("display_name"),
        credentials: text("credentials"),
        gender: text("gender"),
        licences: licences(form.text("licences"), &mut errors),
        supervised_by: text("supervised_by"),
        treats: cares.iter().map(|(_, care)| (*care).into()).collect(),
        methods: methods(form.text("methods"), &mut errors),
        competences: list(form.text("competences")),
        languages: list(form.text("languages")),
        terms,
        weekly_sessions: number(form, "weekly_sessions", &mut errors),
        active: true,
        ..Default::default()
    };
    if errors.0.is_empty() { Ok(therapist) } else { Err(errors) }
}

fn list(text: &str) -> Vec<String> {
    text.split([';', ',']).map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

/// "NC LP-90001 2028-06-30", with "video" behind it where it is for sessions by video alone; one a line.
fn licences(text: &str, errors: &mut Errors) -> Vec<Licence> {
    let mut found = Vec::new();
    for line in text.split(['\n', ';']).map(str::trim).filter(|line| !line.is_empty()) {
        let licence = |state: &str, number: &str, day: &str, video_only| Licence {
            state: state.to_owned(),
            number: number.to_owned(),
            expire_date: day.to_owned(),
            video_only,
        };
        match line.split_whitespace().collect::<Vec<_>>()[..] {
            [state, number, day] => found.push(licence(state, number, day, false)),
            [state, number, day, "video"] => found.push(licence(state, number, day, true)),
            _ => {
                let wrong = format!("{line:?} must be a state, a number and a last day, like NC LP-90001 2028-06-30.");
                errors.0.push(("licences".to_owned(), wrong));
            }
        }
    }
    found
}

/// "gottman certified; eft learning".
fn methods(text: &str, errors: &mut Errors) -> Vec<TrainedMethod> {
    let mut found = Vec::new();
    for method in list(text) {
        let (id, training) = method.split_once(' ').unwrap_or((&method, "trained"));
        match TRAININGS.iter().find(|(name, _)| *name == training.trim()) {
            Some((_, training)) => found.push(TrainedMethod { id: id.to_owned(), training: (*training).into() }),
            None => {
                let wrong = format!("{method:?} must end in learning, trained, certified or supervisor.");
                errors.0.push(("methods".to_owned(), wrong));
            }
        }
    }
    found
}

/// A number that may be left out.
fn number(form: &Form, field: &str, errors: &mut Errors) -> i32 {
    let text = form.text(field).trim();
    text.parse().unwrap_or_else(|_| {
        if !text.is_empty() {
            errors.0.push((field.to_owned(), "Write a number.".to_owned()));
        }
        0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_tells_of_somebody_as_the_file_does() {
        let it = read(&Form::of(&[
            ("display_name", " Ada Sample "),
            ("gender", "woman"),
            ("licences", "NC LP-1 2028-06-30\nVA PSYPACT-1 2027-12-31 video\n"),
            ("treats", "couple"),
            ("methods", "gottman certified; eft"),
            ("languages", "en, es"),
            ("payers_couple", "sample_mutual"),
            ("payers_individual", "sample_blue"),
            ("fee_couple", "260"),
            ("weekly_sessions", "20"),
        ]))
        .unwrap();
        assert_eq!((it.display_name.as_str(), it.weekly_sessions, it.active), ("Ada Sample", 20, true));
        assert_eq!(it.licences[1].number, "PSYPACT-1");
        assert_eq!((it.licences[0].video_only, it.licences[1].video_only), (false, true));
        assert_eq!(
            it.methods.iter().map(TrainedMethod::training).collect::<Vec<_>>(),
            [Training::Certified, Training::Trained]
        );
        assert_eq!(it.languages, ["en", "es"]);
        // What holds for a kind of care that they do not treat is left out.
        assert_eq!((it.terms.len(), it.terms[0].fee_dollars, it.terms[0].session_minutes), (1, 260, 0));
    }

    #[test]
    fn what_is_wrong_stands_beside_its_field() {
        let wrong = [("licences", "NC 2028-06-30"), ("methods", "eft some"), ("weekly_sessions", "many")];
        let errors = read(&Form::of(&wrong)).unwrap_err();
        assert_eq!(
            errors.0.into_iter().map(|(field, _)| field).collect::<Vec<_>>(),
            ["licences", "methods", "weekly_sessions"]
        );
    }
}
