//! The SQL ports of OCP's clusters: the MySQL protocol, as far as a stock client reads views with it.
//! It must not change anything, and must not know the HTTP side.
//!
//! The packets and the arithmetic of passwords are `mysql_common`'s, the grammar is `sqlparser`'s. `opensrv-mysql` is not used: its TLS is
//! tied to an older `rustls` beside the project's own, and its release of `mysql_common` compresses with a C library.

mod evaluate;
mod login;
mod packets;
mod select;
mod views;

use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;

use self::packets::Packets;
use self::select::{Outcome, Told};
use crate::gateway::Inner;
use crate::world::ocp::model::SqlPort;

/// What a connection runs over.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Wire for S {}

/// The connection has ended.
type Ended = std::io::Error;

const QUIT: u8 = 0x01;
const INIT_DB: u8 = 0x02;
const QUERY: u8 = 0x03;
const PING: u8 = 0x0e;
const PREPARE: u8 = 0x16;
const RESET: u8 = 0x1f;

/// What a port does now.
fn port(inner: &Inner, cluster: &str) -> SqlPort {
    inner.with(|gate| {
        let known = gate.world.ocp.cluster_id(cluster);
        let cluster = known.and_then(|id| gate.world.ocp.clusters.get(&id));
        // Nobody answers at a lost site, nor for a cluster that is not there.
        cluster
            .filter(|c| c.down_since.is_none())
            .map_or(SqlPort::Closed, |c| c.sql)
    })
}

/// Serves one connection until it ends.
pub(crate) async fn talk(inner: Arc<Inner>, cluster: String, stream: Box<dyn Wire>, tls: Option<TlsAcceptor>) {
    if let Err(error) = serve(&inner, &cluster, stream, tls).await {
        tracing::debug!(%error, "SQL connection ended");
    }
}

async fn serve(inner: &Inner, cluster: &str, stream: Box<dyn Wire>, tls: Option<TlsAcceptor>) -> Result<(), Ended> {
    match port(inner, cluster) {
        SqlPort::Closed => return Ok(()),
        SqlPort::Silent => return std::future::pending().await,
        SqlPort::Open => {}
    }
    let Some(mut packets) = login::log_in(inner, stream, tls).await? else {
        return Ok(());
    };
    loop {
        let Some(packet) = packets.read().await? else {
            return Ok(());
        };
        match port(inner, cluster) {
            SqlPort::Closed => return Ok(()),
            SqlPort::Silent => return std::future::pending().await,
            SqlPort::Open => {}
        }
        let Some((command, text)) = packet.split_first() else {
            return Ok(());
        };
        match *command {
            QUIT => return Ok(()),
            INIT_DB | PING | RESET => packets.ok().await?,
            QUERY => {
                let outcome = ask(inner, cluster, &String::from_utf8_lossy(text));
                reply(&mut packets, outcome).await?;
            }
            PREPARE => {
                let told = Told::new(1295, "HY000", "Prepared statements are not served.");
                packets.error(&told).await?;
            }
            _ => packets.error(&Told::new(1047, "08S01", "Unknown command.")).await?,
        }
    }
}

/// Answers a statement on the state of now, and counts it.
fn ask(inner: &Inner, cluster: &str, statement: &str) -> Result<Outcome, Told> {
    inner.with(|gate| {
        let outcome = select::run(&gate.world, cluster, statement);
        if let Ok(Outcome::Rows { view: Some(view), .. }) = &outcome {
            gate.requests.question(view);
        }
        outcome
    })
}

async fn reply(packets: &mut Packets, outcome: Result<Outcome, Told>) -> Result<(), Ended> {
    match outcome {
        Ok(Outcome::Done) => packets.ok().await,
        Ok(Outcome::Rows { columns, rows, .. }) => packets.rows(&columns, &rows).await,
        Err(told) => packets.error(&told).await,
    }
}

#[cfg(test)]
mod tests;
