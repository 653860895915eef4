//! Pages of a list. The service's page tokens lead forward only, so a list offers the next page and the first.

use crate::form::Form;

/// Where a list goes on.
pub(crate) struct Pager {
    /// The first page's address, where this is a later one.
    pub(crate) first: Option<String>,
    /// The next page's, where there is one.
    pub(crate) next: Option<String>,
}

impl Pager {
    /// Of the list at `path`, as it was asked for: the fields of `query` that are `kept` go along.
    pub(crate) fn of(path: &str, query: &Form, kept: &[&str], next_page_token: &str) -> Self {
        let address = |page: &str| {
            let mut pairs = form_urlencoded::Serializer::new(String::new());
            for field in kept {
                pairs.extend_pairs(query.all(field).filter(|value| !value.is_empty()).map(|value| (*field, value)));
            }
            if !page.is_empty() {
                pairs.append_pair("page", page);
            }
            let pairs = pairs.finish();
            if pairs.is_empty() { path.to_owned() } else { format!("{path}?{pairs}") }
        };
        Self {
            first: (!query.text("page").is_empty()).then(|| address("")),
            next: (!next_page_token.is_empty()).then(|| address(next_page_token)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_go_along_and_nothing_else_does() {
        let first = Pager::of("/staff/letters", &Form::of(&[("state", "failed"), ("x", "y")]), &["state"], "A b");
        assert_eq!(first.next.as_deref(), Some("/staff/letters?state=failed&page=A+b"));
        assert_eq!(first.first, None);
        let last = Pager::of("/staff/letters", &Form::of(&[("page", "A b")]), &["state"], "");
        assert_eq!((last.first.as_deref(), last.next), (Some("/staff/letters"), None));
    }
}
