//! What must be shown to somebody whose unfinished answers call for help.
//!
//! Nobody of the practice reads a draft, so nothing is promised and nobody is
//! told; the lines stand there all the same. A draft has no date of birth and
//! may name no kind of care yet: it is looked at under every age and either kind
//! of care, and what a blank sheet would show is taken away again, so that
//! neither an unanswered question nor an age brings a line by itself.

use std::collections::BTreeSet;

use super::{Practice, SafetyNotice};
use crate::{
    contact::Language,
    intake::Care,
    protocol::{Protocol, Subject},
    screening::Answers,
    triage::Urgency,
};

/// One of each age at which rules may be expected to differ; no form asks a draft for it.
const AGES: [i16; 10] = [12, 17, 20, 30, 40, 50, 60, 70, 80, 90];

impl Practice {
    /// What must be shown at once beside a draft; `None` where its answers call for no line.
    #[must_use]
    pub fn draft_notice(&self, protocol: &Protocol, answers: &Answers, language: Language) -> Option<SafetyNotice<'_>> {
        let blank = Answers::default();
        let mut urgency = Urgency::Routine;
        let mut called: Vec<(Urgency, String)> = Vec::new();
        for (age, care) in AGES.into_iter().flat_map(|age| [(age, Care::Couple), (age, Care::Individual)]) {
            let found = protocol.screen_safety(&Subject { answers, age: Some(age), care });
            let anyway = protocol.screen_safety(&Subject { answers: &blank, age: Some(age), care });
            let anyway: BTreeSet<_> = anyway.lines.into_iter().collect();
            for line in found.lines.into_iter().filter(|line| !anyway.contains(line)) {
                urgency = urgency.max(found.urgency);
                if !called.iter().any(|(_, known)| *known == line) {
                    called.push((found.urgency, line));
                }
            }
        }
        // Stable: within one urgency they stay in the order of the rules.
        called.sort_by_key(|(urgency, _)| std::cmp::Reverse(*urgency));
        let lines: Vec<_> = called.iter().filter_map(|(_, id)| self.lines.iter().find(|line| line.id == *id)).collect();
        (!lines.is_empty()).then(|| SafetyNotice {
            headline: headline(urgency, language).to_owned(),
            lines,
            call_promise: String::new(),
            discretion: discretion(language).to_owned(),
        })
    }
}

const fn headline(urgency: Urgency, language: Language) -> &'static str {
    match (urgency, language) {
        (Urgency::Immediate, Language::En) => {
            "You do not have to face this alone: someone can talk with you right now, at any hour."
        }
        (Urgency::Immediate, Language::Es) => {
            "No tiene que pasar por esto a solas: alguien puede hablar con usted ahora mismo, a cualquier hora."
        }
        (_, Language::En) => "What you are going through matters. You can talk with someone about it now.",
        (_, Language::Es) => "Lo que está viviendo es importante. Puede hablar con alguien sobre ello ahora.",
    }
}

const fn discretion(language: Language) -> &'static str {
    match language {
        Language::En => {
            "Nobody at our practice has read this, and nobody is told: your answers are only saved until you send them."
        }
        Language::Es => {
            "Nadie de nuestro consultorio ha leído esto y no se avisa a nadie: sus respuestas solo quedan guardadas hasta que las envíe."
        }
    }
}
