//! What a client reads about safety, calls and promises: warm, plain, and from
//! the same calendar that staff are measured by.

use jiff::{SignedDuration, Timestamp};

use super::{Practice, SafetyNotice};
use crate::{
    calendar::{week::WeeklyWindow, words},
    calls::NextCall,
    contact::Language,
    intake::Care,
    triage::{Booking, Safety, Urgency},
};

impl Practice {
    /// By when somebody calls, and the sentence that says so. A call keeps the
    /// client's safe hours whatever the urgency; only a clinician may decide otherwise.
    #[must_use]
    pub fn call_promise(
        &self,
        urgency: Urgency,
        safe_hours: &[WeeklyWindow],
        language: Language,
        now: Timestamp,
    ) -> (Timestamp, String) {
        // Half an hour is the least that a promise may leave to those who call; "now" is the exception.
        let least = match urgency {
            Urgency::Immediate => SignedDuration::from_mins(i64::from(self.promise.immediate_minutes)),
            _ => SignedDuration::from_mins(30),
        };
        let next = self.next_call(urgency, safe_hours, least, now);
        let deadline = self.respond_by(urgency, Booking::Never, Care::Individual, now);
        let by = deadline.max(next.starts_at + least).min(next.ends_at);
        let text = match language {
            Language::En => self.call_in_english(urgency, next.starts_at, by, now, !safe_hours.is_empty()),
            Language::Es => self.call_in_spanish(urgency, next.starts_at, by, now, !safe_hours.is_empty()),
        };
        (by, text)
    }

    /// The sentence about a call that somebody of the practice fixed: by when, and whether it keeps the safe hours.
    #[must_use]
    pub fn fixed_call(
        &self,
        urgency: Urgency,
        call: NextCall,
        kept: bool,
        language: Language,
        now: Timestamp,
    ) -> String {
        // On the day, "now" is when it is read: no time is told from which on.
        let urgency = urgency.min(Urgency::Urgent);
        match language {
            Language::En => self.call_in_english(urgency, now, call.by, now, kept),
            Language::Es => self.call_in_spanish(urgency, now, call.by, now, kept),
        }
    }

    /// What must be shown at once to somebody whose answers call for a person; `None` where none do.
    #[must_use]
    pub fn safety_notice(
        &self,
        safety: &Safety,
        safe_hours: &[WeeklyWindow],
        language: Language,
        now: Timestamp,
    ) -> Option<SafetyNotice<'_>> {
        if !safety.flagged && safety.urgency < Urgency::Urgent {
            return None;
        }
        let (_, call_promise) = self.call_promise(safety.urgency, safe_hours, language, now);
        let lines = safety.lines.iter().filter_map(|id| self.lines.iter().find(|line| line.id == *id)).collect();
        Some(SafetyNotice {
            headline: headline(safety.urgency, language).to_owned(),
            lines,
            call_promise,
            discretion: discretion(language).to_owned(),
        })
    }

    /// What is promised to whom, in plain sentences.
    #[must_use]
    pub fn promises(&self, language: Language) -> Vec<String> {
        let promise = self.promise;
        let booking = self.booking;
        match language {
            Language::En => vec![
                format!("There is no waiting list: a first session within {}.", days(promise.routine_days)),
                format!(
                    "Where things are pressing, a first session within {}; for two together, within {}.",
                    business_days(promise.priority_days),
                    business_days(promise.priority_joint_days)
                ),
                format!(
                    "Where a person should speak with you first, a call within {}.",
                    business_days(promise.call_days)
                ),
                format!(
                    "Where it is urgent, a clinician's call within {} hours, at a time that you say is safe.",
                    promise.urgent_hours
                ),
                "Where someone may be in danger, the clinician on call is told at once, at any hour.".to_owned(),
                format!(
                    "A time for two is held at least {} ahead, and settled {} hours before it starts.",
                    days(booking.hold_min_days),
                    booking.release_hours
                ),
            ],
            Language::Es => vec![
                format!("No hay lista de espera: una primera sesión en un plazo de {}.", dias(promise.routine_days)),
                format!(
                    "Si la situación apremia, una primera sesión en {}; para dos personas juntas, en {}.",
                    dias_habiles(promise.priority_days),
                    dias_habiles(promise.priority_joint_days)
                ),
                format!(
                    "Si conviene que antes hable con una persona, una llamada en {}.",
                    dias_habiles(promise.call_days)
                ),
                format!(
                    "Si es urgente, un clínico le llama en {} horas, a una hora que usted considere segura.",
                    promise.urgent_hours
                ),
                "Si alguien puede estar en peligro, se avisa de inmediato al clínico de guardia, a cualquier hora."
                    .to_owned(),
                format!(
                    "La hora para dos personas se reserva con al menos {} y se decide {} horas antes.",
                    dias(booking.hold_min_days),
                    booking.release_hours
                ),
            ],
        }
    }

    fn call_in_english(
        &self,
        urgency: Urgency,
        from: Timestamp,
        by: Timestamp,
        now: Timestamp,
        safe_hours: bool,
    ) -> String {
        let language = Language::En;
        let [from_zoned, by_zoned, now_zoned] = [from, by, now].map(|at| at.to_zoned(self.zone.clone()));
        let caller = match urgency {
            Urgency::Immediate => "Our clinician on call is being told now and".to_owned(),
            Urgency::Urgent => "A clinician".to_owned(),
            Urgency::Priority | Urgency::Routine => format!("A person from {}", self.sender_name),
        };
        let day = |at: &jiff::Zoned| match at.date() == now_zoned.date() {
            true => "today".to_owned(),
            false => format!("on {}", words::day(language, at)),
        };
        let (on, by_time) = (day(&by_zoned), words::time(language, &by_zoned));
        let kept = if safe_hours { ", within the hours that you told us are safe" } else { "" };
        if from <= now || from_zoned.date() != by_zoned.date() {
            return format!("{caller} will call you by {by_time} {on}{kept}.");
        }
        format!("{caller} will call you {on} between {} and {by_time}{kept}.", words::time(language, &from_zoned))
    }

    fn call_in_spanish(
        &self,
        urgency: Urgency,
        from: Timestamp,
        by: Timestamp,
        now: Timestamp,
        safe_hours: bool,
    ) -> String {
        let language = Language::Es;
        let [from_zoned, by_zoned, now_zoned] = [from, by, now].map(|at| at.to_zoned(self.zone.clone()));
        let caller = match urgency {
            Urgency::Immediate => "En este momento avisamos al clínico de guardia, que le llamará".to_owned(),
            Urgency::Urgent => "Un clínico le llamará".to_owned(),
            Urgency::Priority | Urgency::Routine => format!("Una persona de {} le llamará", self.sender_name),
        };
        let on = match by_zoned.date() == now_zoned.date() {
            true => "hoy".to_owned(),
            false => format!("el {}", words::day(language, &by_zoned)),
        };
        let by_time = words::the_time(language, &by_zoned);
        let kept = if safe_hours { ", dentro de las horas que usted indicó como seguras" } else { "" };
        let sentence = if from <= now || from_zoned.date() != by_zoned.date() {
            format!("{caller} {on} antes de {by_time}{kept}")
        } else {
            format!("{caller} {on} entre {} y {by_time}{kept}", words::the_time(language, &from_zoned))
        };
        // "6:00 p. m." ends a sentence by itself.
        if sentence.ends_with('.') { sentence } else { format!("{sentence}.") }
    }
}

const fn headline(urgency: Urgency, language: Language) -> &'static str {
    match (urgency, language) {
        (Urgency::Immediate, Language::En) => {
            "Thank you for telling us. You do not have to face this alone: someone can talk with you right now."
        }
        (Urgency::Immediate, Language::Es) => {
            "Gracias por contarnos. No tiene que pasar por esto a solas: alguien puede hablar con usted ahora mismo."
        }
        (Urgency::Urgent, Language::En) => {
            "Thank you for telling us. What you shared matters, and a clinician will speak with you soon."
        }
        (Urgency::Urgent, Language::Es) => {
            "Gracias por contarnos. Lo que compartió es importante, y un clínico hablará pronto con usted."
        }
        (Urgency::Priority | Urgency::Routine, Language::En) => {
            "Thank you for telling us. A person will speak with you before anything is booked."
        }
        (Urgency::Priority | Urgency::Routine, Language::Es) => {
            "Gracias por contarnos. Una persona hablará con usted antes de reservar una cita."
        }
    }
}

const fn discretion(language: Language) -> &'static str {
    match language {
        Language::En => "We have contacted nobody else. We will speak with you first.",
        Language::Es => "No hemos contactado a nadie más. Primero hablaremos con usted.",
    }
}

fn days(number: u32) -> String {
    format!("{number} day{}", if number == 1 { "" } else { "s" })
}

fn business_days(number: u32) -> String {
    format!("{number} business day{}", if number == 1 { "" } else { "s" })
}

fn dias(number: u32) -> String {
    format!("{number} día{}", if number == 1 { "" } else { "s" })
}

fn dias_habiles(number: u32) -> String {
    if number == 1 { "1 día hábil".to_owned() } else { format!("{number} días hábiles") }
}
