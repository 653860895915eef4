//! `rapport submit FILE.json`: send one intake to a server, and follow it.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, bail};
use rapport_proto::{
    intake::{CrisisLine, SubmitIntakeRequest, SubmitIntakeResponse},
    json,
};
use rapport_runtime::SystemIds;
use serde_json::{Value, json};

use crate::{
    cli::Submit,
    client::{self, Client},
    print,
    settings::Settings,
    wording,
};

const REQUEST: &str = "rapport.intake.v1.SubmitIntakeRequest";

/// Reads the file, fills in what is missing, submits it, and follows it where asked to.
///
/// # Errors
/// Where the file is no such request, or what the server said.
pub(crate) async fn run(settings: &Settings, wish: &Submit) -> anyhow::Result<()> {
    let text = fs::read_to_string(&wish.file).with_context(|| format!("cannot read {}", wish.file.display()))?;
    let mut request = read(&wish.file, &text)?;
    let server = wish.server.clone().unwrap_or_else(|| format!("http://{}", settings.intake.listen.0));
    let mut client = Client::new(client::connect(&server).await?);
    let language = request.client.as_ref().map(|client| client.language.clone()).unwrap_or_default();
    let screening = client.screening(&language).await?;
    client::complete(&mut request, &screening, &SystemIds);
    let answer = client.submit(request).await?;
    if !wish.json {
        show_answer(&answer)?;
    }
    let settled = match wish.follow {
        true => Some(client.follow(&answer.intake, &answer.status_token, Duration::from_secs(wish.timeout)).await?),
        false => None,
    };
    if wish.json {
        let as_value = |text: String| serde_json::from_str::<Value>(&text);
        let answer = as_value(json::write("rapport.intake.v1.SubmitIntakeResponse", &answer)?)?;
        let settled = match &settled {
            Some(intake) => as_value(json::write("rapport.intake.v1.Intake", intake)?)?,
            None => Value::Null,
        };
        return print::json(&json!({ "answer": answer, "intake": settled }));
    }
    if let Some(intake) = settled {
        print::line(format_args!("\n{}", wording::standing(&intake)))?;
    }
    Ok(())
}

/// Reads a request as protobuf JSON; `file` stands in the errors.
///
/// # Errors
/// `FILE:LINE:COLUMN: what`, where it is no such request.
pub(crate) fn read(file: &Path, text: &str) -> anyhow::Result<SubmitIntakeRequest> {
    match json::read(REQUEST, text) {
        Ok(request) => Ok(request),
        Err(json::JsonError::Json { source }) => {
            let (line, column) = (source.line(), source.column());
            let what = source.to_string();
            let what = what.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&what);
            bail!("{}:{line}:{column}: {what}", file.display())
        }
        Err(error) => Err(error).with_context(|| file.display().to_string()),
    }
}

fn show_answer(answer: &SubmitIntakeResponse) -> anyhow::Result<()> {
    print::line(format_args!("{} is stored.", answer.intake))?;
    print::line(format_args!("Its token, shown this once: {}", answer.status_token))?;
    let Some(notice) = &answer.safety_notice else { return Ok(()) };
    print::line(format_args!("\nTo be shown now: {}", notice.headline))?;
    for line in &notice.lines {
        print::line(format_args!("  {}", line_text(line)))?;
    }
    for sentence in [&notice.call_promise, &notice.discretion].into_iter().filter(|sentence| !sentence.is_empty()) {
        print::line(format_args!("  {sentence}"))?;
    }
    Ok(())
}

/// "988 Suicide & Crisis Lifeline: call 988, text 988, https://…".
fn line_text(line: &CrisisLine) -> String {
    let call = if line.phone.is_empty() { String::new() } else { format!("call {}", line.phone) };
    let ways: Vec<&str> =
        [call.as_str(), &line.text, &line.chat_url].into_iter().filter(|way| !way.is_empty()).collect();
    format!("{}: {}", line.name, ways.join(" · "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_that_cannot_be_read_is_told_with_its_place_and_without_its_value() {
        let read = |text: &str| read(Path::new("me.json"), text).err().unwrap().to_string();
        let unknown = read("{\n  \"cleint\": {}\n}");
        assert!(unknown.starts_with("me.json:2:"), "{unknown}");
        assert!(!unknown.contains("at line"), "{unknown}");
        assert!(read("{").starts_with("me.json:1:1:"));
    }
}
