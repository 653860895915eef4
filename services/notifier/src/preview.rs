//! Every letter as it would leave the practice, written with sample data: nothing
//! is read from a database and nothing is sent.

use minijinja::{AutoEscape, Environment, Value, context};
use rapport_domain::{
    contact::{EmailAddress, Language, Mailbox},
    id::LetterId,
    letter::LetterKind,
    practice::{Confirm, Practice},
    problem::FileProblem,
};
use uuid::Uuid;

use crate::{
    letters::{Invitation, Letter, Letterhead},
    sample::{self, Sample, TOKEN},
    texts::{LetterTexts, letter_path},
    write_letter::{Addressee, WriteError, compose, message},
};

/// What the gallery of all letters looks like.
const GALLERY: &str = include_str!("preview/gallery.html");

/// One letter, in one language, for one kind of mailbox.
pub struct Preview {
    /// Which.
    pub kind: LetterKind,
    /// For which mailbox.
    pub mailbox: Mailbox,
    /// In which language.
    pub language: Language,
    /// What the inbox shows.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// As HTML.
    pub html: String,
    /// The whole message, as it leaves.
    pub message: Vec<u8>,
}

impl Preview {
    /// A file's name without its ending: `held.private.en`.
    #[must_use]
    pub fn name(&self) -> String {
        let mailbox = if self.mailbox == Mailbox::Shared { "shared" } else { "private" };
        format!("{}.{mailbox}.{}", self.kind.name(), self.language.tag())
    }
}

/// Writes every letter, for each mailbox and in each language.
///
/// # Errors
/// Everything that could not be written, by the file that holds its words.
pub fn all(practice: &Practice, texts: &LetterTexts) -> Result<Vec<Preview>, Vec<FileProblem>> {
    written(practice, texts, |_| true)
}

/// As [`all`], one letter alone.
///
/// # Errors
/// As [`all`].
pub fn of(practice: &Practice, texts: &LetterTexts, letter: LetterKind) -> Result<Vec<Preview>, Vec<FileProblem>> {
    written(practice, texts, |kind| kind == letter)
}

fn written(
    practice: &Practice,
    texts: &LetterTexts,
    wanted: impl Fn(LetterKind) -> bool,
) -> Result<Vec<Preview>, Vec<FileProblem>> {
    let (mut previews, mut problems) = (Vec::new(), Vec::new());
    let letters = (1_u128..).zip(every_letter()).filter(|(_, (kind, ..))| wanted(*kind));
    for (position, (kind, mailbox, language)) in letters {
        match one(practice, texts, (kind, mailbox, language), position) {
            Ok(preview) => previews.push(preview),
            Err(why) => {
                let path = letter_path(kind, mailbox, language);
                problems.push(FileProblem::error(path, (0, 0), why.to_string(), "`letters preview` shows the others"));
            }
        }
    }
    if problems.is_empty() { Ok(previews) } else { Err(problems) }
}

/// A page that shows all of them side by side, beside their files.
///
/// # Errors
/// None that its own template does not bring.
pub fn gallery(practice: &Practice, previews: &[Preview]) -> Result<String, minijinja::Error> {
    let letters = LetterKind::ALL.into_iter().map(|kind| {
        let of_kind = previews.iter().filter(|preview| preview.kind == kind).map(shown).collect::<Vec<_>>();
        context! { name => kind.name().replace('_', " "), previews => of_kind }
    });
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("gallery", GALLERY)?;
    let sender = practice.sender_name.as_str();
    environment.get_template("gallery")?.render(context! { sender, letters => letters.collect::<Vec<_>>() })
}

/// Every letter, each mailbox that it is written for, every language.
pub(crate) fn every_letter() -> impl Iterator<Item = (LetterKind, Mailbox, Language)> {
    LetterKind::ALL.into_iter().flat_map(|kind| {
        let mailboxes = Letter::of(kind).mailboxes().iter();
        mailboxes.flat_map(move |mailbox| Language::ALL.into_iter().map(move |language| (kind, *mailbox, language)))
    })
}

fn one(
    practice: &Practice,
    texts: &LetterTexts,
    (kind, mailbox, language): (LetterKind, Mailbox, Language),
    position: u128,
) -> Result<Preview, WriteError> {
    let letterhead = Letterhead::of(practice);
    let invitation = Invitation {
        text: practice.invitation_text.get(language).to_owned(),
        link: practice.invitation_link(TOKEN).unwrap_or_default(),
        stands: true,
    };
    let mut sample = Sample::of(kind, &letterhead.zone, invitation, practice.session_link(TOKEN));
    sample.awaits_answer = practice.booking.confirm == Confirm::Link;
    let email = EmailAddress::parse(sample::ADDRESS).map_err(|_| WriteError::Address)?;
    let to = Addressee { email: &email, mailbox, language };
    let matter = sample.matter(&letterhead);
    let composed = compose(texts, Letter::of(kind), &to, &matter)?;
    let (subject, text, html) = (composed.subject.clone(), composed.text.clone(), composed.html.clone());
    let id = LetterId::new(Uuid::from_u128(0x0190_a1b2_0000_7000_8000_0000_0000_0000 + position));
    Ok(Preview { kind, mailbox, language, subject, text, html, message: message(id, &to, &matter, composed)? })
}

fn shown(preview: &Preview) -> Value {
    let language = match preview.language {
        Language::En => "English",
        Language::Es => "Spanish",
    };
    let reader = match (preview.mailbox, Letter::of(preview.kind).mailboxes().len()) {
        (_, 1) => "any mailbox",
        (Mailbox::Private, _) => "private mailbox",
        (Mailbox::Shared, _) => "shared mailbox",
    };
    context! { file => preview.name(), language, reader, subject => preview.subject.as_str() }
}
