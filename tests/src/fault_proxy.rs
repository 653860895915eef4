//! A TCP proxy that a test cuts, refuses with, or lets go silent: an outage of whatever stands behind it.

use std::{io, net::SocketAddr};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{AbortHandle, JoinSet},
};

/// What the proxy does with its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Passes everything on.
    Open,
    /// Closes what comes.
    Refusing,
    /// Accepts and says nothing, as behind a firewall that drops.
    Silent,
}

/// Stands before a server until it is dropped.
pub struct FaultProxy {
    address: SocketAddr,
    control: watch::Sender<(Mode, u64)>,
    listening: AbortHandle,
}

impl FaultProxy {
    /// Listens on a free port and passes everything on to `target`, as `HOST:PORT`.
    pub async fn start(target: &str) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (control, watched) = watch::channel((Mode::Open, 0));
        let listening = tokio::spawn(listen(listener, target.to_owned(), watched)).abort_handle();
        Ok(Self { address, control, listening })
    }

    /// Where to connect instead.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes every connection once; new ones pass.
    pub fn cut(&self) {
        self.set(Mode::Open);
    }

    /// Closes every connection and refuses new ones, until [`restore`](Self::restore).
    pub fn refuse(&self) {
        self.set(Mode::Refusing);
    }

    /// Closes every connection and leaves new ones without an answer, until [`restore`](Self::restore).
    pub fn silence(&self) {
        self.set(Mode::Silent);
    }

    /// Lets everything pass again.
    pub fn restore(&self) {
        self.set(Mode::Open);
    }

    fn set(&self, mode: Mode) {
        self.control.send_modify(|(now, era)| {
            *now = mode;
            *era += 1;
        });
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, target: String, control: watch::Receiver<(Mode, u64)>) {
    let mut connections = JoinSet::new();
    while let Ok((incoming, _)) = listener.accept().await {
        let (target, mut control) = (target.clone(), control.clone());
        connections.spawn(async move {
            let (mode, era) = *control.borrow_and_update();
            tokio::select! {
                () = pass(incoming, &target, mode) => {}
                _ = control.wait_for(|(_, now)| *now != era) => {}
            }
        });
    }
}

async fn pass(mut incoming: TcpStream, target: &str, mode: Mode) {
    match mode {
        Mode::Refusing => {}
        Mode::Silent => std::future::pending().await,
        Mode::Open => {
            let Ok(mut outgoing) = TcpStream::connect(target).await else { return };
            incoming.set_nodelay(true).and(outgoing.set_nodelay(true)).ok();
            copy_bidirectional(&mut incoming, &mut outgoing).await.ok();
        }
    }
}
