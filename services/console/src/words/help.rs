//! The page that is one press away from everywhere.

/// "Help now".
pub(crate) struct Help {
    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) lines: &'static str,
    pub(crate) call: &'static str,
    pub(crate) chat: &'static str,
    pub(crate) log: &'static str,
    pub(crate) ours_title: &'static str,
    pub(crate) ours: &'static str,
    pub(crate) back: &'static str,
}

pub(super) const EN: Help = Help {
    title: "You don’t have to carry this alone",
    lead: "Someone is there right now. These lines are free, and you need no reason to use them.",
    lines: "Someone who answers now",
    call: "Call",
    chat: "Chat",
    log: "Calls and texts can show in a call log or on a phone bill. You can use someone else’s phone. A chat leaves a trace in the list of pages you visited.",
    ours_title: "Talk with us",
    ours: "When we are open, a person answers:",
    back: "Back to where you were: use your browser’s Back. What you saved is still there.",
};

pub(super) const ES: Help = Help {
    title: "No tiene que cargar con esto a solas",
    lead: "Hay alguien para usted ahora mismo. Estas líneas son gratis, y no necesita un motivo para usarlas.",
    lines: "Alguien que contesta ahora",
    call: "Llamar al",
    chat: "Chatear",
    log: "Las llamadas y los mensajes pueden aparecer en el registro o en la factura del teléfono. Puede usar el teléfono de otra persona. Un chat deja rastro en la lista de páginas visitadas.",
    ours_title: "Hable con nosotros",
    ours: "Cuando estamos abiertos, contesta una persona:",
    back: "Para volver a donde estaba, use «Atrás» en su navegador. Lo que guardó sigue allí.",
};
