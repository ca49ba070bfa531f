//! Connections for protocols other than HTTP: TCP where the reach lets it, and TLS on it, with the same trust.
//! It must not write anything on them, nor judge an address by its name.

use crate::config::{ConfigError, TlsConfig};
use crate::error::{ErrorKind, TransportError, Written};
use crate::reach::Reach;
use crate::tls;
use rustls::pki_types::ServerName;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// No more addresses of one name are tried.
const MOST_ADDRESSES: usize = 8;

/// Makes connections. Whoever asks for one sets its deadline.
pub struct Dialer {
    tls: TlsConnector,
    reach: Reach,
}

impl Dialer {
    /// Reads the system's roots and the CA bundle; opens no connection.
    ///
    /// # Errors
    /// When the bundle cannot be used.
    pub fn new(tls: &TlsConfig, reach: Reach) -> Result<Dialer, ConfigError> {
        let tls = TlsConnector::from(Arc::new(tls::client_config(tls)?));
        Ok(Dialer { tls, reach })
    }

    /// A TCP connection. The name is looked up once, and its addresses are judged and used as they were judged.
    ///
    /// # Errors
    /// When there is none.
    pub async fn tcp(&self, host: &str, port: u16) -> Result<TcpStream, TransportError> {
        let named = format!("{host}:{port}");
        let plain = host.trim_start_matches('[').trim_end_matches(']');
        let found = tokio::net::lookup_host((plain, port)).await;
        let found = found.map_err(|error| TransportError::connecting(&named, &error))?;
        let mut failed = None;
        for address in found.take(MOST_ADDRESSES) {
            if let Err(refused) = self.reach.admit(address.ip()) {
                failed = failed.or(Some(TransportError::connecting(&named, &refused)));
                continue;
            }
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    // Small questions and small answers: none waits for another.
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Err(error) => failed = Some(TransportError::connecting(&named, &error)),
            }
        }
        let none = || {
            let message = format!("connecting to {named}: the name has no address");
            TransportError::new(ErrorKind::Connect, Written::Never, message)
        };
        Err(failed.unwrap_or_else(none))
    }

    /// TLS on a connection; the certificate is verified against `host`.
    ///
    /// # Errors
    /// When the handshake fails.
    pub async fn tls<S>(&self, host: &str, stream: S) -> Result<TlsStream<S>, TransportError>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let plain = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(plain).map_err(|error| TransportError::connecting(host, &error))?;
        let secure = self.tls.connect(name, stream).await;
        secure.map_err(|error| TransportError::connecting(host, &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn an_address_out_of_reach_is_not_connected_to() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let dial = |reach| async move {
            let dialer = Dialer::new(&TlsConfig::default(), reach).unwrap();
            dialer
                .tcp("localhost", port)
                .await
                .map(|_| ())
                .map_err(|error| error.kind)
        };
        assert_eq!(dial(Reach::default()).await, Err(ErrorKind::OutOfReach));
        assert_eq!(dial(Reach::everywhere()).await, Ok(()));
    }

    #[tokio::test]
    async fn where_nobody_listens_nothing_was_written() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let dialer = Dialer::new(&TlsConfig::default(), Reach::everywhere()).unwrap();
        let error = dialer.tcp("127.0.0.1", port).await.unwrap_err();
        assert_eq!((error.kind, error.written), (ErrorKind::Connect, Written::Never));
    }
}
