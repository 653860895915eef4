//! An intake by phone: the whole form on one page, read aloud and filled in by whoever took the call. What is asked when is
//! the domain's to say, as on the clients' pages; nothing is kept before it is sent.

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use rapport_domain::{contact::Language, screening::Answers};
use rapport_proto::{
    intake::{Answer, GetScreeningResponse, QuestionnaireAnswers, SafetyNotice, SubmitIntakeRequest},
    staff::CreateIntakeRequest,
};
use tonic::Status;
use tonic_types::StatusExt;

use super::{problem::Problem, shell::Shell, signed_in::Staff};
use crate::{
    about::{
        About, PAGES,
        check::{self, Errors},
        message,
    },
    desk::Desk,
    form::Form,
    pages::about::{Day, reader, week},
    screening::{
        Screening,
        answered::Answered,
        sheet::to_message,
        view::{self, Block, Control, Wrong},
    },
    shell::page,
    words::{self, Words},
};

/// One step of the form as it is asked.
struct Asked {
    title: String,
    blocks: Vec<Block>,
    all_optional: bool,
}

#[derive(Template)]
// Outside of `staff/`: it is made of parts of the clients' form, whose macros it finds only from here.
#[template(path = "staff_intake.html")]
struct IntakePage {
    shell: Shell,
    language: Language,
    asked: Vec<Asked>,
    about: About,
    errors: Errors,
    /// What the service found wrong, in its own words.
    refused: Vec<String>,
    /// How many questions want another answer.
    unfit: usize,
    practice: Arc<GetScreeningResponse>,
    safe: Vec<Day>,
    windows: Vec<Day>,
    protocol: String,
    request_id: String,
    you: &'static words::About,
}

#[derive(Template)]
#[template(path = "staff/intake_taken.html")]
struct TakenPage {
    shell: Shell,
    case_name: String,
    notice: SafetyNotice,
    help: &'static words::Help,
}

/// What was filled in so far. It holds answers, so it has no `Debug`.
struct Filled {
    language: Language,
    screening: Arc<Screening>,
    practice: Arc<GetScreeningResponse>,
    about: About,
    answers: Answers,
    wrong: Vec<BTreeMap<usize, Wrong>>,
    request_id: String,
}

/// `GET /staff/intake?spoken=es`
pub(crate) async fn show(
    State(desk): State<Desk>,
    staff: Staff,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = Form::of_query(query.as_deref());
    let filled = Filled::read(&desk, &query).await?;
    write(&desk, &staff, filled, Errors::default(), Vec::new()).await
}

/// `POST /staff/intake`: looks at what follows from the answers, or sends it.
pub(crate) async fn take(State(desk): State<Desk>, staff: Staff, sent: Form) -> Result<Response, Problem> {
    let mut filled = Filled::read(&desk, &sent).await?;
    if sent.text("go") != "send" {
        filled.wrong.iter_mut().for_each(BTreeMap::clear);
        return write(&desk, &staff, filled, Errors::default(), Vec::new()).await;
    }
    filled.require(&sent);
    let errors = filled.errors(&desk);
    if !errors.0.is_empty() || filled.unfit() > 0 {
        let shown = write(&desk, &staff, filled, errors, Vec::new()).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown).into_response());
    }
    let request = staff.ask(filled.request())?;
    match desk.staff.triage().create_intake(request).await {
        Ok(answer) => {
            let answer = answer.into_inner();
            let Some(notice) = answer.safety_notice else {
                return Ok(Redirect::to(&format!("/staff/{}", answer.case_name)).into_response());
            };
            let help = &Words::of(filled.language).help;
            let shell = Shell::of(&desk, &staff).await;
            Ok(page(&TakenPage { shell, case_name: answer.case_name, notice, help }))
        }
        Err(status) if status.get_details_bad_request().is_some() => {
            let shown = write(&desk, &staff, filled, Errors::default(), told(&status)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, shown).into_response())
        }
        Err(status) => Err(status.into()),
    }
}

impl Filled {
    async fn read(desk: &Desk, sent: &Form) -> Result<Self, Problem> {
        let language = Language::parse(sent.text("spoken")).unwrap_or_default();
        let protocol = sent.text("protocol");
        let practice = desk.board.of(language, protocol).await?;
        let screening = desk.board.screening(language, protocol).await?;
        let about = PAGES.iter().fold(About::default(), |about, fields| about.with_page(fields, sent));
        let mut filled = Self {
            request_id: Some(sent.text("request_id").to_owned())
                .filter(|id| !id.is_empty())
                .unwrap_or_else(|| desk.ids.uuid().to_string()),
            language,
            practice,
            about,
            answers: Answers::default(),
            wrong: Vec::with_capacity(screening.steps.len()),
            screening,
        };
        filled.answer(sent, false);
        Ok(filled)
    }

    /// Notes what must be answered and is not, too.
    fn require(&mut self, sent: &Form) {
        self.answer(sent, true);
    }

    fn answer(&mut self, sent: &Form, require: bool) {
        self.wrong.clear();
        for step in &self.screening.steps {
            let Some(form) = self.screening.parts.get(step.part) else { continue };
            let mut answered = Answered::read(step, form, &self.answers, &sent.below(&prefix(step.part)));
            if require {
                answered.require(step, form);
            }
            self.answers = answered.answers;
            self.wrong.push(answered.wrong);
        }
    }

    fn unfit(&self) -> usize {
        self.wrong.iter().map(BTreeMap::len).sum()
    }

    /// What is wrong with what they told of themselves. Whoever calls may have no address.
    fn errors(&self, desk: &Desk) -> Errors {
        let reader = reader(desk, &self.practice, false);
        let w = &Words::of(Language::En).about;
        let of_page = |number: usize| check::page(number, &self.about, &reader, w).0;
        let all = (1..=PAGES.len()).flat_map(of_page);
        Errors(all.filter(|(field, _)| *field != "email" || !self.about.text_of("email").is_empty()).collect())
    }

    fn request(&self) -> CreateIntakeRequest {
        let mut intake = SubmitIntakeRequest {
            protocol: self.screening.protocol.clone(),
            consents: message::consents(&self.about, &self.practice.consents),
            screenings: self.screenings(),
            ..SubmitIntakeRequest::default()
        };
        message::fill(&mut intake, &self.about, self.language.tag(), false);
        CreateIntakeRequest { request_id: self.request_id.clone(), intake: Some(intake), status_page: false }
    }

    /// Every form with what was answered of it; what was left blank is not sent.
    fn screenings(&self) -> Vec<QuestionnaireAnswers> {
        let of_form = |form: &rapport_domain::screening::Questionnaire| {
            let given = self.answers.0.get(form.canonical()).cloned().unwrap_or_default();
            let answer = |(link_id, values): (String, Vec<_>)| Answer {
                link_id,
                values: values.into_iter().map(to_message).collect(),
            };
            QuestionnaireAnswers {
                questionnaire: form.canonical().to_owned(),
                answers: given.into_iter().map(answer).collect(),
            }
        };
        self.screening.parts.iter().map(of_form).collect()
    }

    /// The steps as they stand, each field under a name that no other form's has.
    fn asked(&self) -> Vec<Asked> {
        let w = &Words::of(self.language).steps;
        let none = BTreeMap::new();
        let of_step = |(number, step): (usize, &crate::screening::Step)| {
            let form = self.screening.parts.get(step.part)?;
            let wrong = self.wrong.get(number).unwrap_or(&none);
            let (title, mut blocks) = view::page(step, form, &self.answers, wrong, w);
            for block in &mut blocks {
                if let Block::Question(question) = block {
                    question.field = format!("{}{}", prefix(step.part), question.field);
                }
            }
            Some(Asked { title, all_optional: view::are_all_optional(&blocks), blocks })
        };
        self.screening.steps.iter().enumerate().filter_map(of_step).collect()
    }
}

fn prefix(part: usize) -> String {
    format!("p{part}-")
}

fn told(status: &Status) -> Vec<String> {
    let bad = status.get_details_bad_request().map(|bad| bad.field_violations).unwrap_or_default();
    let said =
        |it: tonic_types::FieldViolation| format!("{}: {}", it.field.trim_start_matches("intake."), it.description);
    bad.into_iter().map(said).collect()
}

async fn write(
    desk: &Desk,
    staff: &Staff,
    filled: Filled,
    errors: Errors,
    refused: Vec<String>,
) -> Result<Response, Problem> {
    let you = &Words::of(Language::En).about;
    let (about, practice) = (&filled.about, &filled.practice);
    Ok(page(&IntakePage {
        shell: Shell::of(desk, staff).await,
        language: filled.language,
        asked: filled.asked(),
        safe: week(about, "safe", practice, false, Language::En, you),
        windows: week(about, "window", practice, true, Language::En, you),
        unfit: filled.unfit(),
        errors,
        refused,
        protocol: filled.screening.protocol.clone(),
        you,
        about: filled.about,
        practice: filled.practice,
        request_id: filled.request_id,
    }))
}
