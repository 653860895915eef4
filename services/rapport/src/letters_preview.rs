//! `rapport letters preview --out DIR`: every letter as files, with no server and no database; and the same letters for
//! staff's pages, which the intake service answers for.

use std::{fs, path::Path, sync::Arc};

use anyhow::{Context, bail};
use rapport_domain::practice::Practice;
use rapport_intake::{LetterPreview, WriteSamples};
use rapport_notifier::{LetterTexts, preview};
use serde::Serialize;

use crate::{house, print};

#[derive(Serialize)]
struct Written {
    out: String,
    letters: Vec<String>,
}

/// Writes each letter as `.eml`, `.html` and `.txt`, and an `index.html` that shows them all.
///
/// # Errors
/// Where the practice's folder is not right, a letter cannot be written, or `out` cannot be written to.
pub(crate) fn run(folder: Option<&Path>, out: &Path, json: bool) -> anyhow::Result<()> {
    let practice = house::load_practice_at(folder)?;
    let previews = match preview::all(&practice.practice, &practice.texts) {
        Ok(previews) => previews,
        Err(problems) => {
            problems.iter().for_each(print::complain);
            bail!("{} cannot be written", print::count(problems.len(), "letter"))
        }
    };
    fs::create_dir_all(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
    let put = |file: &str, bytes: &[u8]| {
        let path = out.join(file);
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
    };
    for preview in &previews {
        let name = preview.name();
        put(&format!("{name}.eml"), &preview.message)?;
        put(&format!("{name}.html"), preview.html.as_bytes())?;
        put(&format!("{name}.txt"), preview.text.as_bytes())?;
    }
    put("index.html", preview::gallery(&practice.practice, &previews)?.as_bytes())?;
    if json {
        let letters = previews.iter().map(preview::Preview::name).collect();
        return print::json(&Written { out: out.display().to_string(), letters });
    }
    let index = out.join("index.html");
    print::line(format_args!("{} written; open {}", print::count(previews.len(), "letter"), index.display()))?;
    Ok(())
}

/// Writes letters of this practice with sample data, as they are asked for. They were all written once when the files were
/// loaded, so that none is missing in a practice that started.
pub(crate) fn samples(practice: &Arc<Practice>, texts: &Arc<LetterTexts>) -> Arc<WriteSamples> {
    let (practice, texts) = (Arc::clone(practice), Arc::clone(texts));
    Arc::new(move |letter| match preview::of(&practice, &texts, letter) {
        Ok(previews) => previews.into_iter().map(sample).collect(),
        Err(problems) => {
            tracing::error!(
                letter.kind = letter.name(),
                problems = problems.len(),
                "a sample letter cannot be written"
            );
            Vec::new()
        }
    })
}

fn sample(it: preview::Preview) -> LetterPreview {
    let preview::Preview { kind, mailbox, language, subject, text, html, .. } = it;
    LetterPreview { kind, mailbox, language, subject, text, html }
}
