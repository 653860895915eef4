//! What stands around every page: who we are by our neutral name, help, another
//! language, "Leave now", and that we are no emergency service.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use rapport_domain::contact::Language;
use rapport_proto::intake::GetScreeningResponse;

use crate::{
    assets::ASSETS,
    desk::Desk,
    problem::Problem,
    visitor::Visitor,
    words::{self, Words},
};

/// A page that tells of the weather: what "Leave now" leads to. It asks for nothing and looks like anybody's day.
pub(crate) const AWAY: &str = "https://www.weather.gov/";

/// What every page shows. Only the practice's own, neutral words stand in it.
pub(crate) struct Shell {
    pub(crate) language: &'static str,
    /// What the other language calls itself, and its tag.
    pub(crate) other: (&'static str, &'static str),
    /// The neutral name that letters come from: the page's title.
    pub(crate) office: String,
    /// Where to call the practice; empty where that cannot be read.
    pub(crate) phone: String,
    pub(crate) emergency_note: String,
    /// Where to come back to in another language.
    pub(crate) path: String,
    pub(crate) style: String,
    pub(crate) script: String,
    pub(crate) icon: String,
    pub(crate) away: &'static str,
    pub(crate) w: &'static words::Shell,
}

impl Shell {
    /// Around a page of the practice as it is now.
    pub(crate) async fn of(desk: &Desk, visitor: &Visitor) -> Result<Self, Problem> {
        Ok(Self::around(visitor, Some(&*desk.board.today(visitor.language).await?)))
    }

    /// Around a page that has to say that nothing can be read.
    pub(crate) fn of_last(desk: &Desk, visitor: &Visitor) -> Self {
        Self::around(visitor, desk.board.last(visitor.language).as_deref())
    }

    pub(crate) fn around(visitor: &Visitor, practice: Option<&GetScreeningResponse>) -> Self {
        let w = &Words::of(visitor.language).shell;
        let other = match visitor.language {
            Language::En => ("es", "Español"),
            Language::Es => ("en", "English"),
        };
        let of_practice = |read: fn(&GetScreeningResponse) -> &String, otherwise: &str| {
            practice.map(read).filter(|text| !text.is_empty()).cloned().unwrap_or_else(|| otherwise.to_owned())
        };
        Self {
            language: visitor.language.tag(),
            other,
            office: of_practice(|practice| &practice.office, w.office),
            phone: of_practice(|practice| &practice.phone, ""),
            emergency_note: of_practice(|practice| &practice.emergency_note, w.emergency_note),
            path: visitor.path.clone(),
            style: ASSETS.style.path(),
            script: ASSETS.script.path(),
            icon: ASSETS.icon.path(),
            away: AWAY,
            w,
        }
    }
}

/// A written page, or what is to be said instead.
pub(crate) fn page(template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => Problem::from(error).into_response(),
    }
}

/// Digits that a phone dials, of a number as people read it.
pub(crate) fn dial(phone: &str) -> String {
    let digits: String = phone.chars().filter(|char| char.is_ascii_digit() || *char == '+').collect();
    format!("tel:{digits}")
}
