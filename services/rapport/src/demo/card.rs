//! How the demo looks: one card a person, eighty columns, calm; the same in a pipe,
//! without its colours.

use std::{net::SocketAddr, ops::RangeInclusive, path::Path};

use jiff::SignedDuration;

use super::{
    outcome::{Letter, Outcome, Session},
    seats::Seat,
};
use crate::{print, roles::Listening, wording};

/// Columns, margin included: longer lines are harder to read, and shorter ones hold no fact.
const WIDTH: RangeInclusive<usize> = 40..=80;
/// Where the facts of a card begin.
const FACTS: usize = 17;
/// Terms of the ranking that a card tells, weightiest first; `--json` has all.
const MOST_TERMS: usize = 2;

/// Where the demo is shown.
pub(super) struct Page {
    silent: bool,
    colour: bool,
    columns: usize,
}

/// An ANSI colour that is readable on light and dark grounds.
#[derive(Clone, Copy)]
enum Tone {
    Strong,
    Quiet,
    Red,
    Yellow,
    Cyan,
    Green,
}

impl Page {
    /// Shows nothing where JSON is asked for.
    pub(super) fn new(json: bool) -> Self {
        let columns = print::columns().unwrap_or(*WIDTH.end()).clamp(*WIDTH.start(), *WIDTH.end());
        Self { silent: json, colour: print::in_colour(), columns }
    }

    /// Says what is about to be shown, and where it is kept.
    pub(super) fn opening(&self, practice: &str, data: &Path) -> anyhow::Result<()> {
        self.say("")?;
        self.say(format!("  {}  {}", self.tone("Rapport", Tone::Strong), self.tone(practice, Tone::Quiet)))?;
        self.quietly("All roles in one process; invented people, through the real gRPC API.")?;
        self.quietly(&format!("Data is kept in {}", data.display()))
    }

    /// Whether JSON is asked for, so that nothing else is shown.
    pub(super) const fn is_json(&self) -> bool {
        self.silent
    }

    /// Says what the week before has left.
    pub(super) fn week(&self, cases: usize) -> anyhow::Result<()> {
        self.quietly(&format!("{cases} sample cases of the past week are in the queue. Now, as they come:"))
    }

    /// Who may sit down at the desk.
    pub(super) fn seats(&self, seats: &[Seat]) -> anyhow::Result<()> {
        self.say("")?;
        for seat in seats {
            self.fact("sign in as", &format!("{}, once, within 15 minutes:", seat.role))?;
            // A line of its own, so that it can be clicked.
            self.say(format!("  {}", seat.link))?;
        }
        self.say("")?;
        self.say("  Serving; Ctrl+C ends it.")
    }

    /// Shows what became of one sample.
    pub(super) fn card(&self, number: usize, outcome: &Outcome) -> anyhow::Result<()> {
        let (mark, tone) = urgency_look(outcome.urgency);
        let urgency = format!("{mark} {}", outcome.urgency);
        let title = format!("{number:>2}  {}", outcome.title);
        let gap = self.columns.saturating_sub(4 + width(&title) + width(&urgency)).max(2);
        self.say("")?;
        self.say(format!("  {}{}{}", self.tone(&title, Tone::Strong), " ".repeat(gap), self.tone(&urgency, tone)))?;
        if let Some(rule) = &outcome.rule {
            let more =
                if outcome.other_rules > 0 { format!(" (+{} more)", outcome.other_rules) } else { String::new() };
            self.fact("rule", &format!("{}: {}{more}", rule.id, rule.because))?;
        }
        match &outcome.session {
            Some(session) => self.session(session)?,
            None => self.fact("session", "nothing is booked by machine")?,
        }
        if let Some(reason) = &outcome.before_staff {
            self.fact("staff", reason)?;
        }
        if !outcome.shown_at_once.is_empty() {
            self.fact("shown", &outcome.shown_at_once.join(" · "))?;
        }
        if !outcome.call_promise.is_empty() {
            self.fact("", &outcome.call_promise)?;
        }
        for letter in &outcome.letters {
            self.letter(letter)?;
        }
        Ok(())
    }

    /// The one figure that counts.
    pub(super) fn closing(&self, median: Option<SignedDuration>, booked: usize, people: usize) -> anyhow::Result<()> {
        let figure = median.map_or_else(|| "nobody has one".to_owned(), wording::length);
        self.say("")?;
        self.say(format!("  {}", self.tone(&"─".repeat(self.columns - 4), Tone::Quiet)))?;
        self.say(format!("  Median time to a first session: {}", self.tone(&figure, Tone::Green)))?;
        let others = people.saturating_sub(booked);
        self.quietly(&format!(
            "{booked} of {people} have a time at once; {others} are called by a person. Nobody waits in a list."
        ))
    }

    /// Where to go on from here.
    pub(super) fn addresses(
        &self,
        pages: SocketAddr,
        listening: Listening,
        token: &str,
        mail: &Path,
        again: Option<&Path>,
    ) -> anyhow::Result<()> {
        self.say("")?;
        self.fact("pages", &format!("http://{pages}"))?;
        self.fact("client API", &format!("http://{}  (gRPC, gRPC-web)", listening.clients))?;
        self.fact("staff API", &format!("http://{}  (gRPC, with this bearer token)", listening.staff))?;
        self.fact("", token)?;
        self.fact("letters", &mail.display().to_string())?;
        if let Some(sample) = again {
            // On lines that can be copied as one command.
            let program = std::env::args().next().unwrap_or_else(|| "rapport".to_owned());
            self.fact("try", &format!("{program} submit --follow \\"))?;
            self.fact("", &format!("--server http://{} \\", listening.clients))?;
            self.fact("", &sample.display().to_string())?;
        }
        Ok(())
    }

    fn session(&self, session: &Session) -> anyhow::Result<()> {
        let state = if session.held { "held" } else { "confirmed" };
        let wait = wording::span(session.submitted_at, session.starts_at);
        self.fact("session", &format!("{state}: {} (in {wait})", session.text))?;
        if let Some(release) = &session.release {
            self.fact("", &format!("confirmed or freed at the release step, {release}"))?;
        }
        if !session.because.is_empty() {
            let weightiest = session.because.iter().take(MOST_TERMS);
            let because: Vec<&str> = weightiest.map(|term| term.trim_end_matches('.')).collect();
            self.fact("because", &because.join(" · "))?;
        }
        Ok(())
    }

    fn letter(&self, letter: &Letter) -> anyhow::Result<()> {
        let name = letter.letter.replace('_', " ");
        let label = if letter.letter == "staff_alert" { "alert" } else { "letter" };
        let file = letter.file.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy());
        match file {
            Some(file) => self.fact(label, &format!("{name}, {file}")),
            None => self.fact(label, &format!("{name}, {}", letter.state)),
        }
    }

    /// A label and its text, wrapped below itself.
    fn fact(&self, label: &str, text: &str) -> anyhow::Result<()> {
        let mut label = format!("{label:<width$}", width = FACTS - 6);
        for line in wrap(text, self.columns - FACTS - 2) {
            self.say(format!("      {}{line}", self.tone(&label, Tone::Quiet)))?;
            label = " ".repeat(width(&label));
        }
        Ok(())
    }

    fn quietly(&self, text: &str) -> anyhow::Result<()> {
        wrap(text, self.columns - 2).iter().try_for_each(|line| self.say(format!("  {}", self.tone(line, Tone::Quiet))))
    }

    fn say(&self, text: impl std::fmt::Display) -> anyhow::Result<()> {
        if self.silent { Ok(()) } else { print::line(text) }
    }

    fn tone(&self, text: &str, tone: Tone) -> String {
        let code = match tone {
            Tone::Strong => "1",
            Tone::Quiet => "2",
            Tone::Red => "1;31",
            Tone::Yellow => "33",
            Tone::Cyan => "36",
            Tone::Green => "1;32",
        };
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// Urgency is word, shape and colour, never colour alone.
fn urgency_look(urgency: &str) -> (char, Tone) {
    match urgency {
        "IMMEDIATE" => ('▲', Tone::Red),
        "URGENT" => ('◆', Tone::Yellow),
        "PRIORITY" => ('●', Tone::Cyan),
        _ => ('○', Tone::Quiet),
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}

/// Breaks between words; a word longer than a line keeps a line of its own.
fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        if let Some(line) = lines.last_mut() {
            if line.is_empty() {
                line.push_str(word);
                continue;
            }
            if width(line) + 1 + width(word) <= columns {
                line.push(' ');
                line.push_str(word);
                continue;
            }
        }
        lines.push(word.to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_wraps_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a-very-long-word b", 5), ["a-very-long-word", "b"]);
        assert_eq!(wrap("", 5), [""]);
    }

    #[test]
    fn a_pipe_gets_no_control_codes() {
        let page = Page { silent: false, colour: false, columns: 80 };
        assert_eq!(page.tone("x", Tone::Red), "x");
    }
}
