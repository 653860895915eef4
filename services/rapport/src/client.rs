//! A client of the client API, as `submit` and `demo` are one.

use std::time::Duration;

use anyhow::{Context, bail};
use rapport_proto::intake::{
    self as pb, Consent, GetIntakeRequest, GetScreeningRequest, GetScreeningResponse, IntakeState, SubmitIntakeRequest,
    SubmitIntakeResponse, WatchIntakeRequest, intake_service_client::IntakeServiceClient,
};
use rapport_runtime::Ids;
use tokio::time::{Instant, timeout, timeout_at};
use tonic::{
    Code, Request, Status,
    metadata::{Ascii, MetadataValue},
    transport::{Channel, ClientTlsConfig, Endpoint},
};
use tonic_types::StatusExt;

/// How long a call may take before the server counts as gone.
const CALL: Duration = Duration::from_secs(20);
/// How often an intake is read again where no hint comes.
const SLOW_POLL: Duration = Duration::from_secs(2);

/// Connects to a server by its URL; TLS where that is https.
///
/// # Errors
/// Where the URL is none, or nobody answers there.
pub(crate) async fn connect(url: &str) -> anyhow::Result<Channel> {
    if !url.starts_with("http://") && !url.starts_with("https://") {
        bail!("{url} is no address like http://127.0.0.1:50051");
    }
    let mut endpoint = Endpoint::from_shared(url.to_owned())
        .with_context(|| format!("{url} is no address like http://127.0.0.1:50051"))?
        .connect_timeout(CALL)
        .tcp_nodelay(true);
    if url.starts_with("https:") {
        endpoint = endpoint.tls_config(ClientTlsConfig::new().with_webpki_roots())?;
    }
    endpoint.connect().await.map_err(|error| {
        // The innermost cause says it; those around it only repeat that a connection failed.
        let mut cause: &dyn std::error::Error = &error;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        anyhow::anyhow!("nobody answers at {url}; is `rapport` running? {cause}")
    })
}

/// A client of one server.
#[derive(Clone)]
pub(crate) struct Client(IntakeServiceClient<Channel>);

impl Client {
    /// Over this connection.
    pub(crate) fn new(channel: Channel) -> Self {
        Self(IntakeServiceClient::new(channel))
    }

    /// What the practice asks.
    ///
    /// # Errors
    /// What the server said.
    pub(crate) async fn screening(&mut self, language: &str) -> anyhow::Result<GetScreeningResponse> {
        let request = within(GetScreeningRequest { language: language.to_owned(), ..Default::default() });
        Ok(self.0.get_screening(request).await.map_err(|status| explain(&status))?.into_inner())
    }

    /// Submits an intake.
    ///
    /// # Errors
    /// What the server said, every bad field on a line of its own.
    pub(crate) async fn submit(&mut self, request: SubmitIntakeRequest) -> anyhow::Result<SubmitIntakeResponse> {
        Ok(self.0.submit_intake(within(request)).await.map_err(|status| explain(&status))?.into_inner())
    }

    /// Reads an intake with its own token.
    ///
    /// # Errors
    /// What the server said.
    pub(crate) async fn intake(&mut self, name: &str, token: &str) -> anyhow::Result<pb::Intake> {
        let request = with_bearer(within(GetIntakeRequest { name: name.to_owned() }), token)?;
        let response = self.0.get_intake(request).await.map_err(|status| explain(&status))?.into_inner();
        response.intake.context("the server answered without the intake")
    }

    /// Reads it until it is no longer merely received: on every hint, and slowly without one.
    ///
    /// # Errors
    /// What the server said, or that the time is over.
    pub(crate) async fn follow(&mut self, name: &str, token: &str, patience: Duration) -> anyhow::Result<pb::Intake> {
        let until = Instant::now() + patience;
        let request = with_bearer(Request::new(WatchIntakeRequest { name: name.to_owned() }), token)?;
        let mut hints = self.0.watch_intake(request).await.map_err(|status| explain(&status))?.into_inner();
        loop {
            let intake = self.intake(name, token).await?;
            if intake.state() != IntakeState::Received {
                return Ok(intake);
            }
            match timeout_at(until, timeout(SLOW_POLL, hints.message())).await {
                Err(_) => bail!(
                    "{name} is stored, but nothing was decided within {} s; is a worker running?",
                    patience.as_secs()
                ),
                // No hint for a while: read again anyway.
                Ok(Err(_) | Ok(Ok(Some(_)))) => {}
                Ok(Ok(Ok(None) | Err(_))) => tokio::time::sleep(SLOW_POLL).await,
            }
        }
    }
}

/// Fills in what a person at a keyboard need not write: a request id, the protocol's
/// digest, the consents that are required, the versions of questionnaires.
pub(crate) fn complete(request: &mut SubmitIntakeRequest, screening: &GetScreeningResponse, ids: &dyn Ids) {
    if request.request_id.is_empty() {
        request.request_id = ids.uuid().to_string();
    }
    if request.protocol.is_empty() {
        request.protocol.clone_from(&screening.protocol);
    }
    if request.consents.is_empty() {
        let required = screening.consents.iter().filter(|text| text.required);
        request.consents =
            required.map(|text| Consent { id: text.id.clone(), version: text.version.clone() }).collect();
    }
    for answers in &mut request.screenings {
        let offered = screening.questionnaires.iter().map(|questionnaire| &questionnaire.canonical);
        if let Some(full) = offered.into_iter().find(|full| is_short_for(&answers.questionnaire, full)) {
            answers.questionnaire.clone_from(full);
        }
    }
}

/// Whether `short` is the questionnaire's URL without its version, or that URL's last part.
fn is_short_for(short: &str, canonical: &str) -> bool {
    let url = canonical.split('|').next().unwrap_or_default();
    !short.is_empty() && (short == url || Some(short) == url.rsplit('/').next())
}

/// The request with the caller's bearer token.
///
/// # Errors
/// Where the token cannot stand in a header.
pub(crate) fn with_bearer<T>(mut request: Request<T>, token: &str) -> anyhow::Result<Request<T>> {
    let value: MetadataValue<Ascii> = format!("Bearer {token}").parse().context("the token is damaged")?;
    request.metadata_mut().insert("authorization", value);
    Ok(request)
}

/// The request with a deadline.
pub(crate) fn within<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(CALL);
    request
}

/// What the server said, for a person: its sentence, its reason, every bad field.
pub(crate) fn explain(status: &Status) -> anyhow::Error {
    let details = status.get_error_details();
    let reason = details.error_info().map(|info| format!(" ({})", info.reason)).unwrap_or_default();
    let mut text = match status.code() {
        Code::Unavailable if reason.is_empty() => "the server cannot be reached".to_owned(),
        code => format!("the server refused it: {code:?}{reason}: {}", status.message()),
    };
    for bad in details.bad_request().map(|bad| bad.field_violations.as_slice()).unwrap_or_default() {
        text.push_str(&format!("\n  {}: {}", bad.field, bad.description));
    }
    anyhow::anyhow!(text)
}

#[cfg(test)]
mod tests {
    use rapport_proto::intake::{ConsentText, Questionnaire, QuestionnaireAnswers};
    use rapport_runtime::SystemIds;

    use super::*;

    fn screening() -> GetScreeningResponse {
        let canonical = "https://example.com/q/safety|1.0.0".to_owned();
        let text = |id: &str, required| ConsentText {
            id: id.to_owned(),
            version: "2".to_owned(),
            required,
            ..ConsentText::default()
        };
        GetScreeningResponse {
            protocol: "abc".to_owned(),
            questionnaires: vec![Questionnaire { canonical, ..Questionnaire::default() }],
            consents: vec![text("telehealth", true), text("newsletter", false)],
            ..GetScreeningResponse::default()
        }
    }

    #[test]
    fn what_is_missing_is_filled_in_and_what_is_there_stays() {
        let answers =
            |questionnaire: &str| QuestionnaireAnswers { questionnaire: questionnaire.to_owned(), answers: vec![] };
        let mut request = SubmitIntakeRequest {
            protocol: "mine".to_owned(),
            screenings: ["safety", "https://example.com/q/safety", "other"].map(answers).to_vec(),
            ..SubmitIntakeRequest::default()
        };
        complete(&mut request, &screening(), &SystemIds);
        assert_eq!(request.request_id.len(), 36);
        assert_eq!(request.protocol, "mine");
        assert_eq!(request.consents.iter().map(|given| given.id.as_str()).collect::<Vec<_>>(), ["telehealth"]);
        let names: Vec<_> = request.screenings.iter().map(|given| given.questionnaire.as_str()).collect();
        assert_eq!(names, ["https://example.com/q/safety|1.0.0", "https://example.com/q/safety|1.0.0", "other"]);
    }
}
