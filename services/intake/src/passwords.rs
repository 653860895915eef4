//! Hashing off the threads that answer calls, and never more of it at once than the machine bears.

use rapport_security::password;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::refusal::Refusal;

/// Each takes 19 MiB and a processor for tens of milliseconds: whoever floods the sign-in waits, and nobody else does.
const AT_ONCE: usize = 2;

/// Passes on this many at once.
pub(crate) struct Passwords(Semaphore);

impl Default for Passwords {
    fn default() -> Self {
        Self(Semaphore::new(AT_ONCE))
    }
}

impl Passwords {
    /// Whether this is the password that was hashed; takes as long where nothing was.
    pub(crate) async fn matches(&self, password: Zeroizing<String>, hash: Option<String>) -> Result<bool, Refusal> {
        self.run(move || password::is_password(&password, hash.as_deref())).await
    }

    /// What is kept of a new password.
    pub(crate) async fn hash(&self, password: password::Password) -> Result<String, Refusal> {
        self.run(move || password.hash()).await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
        let _place = self.0.acquire().await.map_err(|_| Refusal::Overloaded)?;
        tokio::task::spawn_blocking(work).await.map_err(|_| Refusal::Internal("a password could not be hashed"))
    }
}
