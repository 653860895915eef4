//! What stands on the page of a session: how to come, what to bring, what it
//! costs, how video works, and small steps that help until then.
//!
//! All of it follows from one client's own intake, the session and the practice's
//! files. A step is shown with its words from practice.toml; one whose words the
//! practice has taken out since is left out.

#[cfg(test)]
mod tests;

use super::{
    Location, Practice, Text,
    load::number,
    paragraph::paragraph,
    section::{Section, Source},
};
use crate::{
    appointment::Appointment,
    contact::Language,
    intake::{Care, Format, Preferences},
    problem::FileProblem,
    triage::TriageResult,
};

/// `[session_page]` of practice.toml.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionTexts {
    /// What to bring, a line each.
    pub bring: Vec<Text>,
    /// How a session by video works.
    pub video: Text,
    /// As many small steps are shown at most.
    pub most_steps: usize,
    /// Small steps in a client's words, by their ids in triage.yaml.
    pub steps: Vec<StepText>,
}

/// A small step in a client's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepText {
    /// Its id in triage.yaml.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// How it is done.
    pub how: Text,
    /// What it is good for.
    pub why: Text,
}

/// `[fees]` of practice.toml: for whoever pays themselves, in whole dollars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fees {
    /// A session alone.
    pub individual: u32,
    /// A session for two.
    pub couple: u32,
    /// As many sessions a good-faith estimate counts.
    pub estimate_sessions: u32,
    /// When somebody last made sure of them.
    pub last_verified: jiff::civil::Date,
}

/// What stands on the page of one client's session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionPage<'a> {
    /// Small steps that fit, those that most speaks for first.
    pub steps: Vec<&'a StepText>,
    /// Where to come; `None` by video.
    pub place: Option<&'a Location>,
    /// How video works; `None` in person.
    pub video: Option<&'a str>,
    /// What to bring.
    pub bring: Vec<&'a str>,
    /// What a session costs whoever pays themselves, in whole dollars.
    pub dollars: u32,
    /// That in words, and who pays.
    pub fee: String,
    /// The good-faith estimate; `None` where a plan pays.
    pub estimate: Option<String>,
}

impl Practice {
    /// The page of a session for the client of these preferences, in whose answers this was found. `own_fee` is the
    /// therapist's, where it is not the practice's.
    #[must_use]
    pub fn session_page(
        &self,
        found: &TriageResult,
        preferences: &Preferences,
        session: &Appointment,
        own_fee: Option<u32>,
        language: Language,
    ) -> SessionPage<'_> {
        let texts = &self.session_texts;
        let in_person = session.format == Format::InPerson;
        let dollars = own_fee.unwrap_or(match session.care {
            Care::Individual => self.fees.individual,
            Care::Couple => self.fees.couple,
        });
        let payer = preferences.payer.as_ref().and_then(|id| self.payers.iter().find(|payer| payer.id == *id));
        let pays = payer.filter(|payer| payer.pays_for.contains(&session.care));
        SessionPage {
            steps: self.steps(found),
            place: session.room.as_deref().filter(|_| in_person).and_then(|room| self.location_of(room)),
            video: (!in_person).then(|| texts.video.get(language)),
            bring: texts.bring.iter().map(|line| line.get(language)).collect(),
            dollars,
            fee: match (payer, pays) {
                (_, Some(payer)) => plan_pays(&payer.label, dollars, language),
                (Some(payer), None) => plan_does_not_pay(&payer.label, dollars, language),
                (None, None) => costs(dollars, language),
            },
            estimate: pays.is_none().then(|| self.estimate(dollars, language)),
        }
    }

    /// Those that most rules advise come first, then as triage.yaml has them. Nothing that needs the partner or brings
    /// into touch is asked of anybody whose answers leave no joint session to a machine: where safety or pressure was
    /// named triage advises none, and where a question stayed open, or the client is a minor, nobody knows.
    fn steps(&self, found: &TriageResult) -> Vec<&StepText> {
        let together = found.booking.by_machine() && !found.flagged && !found.under_18;
        let mut fitting: Vec<_> = found.advice_in_case(!together).collect();
        fitting.sort_by_key(|advice| std::cmp::Reverse(advice.because.len()));
        let texts = &self.session_texts;
        let in_words = fitting.into_iter().filter_map(|advice| texts.steps.iter().find(|step| step.id == advice.step));
        in_words.take(texts.most_steps).collect()
    }

    /// What the No Surprises Act asks for: what is to be expected, and that a bill which is 400 dollars above it may be
    /// disputed (45 CFR 149.610 and 149.620).
    fn estimate(&self, dollars: u32, language: Language) -> String {
        let sessions = self.fees.estimate_sessions;
        let all = amount(dollars.saturating_mul(sessions));
        match language {
            Language::En => format!(
                "A good-faith estimate: {sessions} sessions come to about {all}. You decide how many there will be. You may ask us for this in writing, and dispute a bill that is $400 or more above it."
            ),
            Language::Es => format!(
                "Una estimación de buena fe: {sessions} sesiones cuestan unos {all}. Usted decide cuántas serán. Puede pedírnosla por escrito y reclamar si una factura la supera en $400 o más."
            ),
        }
    }

    /// A warning where nobody has looked at the fees for a year.
    pub(super) fn stale_fees(&self, today: jiff::civil::Date) -> Option<FileProblem> {
        let a_year_ago = today.checked_sub(jiff::Span::new().years(1)).unwrap_or(jiff::civil::Date::MIN);
        let at = self.fees.last_verified;
        (at < a_year_ago).then(|| {
            let what = format!("the fees were last verified on {at}");
            FileProblem::warning(super::load::FILE, (0, 0), what, "look at them, and write the day into last_verified")
        })
    }
}

fn costs(dollars: u32, language: Language) -> String {
    let amount = amount(dollars);
    match language {
        Language::En => format!("A session costs {amount}."),
        Language::Es => format!("Una sesión cuesta {amount}."),
    }
}

fn plan_pays(plan: &str, dollars: u32, language: Language) -> String {
    let amount = amount(dollars);
    match language {
        Language::En => format!(
            "{plan} pays for your sessions. What is left for you depends on your plan: they can tell you how much. Without a plan, a session costs {amount}."
        ),
        Language::Es => format!(
            "{plan} paga sus sesiones. Lo que le quede por pagar depende de su plan: allí le dirán cuánto es. Sin plan, una sesión cuesta {amount}."
        ),
    }
}

fn plan_does_not_pay(plan: &str, dollars: u32, language: Language) -> String {
    let amount = amount(dollars);
    match language {
        Language::En => {
            format!("{plan} does not pay for this kind of session. It costs {amount}, which you pay yourself.")
        }
        Language::Es => format!("{plan} no paga este tipo de sesión. Cuesta {amount}, que paga usted."),
    }
}

/// "$1,980".
pub(super) fn amount(dollars: u32) -> String {
    let digits = dollars.to_string();
    let mut text = String::from("$");
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `[fees]`.
pub(super) fn fees(source: &Source<'_>, mut section: Section<'_, '_>) -> Option<Fees> {
    let mut within = |key, range| number(source, &mut section, key, range);
    let individual = within("individual", 1..=2000);
    let couple = within("couple", 1..=2000);
    let estimate_sessions = within("estimate_sessions", 1..=52);
    let last_verified = section.parsed("last_verified", super::load::date);
    section.finish();
    Some(Fees {
        individual: individual?,
        couple: couple?,
        estimate_sessions: estimate_sessions?,
        last_verified: last_verified?,
    })
}

/// `[session_page]`; `id` checks the id of a step.
pub(super) fn texts(
    source: &Source<'_>,
    mut section: Section<'_, '_>,
    mut id: impl FnMut(&mut Section<'_, '_>) -> Option<String>,
) -> Option<SessionTexts> {
    let most_steps = number(source, &mut section, "most_steps", 0..=9);
    let video = paragraph(source, &mut section, "video");
    let bring = section.sections("bring").into_iter().filter_map(|mut line| {
        let text = paragraph(source, &mut line, "text");
        line.finish();
        text
    });
    let bring = bring.collect();
    let steps = section.sections("steps").into_iter().filter_map(|mut step| {
        let id = id(&mut step);
        let [title, how, why] = ["title", "how", "why"].map(|key| paragraph(source, &mut step, key));
        step.finish();
        Some(StepText { id: id?, title: title?, how: how?, why: why? })
    });
    let steps = steps.collect();
    section.finish();
    Some(SessionTexts { bring, video: video?, most_steps: usize::try_from(most_steps?).ok()?, steps })
}
