//! A mail server for tests, on this machine, that misbehaves once where it is told to.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

use super::SmtpUrl;

/// What the server does where a client stands at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Does {
    Reply(u16),
    /// Ends the connection without a word.
    HangUp,
    /// Says nothing more.
    Sleep,
}

/// A server that is kind at every step but one, the first time that it is reached.
pub(crate) struct Server {
    pub(crate) url: SmtpUrl,
    seen: Arc<Mutex<Vec<String>>>,
    /// Every message that came as a whole.
    pub(crate) messages: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) async fn start(at: &'static str, does: Does) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = SmtpUrl::parse(&format!("smtp://{}", listener.local_addr().unwrap())).unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let script = Arc::new(Mutex::new(Some((at, does))));
        let log = Arc::clone(&seen);
        let messages = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&messages);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, Arc::clone(&script), Arc::clone(&log), Arc::clone(&kept)));
            }
        });
        Self { url, seen, messages }
    }

    pub(crate) fn count(&self, step: &str) -> usize {
        self.seen.lock().unwrap().iter().filter(|line| line.starts_with(step)).count()
    }
}

type Script = Arc<Mutex<Option<(&'static str, Does)>>>;

async fn serve(socket: TcpStream, script: Script, seen: Arc<Mutex<Vec<String>>>, messages: Arc<Mutex<Vec<String>>>) {
    let mut stream = BufReader::new(socket);
    let mut step = "connect".to_owned();
    loop {
        seen.lock().unwrap().push(step.clone());
        let mut usual = match step.as_str() {
            "connect" => "220 ready\r\n".to_owned(),
            "EHLO" => "250-scripted\r\n250 8BITMIME\r\n".to_owned(),
            "DATA" => "354 go ahead\r\n".to_owned(),
            _ => "250 fine, sample@example.com\r\n".to_owned(),
        };
        let mut in_message = step == "DATA";
        let mut script_now = script.lock().unwrap().take();
        if script_now.is_some_and(|(at, _)| at != step) {
            *script.lock().unwrap() = script_now.take();
        }
        match script_now {
            Some((_, Does::Reply(code))) => {
                usual = format!("{code} no, sample@example.com\r\n");
                in_message = in_message && code == 354;
            }
            Some((_, Does::HangUp)) => return,
            Some((_, Does::Sleep)) => std::future::pending().await,
            None => {}
        }
        if stream.write_all(usual.as_bytes()).await.is_err() || usual.starts_with("421") {
            return;
        }
        let mut message = String::new();
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                seen.lock().unwrap().push("end".to_owned());
                return;
            }
            if !in_message {
                step = line.split_whitespace().next().unwrap_or_default().to_owned();
                break;
            }
            if line == ".\r\n" {
                messages.lock().unwrap().push(std::mem::take(&mut message));
                step = "message".to_owned();
                break;
            }
            message.push_str(&line);
        }
    }
}
