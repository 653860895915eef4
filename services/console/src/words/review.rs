//! The look over it all, and stopping on the way.

/// The look over it all.
pub(crate) struct Review {
    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) change: &'static str,
    /// Of answers that are not shown again.
    pub(crate) unshown: &'static str,
    pub(crate) send: &'static str,
    pub(crate) back: &'static str,
    pub(crate) sees: &'static str,
    pub(crate) errors: &'static str,
    /// Where the intake service names a field of ours.
    pub(crate) look_again: &'static str,
    pub(crate) later_title: &'static str,
    pub(crate) later_lead: &'static str,
    pub(crate) later_link: &'static str,
    pub(crate) later_careful: &'static str,
    pub(crate) later_go_on: &'static str,
    pub(crate) yes: &'static str,
    pub(crate) no: &'static str,
}

pub(super) const EN: Review = Review {
    title: "Look it over, then send it",
    lead: "This is what you told us. Change whatever you like.",
    change: "Change",
    unshown: "What is not listed was left blank, or is kept and not shown again, in case someone looks over your shoulder.",
    send: "Send it",
    back: "Back",
    sees: "When you send it, the people of this office who need it for your care can read it. You see your next step right away.",
    errors: "Before you send it",
    look_again: "Please look at this part again.",
    later_title: "You can stop here",
    later_lead: "Your answers to the questions are saved for two weeks. About yourself (name, phone and so on) we keep nothing until you send the form: you fill that in again.",
    later_link: "To go on later, or on another device, keep this link in a safe place:",
    later_careful: "Whoever has the link can see your answers, except those about safety.",
    later_go_on: "Go on now",
    yes: "Yes",
    no: "No",
};

pub(super) const ES: Review = Review {
    title: "Revise todo y envíelo",
    lead: "Esto es lo que nos contó. Cambie lo que quiera.",
    change: "Cambiar",
    unshown: "Lo que no aparece quedó en blanco, o está guardado y no se muestra otra vez, por si alguien mira su pantalla.",
    send: "Enviar",
    back: "Atrás",
    sees: "Cuando lo envíe, podrán leerlo las personas de esta oficina que lo necesitan para atenderle. Enseguida verá qué sigue.",
    errors: "Antes de enviarlo",
    look_again: "Revise esta parte, por favor.",
    later_title: "Puede parar aquí",
    later_lead: "Sus respuestas a las preguntas quedan guardadas dos semanas. Sobre usted (nombre, teléfono y demás) no guardamos nada hasta que envíe el formulario: eso lo llena de nuevo.",
    later_link: "Para seguir después, o en otro dispositivo, guarde este enlace en un lugar seguro:",
    later_careful: "Quien tenga el enlace puede ver sus respuestas, menos las de seguridad.",
    later_go_on: "Seguir ahora",
    yes: "Sí",
    no: "No",
};
