//! The token in hand: used until the service refuses it, renewed before its time is over.
//! It must not be dropped for anything that happens elsewhere; only a newer one takes its place.

use super::login::Granted;
use secrecy::SecretString;
use std::time::Duration;
use tokio::time::Instant;

/// How long a token is used after a renewal that failed.
const RENEW_PAUSE: Duration = Duration::from_secs(60);

/// A token, and how it stands.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) value: SecretString,
    /// Which one; the first is 1.
    pub(crate) generation: u64,
    /// The project that it is for.
    pub(crate) project: String,
    renew_at: Instant,
    dead_at: Instant,
    refused: bool,
}

/// What is to be done before it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing.
    Good,
    /// It should be renewed, and serves meanwhile.
    Aged,
    /// Its time is over, or the service has refused it: it is used only where there is no other.
    Doubted,
}

impl Token {
    pub(crate) fn new(granted: Granted, generation: u64) -> Token {
        let now = Instant::now();
        Token {
            value: granted.token,
            generation,
            project: granted.project,
            renew_at: now + granted.life.mul_f64(0.8),
            dead_at: now + granted.life,
            refused: false,
        }
    }

    pub(crate) fn standing(&self) -> Standing {
        let now = Instant::now();
        match (now < self.renew_at, self.refused || now >= self.dead_at) {
            (true, _) => Standing::Good,
            (false, false) => Standing::Aged,
            (false, true) => Standing::Doubted,
        }
    }

    /// The service has refused it.
    pub(crate) fn refuse(&mut self) {
        self.refused = true;
        self.renew_at = Instant::now();
    }

    /// It could not be renewed: it is used for a while, so that an IAM that hangs does not hold up every request.
    pub(crate) fn keep(&mut self) {
        self.renew_at = Instant::now() + RENEW_PAUSE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_ages_and_is_used_until_it_is_refused() {
        let granted = Granted {
            token: SecretString::from("t"),
            life: Duration::from_secs(100),
            project: "p".to_owned(),
        };
        let mut token = Token::new(granted, 1);
        let after = async |seconds: u64, token: &Token| {
            tokio::time::advance(Duration::from_secs(seconds)).await;
            token.standing()
        };
        assert_eq!(after(79, &token).await, Standing::Good);
        assert_eq!(after(1, &token).await, Standing::Aged);
        token.keep();
        assert_eq!(after(59, &token).await, Standing::Good);
        assert_eq!(after(1, &token).await, Standing::Doubted, "its time is over");
        token.keep();
        assert_eq!(token.standing(), Standing::Good);
        token.refuse();
        assert_eq!(token.standing(), Standing::Doubted);
    }
}
