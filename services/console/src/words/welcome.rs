//! The first page.

/// The first page.
pub(crate) struct Welcome {
    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) happens: &'static str,
    pub(crate) steps: [(&'static str, &'static str); 3],
    pub(crate) promise: &'static str,
    pub(crate) sees: &'static str,
    pub(crate) sees_text: [&'static str; 3],
    pub(crate) costs: &'static str,
    pub(crate) costs_nothing: &'static str,
    pub(crate) costs_ask: &'static str,
    pub(crate) safe: &'static str,
    pub(crate) safe_text: &'static str,
    pub(crate) talk: &'static str,
    pub(crate) talk_text: &'static str,
    pub(crate) open: &'static str,
}

pub(super) const EN: Welcome = Welcome {
    title: "Let’s find you a time to talk",
    lead: "A few questions, about ten minutes. Then you know what happens next, at once. There is no waiting list.",
    happens: "What happens",
    steps: [
        ("You answer a few questions.", "One step at a time. You can stop and come back."),
        ("You tell us how to reach you.", "And when and where a session would suit you."),
        ("You see your next step right away.", "A time with someone who fits, or when one of us calls you."),
    ],
    promise: "What we promise",
    sees: "Who sees it",
    sees_text: [
        "Only the people of this office who need it for your care. If your partner answers too, each of you answers alone: we don’t tell one what the other wrote.",
        "Until you send the form, nobody reads it.",
        "There are limits that the law sets, for example when a child is being harmed. We say so again before we ask.",
    ],
    costs: "What it costs",
    costs_nothing: "These questions cost nothing.",
    costs_ask: "Ask us what a session costs before you decide:",
    safe: "Before you begin",
    safe_text: "Someone near you? You can leave at any moment with “Leave now”, at the top of every page, or by pressing Shift three times. It shows the weather instead. It can’t erase the list of pages you visited: a private window helps with that.",
    talk: "Rather talk?",
    talk_text: "You don’t have to fill anything in. Call us, and a person goes through it with you:",
    open: "We are there",
};

pub(super) const ES: Welcome = Welcome {
    title: "Encontremos una hora para hablar",
    lead: "Unas preguntas, unos diez minutos. Al terminar sabrá enseguida qué sigue. No hay lista de espera.",
    happens: "Qué pasa",
    steps: [
        ("Usted responde unas preguntas.", "Paso a paso. Puede parar y volver después."),
        ("Nos dice cómo comunicarnos con usted.", "Y cuándo y dónde le convendría una sesión."),
        ("Ve enseguida qué sigue.", "Una hora con alguien adecuado, o cuándo le llama una persona nuestra."),
    ],
    promise: "Lo que prometemos",
    sees: "Quién lo ve",
    sees_text: [
        "Solo las personas de esta oficina que lo necesitan para atenderle. Si su pareja también responde, cada quien lo hace a solas: no le decimos a una persona lo que escribió la otra.",
        "Hasta que usted envíe el formulario, nadie lo lee.",
        "Hay límites que pone la ley, por ejemplo cuando se le hace daño a un menor. Se lo decimos otra vez antes de preguntar.",
    ],
    costs: "Cuánto cuesta",
    costs_nothing: "Estas preguntas no cuestan nada.",
    costs_ask: "Pregúntenos cuánto cuesta una sesión antes de decidir:",
    safe: "Antes de empezar",
    safe_text: "¿Hay alguien cerca? Puede irse en cualquier momento con «Salir ya», arriba en cada página, o con la tecla Mayús tres veces. Se muestra el tiempo. No puede borrar la lista de páginas visitadas: para eso ayuda una ventana privada.",
    talk: "¿Prefiere hablar?",
    talk_text: "No tiene que llenar nada. Llámenos y una persona lo hace con usted:",
    open: "Estamos",
};
