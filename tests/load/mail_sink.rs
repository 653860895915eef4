//! The mail server at the end of the pipeline: takes every letter and notes when.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use rapport_tests::people;

/// When each person's letters came.
#[derive(Clone, Default)]
pub(crate) struct MailSink {
    arrivals: Arc<Mutex<HashMap<usize, Vec<Instant>>>>,
}

impl MailSink {
    /// Listens until the process ends.
    pub(crate) async fn listen(address: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let sink = Self::default();
        let accepting = sink.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let sink = accepting.clone();
                tokio::spawn(async move {
                    // A connection that breaks has no one to tell; its letters stay missing and are counted so.
                    let _ = sink.serve(stream).await;
                });
            }
        });
        Ok(sink)
    }

    /// Takes the arrivals so far.
    pub(crate) fn arrivals(&self) -> HashMap<usize, Vec<Instant>> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many people have a letter.
    pub(crate) fn people(&self) -> usize {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    async fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        let mut person = None;
        stream.write_all(b"220 load ESMTP\r\n").await?;
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
            let answer: &[u8] = match verb.as_str() {
                "EHLO" => b"250-load\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
                "RCPT" => {
                    person = line.split(['<', '>']).nth(1).and_then(people::number_of);
                    b"250 ok\r\n"
                }
                "DATA" => {
                    stream.write_all(b"354 go on\r\n").await?;
                    skip_letter(&mut stream).await?;
                    if let Some(number) = person.take() {
                        let mut arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
                        arrivals.entry(number).or_default().push(Instant::now());
                    }
                    b"250 taken\r\n"
                }
                "QUIT" => {
                    stream.write_all(b"221 bye\r\n").await?;
                    return Ok(());
                }
                _ => b"250 ok\r\n",
            };
            stream.write_all(answer).await?;
        }
    }
}

async fn skip_letter(stream: &mut BufReader<TcpStream>) -> std::io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        if stream.read_until(b'\n', &mut line).await? == 0 || line == b".\r\n" {
            return Ok(());
        }
    }
}
