//! What was typed into a form, in its order; one name may stand several times.

use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request, multipart::MultipartError},
    http::{HeaderMap, StatusCode, header},
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
        let fields = match kind(request.headers()).as_str() {
            "application/x-www-form-urlencoded" => typed(request, state).await?,
            "multipart/form-data" => with_files(request, state).await?,
            _ => return Err(Problem::NoForm),
        };
        if fields.len() > MOST_FIELDS {
            return Err(Problem::TooLong);
        }
        // A browser ends every line with CR LF; the intake service knows lines by LF alone.
        let plain = |(name, value): (String, String)| (name, value.replace("\r\n", "\n"));
        Ok(Self(fields.into_iter().map(plain).collect()))
    }
}

async fn typed<S: Send + Sync>(request: Request, state: &S) -> Result<Vec<(String, String)>, Problem> {
    let body = Bytes::from_request(request, state).await.map_err(|_| Problem::TooLong)?;
    let fields = form_urlencoded::parse(&body).take(MOST_FIELDS + 1);
    Ok(fields.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
}

/// Files are fields of text too. What is none has U+FFFD in the place of its bytes, so that whoever reads the field can
/// say so.
async fn with_files<S: Send + Sync>(request: Request, state: &S) -> Result<Vec<(String, String)>, Problem> {
    let mut parts = Multipart::from_request(request, state).await.map_err(|_| Problem::NoForm)?;
    let mut fields = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        if fields.len() > MOST_FIELDS {
            break;
        }
        let name = part.name().unwrap_or_default().to_owned();
        let value = part.bytes().await.map_err(broken)?;
        fields.push((name, String::from_utf8_lossy(&value).into_owned()));
    }
    Ok(fields)
}

fn broken(error: MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { Problem::TooLong } else { Problem::NoForm }
}

/// What the body is said to be, without its parameters.
fn kind(headers: &HeaderMap) -> String {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, extract::DefaultBodyLimit, handler::Handler};
    use tower::ServiceExt;

    use super::*;

    async fn read(kind: &str, body: &'static [u8]) -> Result<Vec<(String, String)>, StatusCode> {
        let echo =
            async |form: Form| form.0.into_iter().map(|(name, value)| format!("{name}={value}|")).collect::<String>();
        let request = Request::post("/").header(header::CONTENT_TYPE, kind).body(Body::from(body)).unwrap();
        let answer = echo.layer(DefaultBodyLimit::max(256)).with_state(()).oneshot(request).await.unwrap();
        if answer.status() != StatusCode::OK {
            return Err(answer.status());
        }
        let body = axum::body::to_bytes(answer.into_body(), 1024).await.unwrap();
        let pairs = std::str::from_utf8(&body).unwrap().split_terminator('|');
        Ok(pairs.map(|pair| pair.split_once('=').unwrap()).map(|(a, b)| (a.to_owned(), b.to_owned())).collect())
    }

    #[tokio::test]
    async fn a_form_reads_the_same_with_and_without_files() {
        let expected = vec![("a".to_owned(), "x\ny".to_owned()), ("b".to_owned(), "é".to_owned())];
        assert_eq!(
            read("Application/X-WWW-form-urlencoded; charset=utf-8", b"a=x%0D%0Ay&b=%C3%A9").await.as_ref(),
            Ok(&expected)
        );
        let parts = b"--z\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\nx\r\ny\r\n\
            --z\r\ncontent-disposition: form-data; name=\"b\"; filename=\"b.csv\"\r\n\r\n\xc3\xa9\r\n--z--\r\n";
        assert_eq!(read("multipart/form-data; boundary=z", parts).await, Ok(expected));
    }

    #[tokio::test]
    async fn what_is_no_form_or_too_long_is_refused() {
        assert_eq!(read("text/plain", b"a=x").await, Err(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        assert_eq!(read("multipart/form-data", b"a=x").await, Err(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        assert_eq!(
            read("multipart/form-data; boundary=z", b"--z\r\nbroken").await,
            Err(StatusCode::UNSUPPORTED_MEDIA_TYPE)
        );
        let long = b"--z\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n\
            ................................................................................................................\
            ................................................................................................................\
            \r\n--z--\r\n";
        assert_eq!(read("multipart/form-data; boundary=z", long).await, Err(StatusCode::PAYLOAD_TOO_LARGE));
    }
}
