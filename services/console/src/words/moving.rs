//! Another time for a session.

use super::Saying;

/// Another time for a session.
pub(crate) struct Moving {
    pub(crate) title: &'static str,
    /// Before the time as it is now.
    pub(crate) now: &'static str,
    pub(crate) how: &'static str,
    pub(crate) as_now: &'static str,
    pub(crate) with_others: &'static str,
    pub(crate) times: (&'static str, &'static str),
    pub(crate) by_video: &'static str,
    pub(crate) take: &'static str,
    pub(crate) keep: &'static str,
    pub(crate) more: &'static str,
    pub(crate) from: &'static str,
    pub(crate) show: &'static str,
    pub(crate) none: &'static str,
    pub(crate) none_that_day: &'static str,
    pub(crate) first_times: &'static str,
    pub(crate) choose: &'static str,
    pub(crate) gone: &'static str,
    pub(crate) too_late: Saying,
    pub(crate) used_up: Saying,
    pub(crate) too_often: Saying,
}

pub(super) const EN: Moving = Moving {
    title: "Find another time",
    now: "Your time now:",
    how: "Choose a time that suits you better. Yours stays yours until the new one is set. If a session for two is set already, we ask the other person first: it moves only if you both say yes.",
    as_now: "With the same person as now:",
    with_others: "With others who fit",
    times: ("time", "times"),
    by_video: "by video",
    take: "Choose this time",
    keep: "Keep the time I have",
    more: "Show more times",
    from: "Looking for a later day? Show times from",
    show: "Show",
    none: "We see no other open time that fits what you told us. Call us, and we look together. Your time stays yours.",
    none_that_day: "We see no open time from that day on.",
    first_times: "Show the first times again",
    choose: "Choose a time first.",
    gone: "That time has just gone. Your own time is still yours. These times are open now.",
    too_late: Saying {
        title: "It starts soon",
        text: "So close to your session, you can’t move it here. Call us, and we see what we can do. Your time stays yours until then.",
    },
    used_up: Saying {
        title: "Let’s find it together",
        text: "You have changed this session a few times now. Call us, and a person looks for a good time with you. Your time stays as it is until then.",
    },
    too_often: Saying {
        title: "Wait a moment",
        text: "You have looked at times very often just now. Wait a few minutes and try again, or call us. Your time stays as it is.",
    },
};

pub(super) const ES: Moving = Moving {
    title: "Buscar otra hora",
    now: "Su hora de ahora:",
    how: "Elija una hora que le convenga más. La suya sigue siendo suya hasta que la nueva quede fija. Si una sesión para dos ya está confirmada, primero preguntamos a la otra persona: solo cambia si ambas dicen que sí.",
    as_now: "Con la misma persona de ahora:",
    with_others: "Con otras personas adecuadas",
    times: ("opción", "opciones"),
    by_video: "por video",
    take: "Elegir esta hora",
    keep: "Quedarme con la hora que tengo",
    more: "Ver más horas",
    from: "¿Busca un día más adelante? Ver horas desde el",
    show: "Ver",
    none: "No vemos otra hora libre que corresponda a lo que nos dijo. Llámenos y la buscamos juntos. Su hora sigue siendo suya.",
    none_that_day: "No vemos ninguna hora libre desde ese día.",
    first_times: "Ver otra vez las primeras horas",
    choose: "Primero elija una hora.",
    gone: "Esa hora se acaba de ocupar. La suya sigue siendo suya. Estas horas están libres ahora.",
    too_late: Saying {
        title: "Ya falta poco",
        text: "Tan cerca de su sesión ya no puede cambiarla aquí. Llámenos y vemos qué se puede hacer. Hasta entonces, su hora sigue siendo suya.",
    },
    used_up: Saying {
        title: "Busquémosla juntos",
        text: "Ya cambió esta sesión varias veces. Llámenos y una persona busca con usted una buena hora. Hasta entonces, su hora queda como está.",
    },
    too_often: Saying {
        title: "Espere un momento",
        text: "Acaba de mirar las horas muchas veces. Espere unos minutos y vuelva a intentarlo, o llámenos. Su hora queda como está.",
    },
};
