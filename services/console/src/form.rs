//! What was typed into a form, in its order; one name may stand several times.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};

use crate::problem::Problem;

/// The most fields of a form: no page of ours has a tenth of it.
const MOST_FIELDS: usize = 2_000;

/// A sent form. It holds answers, so it has no `Debug`.
#[derive(Clone, Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Of names and values.
    #[cfg(test)]
    pub(crate) fn of(fields: &[(&str, &str)]) -> Self {
        Self(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    /// What stands behind the `?` of an address: what a page shows, never what somebody wrote.
    pub(crate) fn of_query(query: Option<&str>) -> Self {
        let fields = form_urlencoded::parse(query.unwrap_or_default().as_bytes()).take(MOST_FIELDS);
        Self(fields.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// The fields whose names begin so, without that beginning.
    pub(crate) fn below(&self, prefix: &str) -> Self {
        let within = |(name, value): &(String, String)| Some((name.strip_prefix(prefix)?.to_owned(), value.clone()));
        Self(self.0.iter().filter_map(within).collect())
    }

    /// The field's first value; empty where it was not sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// Every value of the field.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Every field with its value.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether the field was sent, with or without a value.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(field, _)| field == name)
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_form(request.headers()) {
            return Err(Problem::NoForm);
        }
        let body = Bytes::from_request(request, state).await.map_err(|_| Problem::TooLong)?;
        let fields: Vec<_> = form_urlencoded::parse(&body).take(MOST_FIELDS + 1).collect();
        if fields.len() > MOST_FIELDS {
            return Err(Problem::TooLong);
        }
        // A browser ends every line with CR LF; the intake service knows lines by LF alone.
        let plain = |text: &str| text.replace("\r\n", "\n");
        Ok(Self(fields.into_iter().map(|(name, value)| (name.into_owned(), plain(&value))).collect()))
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}
