//! The door: what clients and staff call over gRPC.
//!
//! Read `client_api` and `staff_api` first (the RPCs, each a parse, a call
//! and a conversion), then the use cases, one file each and named by their verb:
//! `get_screening`, `save_draft`, `get_draft`, `submit_intake`, `request_call`, `get_intake`,
//! `watch_intake`, `invite_partner`, `accept_invitation`, `decline_invitation`,
//! `confirm_appointment`, `cancel_appointment`, `list_open_slots`,
//! `reschedule_appointment`, `update_contact`, `list_cases`,
//! `watch_cases`, `get_case`, `claim_case`, `override_urgency`, `close_case`,
//! `complete_report`, `reveal_answers`, `create_intake`, `book_appointment`, `staff_confirm_appointment`,
//! `staff_reschedule_appointment`, `staff_cancel_appointment`, `mark_attendance`, `list_matches`, `acknowledge_alert`,
//! `record_contact_attempt`, `stop_contact`, `resume_contact`, `assign_case`,
//! `release_case`, `add_note`, `refer_case`, `reopen_case`, and for rules
//! `get_protocol` and [`replay_protocol`] (by `protocol_api`), for letters that
//! went wrong `list_letters`, `resend_letter`, `resolve_letter` and
//! `report_bounce`, for whoever runs the house `get_health`, `dead_letters`, `mailbox` and `letter_previews` (by `operations_api`); for staff themselves `sign_in`, `redeem_sign_in`, `enrol`,
//! `get_session`, `sign_out`, `own_credentials`, `invite_staff`, `list_accounts`,
//! `list_colleagues`, `change_account` (by `account_api`); for auditors `read_audit` (by
//! `audit_api`). Beside them: `parse` (requests
//! into domain types, every bad field at once), `openings` (the calendar as a
//! client's session sees it), `staff_time` (a time that staff chose), `relocate`
//! (what every move writes), `view` (domain types into
//! messages, as the reader's role may see them), [`policy`] (who may call what),
//! `refusal` and `status` (why a call fails, and how that is said on the
//! wire). Below the handlers, for every call alike: `guard` with
//! `authenticate` and `deadline`, put together by `server`.

mod accept_invitation;
mod account_api;
mod acknowledge_alert;
mod add_note;
mod assign_case;
mod audit_api;
mod authenticate;
mod book_appointment;
mod calendar_feed;
mod cancel_appointment;
mod case_calls;
mod change_account;
mod claim_case;
mod client_api;
mod close_case;
mod close_room;
mod complete_report;
mod confirm_appointment;
mod create_intake;
mod create_therapist;
mod dead_letters;
mod deadline;
mod decline_invitation;
mod enrol;
mod get_case;
mod get_draft;
mod get_health;
mod get_intake;
mod get_protocol;
mod get_screening;
mod get_session;
mod guard;
mod hints;
pub mod import_busy_times;
pub mod import_roster;
mod invite_partner;
mod invite_staff;
mod letter_previews;
mod list_accounts;
mod list_cases;
mod list_colleagues;
mod list_hours;
mod list_letters;
mod list_matches;
mod list_open_slots;
mod list_sessions;
mod list_therapists;
mod looks;
mod mailbox;
mod mark_attendance;
mod on_roster;
mod open_session;
mod openings;
mod operations_api;
mod override_urgency;
mod own_appointment;
mod own_credentials;
mod own_intake;
mod parse;
mod passwords;
pub mod policy;
mod protocol_api;
mod protocols;
mod read_audit;
mod record_contact_attempt;
mod redeem_sign_in;
mod refer_case;
mod refusal;
mod release_case;
mod relocate;
mod reopen_case;
mod repeat;
pub mod replay_protocol;
mod report_bounce;
mod request_call;
mod reschedule_appointment;
mod resend_letter;
mod resolve_letter;
mod resume_contact;
mod reveal_answers;
mod roster_api;
mod save_draft;
mod server;
mod set_hours;
mod sign_in;
mod sign_out;
mod slot;
mod staff_api;
mod staff_cancel_appointment;
mod staff_case;
mod staff_confirm_appointment;
mod staff_letter;
mod staff_reschedule_appointment;
mod staff_time;
mod status;
mod stop_contact;
mod submit_intake;
mod trail;
mod treated_client;
mod update_contact;
mod update_therapist;
mod view;
mod watch_cases;
mod watch_intake;

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use rapport_domain::practice::Practice;
use rapport_messaging::Transport;
use rapport_runtime::{Clock, Ids};
use rapport_store::Store;
use tokio_util::sync::CancellationToken;

pub use letter_previews::{LetterPreview, WriteSamples};
pub use server::{Intake, StartError};

/// How the two listeners behave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where clients and their front ends call; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Where staff's console calls; never the public address.
    pub staff_listen: SocketAddr,
    /// Whether the API describes itself to whoever asks.
    pub reflection: bool,
    /// Origins whose pages may call the client API from a browser; `*` for any.
    pub cors_origins: Vec<String>,
    /// Calls at once, over all connections of a listener; one more is refused at once.
    pub most_calls: usize,
    /// Open streams at once, over all connections of a listener.
    pub most_streams: usize,
    /// The longest request, in bytes.
    pub most_bytes: usize,
    /// How long a call may take where its caller does not say less.
    pub longest_call: Duration,
    /// The folder that letters go to; none where they go to a mail server.
    pub mailbox: Option<PathBuf>,
    /// Hash of the token that lets in who reports bounces; nobody where it is absent.
    pub bounce_token: Option<[u8; 32]>,
    /// How long calls may go on once the service was asked to stop.
    pub drain: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 50051)),
            staff_listen: SocketAddr::from(([127, 0, 0, 1], 50052)),
            reflection: true,
            cors_origins: Vec::new(),
            most_calls: 512,
            most_streams: 1024,
            most_bytes: 1024 * 1024,
            longest_call: Duration::from_secs(15),
            mailbox: None,
            bounce_token: None,
            drain: Duration::from_secs(20),
        }
    }
}

/// What the service works with.
#[derive(Clone)]
pub struct Deps {
    /// The database.
    pub store: Store,
    /// The way events travel: looked into, never published to.
    pub transport: Arc<dyn Transport>,
    /// The practice's files.
    pub practice: Arc<Practice>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn Ids>,
    /// The practice's letters with sample data.
    pub letters: Arc<WriteSamples>,
}

/// Takes both addresses and makes the service ready; nothing is answered before [`Intake::run`].
///
/// # Errors
/// Where an address is taken, an origin is none, or the database fails.
pub async fn build(config: Config, deps: Deps) -> Result<Intake, StartError> {
    Intake::bind(config, deps).await
}

/// Serves until `stop`, then drains.
///
/// # Errors
/// As [`build`], and where a listener fails.
pub async fn run(config: Config, deps: Deps, stop: CancellationToken) -> Result<(), StartError> {
    build(config, deps).await?.run(stop).await
}
