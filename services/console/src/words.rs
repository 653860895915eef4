//! Every text of ours, in both languages. A text that one language lacks does not compile.
//!
//! Plain words, short sentences that begin with what to do, nobody's fault. What
//! the practice writes itself (questions, consents, promises, lines, prices) comes
//! from its files through the intake service.

use rapport_domain::contact::Language;

mod about;
mod call;
mod help;
mod invite;
mod moving;
mod problems;
mod questions;
mod review;
mod session;
mod shell;
mod steps;
mod welcome;

pub(crate) use about::About;
pub(crate) use call::Call;
pub(crate) use help::Help;
pub(crate) use invite::Invite;
pub(crate) use moving::Moving;
pub(crate) use problems::{Problems, Saying};
pub(crate) use questions::Questions;
pub(crate) use review::Review;
pub(crate) use session::Session;
pub(crate) use shell::Shell;
pub(crate) use steps::Steps;
pub(crate) use welcome::Welcome;

/// The texts of all pages in one language.
pub(crate) struct Words {
    pub(crate) about: About,
    pub(crate) call: Call,
    pub(crate) help: Help,
    pub(crate) invite: Invite,
    pub(crate) moving: Moving,
    pub(crate) problems: Problems,
    pub(crate) questions: Questions,
    pub(crate) review: Review,
    pub(crate) session: Session,
    pub(crate) shell: Shell,
    pub(crate) steps: Steps,
    pub(crate) welcome: Welcome,
}

static EN: Words = Words {
    about: about::EN,
    call: call::EN,
    help: help::EN,
    invite: invite::EN,
    moving: moving::EN,
    problems: problems::EN,
    questions: questions::EN,
    review: review::EN,
    session: session::EN,
    shell: shell::EN,
    steps: steps::EN,
    welcome: welcome::EN,
};

static ES: Words = Words {
    about: about::ES,
    call: call::ES,
    help: help::ES,
    invite: invite::ES,
    moving: moving::ES,
    problems: problems::ES,
    questions: questions::ES,
    review: review::ES,
    session: session::ES,
    shell: shell::ES,
    steps: steps::ES,
    welcome: welcome::ES,
};

impl Words {
    /// In a language.
    pub(crate) const fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &EN,
            Language::Es => &ES,
        }
    }
}
