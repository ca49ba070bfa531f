//! The addresses at which this process and its API server are, so that nobody uses the operator to talk to them.
//! It must not fail: what cannot be found out is not in the list, and the operator works all the same.

use http::Uri;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;

/// How long a name may take to be looked up.
const PATIENCE: Duration = Duration::from_secs(5);

/// The addresses of the API server, as its name stands for them now, and our own on the way to it.
pub async fn own_addresses(server: &Uri) -> Vec<IpAddr> {
    let host = server
        .host()
        .unwrap_or_default()
        .trim_start_matches('[')
        .trim_end_matches(']');
    let port = server.port_u16().unwrap_or(443);
    let found = tokio::time::timeout(PATIENCE, tokio::net::lookup_host((host, port))).await;
    let servers: Vec<SocketAddr> = match found {
        Ok(Ok(found)) => found.collect(),
        Ok(Err(_)) | Err(_) => {
            tracing::warn!(
                host,
                "the API server's address could not be looked up: connections may lead there"
            );
            Vec::new()
        }
    };
    let ours = servers.iter().filter_map(|server| ours(*server).ok());
    let mut all: Vec<IpAddr> = ours.chain(servers.iter().map(SocketAddr::ip)).collect();
    all.sort();
    all.dedup();
    all
}

/// The address that we have on the way to another: nothing is sent.
fn ours(to: SocketAddr) -> std::io::Result<IpAddr> {
    let any: SocketAddr = match to {
        SocketAddr::V4(_) => ([0, 0, 0, 0], 0).into(),
        SocketAddr::V6(_) => ([0; 16], 0).into(),
    };
    let socket = UdpSocket::bind(any)?;
    socket.connect(to)?;
    Ok(socket.local_addr()?.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_server_and_the_way_to_it_are_ours() {
        let found = own_addresses(&"https://127.0.0.1:6443".parse().unwrap()).await;
        assert_eq!(found, ["127.0.0.1".parse::<IpAddr>().unwrap()]);
        let nowhere = own_addresses(&"https://no-such-host.invalid".parse().unwrap()).await;
        assert!(nowhere.is_empty(), "it works all the same: {nowhere:?}");
    }
}
