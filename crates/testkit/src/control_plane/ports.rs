//! Free loopback ports.
//! It must not promise that a port is still free later: the caller starts again with others when one was taken.

use std::net::{Ipv4Addr, TcpListener};

use serde::{Deserialize, Serialize};

/// The ports of one control plane, all on 127.0.0.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ports {
    pub etcd_client: u16,
    pub etcd_peer: u16,
    pub apiserver: u16,
    pub controller_manager: u16,
}

impl Ports {
    /// Four ports that are free now, all different: they are held open together while they are picked.
    pub fn pick() -> std::io::Result<Self> {
        let mut listeners = Vec::new();
        let mut pick = || -> std::io::Result<u16> {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            let port = listener.local_addr()?.port();
            listeners.push(listener);
            Ok(port)
        };
        Ok(Self {
            etcd_client: pick()?,
            etcd_peer: pick()?,
            apiserver: pick()?,
            controller_manager: pick()?,
        })
    }

    /// URL of the API server.
    pub fn endpoint(self) -> String {
        format!("https://127.0.0.1:{}", self.apiserver)
    }

    /// Whether all of them can be had now.
    pub fn are_free(self) -> bool {
        [
            self.etcd_client,
            self.etcd_peer,
            self.apiserver,
            self.controller_manager,
        ]
        .into_iter()
        .all(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_noticed() {
        let ports = Ports::pick().unwrap();
        assert!(ports.are_free());
        let _taken = TcpListener::bind((Ipv4Addr::LOCALHOST, ports.apiserver)).unwrap();
        assert!(!ports.are_free());
    }
}
