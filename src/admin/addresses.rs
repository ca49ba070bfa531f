//! Where the servers really listen, for those who asked for port 0.
//! It must not be read while half written.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;

/// The real addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// Of the probes.
    pub health: SocketAddr,
    /// Of the metrics.
    pub metrics: SocketAddr,
}

impl Addresses {
    /// Writes the lines `HEALTH=` and `METRICS=`. Whoever sees the file sees all of it.
    ///
    /// # Errors
    ///
    /// When the directory cannot be written.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let mut unfinished = path.as_os_str().to_owned();
        unfinished.push(".tmp");
        fs::write(
            &unfinished,
            format!("HEALTH={}\nMETRICS={}\n", self.health, self.metrics),
        )?;
        fs::rename(&unfinished, path)
    }
}
