//! An SMTP server that follows a script: it refuses, hangs, cuts, or loses the
//! reply after the final dot, and keeps the letters that it accepted.

use std::{
    collections::VecDeque,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::{AbortHandle, JoinSet},
};

/// Where in the conversation a step applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// Upon connection, in place of the greeting.
    Connect,
    /// HELO or EHLO.
    Hello,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Recipient,
    /// DATA, before the letter.
    Data,
    /// After the final dot.
    FinalDot,
}

/// What the server does there instead of saying yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Answers this line, such as `450 4.2.1 try later`. Nothing is accepted.
    Answer(&'static str),
    /// Never answers.
    Hang,
    /// Closes the connection. At the final dot, nothing is accepted.
    Cut,
    /// At the final dot: accepts the letter, then closes without an answer.
    AcceptThenCut,
    /// At the final dot: accepts the letter, and never answers.
    AcceptThenHang,
}

/// A letter that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// The letter as it came, without the final dot, dots unstuffed.
    pub message: String,
}

/// The server; ends when dropped.
pub struct ScriptedSmtp {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: AbortHandle,
}

#[derive(Default)]
struct Shared {
    script: Mutex<VecDeque<(At, Step)>>,
    accepted: Mutex<Vec<Accepted>>,
}

impl ScriptedSmtp {
    /// Listens on a free port and accepts everything, until told otherwise.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared = Arc::<Shared>::default();
        let listening = tokio::spawn(listen(listener, Arc::clone(&shared))).abort_handle();
        Ok(Self { address, shared, listening })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address as the setting `mail.url` wants it.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// The next time the conversation comes there, do this once. Steps for one place apply in their order.
    pub fn next(&self, at: At, step: Step) {
        lock(&self.shared.script).push_back((at, step));
    }

    /// Whether the conversation has come through the whole script.
    pub fn is_through(&self) -> bool {
        lock(&self.shared.script).is_empty()
    }

    /// The letters accepted so far.
    pub fn accepted(&self) -> Vec<Accepted> {
        lock(&self.shared.accepted).clone()
    }
}

impl Drop for ScriptedSmtp {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Shared {
    fn step(&self, at: At) -> Option<Step> {
        let mut script = lock(&self.script);
        let place = script.iter().position(|(wanted, _)| *wanted == at)?;
        script.remove(place).map(|(_, step)| step)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    let mut sessions = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        sessions.spawn(async move { Session { stream: BufReader::new(stream), shared }.talk().await });
    }
}

struct Session {
    stream: BufReader<TcpStream>,
    shared: Arc<Shared>,
}

impl Session {
    async fn talk(&mut self) -> io::Result<()> {
        if !self.reply(At::Connect, "220 scripted ESMTP").await? {
            return Ok(());
        }
        let mut from = String::new();
        let mut to = Vec::new();
        while let Some(line) = self.line().await? {
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let goes_on = match verb.as_str() {
                "EHLO" => self.reply(At::Hello, "250-scripted\r\n250-8BITMIME\r\n250 SMTPUTF8").await?,
                "HELO" => self.reply(At::Hello, "250 scripted").await?,
                "MAIL" => {
                    from = address(&line);
                    to.clear();
                    self.reply(At::Mail, "250 ok").await?
                }
                "RCPT" => {
                    to.push(address(&line));
                    self.reply(At::Recipient, "250 ok").await?
                }
                "DATA" => self.data(&from, &to).await?,
                "RSET" | "NOOP" => self.say("250 ok").await?,
                "QUIT" => {
                    self.say("221 bye").await?;
                    return Ok(());
                }
                _ => self.say("502 not known").await?,
            };
            if !goes_on {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn data(&mut self, from: &str, to: &[String]) -> io::Result<bool> {
        match self.shared.step(At::Data) {
            None => self.say("354 go on").await?,
            Some(step) => return self.act(step).await,
        };
        let mut message = String::new();
        loop {
            let Some(line) = self.line().await? else { return Ok(false) };
            if line == "." {
                break;
            }
            message.push_str(line.strip_prefix('.').unwrap_or(&line));
            message.push_str("\r\n");
        }
        let step = self.shared.step(At::FinalDot);
        if matches!(step, None | Some(Step::AcceptThenCut | Step::AcceptThenHang)) {
            let accepted = Accepted { from: from.to_owned(), to: to.to_vec(), message };
            lock(&self.shared.accepted).push(accepted);
        }
        match step {
            None => self.say("250 accepted").await,
            Some(step) => self.act(step).await,
        }
    }

    /// Says yes, unless the script says otherwise; whether the conversation goes on.
    async fn reply(&mut self, at: At, yes: &str) -> io::Result<bool> {
        match self.shared.step(at) {
            None => self.say(yes).await,
            Some(step) => self.act(step).await,
        }
    }

    async fn act(&mut self, step: Step) -> io::Result<bool> {
        match step {
            Step::Answer(line) => self.say(line).await,
            Step::Hang | Step::AcceptThenHang => std::future::pending().await,
            Step::Cut | Step::AcceptThenCut => Ok(false),
        }
    }

    async fn say(&mut self, line: &str) -> io::Result<bool> {
        self.stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await?;
        Ok(true)
    }

    async fn line(&mut self) -> io::Result<Option<String>> {
        let mut bytes = Vec::new();
        if self.stream.read_until(b'\n', &mut bytes).await? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&bytes);
        Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()))
    }
}

/// What stands between the angle brackets.
fn address(line: &str) -> String {
    let inner = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map(|(address, _)| address.to_owned()).unwrap_or_default()
}
