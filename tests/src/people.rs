//! The sample people of `deploy/charlotte/samples`, ready to be submitted.

use anyhow::Result;
use rapport_proto::{
    intake::{GetScreeningRequest, SubmitIntakeRequest, intake_service_client::IntakeServiceClient},
    json,
};
use tonic::transport::Channel;
use uuid::Uuid;

macro_rules! samples {
    ($($(#[$doc:meta])* $name:ident = $file:literal;)*) => {
        /// One of the sample people.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Sample {
            $($(#[$doc])* $name,)*
        }

        impl Sample {
            /// All of them, in the order of their files.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            const fn text(self) -> &'static str {
                match self {
                    $(Self::$name => include_str!(concat!("../../deploy/charlotte/samples/", $file)),)*
                }
            }

            /// Where its file lies, for programs that read it themselves.
            #[must_use]
            pub const fn path(self) -> &'static str {
                match self {
                    $(Self::$name => concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/charlotte/samples/", $file),)*
                }
            }
        }
    };
}

samples! {
    /// Alone, with drift and stress.
    DriftAndStress = "01-drift-and-stress.json";
    /// A couple.
    Couple = "02-couple.json";
    /// Two red flags of drift.
    RedFlags = "03-red-flags.json";
    /// Thoughts of suicide with intent.
    SelfHarm = "04-self-harm-with-intent.json";
    /// Afraid of the partner.
    Fear = "05-fear-of-partner.json";
    /// Lives where nobody is licensed.
    NobodyMatches = "06-nobody-matches.json";
    /// Not of age.
    Under18 = "07-under-18.json";
}

/// Makes requests that one server takes.
#[derive(Clone)]
pub struct People {
    protocol: String,
}

impl People {
    /// Asks the server for its screening.
    pub async fn of(client: &mut IntakeServiceClient<Channel>) -> Result<Self> {
        let screening = client.get_screening(GetScreeningRequest::default()).await?.into_inner();
        Ok(Self { protocol: screening.protocol })
    }

    /// The sample as its file has it, with a request id of its own.
    pub fn request(&self, sample: Sample) -> Result<SubmitIntakeRequest> {
        let mut request: SubmitIntakeRequest = json::read("rapport.intake.v1.SubmitIntakeRequest", sample.text())?;
        request.request_id = Uuid::now_v7().to_string();
        request.protocol.clone_from(&self.protocol);
        Ok(request)
    }

    /// The sample as a person of their own.
    pub fn another(&self, sample: Sample, number: usize) -> Result<SubmitIntakeRequest> {
        Ok(as_person(self.request(sample)?, number))
    }
}

/// The request as if another person had sent it: with an id, an address and a phone that nobody else has.
#[must_use]
pub fn as_person(mut request: SubmitIntakeRequest, number: usize) -> SubmitIntakeRequest {
    request.request_id = Uuid::now_v7().to_string();
    if let Some(client) = &mut request.client {
        client.email = address(number);
        // An exchange may not begin with 0 or 1.
        client.phone = format!("+1704{:03}{:04}", 200 + number / 10_000 % 800, number % 10_000);
    }
    request
}

/// Where the letters of [`as_person`] go.
#[must_use]
pub fn address(number: usize) -> String {
    format!("person-{number}@example.com")
}

/// Whose address it is; `None` for anybody else's, such as the one of a staff alert.
#[must_use]
pub fn number_of(address: &str) -> Option<usize> {
    address.strip_prefix("person-")?.strip_suffix("@example.com")?.parse().ok()
}
