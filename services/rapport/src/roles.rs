//! Which roles a process runs, and how they start and end together.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context;
use rapport_notifier::Limits;
use rapport_runtime::{SystemClock, SystemIds, supervise};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{house::House, letters_preview, settings::Settings};

/// A part of the work that can be a process of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The client API and the staff API.
    Intake,
    /// Relay, triage, matching, timers.
    Worker,
    /// Letters.
    Notifier,
    /// Pages for people.
    Console,
}

impl Role {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Intake, Self::Worker, Self::Notifier, Self::Console];
}

/// Roles that were started.
pub(crate) struct Running {
    roles: JoinSet<()>,
    /// Where clients' and staff's calls are served, where this process does.
    pub(crate) listening: Option<Listening>,
    /// Where pages are served, where this process does.
    pub(crate) pages: Option<SocketAddr>,
}

/// The addresses that were taken; a port 0 in the settings is a real one here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listening {
    pub(crate) clients: SocketAddr,
    pub(crate) staff: SocketAddr,
}

impl Listening {
    /// Where another process serves them, by the settings.
    const fn elsewhere(settings: &Settings) -> Self {
        Self { clients: settings.intake.listen.0, staff: settings.staff.listen.0 }
    }
}

/// Starts roles; each runs until `stop`, and is started again if it dies.
///
/// # Errors
/// Where an address cannot be taken: that is for the operator to mend, not to retry.
pub(crate) async fn start(
    roles: &[Role],
    settings: &Settings,
    house: &House,
    stop: &CancellationToken,
) -> anyhow::Result<Running> {
    let mut running = Running { roles: JoinSet::new(), listening: None, pages: None };
    for role in roles {
        match role {
            Role::Intake => running.listening = Some(start_intake(settings, house, stop, &mut running.roles).await?),
            Role::Worker => start_worker(settings, house, stop, &mut running.roles),
            Role::Notifier => start_notifier(settings, house, stop, &mut running.roles),
            Role::Console => {
                let apis = running.listening.unwrap_or_else(|| Listening::elsewhere(settings));
                running.pages = Some(start_console(settings, apis, stop, &mut running.roles).await?);
            }
        }
    }
    Ok(running)
}

/// Starts the console alone: it opens no database and holds no key.
///
/// # Errors
/// As [`start`].
pub(crate) async fn start_pages(settings: &Settings, stop: &CancellationToken) -> anyhow::Result<Running> {
    let mut roles = JoinSet::new();
    let pages = start_console(settings, Listening::elsewhere(settings), stop, &mut roles).await?;
    Ok(Running { roles, listening: None, pages: Some(pages) })
}

impl Running {
    /// Waits until every role has drained, which begins when `stop` is cancelled.
    pub(crate) async fn drained(mut self) {
        while self.roles.join_next().await.is_some() {}
    }
}

async fn start_intake(
    settings: &Settings,
    house: &House,
    stop: &CancellationToken,
    roles: &mut JoinSet<()>,
) -> anyhow::Result<Listening> {
    let mut config = rapport_intake::Config {
        listen: settings.intake.listen.0,
        staff_listen: settings.staff.listen.0,
        reflection: settings.intake.reflection,
        cors_origins: settings.intake.cors_origins.clone(),
        mailbox: settings.mail_folder(),
        bounce_token: settings.mail.bounce_token.hash(),
        ..rapport_intake::Config::default()
    };
    let deps = rapport_intake::Deps {
        store: house.store.clone(),
        transport: Arc::clone(&house.transport),
        practice: Arc::clone(&house.practice),
        clock: Arc::clone(&house.clock),
        ids: Arc::clone(&house.ids),
        letters: letters_preview::samples(&house.practice, &house.texts),
    };
    let first = rapport_intake::build(config.clone(), deps.clone()).await.context(
        "the APIs cannot be served (is another `rapport` running? Choose other addresses with \
             RAPPORT__INTAKE__LISTEN and RAPPORT__STAFF__LISTEN; 127.0.0.1:0 is any free port)",
    )?;
    let listening = Listening { clients: first.client_address(), staff: first.staff_address() };
    // Started again, it takes the same addresses, whatever the settings left open.
    (config.listen, config.staff_listen) = (listening.clients, listening.staff);
    let first = Arc::new(Mutex::new(Some(first)));
    let until = stop.clone();
    roles.spawn(supervise("intake", stop.clone(), move || {
        let bound = first.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (config, deps, until) = (config.clone(), deps.clone(), until.clone());
        async move {
            let intake = match bound {
                Some(intake) => intake,
                None => rapport_intake::build(config, deps).await?,
            };
            Ok(intake.run(until).await?)
        }
    }));
    Ok(listening)
}

async fn start_console(
    settings: &Settings,
    apis: Listening,
    stop: &CancellationToken,
    roles: &mut JoinSet<()>,
) -> anyhow::Result<SocketAddr> {
    let mut config = rapport_console::Config {
        listen: settings.console.listen.0,
        intake_url: settings.console_intake_url(apis.clients),
        staff_url: settings.console_staff_url(apis.staff),
        ..rapport_console::Config::default()
    };
    let deps = rapport_console::Deps { clock: Arc::new(SystemClock), ids: Arc::new(SystemIds) };
    let first = rapport_console::build(config.clone(), deps.clone()).await.context(
        "pages cannot be served (is another `rapport` running? Choose another address with \
             RAPPORT__CONSOLE__LISTEN; 127.0.0.1:0 is any free port)",
    )?;
    let address = first.address();
    config.listen = address;
    let first = Arc::new(Mutex::new(Some(first)));
    let until = stop.clone();
    roles.spawn(supervise("console", stop.clone(), move || {
        let bound = first.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (config, deps, until) = (config.clone(), deps.clone(), until.clone());
        async move {
            let console = match bound {
                Some(console) => console,
                None => rapport_console::build(config, deps).await?,
            };
            Ok(console.run(until).await?)
        }
    }));
    Ok(address)
}

fn start_worker(settings: &Settings, house: &House, stop: &CancellationToken, roles: &mut JoinSet<()>) {
    let config = settings.worker.clone();
    let deps = house.worker_deps();
    let until = stop.clone();
    roles.spawn(supervise("worker", stop.clone(), move || {
        rapport_worker::run(config.clone(), deps.clone(), until.clone())
    }));
}

fn start_notifier(settings: &Settings, house: &House, stop: &CancellationToken, roles: &mut JoinSet<()>) {
    let mail = &settings.mail;
    let config = rapport_notifier::Config {
        connections: mail.connections,
        webhooks: settings.webhooks.clone(),
        per_domain: Limits { connections: mail.domain_connections, per_minute: mail.domain_per_minute },
        bounces: mail.bounces,
        ..rapport_notifier::Config::to(settings.mail_url())
    };
    let deps = rapport_notifier::Deps {
        store: house.store.clone(),
        transport: Arc::clone(&house.transport),
        practice: Arc::clone(&house.practice),
        texts: Arc::clone(&house.texts),
        clock: Arc::clone(&house.clock),
    };
    let until = stop.clone();
    roles.spawn(supervise("notifier", stop.clone(), move || {
        rapport_notifier::run(config.clone(), deps.clone(), until.clone())
    }));
}
