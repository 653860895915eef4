//! Asking to be called before any question.

/// Asking to be called.
pub(crate) struct Call {
    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) name_hint: &'static str,
    pub(crate) introduce_hint: &'static str,
    pub(crate) sees: &'static str,
    pub(crate) language: &'static str,
    pub(crate) ask: &'static str,
    pub(crate) write: &'static str,
    pub(crate) sooner: &'static str,
    pub(crate) sooner_text: &'static str,
    pub(crate) soonest: &'static str,
}

pub(super) const EN: Call = Call {
    title: "We call you",
    lead: "Tell us your name and number. A person from our office calls and goes through it with you. You don’t have to explain anything here.",
    name_hint: "Whom we ask for when we call.",
    introduce_hint: "For example “Sam”. Leave it blank and we give our office’s name only. It says nothing of why we call.",
    sees: "Only the people of this office see this. We call to find out how we can help, and for nothing else. Calls can show in a call log.",
    language: "We speak English with you. For Spanish, choose “Español” at the top of this page.",
    ask: "Please call me",
    write: "I would rather answer the questions myself",
    sooner: "If it can’t wait",
    sooner_text: "These lines answer now, at any hour.",
    soonest: "Rather call us yourself?",
};

pub(super) const ES: Call = Call {
    title: "Le llamamos",
    lead: "Díganos su nombre y su teléfono. Una persona de nuestra oficina le llama y lo hace con usted. Aquí no tiene que explicar nada.",
    name_hint: "Por quién preguntamos al llamar.",
    introduce_hint: "Por ejemplo «Sam». Si lo deja en blanco, damos solo el nombre de nuestra oficina. No dice por qué llamamos.",
    sees: "Solo lo ven las personas de esta oficina. Llamamos para saber cómo podemos ayudarle, y para nada más. Las llamadas pueden aparecer en el registro del teléfono.",
    language: "Hablamos con usted en español. Para inglés, elija «English» arriba en esta página.",
    ask: "Llámenme, por favor",
    write: "Prefiero responder yo las preguntas",
    sooner: "Si no puede esperar",
    sooner_text: "Estas líneas contestan ahora, a cualquier hora.",
    soonest: "¿Prefiere llamarnos usted?",
};
