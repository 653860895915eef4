//! Questions that people ask, answered.

/// A page of questions and answers.
pub(crate) struct Questions {
    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) list: [(&'static str, &'static str); 7],
}

pub(super) const EN: Questions = Questions {
    title: "Questions and answers",
    lead: "What people ask us most. Asking for help is a sign that something matters to you.",
    list: [
        (
            "What is emotional distance?",
            "Two people stop sharing thoughts, feelings or time that they once shared with ease. Talking, or even a text, begins to feel like a chore. It happens to many couples, it is nobody’s fault, and it can be turned around. Time alone that gives you strength is not distance.",
        ),
        (
            "We live far apart. How can we stay close?",
            "Keep small contact steady rather than long and rare. Have one goal that is yours together. Plan time by video as you would plan an evening, and the next visit before the last one ends.",
        ),
        (
            "What are signs that a partner pulls away?",
            "Less eye contact. Talk about chores and plans, and hardly about hopes or worries. Touch that is missing or feels like a duty. Side by side on two screens. Longer hours at work, or going out alone as the usual thing. One sign says little; several that stay say more.",
        ),
        (
            "What does distance do to closeness in touch and talk?",
            "Trust thins out first, then touch and open talk follow. Pressing for it seldom helps. Small signs of warmth do, and so does saying “I feel …” where one would say “You always …”. Nobody owes anybody touch.",
        ),
        (
            "Does it affect how I feel in body and mind?",
            "It can. People feel lonely, anxious, low, or not good enough; sleep, heart and defences feel the strain. Feeling seen and supported protects. If it gets heavy, call or text 988 at any hour.",
        ),
        (
            "What can I do for myself?",
            "Name what you feel and what you need. Keep healthy limits, and keep what gives you strength. Growing on your own is good for you whatever happens between the two of you.",
        ),
        (
            "When is it time to ask for help?",
            "When someone has pulled away and stays away although the other tries, when being close is avoided, when more is being hidden, or when there is more mocking and name-calling. Also when distance stays though you both try. And at any time if you are afraid: that always comes first.",
        ),
    ],
};

pub(super) const ES: Questions = Questions {
    title: "Preguntas y respuestas",
    lead: "Lo que más nos preguntan. Pedir ayuda muestra que algo le importa.",
    list: [
        (
            "¿Qué es la distancia emocional?",
            "Dos personas dejan de compartir pensamientos, sentimientos o tiempo que antes compartían con facilidad. Hablar, o incluso un mensaje, empieza a sentirse como una tarea. Les pasa a muchas parejas, no es culpa de nadie y se puede cambiar. El tiempo a solas que da fuerzas no es distancia.",
        ),
        (
            "Vivimos lejos. ¿Cómo seguir cerca?",
            "Mejor un contacto pequeño y constante que uno largo y raro. Tengan una meta que sea de los dos. Planeen el tiempo por video como planearían una salida, y la próxima visita antes de que termine la última.",
        ),
        (
            "¿Cuáles son señales de que la pareja se aleja?",
            "Menos contacto visual. Se habla de tareas y planes, y casi nada de esperanzas o preocupaciones. Falta el contacto físico o parece una obligación. Lado a lado, cada quien en su pantalla. Más horas de trabajo, o salir por separado como costumbre. Una señal dice poco; varias que se quedan dicen más.",
        ),
        (
            "¿Qué le hace la distancia a la cercanía?",
            "Primero se gasta la confianza, después el contacto y la conversación abierta. Presionar casi nunca ayuda. Ayudan los gestos pequeños, y decir «me siento …» en lugar de «tú siempre …». Nadie le debe contacto físico a nadie.",
        ),
        (
            "¿Afecta cómo me siento, en cuerpo y mente?",
            "Puede ser. La gente siente soledad, ansiedad, tristeza o que no vale lo suficiente; el sueño, el corazón y las defensas lo resienten. Sentirse visto y apoyado protege. Si pesa demasiado, llame o escriba al 988 a cualquier hora.",
        ),
        (
            "¿Qué puedo hacer por mí?",
            "Ponga nombre a lo que siente y a lo que necesita. Cuide límites sanos y lo que le da fuerzas. Crecer por su cuenta le hace bien, pase lo que pase entre ustedes.",
        ),
        (
            "¿Cuándo es momento de pedir ayuda?",
            "Cuando alguien se ha alejado y sigue lejos aunque la otra persona lo intenta, cuando se evita la cercanía, cuando se oculta cada vez más, o cuando hay más burlas e insultos. También cuando la distancia sigue aunque los dos lo intentan. Y en cualquier momento si siente miedo: eso siempre va primero.",
        ),
    ],
};
