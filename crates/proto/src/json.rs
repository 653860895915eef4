//! Messages as protobuf JSON, by their full name in the contract.

use prost::Message;
use prost_reflect::{DynamicMessage, SerializeOptions};

/// JSON that is not the message it should be.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// No such message in the contract.
    #[error("the contract has no message {0}")]
    UnknownMessage(String),
    /// Not JSON, or with a field that the message does not have.
    #[error("line {}, column {}: {source}", source.line(), source.column())]
    Json {
        /// What the reader said.
        source: serde_json::Error,
    },
    /// The two descriptions of a message differ: a fault of the build.
    #[error("the message cannot be read back")]
    Transcode(#[source] prost::DecodeError),
}

/// Reads protobuf JSON as the message of this full name; unknown fields are refused.
///
/// # Errors
/// Where it is not that message.
pub fn read<M: Message + Default>(full_name: &str, json: &str) -> Result<M, JsonError> {
    let descriptor = crate::descriptor()
        .get_message_by_name(full_name)
        .ok_or_else(|| JsonError::UnknownMessage(full_name.to_owned()))?;
    let mut reader = serde_json::Deserializer::from_str(json);
    let message = DynamicMessage::deserialize(descriptor, &mut reader).map_err(|source| JsonError::Json { source })?;
    reader.end().map_err(|source| JsonError::Json { source })?;
    message.transcode_to().map_err(JsonError::Transcode)
}

/// Writes a message of this full name as protobuf JSON.
///
/// # Errors
/// Where the contract has no such message.
pub fn write<M: Message>(full_name: &str, message: &M) -> Result<String, JsonError> {
    let descriptor = crate::descriptor()
        .get_message_by_name(full_name)
        .ok_or_else(|| JsonError::UnknownMessage(full_name.to_owned()))?;
    let mut dynamic = DynamicMessage::new(descriptor);
    dynamic.transcode_from(message).map_err(JsonError::Transcode)?;
    let mut text = Vec::new();
    let mut writer = serde_json::Serializer::pretty(&mut text);
    dynamic
        .serialize_with_options(&mut writer, &SerializeOptions::new())
        .map_err(|source| JsonError::Json { source })?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{Care, SubmitIntakeRequest};

    const NAME: &str = "rapport.intake.v1.SubmitIntakeRequest";

    #[test]
    fn a_request_reads_back_as_it_was_written() {
        let request = SubmitIntakeRequest { care: Care::Couple.into(), ..SubmitIntakeRequest::default() };
        let json = write(NAME, &request).unwrap();
        assert!(json.contains("CARE_COUPLE"), "{json}");
        assert_eq!(read::<SubmitIntakeRequest>(NAME, &json).unwrap(), request);
    }

    #[test]
    fn a_field_that_the_contract_does_not_have_is_refused_with_its_place() {
        let error = read::<SubmitIntakeRequest>(NAME, "{\n  \"cares\": 1\n}").unwrap_err();
        assert!(error.to_string().starts_with("line 2, "), "{error}");
    }
}
