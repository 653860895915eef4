//! Every text of ours, in both languages. A text that one language lacks does not compile.
//!
//! Plain words, short sentences that begin with what to do, nobody's fault. What
//! the practice writes itself (questions, consents, promises, lines, prices) comes
//! from its files through the intake service.

use rapport_domain::contact::Language;

mod help;
mod problems;
mod questions;
mod shell;
mod welcome;

pub(crate) use help::Help;
pub(crate) use problems::{Problems, Saying};
pub(crate) use questions::Questions;
pub(crate) use shell::Shell;
pub(crate) use welcome::Welcome;

/// The texts of all pages in one language.
pub(crate) struct Words {
    pub(crate) shell: Shell,
    pub(crate) problems: Problems,
    pub(crate) welcome: Welcome,
    pub(crate) help: Help,
    pub(crate) questions: Questions,
}

static EN: Words =
    Words { shell: shell::EN, problems: problems::EN, welcome: welcome::EN, help: help::EN, questions: questions::EN };

static ES: Words =
    Words { shell: shell::ES, problems: problems::ES, welcome: welcome::ES, help: help::ES, questions: questions::ES };

impl Words {
    /// In a language.
    pub(crate) const fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &EN,
            Language::Es => &ES,
        }
    }
}
