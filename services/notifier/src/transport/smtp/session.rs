//! One connection to a mail server.

use std::{fmt, io};

use lettre::{
    Address,
    transport::smtp::{
        authentication::{Credentials, DEFAULT_MECHANISMS},
        commands::{Auth, Data, Ehlo, Mail, Rcpt, Rset, Starttls},
        extension::{ClientId, Extension, ServerInfo},
        response::{Response, Severity},
    },
};
use rapport_domain::letter::status::{self, MailStatus};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

use super::{
    tls::Connector,
    url::{Security, SmtpUrl},
};
use crate::transport::Envelope;

/// More than any reply holds: a server cannot fill our memory.
const LONGEST_REPLY: u64 = 64 * 1024;

/// A socket, with or without TLS.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection that has said hello.
pub(super) struct Session {
    stream: BufReader<Box<dyn Stream>>,
}

/// Where a dialogue stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Connect,
    Greeting,
    Ehlo,
    Starttls,
    Auth,
    MailFrom,
    RcptTo,
    Data,
    Message,
    Reset,
}

/// Why a dialogue went no further; a server's words are left out, they may repeat an address.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Broken {
    /// The server said no.
    #[error("the mail server replied {code}{} to {step}", status.map(|it| format!(" {it}")).unwrap_or_default())]
    Replied { code: u16, status: Option<MailStatus>, step: Step },
    /// The connection failed, or what came is not SMTP.
    #[error("the connection failed at {step}: {why}")]
    Connection { step: Step, why: io::ErrorKind },
    /// The server cannot do what we must insist on.
    #[error("the mail server does not offer {0}")]
    Lacks(&'static str),
    /// Not an address that can stand in an envelope.
    #[error("the address cannot be used in mail")]
    Address,
}

impl Broken {
    /// Whether the connection, not the letter, is at fault.
    pub(super) const fn is_about_the_connection(&self) -> bool {
        matches!(self, Self::Connection { .. } | Self::Lacks(_) | Self::Replied { code: 421, .. })
    }

    /// Whether the letter can never be sent. A server that does not let *us* in (RFC 4954: 530 and 535) may do so
    /// tomorrow, and so may one whose greeting fails or that does not like our sender: no letter would go then, and
    /// an operator mends that while they wait.
    pub(super) const fn is_for_good(&self) -> bool {
        match self {
            Self::Replied { code: 530 | 535, .. } => false,
            Self::Replied { code, step, .. } => {
                *code >= 500 && matches!(step, Step::RcptTo | Step::Data | Step::Message)
            }
            Self::Address => true,
            Self::Connection { .. } | Self::Lacks(_) => false,
        }
    }
}

impl Broken {
    /// Whether the server put this letter off, and so may put off others to the same domain.
    pub(super) const fn is_deferral(&self) -> bool {
        match self {
            Self::Replied { code, step, .. } => {
                *code < 500 && matches!(step, Step::MailFrom | Step::RcptTo | Step::Data | Step::Message)
            }
            _ => false,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "the connection",
            Self::Greeting => "the greeting",
            Self::Ehlo => "EHLO",
            Self::Starttls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::MailFrom => "MAIL FROM",
            Self::RcptTo => "RCPT TO",
            Self::Data => "DATA",
            Self::Message => "the message",
            Self::Reset => "RSET",
        })
    }
}

impl Session {
    /// Connects, with TLS and a password where the URL asks for them.
    pub(super) async fn connect(url: &SmtpUrl, tls: &Connector, hello: &str) -> Result<Self, Broken> {
        let failed = |why: io::Error| Broken::Connection { step: Step::Connect, why: why.kind() };
        let socket = TcpStream::connect((url.host.as_str(), url.port)).await.map_err(failed)?;
        socket.set_nodelay(true).map_err(failed)?;
        let stream: Box<dyn Stream> = match url.security {
            Security::Tls => Box::new(tls.wrap(socket).await.map_err(failed)?),
            Security::Starttls | Security::None => Box::new(socket),
        };
        let mut session = Self { stream: BufReader::new(stream) };
        session.reply(Step::Greeting).await?;
        let mut offers = session.ehlo(hello).await?;
        if url.security == Security::Starttls {
            session = session.upgrade(&offers, tls).await?;
            offers = session.ehlo(hello).await?;
        }
        if let Some((user, password)) = &url.credentials {
            session.log_in(&offers, Credentials::new(user.clone(), password.clone())).await?;
        }
        Ok(session)
    }

    /// Says from whom and to whom, and asks to go ahead.
    pub(super) async fn address(&mut self, envelope: &Envelope) -> Result<(), Broken> {
        let address = |text: &str| text.parse::<Address>().map_err(|_| Broken::Address);
        let (from, to) = (address(&envelope.from)?, address(&envelope.to)?);
        self.command(Mail::new(Some(from), Vec::new()), Step::MailFrom).await?;
        self.command(Rcpt::new(to, Vec::new()), Step::RcptTo).await?;
        self.command(Data, Step::Data).await?;
        Ok(())
    }

    /// Writes the message and its final dot. An error means that the dot did not
    /// leave as a whole, so that nothing can have been delivered.
    pub(super) async fn hand_over(&mut self, message: &[u8]) -> Result<(), Broken> {
        let failed = |why: io::Error| Broken::Connection { step: Step::Message, why: why.kind() };
        self.stream.write_all(&with_dots_doubled(message)).await.map_err(failed)?;
        self.stream.flush().await.map_err(failed)?;
        self.stream.write_all(b".\r\n").await.map_err(failed)?;
        self.stream.flush().await.map_err(failed)
    }

    /// Forgets the letter that was begun.
    pub(super) async fn reset(&mut self) -> Result<(), Broken> {
        self.command(Rset, Step::Reset).await.map(drop)
    }

    /// Reads a reply; a negative one is an error.
    pub(super) async fn reply(&mut self, step: Step) -> Result<Response, Broken> {
        let failed = |why: io::ErrorKind| Broken::Connection { step, why };
        let mut text = String::new();
        loop {
            let room = LONGEST_REPLY.saturating_sub(text.len() as u64);
            let line = text.len();
            let read = (&mut self.stream).take(room).read_line(&mut text).await.map_err(|why| failed(why.kind()))?;
            if read == 0 || !text.ends_with('\n') {
                return Err(failed(io::ErrorKind::UnexpectedEof));
            }
            // The last line has a space behind its code, the others a hyphen (RFC 5321, 4.2.1).
            if text.as_bytes().get(line + 3) != Some(&b'-') {
                break;
            }
        }
        let reply: Response = text.parse().map_err(|_| failed(io::ErrorKind::InvalidData))?;
        let expected = if step == Step::Data { Severity::PositiveIntermediate } else { Severity::PositiveCompletion };
        match reply.code().severity {
            severity if severity == expected || step == Step::Auth && reply.is_positive() => Ok(reply),
            Severity::TransientNegativeCompletion | Severity::PermanentNegativeCompletion => {
                Err(Broken::Replied { code: reply.code().into(), status: status::find(&text), step })
            }
            _ => Err(failed(io::ErrorKind::InvalidData)),
        }
    }

    async fn command(&mut self, command: impl fmt::Display + Send, step: Step) -> Result<Response, Broken> {
        let failed = |why: io::Error| Broken::Connection { step, why: why.kind() };
        self.stream.write_all(command.to_string().as_bytes()).await.map_err(failed)?;
        self.stream.flush().await.map_err(failed)?;
        self.reply(step).await
    }

    async fn ehlo(&mut self, hello: &str) -> Result<ServerInfo, Broken> {
        let reply = self.command(Ehlo::new(ClientId::Domain(hello.to_owned())), Step::Ehlo).await?;
        let why = io::ErrorKind::InvalidData;
        ServerInfo::from_response(&reply).map_err(|_| Broken::Connection { step: Step::Ehlo, why })
    }

    async fn upgrade(mut self, offers: &ServerInfo, tls: &Connector) -> Result<Self, Broken> {
        if !offers.supports_feature(Extension::StartTls) {
            return Err(Broken::Lacks("STARTTLS"));
        }
        self.command(Starttls, Step::Starttls).await?;
        // Whatever was sent before encryption must not be read as if it came after.
        if !self.stream.buffer().is_empty() {
            return Err(Broken::Connection { step: Step::Starttls, why: io::ErrorKind::InvalidData });
        }
        let wrapped = tls.wrap(self.stream.into_inner()).await;
        let stream = wrapped.map_err(|why| Broken::Connection { step: Step::Starttls, why: why.kind() })?;
        Ok(Self { stream: BufReader::new(Box::new(stream)) })
    }

    async fn log_in(&mut self, offers: &ServerInfo, credentials: Credentials) -> Result<(), Broken> {
        let mechanism = offers.get_auth_mechanism(DEFAULT_MECHANISMS).ok_or(Broken::Lacks("AUTH PLAIN or LOGIN"))?;
        let malformed = |_| Broken::Connection { step: Step::Auth, why: io::ErrorKind::InvalidData };
        let first = Auth::new(mechanism, credentials.clone(), None).map_err(malformed)?;
        let mut reply = self.command(first, Step::Auth).await?;
        // LOGIN asks twice.
        for _ in 0..2 {
            if !reply.has_code(334) {
                break;
            }
            let next = Auth::new_from_response(mechanism, credentials.clone(), &reply).map_err(malformed)?;
            reply = self.command(next, Step::Auth).await?;
        }
        if reply.has_code(235) {
            Ok(())
        } else {
            Err(Broken::Replied { code: reply.code().into(), status: None, step: Step::Auth })
        }
    }
}

/// A line that begins with a dot gets another one (RFC 5321, 4.5.2). The message
/// has been made sure to end with CRLF and to hold neither CR nor LF alone.
fn with_dots_doubled(message: &[u8]) -> Vec<u8> {
    let mut doubled = Vec::with_capacity(message.len() + 16);
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        if line.first() == Some(&b'.') {
            doubled.push(b'.');
        }
        doubled.extend_from_slice(line);
    }
    doubled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_one_dot_does_not_end_the_message() {
        assert_eq!(with_dots_doubled(b".\r\na.\r\n..b\r\n"), b"..\r\na.\r\n...b\r\n");
    }
}
