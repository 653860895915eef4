//! A file that somebody chose, or pasted: its text, and where in it something is wrong.

use crate::{form::Form, staff::errors::Errors};

/// The file that was chosen in `file`, else what stands in this field.
pub(super) fn text<'a>(sent: &'a Form, field: &str) -> &'a str {
    if sent.text("file").is_empty() { sent.text(field) } else { sent.text("file") }
}

/// What is wrong with it before anybody reads it.
pub(super) fn wrong(text: &str) -> Option<&'static str> {
    if text.trim().is_empty() {
        Some("Choose a file, or paste its text.")
    } else if text.contains('\u{fffd}') {
        Some("This file is not in UTF-8: save it as that, and choose it again.")
    } else {
        None
    }
}

/// Every place in words.
pub(super) fn placed(errors: Errors) -> Errors {
    Errors(errors.0.into_iter().map(|(field, wrong)| (field, place(&wrong))).collect())
}

/// "3:12: what, hint" as it is read: "Line 3, column 12: what, hint".
pub(super) fn place(wrong: &str) -> String {
    let parts = wrong.split_once(':').and_then(|(line, rest)| Some((line, rest.split_once(':')?)));
    match parts {
        Some((line, (column, what))) if [line, column].iter().all(|number| number.parse::<u32>().is_ok()) => {
            format!("Line {line}, column {column}:{what}")
        }
        _ => wrong.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chosen_file_goes_before_what_was_pasted() {
        assert_eq!(text(&Form::of(&[("file", "a"), ("csv", "b")]), "csv"), "a");
        assert_eq!(text(&Form::of(&[("file", ""), ("csv", "b")]), "csv"), "b");
        assert!(wrong(" \n").is_some() && wrong("Ren\u{fffd}e").is_some() && wrong("Renée").is_none());
    }

    #[test]
    fn a_place_is_read_as_line_and_column() {
        assert_eq!(place("3:12: no such state, NC"), "Line 3, column 12: no such state, NC");
        for other in ["The file is empty.", "at 3:12: x", "3: x"] {
            assert_eq!(place(other), other);
        }
    }
}
