//! The service with the sample practice on a fresh database.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use jiff::SignedDuration;
use rapport_domain::{practice::Practice, protocol::Files};
use rapport_intake::{Config, Deps};
use rapport_proto::{
    intake::{self as pb, intake_service_client::IntakeServiceClient},
    json,
    staff::triage_service_client::TriageServiceClient,
};
use rapport_runtime::{Clock, Ids, ManualClock, SystemClock, SystemIds};
use rapport_security::{Keyring, MasterKey, Role, Token};
use rapport_store::{LocalTransport, NewStaffToken, Store, StoreSettings, staff_tokens};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Status, transport::Channel};
use tonic_types::{ErrorDetails, StatusExt};

pub(crate) struct House {
    pub(crate) deps: Deps,
    pub(crate) client_address: std::net::SocketAddr,
    pub(crate) client: IntakeServiceClient<Channel>,
    pub(crate) staff: TriageServiceClient<Channel>,
    pub(crate) channel: Channel,
    pub(crate) staff_channel: Channel,
    pub(crate) stop: CancellationToken,
    _folder: Option<tempfile::TempDir>,
}

/// The service on SQLite.
pub(crate) async fn house() -> House {
    house_with(Config::default()).await
}

pub(crate) async fn house_with(config: Config) -> House {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("rapport.db").display());
    House { _folder: Some(folder), ..open(url, config, Arc::new(SystemClock), |_| {}).await }
}

/// The service on SQLite with a practice that is changed.
pub(crate) async fn house_of(change: impl FnOnce(&mut Practice)) -> House {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("rapport.db").display());
    House { _folder: Some(folder), ..open(url, Config::default(), Arc::new(SystemClock), change).await }
}

/// Runs a test on SQLite and, where the environment names a server, on a
/// PostgreSQL database of its own, which stays to be looked into where the test fails.
pub(crate) async fn on_each(test: impl AsyncFn(&House)) {
    on_each_with(|| Arc::new(SystemClock), test).await;
}

/// As [`on_each`], with a clock that stands where the test puts it: any moment to begin with.
pub(crate) async fn on_each_by_hand(test: impl AsyncFn(&House, &ManualClock)) {
    let clock = ManualClock::at("2027-01-11T15:00:00Z".parse().unwrap());
    on_each_with(|| Arc::new(clock.clone()), async |house: &House| test(house, &clock).await).await;
}

#[expect(clippy::disallowed_methods, reason = "which server the tests may use is no setting of Rapport's")]
async fn on_each_with(clock: impl Fn() -> Arc<dyn Clock>, test: impl AsyncFn(&House)) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("rapport.db").display());
    test(&House { _folder: Some(folder), ..open(url, Config::default(), clock(), |_| {}).await }).await;
    let Ok(server) = std::env::var("RAPPORT_TEST_POSTGRES") else { return };
    let name = format!("intake_{}", SystemIds.uuid().simple());
    ask(&server, format!("CREATE DATABASE {name}")).await;
    let house =
        open(format!("{}/{name}", server.rsplit_once('/').unwrap().0), Config::default(), clock(), |_| {}).await;
    test(&house).await;
    house.stop.cancel();
    ask(&server, format!("DROP DATABASE {name} WITH (FORCE)")).await;
}

async fn ask(server: &str, statement: String) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    connection.execute(AssertSqlSafe(statement)).await.unwrap();
}

async fn open(url: String, config: Config, clock: Arc<dyn Clock>, change: impl FnOnce(&mut Practice)) -> House {
    let keyring = Keyring::new(&MasterKey::generate());
    let store = Store::connect(&StoreSettings { url, max_connections: 4 }, keyring).await.unwrap();
    store.migrate().await.unwrap();
    let files = practice_files();
    let mut practice = Practice::load(&files).map_err(|problems| format!("{problems:?}")).unwrap().value;
    change(&mut practice);
    let roster = practice.roster(&files).map_err(|problems| format!("{problems:?}")).unwrap().value;
    rapport_store::therapists::seed_if_empty(&store, &roster).await.unwrap();
    let transport = Arc::new(LocalTransport::new(store.clone(), {
        let clock = Arc::clone(&clock);
        move || clock.now()
    }));
    let letters = Arc::new(crate::letters::samples);
    let deps = Deps { store, transport, practice: Arc::new(practice), clock, ids: Arc::new(SystemIds), letters };
    let any = "127.0.0.1:0".parse().unwrap();
    let intake =
        rapport_intake::build(Config { listen: any, staff_listen: any, ..config }, deps.clone()).await.unwrap();
    let (client_address, staff_address) = (intake.client_address(), intake.staff_address());
    let stop = CancellationToken::new();
    tokio::spawn(intake.run(stop.clone()));
    let connect = |address| async move { Channel::from_shared(format!("http://{address}")).unwrap().connect().await };
    let channel = connect(client_address).await.unwrap();
    let staff_channel = connect(staff_address).await.unwrap();
    House {
        deps,
        client_address,
        client: IntakeServiceClient::new(channel.clone()),
        staff: TriageServiceClient::new(staff_channel.clone()),
        staff_channel,
        channel,
        stop,
        _folder: None,
    }
}

impl House {
    /// A sample of deploy/charlotte/samples, as a new request.
    pub(crate) fn sample(&self, file: &str) -> pb::SubmitIntakeRequest {
        let path = practice_folder().join("samples").join(file);
        let text = fs::read_to_string(path).unwrap();
        let mut request: pb::SubmitIntakeRequest = json::read("rapport.intake.v1.SubmitIntakeRequest", &text).unwrap();
        request.request_id = SystemIds.uuid().to_string();
        self.deps.practice.protocol.digest().clone_into(&mut request.protocol);
        request
    }

    pub(crate) async fn submit(&self, file: &str) -> pb::SubmitIntakeResponse {
        self.client.clone().submit_intake(self.sample(file)).await.unwrap().into_inner()
    }

    /// A staff token of this role.
    pub(crate) async fn token(&self, role: Role) -> String {
        let (token, now) = (Token::generate(), self.deps.clock.now());
        let row = NewStaffToken {
            id: SystemIds.uuid(),
            label: format!("{} Sam", role.name()),
            role,
            hash: token.hash(),
            created_at: now,
            expires_at: now + SignedDuration::from_hours(1),
        };
        staff_tokens::add(&self.deps.store, &row).await.unwrap();
        token.text()
    }
}

pub(crate) fn bearing<T>(token: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    request
}

/// The reason in an error's details.
pub(crate) fn reason(status: &Status) -> String {
    details(status).error_info().map(|info| info.reason.clone()).unwrap_or_default()
}

pub(crate) fn details(status: &Status) -> ErrorDetails {
    status.get_error_details()
}

fn practice_folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/charlotte"))
}

pub(crate) fn practice_files() -> Files {
    let mut files = BTreeMap::new();
    read_folder(practice_folder(), "", &mut files);
    files
}

fn read_folder(folder: &Path, prefix: &str, files: &mut Files) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read_folder(&entry.path(), &format!("{name}/"), files);
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            files.insert(name, text);
        }
    }
}
