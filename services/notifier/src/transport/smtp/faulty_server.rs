//! A mail server for tests that misbehaves in another way for every letter, and counts what it took.

use std::{
    collections::{HashMap, VecDeque},
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Take},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

use super::SmtpUrl;

/// Where a dialogue stands when the server speaks.
pub(crate) const STEPS: [&str; 6] = ["connect", "EHLO", "MAIL", "RCPT", "DATA", "message"];

/// What goes wrong on one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// This reply at this step.
    Reply(&'static str, u16),
    /// Not a word more from this step on.
    Hang(&'static str),
    /// The connection ends when so many bytes have left the server.
    CutSending(usize),
    /// The connection ends when so many bytes have reached the server.
    CutReceiving(usize),
    /// The letter is taken, and the reply to its final dot is lost.
    LoseReply,
    /// The letter is taken, and no reply comes.
    HoldReply,
}

/// The server. While there are faults left, it takes one letter a connection, so that each meets one.
#[derive(Clone)]
pub(crate) struct FaultyServer {
    pub(crate) url: SmtpUrl,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    faults: Mutex<VecDeque<Fault>>,
    /// How often each message was taken, by its Message-ID.
    taken: Mutex<HashMap<String, usize>>,
    /// The envelope's sender of each dialogue.
    senders: Mutex<Vec<String>>,
    /// Bytes sent and received in the last dialogue.
    bytes: Mutex<(usize, usize)>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FaultyServer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = SmtpUrl::parse(&format!("smtp://{}", listener.local_addr().unwrap())).unwrap();
        let shared = Arc::<Shared>::default();
        let listening = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let shared = Arc::clone(&listening);
                tokio::spawn(async move { Dialogue::new(socket, shared).run().await });
            }
        });
        Self { url, shared }
    }

    pub(crate) fn misbehave(&self, faults: impl IntoIterator<Item = Fault>) {
        lock(&self.shared.faults).extend(faults);
    }

    pub(crate) fn faults_left(&self) -> usize {
        lock(&self.shared.faults).len()
    }

    pub(crate) fn taken(&self) -> HashMap<String, usize> {
        lock(&self.shared.taken).clone()
    }

    pub(crate) fn senders(&self) -> Vec<String> {
        lock(&self.shared.senders).clone()
    }

    /// Bytes that the server sent and received in the last whole dialogue.
    pub(crate) fn bytes(&self) -> (usize, usize) {
        *lock(&self.shared.bytes)
    }
}

struct Dialogue {
    from_client: BufReader<Take<OwnedReadHalf>>,
    to_client: OwnedWriteHalf,
    shared: Arc<Shared>,
    fault: Option<Fault>,
    sent: usize,
    received: usize,
}

impl Dialogue {
    fn new(socket: TcpStream, shared: Arc<Shared>) -> Self {
        let fault = lock(&shared.faults).pop_front();
        let most = match fault {
            Some(Fault::CutReceiving(after)) => after as u64,
            _ => u64::MAX,
        };
        let (from_client, to_client) = socket.into_split();
        Self { from_client: BufReader::new(from_client.take(most)), to_client, shared, fault, sent: 0, received: 0 }
    }

    async fn run(mut self) -> io::Result<()> {
        self.say("connect", "220 faulty\r\n").await?;
        loop {
            let line = self.line().await?;
            match line.split([' ', '\r']).next().unwrap_or_default() {
                "EHLO" => self.say("EHLO", "250-faulty\r\n250 8BITMIME\r\n").await?,
                "MAIL" => {
                    let sender = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    lock(&self.shared.senders).push(sender);
                    self.say("MAIL", "250 fine\r\n").await?;
                }
                "RCPT" => self.say("RCPT", "250 fine\r\n").await?,
                "DATA" => {
                    let refused = matches!(self.fault, Some(Fault::Reply("DATA", _)));
                    self.say("DATA", "354 go ahead\r\n").await?;
                    if !refused {
                        self.take_message().await?;
                    }
                }
                // One letter a connection, while there are faults for others.
                _ if self.fault.is_some() || !lock(&self.shared.faults).is_empty() => return Ok(()),
                _ => self.say("other", "250 fine\r\n").await?,
            }
        }
    }

    async fn take_message(&mut self) -> io::Result<()> {
        let mut message = String::new();
        loop {
            let line = self.line().await?;
            if line == ".\r\n" {
                break;
            }
            message.push_str(&line);
        }
        if !matches!(self.fault, Some(Fault::Reply("message", _) | Fault::Hang("message"))) {
            let id = message.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap_or_default();
            *lock(&self.shared.taken).entry(id.to_owned()).or_default() += 1;
        }
        match self.fault {
            Some(Fault::LoseReply) => return Err(io::ErrorKind::ConnectionReset.into()),
            Some(Fault::HoldReply) => std::future::pending().await,
            _ => {}
        }
        self.say("message", "250 taken\r\n").await?;
        *lock(&self.shared.bytes) = (self.sent, self.received);
        if lock(&self.shared.faults).is_empty() { Ok(()) } else { Err(io::ErrorKind::ConnectionReset.into()) }
    }

    /// The usual words, or what the fault has in their place.
    async fn say(&mut self, step: &str, usual: &str) -> io::Result<()> {
        let mut words = usual.to_owned();
        match self.fault {
            Some(Fault::Reply(at, code)) if at == step => {
                words = format!("{code} {}.7.0 no, sample@example.com\r\n", code / 100);
            }
            Some(Fault::Hang(at)) if at == step => std::future::pending().await,
            Some(Fault::CutSending(after)) if self.sent + words.len() > after => {
                words.truncate(after - self.sent);
                self.to_client.write_all(words.as_bytes()).await?;
                return Err(io::ErrorKind::ConnectionReset.into());
            }
            _ => {}
        }
        self.to_client.write_all(words.as_bytes()).await?;
        self.sent += words.len();
        if words.starts_with("421") { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) }
    }

    async fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        let read = self.from_client.read_line(&mut line).await?;
        self.received += read;
        if line.ends_with('\n') { Ok(line) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}
