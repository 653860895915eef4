//! What stands around every page.

/// Around every page.
pub(crate) struct Shell {
    /// Where the practice's own cannot be read.
    pub(crate) office: &'static str,
    /// Likewise.
    pub(crate) emergency_note: &'static str,
    pub(crate) skip: &'static str,
    pub(crate) help: &'static str,
    pub(crate) leave: &'static str,
    pub(crate) leave_hint: &'static str,
    pub(crate) around: &'static str,
    pub(crate) home: &'static str,
    pub(crate) questions: &'static str,
    pub(crate) call: &'static str,
}

pub(super) const EN: Shell = Shell {
    office: "Our office",
    emergency_note: "We are not an emergency service. If you or someone else is in danger now, call 911. For thoughts of suicide, call or text 988 at any hour.",
    skip: "Skip to the page",
    help: "Help now",
    leave: "Leave now",
    leave_hint: "Leave now: press this button, or press Shift three times. It shows the weather instead and this device forgets your form. It can’t erase the list of pages you visited, or what someone has already seen.",
    around: "More pages",
    home: "Start",
    questions: "Questions and answers",
    call: "Call us:",
};

pub(super) const ES: Shell = Shell {
    office: "Nuestra oficina",
    emergency_note: "No somos un servicio de emergencia. Si usted u otra persona está en peligro ahora, llame al 911. Si piensa en el suicidio, llame o envíe un mensaje de texto al 988 a cualquier hora.",
    skip: "Ir a la página",
    help: "Ayuda ahora",
    leave: "Salir ya",
    leave_hint: "Salir ya: oprima este botón, o la tecla Mayús tres veces. Se muestra el tiempo y este dispositivo olvida su formulario. No puede borrar la lista de páginas visitadas ni lo que alguien ya haya visto.",
    around: "Más páginas",
    home: "Inicio",
    questions: "Preguntas y respuestas",
    call: "Llámenos:",
};
