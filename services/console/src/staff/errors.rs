//! What is wrong with a form of staff's: on top in a list that takes the focus, and beside each field.

use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::problem::Problem;

/// Fields of a form by their ids, with what is wrong, in the order in which it was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Errors(pub(crate) Vec<(String, String)>);

impl Errors {
    /// One field is wrong.
    pub(crate) fn one(field: &str, wrong: impl Into<String>) -> Self {
        Self(vec![(field.to_owned(), wrong.into())])
    }

    /// The fields that the service found wrong, by what the form calls them (`fields` are pairs of the request's path and
    /// the form's id; an entry of a list stands with the list, and what no pair names with the first field).
    ///
    /// # Errors
    /// Where the service said something else.
    pub(crate) fn of_fields(status: Status, fields: &[(&str, &str)]) -> Result<Self, Problem> {
        let bad = match status.code() {
            Code::InvalidArgument => status.get_details_bad_request(),
            _ => None,
        };
        let Some(bad) = bad else { return Err(status.into()) };
        let first = fields.first().map_or("", |(_, id)| id);
        let holds = |of: &str, path: &str| {
            path.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
        };
        let id_of = |path: &str| fields.iter().find(|(of, _)| holds(of, path)).map_or(first, |(_, id)| id);
        let wrong = bad.field_violations.into_iter().map(|it| (id_of(&it.field).to_owned(), sentence(&it.description)));
        Ok(Self(wrong.collect()))
    }

    /// What is wrong with a field.
    pub(crate) fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(of, _)| of == field).map(|(_, wrong)| wrong.as_str())
    }
}

/// "must be given" as it stands beside a field: "This must be given."
fn sentence(description: &str) -> String {
    let mut letters = description.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let text = match description.split_once(' ') {
        Some(("must" | "is" | "has" | "may" | "can" | "needs", _)) => format!("This {description}"),
        _ => format!("{first}{}", letters.as_str()),
    };
    if text.ends_with(['.', '!', '?']) { text } else { format!("{text}.") }
}

#[cfg(test)]
mod tests {
    use tonic_types::{ErrorDetails, FieldViolation};

    use super::*;

    #[test]
    fn what_is_wrong_stands_with_the_field_of_the_form() {
        let found = |path: &str, text: &str| FieldViolation::new(path, text);
        let bad = vec![found("email", "must be an address"), found("else", "Not this way")];
        let status = Status::with_error_details(Code::InvalidArgument, "fields", ErrorDetails::with_bad_request(bad));
        let errors = Errors::of_fields(status, &[("email", "mail"), ("role", "role")]).unwrap();
        assert_eq!(errors.of("mail"), Some("This must be an address."));
        assert_eq!(errors.0.last(), Some(&("mail".to_owned(), "Not this way.".to_owned())));
        assert_eq!(errors.of("role"), None);
    }

    #[test]
    fn whatever_else_went_wrong_is_no_fields_fault() {
        assert!(matches!(Errors::of_fields(Status::not_found("x"), &[]), Err(Problem::Plain(_))));
    }
}
