//! The sample people of a practice's folder: `samples/*.json`, in the order of their names.

use std::path::Path;

use anyhow::bail;
use rapport_domain::protocol::Files;
use rapport_proto::intake::SubmitIntakeRequest;

use crate::submit;

/// One sample.
pub(super) struct Sample {
    /// From its file's name: "individual drift and stress".
    pub(super) title: String,
    /// Its file in the practice's folder.
    pub(super) file: String,
    /// What is submitted.
    pub(super) request: SubmitIntakeRequest,
}

/// Reads them.
///
/// # Errors
/// Where there is none, or one cannot be read, with its place.
pub(super) fn read(files: &Files) -> anyhow::Result<Vec<Sample>> {
    let is_sample = |name: &str| name.starts_with("samples/") && name.ends_with(".json");
    let samples = files.iter().filter(|(name, _)| is_sample(name)).map(|(name, text)| {
        Ok(Sample { title: title(name), file: name.clone(), request: submit::read(Path::new(name), text)? })
    });
    let samples = samples.collect::<anyhow::Result<Vec<_>>>()?;
    if samples.is_empty() {
        bail!("the practice's folder has no samples/*.json to show");
    }
    Ok(samples)
}

/// "samples/02_couple-held.json" → "Couple held".
fn title(file: &str) -> String {
    let stem = file.trim_start_matches("samples/").trim_end_matches(".json");
    let words = stem.trim_start_matches(|c: char| c.is_ascii_digit()).replace(['-', '_'], " ");
    let mut letters = words.trim().chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_read_from_file_names() {
        assert_eq!(title("samples/02_couple-held.json"), "Couple held");
        assert_eq!(title("samples/under-18.json"), "Under 18");
    }
}
