//! Which process is at the other end of a loopback connection, so that replicas that share a door are told apart.
//! It must not be needed where a door has a label.

mod socket;

use std::collections::HashMap;
use std::fs;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

/// The replicas by their pids, learnt from the doors that only one of them uses.
#[derive(Debug, Default)]
pub(crate) struct Callers(Mutex<HashMap<u32, String>>);

impl Callers {
    /// The label of whoever is at `peer`, connected to our `local`: the door's own, which is learnt, or what was learnt before. Blocks
    /// for a moment.
    pub fn label(&self, peer: SocketAddr, local: SocketAddr, fixed: Option<&str>) -> Option<String> {
        let known: Vec<u32> = self.hold().keys().copied().collect();
        let pid = owner(peer, local, &known);
        match fixed {
            Some(label) => {
                if let Some(pid) = pid {
                    self.hold().insert(pid, label.to_owned());
                }
                Some(label.to_owned())
            }
            None => self.hold().get(&pid?).cloned(),
        }
    }

    fn hold(&self) -> std::sync::MutexGuard<'_, HashMap<u32, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The pid that holds the socket; those that are known are looked at first.
fn owner(peer: SocketAddr, local: SocketAddr, known: &[u32]) -> Option<u32> {
    let wanted = format!("socket:[{}]", socket::inode(peer, local)?);
    let all = || {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
    };
    let holds = |pid: &u32| {
        let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        descriptors
            .filter_map(|descriptor| fs::read_link(descriptor.path()).ok())
            .any(|target| target.as_os_str() == wanted.as_str())
    };
    known.iter().copied().chain(all()).find(holds)
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn a_process_is_known_by_the_door_that_it_used_first() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let connect = || {
            let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (server, peer) = listener.accept().unwrap();
            (client, peer, server.local_addr().unwrap())
        };
        let callers = Callers::default();
        let (_first, peer, local) = connect();
        assert_eq!(owner(peer, local, &[]), Some(std::process::id()));
        assert_eq!(callers.label(peer, local, None), None);
        assert_eq!(callers.label(peer, local, Some("a")).as_deref(), Some("a"));
        let (_second, peer, local) = connect();
        assert_eq!(callers.label(peer, local, None).as_deref(), Some("a"));
    }
}
