//! What happens next, in a sentence or two: warm, plain, and true for whoever
//! reads over a shoulder – never the kind of care, an answer or another person.

use jiff::Timestamp;
use rapport_domain::{
    appointment::{AppointmentState, ClientWish},
    contact::Language,
    intake::Care,
    matching::fallback,
    practice::Practice,
};
use rapport_proto::intake as pb;

use super::client::Standing;

/// What happens next.
pub(super) struct NextStep {
    pub(super) sentence: String,
    /// By when somebody will have called.
    pub(super) call_by: Option<Timestamp>,
}

/// What happens next, in the client's language.
pub(super) fn next_step(standing: &Standing<'_>, practice: &Practice, now: Timestamp) -> NextStep {
    let language = standing.own.intake.submission.language();
    let say = |en: String, es: String| match language {
        Language::En => en,
        Language::Es => es,
    };
    let phone = &practice.phone;
    let sentence = match standing.state() {
        pb::IntakeState::WeWillCall => return call(standing, practice, language, now),
        pb::IntakeState::Confirmed => say(
            format!("Your session is set, and we look forward to meeting you. If the time does not suit you any more, you can move it or give it back here, or call us at {phone}."),
            format!("Su sesión está confirmada y nos dará gusto conocerle. Si la hora ya no le conviene, puede cambiarla o cancelarla aquí, o llámenos al {phone}."),
        ),
        pb::IntakeState::Held if waits_for_yes(standing) => say(
            "We are holding a time for you. Please say yes to it, and it is yours.".to_owned(),
            "Tenemos una hora reservada para usted. Díganos que sí, y es suya.".to_owned(),
        ),
        pb::IntakeState::Held => say(
            format!("We are holding a time for you, and we will write to you as soon as it is certain. Questions? Call us at {phone}."),
            format!("Tenemos una hora reservada para usted, y le escribiremos en cuanto sea segura. ¿Preguntas? Llámenos al {phone}."),
        ),
        pb::IntakeState::Closed => say(
            format!("This request is closed. If you would like to talk to us again, call {phone}. You are always welcome."),
            format!("Esta solicitud está cerrada. Si quiere volver a hablar con nosotros, llame al {phone}. Siempre será bienvenida su llamada."),
        ),
        pb::IntakeState::Received if standing.said_no_to_a_hold() => say(
            format!("Thank you for telling us that this time is not for you. There is nothing more that you need to do. If you would like to talk with us, call {phone}: we are glad to hear from you."),
            format!("Gracias por avisarnos que esa hora no es para usted. No tiene que hacer nada más. Si quiere hablar con nosotros, llame al {phone}: nos dará gusto escucharle."),
        ),
        pb::IntakeState::Received | pb::IntakeState::Unspecified => say(
            "Thank you. We have your answers, and we are looking for the right person and time for you. You will hear from us shortly.".to_owned(),
            "Gracias. Tenemos sus respuestas y buscamos a la persona y la hora adecuadas para usted. Pronto tendrá noticias nuestras.".to_owned(),
        ),
    };
    NextStep { sentence: sentence + &outside(standing, practice, language), call_by: None }
}

/// How their time lies outside of what they asked for, behind what happens next; nothing once they have said yes to it.
fn outside(standing: &Standing<'_>, practice: &Practice, language: Language) -> String {
    let wishes = &standing.own.intake.submission.preferences;
    let session = standing.open_appointment().filter(|_| standing.said.wish != Some(ClientWish::Accepted));
    let how = session.map(|session| fallback::outside(wishes, session, practice, language)).unwrap_or_default();
    if how.is_empty() { how } else { format!(" {how}") }
}

/// A session alone that the practice fixes only at the client's yes; where their answers call for somebody of the
/// practice to fix it, no yes is waited for.
fn waits_for_yes(standing: &Standing<'_>) -> bool {
    let alone = standing.open_appointment().is_some_and(|appointment| appointment.care == Care::Individual);
    alone && !standing.own.found.booking.needs_staff()
}

/// The same promise that stood in the answer to the submission, for as long as
/// it holds. Of a time given back later only staff are told by when to call: the
/// case's own deadline would tell of the other partner's answers.
fn call(standing: &Standing<'_>, practice: &Practice, language: Language, now: Timestamp) -> NextStep {
    let phone = &practice.phone;
    let urgency = standing.own.found.urgency;
    // What somebody of the practice fixed for this client goes before what was promised at first.
    if let Some(next) = standing.calls.told_of(now) {
        let kept = !standing.own.intake.submission.contact.safe_hours.is_empty() && !next.outside_safe_hours;
        let sentence = practice.fixed_call(urgency, next, kept, language, now);
        return NextStep { sentence, call_by: Some(next.by) };
    }
    if standing.calls.reached_at.is_some() {
        return we_talked(phone, language);
    }
    if standing.appointment.is_some_and(|appointment| appointment.state == AppointmentState::Cancelled) {
        return time_is_gone(standing.said_no(), phone, language);
    }
    if standing.joint_time_is_off() {
        return time_is_gone(false, phone, language);
    }
    let safe_hours = &standing.own.intake.submission.contact.safe_hours;
    let (by, sentence) = practice.call_promise(urgency, safe_hours, language, standing.own.intake.received_at);
    if by > now {
        return NextStep { sentence, call_by: Some(by) };
    }
    let sentence = match language {
        Language::En => format!(
            "A person from our practice will call you. If you have not heard from us, please call {phone}: we want to talk with you."
        ),
        Language::Es => format!(
            "Una persona de nuestro consultorio le llamará. Si aún no le hemos llamado, por favor llame al {phone}: queremos hablar con usted."
        ),
    };
    NextStep { sentence, call_by: None }
}

/// Somebody has talked with them, and no further call is fixed.
fn we_talked(phone: &str, language: Language) -> NextStep {
    let sentence = match language {
        Language::En => format!(
            "Thank you for talking with us. If there is anything more that you would like to ask or tell us, call {phone}."
        ),
        Language::Es => {
            format!("Gracias por hablar con nosotros. Si quiere preguntarnos o contarnos algo más, llame al {phone}.")
        }
    };
    NextStep { sentence, call_by: None }
}

/// A time that was theirs is not any more: they gave it back themselves, or it was taken from them, and then nobody
/// says by whom or why.
fn time_is_gone(given_back: bool, phone: &str, language: Language) -> NextStep {
    let sentence = match (given_back, language) {
        (true, Language::En) => format!(
            "Your time has been given back. A person from our practice will call you to find another one. You can also call us at {phone}."
        ),
        (true, Language::Es) => format!(
            "Su hora fue cancelada. Una persona de nuestro consultorio le llamará para buscar otra. También puede llamarnos al {phone}."
        ),
        (false, Language::En) => format!(
            "Your session will not take place. A person from our practice will call you, and we will find a good way on together. You can also call us at {phone}."
        ),
        (false, Language::Es) => format!(
            "Su sesión no tendrá lugar. Una persona de nuestro consultorio le llamará y buscaremos juntos cómo seguir. También puede llamarnos al {phone}."
        ),
    };
    NextStep { sentence, call_by: None }
}
