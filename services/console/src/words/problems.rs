//! When a page cannot be shown.

/// A heading and what to do.
pub(crate) struct Saying {
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
}

/// What went wrong, each with what to do.
pub(crate) struct Problems {
    pub(crate) not_found: Saying,
    pub(crate) closed: Saying,
    pub(crate) form_gone: Saying,
    pub(crate) away: Saying,
    pub(crate) foreign: Saying,
    pub(crate) too_long: Saying,
    pub(crate) ours: Saying,
    /// Before the phone number.
    pub(crate) call: &'static str,
    pub(crate) start: &'static str,
}

pub(super) const EN: Problems = Problems {
    not_found: Saying { title: "There is no page here", text: "Check the address, or go back to the start." },
    closed: Saying {
        title: "This link does not open anything any more",
        text: "It may have been used, or its time is over. If you have a newer link from us, use that one. Or call us, and we sort it out together.",
    },
    form_gone: Saying {
        title: "This form is no longer here",
        text: "It was sent before, or it was left for too long and we destroyed it. If you did not send it, you can begin a new one. If you did, open the page of what happens next, or call us.",
    },
    away: Saying {
        title: "We can’t reach our office right now",
        text: "What you saved is safe. Wait a moment, then load this page again. If your browser asks whether to send the form again, say yes: it counts only once.",
    },
    foreign: Saying {
        title: "We did not take that",
        text: "It did not come from a form on this page. Go back, load the page again, and send it once more.",
    },
    too_long: Saying {
        title: "That is more than we can take at once",
        text: "Go back and make the longest text shorter.",
    },
    ours: Saying {
        title: "Something broke on our side",
        text: "It is not your fault, and what you saved is safe. Go back and try once more. If it happens again, please call us.",
    },
    call: "Or call us:",
    start: "To the start",
};

pub(super) const ES: Problems = Problems {
    not_found: Saying { title: "Aquí no hay ninguna página", text: "Revise la dirección o vuelva al inicio." },
    closed: Saying {
        title: "Este enlace ya no abre nada",
        text: "Puede que ya se haya usado o que su tiempo haya terminado. Si tiene un enlace nuestro más reciente, use ese. O llámenos y lo resolvemos juntos.",
    },
    form_gone: Saying {
        title: "Este formulario ya no está aquí",
        text: "Ya se envió, o pasó demasiado tiempo y lo destruimos. Si no lo envió, puede empezar uno nuevo. Si lo envió, abra la página de lo que sigue, o llámenos.",
    },
    away: Saying {
        title: "Ahora no podemos comunicarnos con nuestra oficina",
        text: "Lo que guardó está a salvo. Espere un momento y vuelva a cargar esta página. Si su navegador pregunta si debe enviar el formulario otra vez, diga que sí: cuenta una sola vez.",
    },
    foreign: Saying {
        title: "No pudimos aceptarlo",
        text: "No vino de un formulario de esta página. Vuelva atrás, cargue la página de nuevo y envíelo una vez más.",
    },
    too_long: Saying {
        title: "Es más de lo que podemos recibir de una vez",
        text: "Vuelva atrás y acorte el texto más largo.",
    },
    ours: Saying {
        title: "Algo falló de nuestro lado",
        text: "No es culpa suya, y lo que guardó está a salvo. Vuelva atrás e intente una vez más. Si vuelve a pasar, llámenos, por favor.",
    },
    call: "O llámenos:",
    start: "Ir al inicio",
};
