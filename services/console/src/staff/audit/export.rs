//! The trail as a file: JSON lines as `rapport audit export` prints them, handed on as the service sends them.

use axum::{
    body::Body,
    http::header,
    response::{IntoResponse, Response},
};
use futures::{Stream, StreamExt};
use jiff::{Timestamp, civil::Date};
use rapport_proto::{
    staff::{AuditEntry, ExportAuditTrailResponse},
    time,
};
use serde::Serialize;
use tonic::Status;

/// An entry as it stands in the file.
#[derive(Serialize)]
struct Line {
    at: Option<Timestamp>,
    principal: String,
    role: String,
    method: String,
    resources: Vec<String>,
    outcome: String,
    seal: Option<i64>,
}

/// Why the file ends before the trail does: the answer breaks off, and the browser says that the download failed.
#[derive(Debug, thiserror::Error)]
enum BrokenOff {
    #[error("the service ended the trail")]
    Service(#[source] Status),
    #[error("an entry cannot be written")]
    Entry(#[source] serde_json::Error),
}

/// The answer. Whoever reads slowly makes the service wait; nothing is collected here.
pub(super) fn file<S>(parts: S, today: Date) -> Response
where
    S: Stream<Item = Result<ExportAuditTrailResponse, Status>> + Send + 'static,
{
    let body = Body::from_stream(parts.map(|part| lines(part.map_err(BrokenOff::Service)?.entries)));
    let name = format!("attachment; filename=\"audit-trail-{today}.jsonl\"");
    let headers =
        [(header::CONTENT_TYPE, "application/jsonl; charset=utf-8"), (header::CONTENT_DISPOSITION, name.as_str())];
    (headers, body).into_response()
}

fn lines(entries: Vec<AuditEntry>) -> Result<Vec<u8>, BrokenOff> {
    let mut text = Vec::new();
    for entry in entries {
        let AuditEntry { time: at, principal, role, method, resources, outcome, seal } = entry;
        let at = at.as_ref().and_then(time::from_message);
        let seal = Some(seal).filter(|seal| *seal > 0);
        let line = Line { at, principal, role, method, resources, outcome, seal };
        serde_json::to_writer(&mut text, &line).map_err(BrokenOff::Entry)?;
        text.push(b'\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use futures::stream;

    use super::*;

    fn part(method: &str) -> ExportAuditTrailResponse {
        let entry = AuditEntry { method: method.to_owned(), seal: 3, ..Default::default() };
        ExportAuditTrailResponse { entries: vec![entry.clone(), AuditEntry { seal: 0, ..entry }] }
    }

    #[tokio::test]
    async fn every_entry_is_a_line() {
        let answer = file(stream::iter([Ok(part("a")), Ok(part("b\nc"))]), "2026-11-29".parse().unwrap());
        assert_eq!(
            answer.headers()[header::CONTENT_DISPOSITION],
            "attachment; filename=\"audit-trail-2026-11-29.jsonl\""
        );
        let body = to_bytes(answer.into_body(), 4096).await.unwrap();
        let lines: Vec<serde_json::Value> =
            body.split_inclusive(|byte| *byte == b'\n').map(|line| serde_json::from_slice(line).unwrap()).collect();
        assert_eq!(lines.len(), 4);
        assert_eq!(
            (&lines[0]["method"], &lines[0]["seal"], &lines[1]["seal"]),
            (&"a".into(), &3.into(), &serde_json::Value::Null)
        );
    }

    /// A file that was cut off never looks whole.
    #[tokio::test]
    async fn an_export_that_breaks_off_is_an_error_of_its_answer() {
        let broken = stream::iter([Ok(part("a")), Err(Status::unavailable("x"))]);
        assert!(to_bytes(file(broken, "2026-11-29".parse().unwrap()).into_body(), 4096).await.is_err());
    }
}
