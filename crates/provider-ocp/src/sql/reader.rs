//! The reader of one station's database: one connection, used again, one question at a time.
//! It must not wait for a database longer than it is worth, nor ask twice at once.

use super::SqlError;
use super::login::log_in;
use super::session::{Rows, Session};
use crate::set::role::Shown;
use secrecy::{ExposeSecret, SecretString};
use stationmaster_engine::Reason;
use stationmaster_transport::{Clock, Dialer, Secrets};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// For so long a database is waited for: to connect, and for each question.
const PATIENCE: Duration = Duration::from_secs(8);

/// Where a database is, and who asks.
pub(crate) struct Who {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) username: String,
    pub(crate) password: SecretString,
    /// Whether a server without TLS is refused.
    pub(crate) tls_required: bool,
}

/// The reader.
pub(crate) struct Reader {
    dialer: Arc<Dialer>,
    who: Who,
    clock: Clock,
    session: Mutex<Option<Session>>,
}

impl Reader {
    pub(crate) fn new(dialer: Arc<Dialer>, who: Who, clock: Clock) -> Reader {
        Reader {
            dialer,
            who,
            clock,
            session: Mutex::new(None),
        }
    }

    /// All tenants of the database, by their id in OceanBase.
    pub(crate) async fn tenants(&self) -> Result<HashMap<i64, Shown>, SqlError> {
        let (rows, read_at) = self.select(super::views::COLUMNS, super::views::TENANTS).await?;
        super::views::tenants(rows, read_at)
    }

    /// How the log of each standby comes in: the first word that is not good; what a database does not tell is not told.
    pub(crate) async fn restore(&self) -> HashMap<i64, String> {
        match self.select(super::views::RESTORE_COLUMNS, super::views::RESTORE).await {
            Ok((rows, _)) => super::views::restore(rows),
            Err(error) => {
                tracing::debug!(why = error.message, "how logs come in is not told");
                HashMap::new()
            }
        }
    }

    /// The rows, and when they were read. A connection that was kept may have died meanwhile: then a fresh one is asked.
    async fn select(&self, columns: &[&str], from: &str) -> Result<(Rows, jiff::Timestamp), SqlError> {
        let place = format!("{}:{}", self.who.host, self.who.port);
        let late = || {
            SqlError::new(
                Reason::ProviderUnreachable,
                format!("the database {place} did not answer within {} s", PATIENCE.as_secs()),
            )
        };
        let asked = async {
            let mut kept = self.session.lock().await;
            // It is taken out: whoever gives the reading up leaves no half-read answer behind.
            if let Some(mut session) = kept.take() {
                match session.select(columns, from).await {
                    Ok(rows) => {
                        *kept = Some(session);
                        return Ok((rows, self.clock.now()));
                    }
                    Err(error) if error.kept => {
                        *kept = Some(session);
                        return Err(error);
                    }
                    Err(error) if error.reason != Reason::ProviderUnreachable => return Err(error),
                    Err(_) => {}
                }
            }
            let mut session = Session::new(log_in(&self.dialer, &self.who).await?);
            let rows = session.select(columns, from).await;
            if rows.as_ref().map_or_else(|error| error.kept, |_| true) {
                *kept = Some(session);
            }
            Ok((rows?, self.clock.now()))
        };
        let outcome = tokio::time::timeout(PATIENCE, asked)
            .await
            .unwrap_or_else(|_| Err(late()));
        outcome.map_err(|error| {
            let secrets = Secrets::of([self.who.password.clone()]);
            let message = match error.message.contains(&self.who.host) {
                true => error.message,
                false => format!("{place}: {}", error.message),
            };
            SqlError::new(error.reason, secrets.scrub(&message))
        })
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reader({}:{})", self.who.host, self.who.port)
    }
}

impl Who {
    /// Whether it can be used at all.
    pub(crate) fn usable(&self) -> bool {
        !self.host.trim().is_empty()
            && self.port != 0
            && !self.username.is_empty()
            && !self.password.expose_secret().is_empty()
    }
}
