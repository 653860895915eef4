//! Pages over HTTP as a browser asks for them, one request over a connection of its own.

use std::net::SocketAddr;

use anyhow::Result;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Method, Request, StatusCode, body::Bytes, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// What came.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Of the answer itself: nothing is followed.
    pub status: StatusCode,
    /// All of them.
    pub headers: HeaderMap,
    /// Empty where it is a stream that has no end.
    pub body: String,
}

impl Answer {
    /// Where it leads; empty where it leads nowhere.
    #[must_use]
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default()
    }

    /// The cookie that it hands over, as it is to be sent back; `None` where it hands over none of this name.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        let set = self.headers.get_all(header::SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
        let pairs = set.filter_map(|cookie| cookie.split(';').next()).filter_map(|pair| pair.split_once('='));
        let mut of_name = pairs.filter(|(of, value)| *of == name && !value.is_empty());
        of_name.next_back().map(|(name, value)| format!("{name}={value}"))
    }
}

/// Asks, with these headers; a `POST` sends `form`, which is empty for a `GET`.
///
/// # Errors
/// Where nobody listens, or what comes is no answer.
pub async fn ask(
    pages: SocketAddr,
    method: &Method,
    path: &str,
    headers: &[(&str, &str)],
    form: &str,
) -> Result<Answer> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(TcpStream::connect(pages).await?)).await?;
    let connection = tokio::spawn(connection);
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, pages.to_string());
    if method == Method::POST {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (parts, body) = sender.send_request(request.body(Full::new(Bytes::from(form.to_owned())))?).await?.into_parts();
    let endless = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
    let body = if endless { Bytes::new() } else { body.collect().await?.to_bytes() };
    connection.abort();
    Ok(Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() })
}
